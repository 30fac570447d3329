//! One image: its attributes, its members, and which changes they allow. How it looks on the wire is not
//! known here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::Caller;
use super::member::Member;
use super::status::Status;
use super::store::Location;
use super::visibility::Visibility;
use crate::sandbox::data::Blob;
use crate::sandbox::state::policy::Target;

/// One image.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Image {
    /// Its UUID, as it was given: IDs are case-sensitive.
    pub(crate) id: String,
    /// Any text, or none; names need not be unique.
    pub(crate) name: Option<String>,
    /// The project that owns it.
    pub(crate) owner: Option<String>,
    /// Where it stands. Set it through [`Image::advance`].
    pub(crate) status: Status,
    /// Who may see it.
    pub(crate) visibility: Visibility,
    /// Whether deleting it is forbidden.
    pub(crate) protected: bool,
    /// Whether lists leave it out.
    pub(crate) os_hidden: bool,
    /// `raw`, `qcow2` and so on.
    pub(crate) disk_format: Option<String>,
    /// `bare` for nearly all.
    pub(crate) container_format: Option<String>,
    /// GiB of disk that a server needs for it.
    pub(crate) min_disk: i64,
    /// MiB of memory that a server needs for it.
    pub(crate) min_ram: i64,
    /// Without duplicates.
    pub(crate) tags: Vec<String>,
    /// All that is no attribute of Glance's own; values are strings.
    pub(crate) properties: Map<String, Value>,
    /// When it was made.
    pub(crate) created_at: Timestamp,
    /// When it was last changed. Members do not count.
    pub(crate) updated_at: Timestamp,
    /// Bytes of data, once it is active.
    pub(crate) size: Option<u64>,
    /// Bytes of the disk that the data describe.
    pub(crate) virtual_size: Option<u64>,
    /// The data. An image may be queued and have some: that of an upload that Glance refused too late.
    pub(crate) data: Option<Blob>,
    /// Where they lie.
    pub(crate) locations: Vec<Location>,
    /// Data that an import will use.
    pub(crate) staged: Option<Blob>,
    /// Whom it is shared with, in order of addition. They outlast a change of visibility.
    pub(crate) members: Vec<Member>,
}

impl Image {
    /// An image without data, as `POST /v2/images {}` makes it.
    pub(crate) fn queued(id: String, owner: Option<String>, now: Timestamp) -> Self {
        Self {
            id,
            name: None,
            owner,
            status: Status::Queued,
            visibility: Visibility::Shared,
            protected: false,
            os_hidden: false,
            disk_format: None,
            container_format: None,
            min_disk: 0,
            min_ram: 0,
            tags: Vec::new(),
            properties: Map::new(),
            created_at: now,
            updated_at: now,
            size: None,
            virtual_size: None,
            data: None,
            locations: Vec::new(),
            staged: None,
            members: Vec::new(),
        }
    }

    /// Whether the caller can tell that it exists (glance/db/utils.py, `is_image_visible`).
    pub(crate) fn is_visible_to(&self, caller: &Caller) -> bool {
        caller.is_admin()
            || self.owner.is_none()
            || matches!(self.visibility, Visibility::Public | Visibility::Community)
            || caller.is_in(self.owner.as_deref())
            || (self.visibility == Visibility::Shared && self.membership(caller).is_some())
    }

    /// The caller's own entry among the members.
    pub(crate) fn membership(&self, caller: &Caller) -> Option<&Member> {
        self.member(caller.project.as_deref()?)
    }

    /// The entry of a project.
    pub(crate) fn member(&self, project: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.id == project)
    }

    /// What a policy looks at. An owner who shares with itself is still the owner, and no member.
    pub(crate) fn target(&self, caller: &Caller) -> Target<'_> {
        Target {
            owner: self.owner.as_deref(),
            as_member: !caller.is_in(self.owner.as_deref()) && self.membership(caller).is_some(),
        }
    }

    /// The formats that are missing before it may take data, in the order of Glance's message.
    pub(crate) fn missing_formats(&self) -> Vec<&'static str> {
        let formats = [("disk_format", &self.disk_format), ("container_format", &self.container_format)];
        let missing = formats.iter().filter(|(_, format)| format.is_none());
        missing.map(|(name, _)| *name).collect()
    }

    /// Goes to a state, if a way leads there. An image that is queued again has no size.
    pub(crate) fn advance(&mut self, next: Status) -> bool {
        if !self.status.leads_to(next) {
            return false;
        }
        if next == Status::Queued {
            self.size = None;
            self.virtual_size = None;
        }
        self.status = next;
        true
    }

    /// Adds a tag that is not there yet.
    pub(crate) fn add_tag(&mut self, tag: &str) {
        if !self.tags.iter().any(|there| there == tag) {
            self.tags.push(tag.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_without_data_cannot_be_deactivated() {
        let mut image = Image::queued("1".into(), None, Timestamp::UNIX_EPOCH);
        assert!(!image.advance(Status::Deactivated));
        assert_eq!(image.status, Status::Queued);
    }

    #[test]
    fn an_owner_who_shares_with_itself_is_no_member() {
        let mut image = Image::queued("1".into(), Some("a".into()), Timestamp::UNIX_EPOCH);
        image.members.push(Member::pending("a".into(), Timestamp::UNIX_EPOCH));
        let owner = Caller { user: "1".into(), project: Some("a".into()), roles: vec!["member".into()] };
        assert!(!image.target(&owner).as_member);
    }
}
