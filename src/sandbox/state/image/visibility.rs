//! Who may see an image, in Glance's four words.

use serde::{Deserialize, Serialize};

/// Who an image is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Visibility {
    /// Everyone may use it, and finds it when asking for it.
    Community,
    /// Everyone may use it, and finds it in every list.
    Public,
    /// Its owner alone.
    Private,
    /// Its owner and its members.
    Shared,
}

impl Visibility {
    /// Glance's word for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Community => "community",
            Self::Public => "public",
            Self::Private => "private",
            Self::Shared => "shared",
        }
    }

    /// The one that a word names.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Community, Self::Public, Self::Private, Self::Shared]
            .into_iter()
            .find(|visibility| visibility.name() == word)
    }
}
