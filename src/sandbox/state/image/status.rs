//! The states of an image and the ways between them (glance/domain/__init__.py, `Image.valid_state_targets`).

use serde::{Deserialize, Serialize};

/// Where an image stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Status {
    /// Has no data yet.
    Queued,
    /// Takes data.
    Saving,
    /// Takes data that an import will use.
    Uploading,
    /// An import is at work.
    Importing,
    /// Has data.
    Active,
    /// Has data that only an admin may read.
    Deactivated,
}

impl Status {
    /// Glance's word for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Saving => "saving",
            Self::Uploading => "uploading",
            Self::Importing => "importing",
            Self::Active => "active",
            Self::Deactivated => "deactivated",
        }
    }

    /// Whether an image may go from here to there.
    pub(crate) fn leads_to(self, next: Self) -> bool {
        match self {
            Self::Queued => matches!(next, Self::Saving | Self::Uploading | Self::Importing | Self::Active),
            Self::Saving => matches!(next, Self::Active | Self::Queued),
            Self::Uploading => matches!(next, Self::Importing | Self::Queued),
            Self::Importing => matches!(next, Self::Active | Self::Queued),
            Self::Active => next == Self::Deactivated,
            Self::Deactivated => next == Self::Active,
        }
    }

    /// Whether the formats may still be changed.
    pub(crate) fn has_open_formats(self) -> bool {
        matches!(self, Self::Queued | Self::Importing)
    }
}
