//! `Member`: one project that an image is shared with.
//!
//! Source: `glance/api/v2/image_members.py`, `ImageMembersController`.

use mlua::{IntoLua, Lua, UserData, UserDataFields, UserDataMethods, UserDataRef, Value};

use super::bind::iterator::Listed;
use super::bind::record::{Record, make_record, name_record};
use crate::error::{Error, Kind};
use crate::glance::{Glance, Member};
use crate::host::{Given, WaitingMethods, raise};

/// A member record, with the cloud whose credentials it was read by.
#[derive(Clone)]
pub(super) struct MemberRecord {
    member: Member,
    glance: Glance,
}

impl MemberRecord {
    pub(super) fn new(member: Member, glance: Glance) -> MemberRecord {
        MemberRecord { member, glance }
    }

    async fn with_status(&self, status: &str) -> mlua::Result<MemberRecord> {
        let Member { image_id, member_id, .. } = &self.member;
        let member = self.glance.update_member(image_id, member_id, status).await.map_err(raise)?;
        Ok(MemberRecord::new(member, self.glance.clone()))
    }
}

impl Listed<MemberRecord> {
    /// Members as Lua sees them.
    pub(super) fn of(glance: &Glance, members: Vec<Member>) -> Listed<MemberRecord> {
        let records = members.into_iter().map(|member| MemberRecord::new(member, glance.clone()));
        Listed(records.collect::<Vec<_>>().into_iter())
    }
}

impl PartialEq for MemberRecord {
    fn eq(&self, other: &MemberRecord) -> bool {
        self.member == other.member
    }
}

impl Record for MemberRecord {
    const CLASS: &'static str = "member";
    const FIELDS: &'static [&'static str] = Member::FIELDS;
    const METHODS: &'static [&'static str] = &["accept", "reject", "update", "remove"];

    fn field(&self, lua: &Lua, name: &str) -> mlua::Result<Value> {
        self.member.field(name).into_lua(lua)
    }

    fn title(&self) -> String {
        let Member { image_id, member_id, status, .. } = &self.member;
        format!("member {member_id} of image {image_id} ({status})")
    }
}

impl UserData for MemberRecord {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        name_record(fields);
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        make_record(methods);
        methods.add_waiting_method("accept", accept);
        methods.add_waiting_method("reject", reject);
        methods.add_waiting_method("remove", remove);
        methods.add_waiting_method("update", update);
    }
}

/// PUT /v2/images/{id}/members/{member}: only the member itself may, or an admin.
async fn accept(_: Lua, this: UserDataRef<MemberRecord>, (): ()) -> mlua::Result<MemberRecord> {
    this.with_status("accepted").await
}

async fn reject(_: Lua, this: UserDataRef<MemberRecord>, (): ()) -> mlua::Result<MemberRecord> {
    this.with_status("rejected").await
}

/// DELETE /v2/images/{id}/members/{member}: only the owner may; a member can but reject.
async fn remove(_: Lua, this: UserDataRef<MemberRecord>, (): ()) -> mlua::Result<()> {
    this.glance.remove_member(&this.member.image_id, &this.member.member_id).await.map_err(raise)
}

async fn update(_: Lua, this: UserDataRef<MemberRecord>, options: Value) -> mlua::Result<MemberRecord> {
    let options = Given::from(&options, "member:update", &["status"])?;
    let Some(status) = options.string("status")? else {
        let error = Error::new(Kind::Usage, "member:update needs a status");
        return Err(raise(
            error.advice("member:update{ status = \"accepted\" }, \"rejected\" or \"pending\""),
        ));
    };
    this.with_status(&status).await
}
