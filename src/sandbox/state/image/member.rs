//! A project that an image is shared with.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Glance's `image_member_quota`, as it is shipped.
pub(crate) const MOST_MEMBERS: usize = 128;

/// What a member has said of the image. It decides only which lists show the image, never who may use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum MemberStatus {
    /// Nothing yet.
    Pending,
    /// To be listed with their own images.
    Accepted,
    /// Not to be listed.
    Rejected,
}

impl MemberStatus {
    /// Glance's word for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }

    /// The one that a word names.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Pending, Self::Accepted, Self::Rejected].into_iter().find(|status| status.name() == word)
    }
}

/// One member of one image.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Member {
    /// What the owner wrote: meant to be a project's ID, and checked by nobody.
    pub(crate) id: String,
    /// What the member says.
    pub(crate) status: MemberStatus,
    /// When the owner added it.
    pub(crate) created_at: Timestamp,
    /// When the status was last set.
    pub(crate) updated_at: Timestamp,
}

impl Member {
    /// A member that has not answered.
    pub(crate) fn pending(id: String, now: Timestamp) -> Self {
        Self { id, status: MemberStatus::Pending, created_at: now, updated_at: now }
    }
}
