//! `Member`: one project that an image is shared with.
//!
//! Source: `glance/api/v2/image_members.py`, `ImageMembersController`.

use mlua::{IntoLua, Lua, UserDataMethods, UserDataRef, Value};

use super::bind::counted::Counted;
use super::bind::iterator::{Items, Listed};
use super::bind::record::Record;
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
    pub(super) fn list_members(
        lua: &Lua,
        glance: &Glance,
        members: Vec<Member>,
    ) -> mlua::Result<Items<Listed<MemberRecord>>> {
        let records = members.into_iter().map(|member| MemberRecord::new(member, glance.clone()));
        Listed::items(lua, records)
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

    fn memory(&self) -> usize {
        self.member.memory()
    }

    fn bind<M: UserDataMethods<Counted<Self>>>(methods: &mut M) {
        methods.add_waiting_method("accept", accept);
        methods.add_waiting_method("reject", reject);
        methods.add_waiting_method("remove", remove);
        methods.add_waiting_method("update", update);
    }
}

impl IntoLua for MemberRecord {
    fn into_lua(self, lua: &Lua) -> mlua::Result<Value> {
        Counted::into_lua(lua, self)
    }
}

/// PUT /v2/images/{id}/members/{member}: only the member itself may, or an admin.
async fn accept(_: Lua, this: UserDataRef<Counted<MemberRecord>>, (): ()) -> mlua::Result<MemberRecord> {
    this.with_status("accepted").await
}

async fn reject(_: Lua, this: UserDataRef<Counted<MemberRecord>>, (): ()) -> mlua::Result<MemberRecord> {
    this.with_status("rejected").await
}

/// DELETE /v2/images/{id}/members/{member}: only the owner may; a member can but reject.
async fn remove(_: Lua, this: UserDataRef<Counted<MemberRecord>>, (): ()) -> mlua::Result<()> {
    this.glance.remove_member(&this.member.image_id, &this.member.member_id).await.map_err(raise)
}

async fn update(
    _: Lua,
    this: UserDataRef<Counted<MemberRecord>>,
    options: Value,
) -> mlua::Result<MemberRecord> {
    let options = Given::from(&options, "member:update", &["status"])?;
    let Some(status) = options.string("status")? else {
        let error = Error::new(Kind::Usage, "member:update needs a status");
        return Err(raise(
            error.advice("member:update{ status = \"accepted\" }, \"rejected\" or \"pending\""),
        ));
    };
    this.with_status(&status).await
}
