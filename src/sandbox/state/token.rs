//! A token: for whom it is, what for, and how long.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a token is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Scope {
    /// Only for asking Keystone what else one could have.
    Unscoped,
    /// The project with this ID.
    Project(String),
    /// The whole cloud.
    System,
}

impl Scope {
    /// Whether it is the project with this ID.
    pub(crate) fn is_project(&self, id: &str) -> bool {
        matches!(self, Self::Project(there) if there == id)
    }
}

/// One token, without the text that stands for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Token {
    /// The user's ID.
    pub(crate) user: String,
    /// What it is for.
    pub(crate) scope: Scope,
    /// The IDs of the roles that the user has there.
    pub(crate) roles: Vec<String>,
    /// How the user proved who they are.
    pub(crate) methods: Vec<String>,
    /// Its own audit ID, then that of the first token of the chain.
    pub(crate) audit_ids: Vec<String>,
    /// When it was given.
    pub(crate) issued_at: Timestamp,
    /// When it ends. A token got by a token ends with that one.
    pub(crate) expires_at: Timestamp,
    /// The ID of the application credential that it was got by.
    pub(crate) credential: Option<String>,
}

/// A text that looks like a Fernet token and says nothing.
pub(crate) fn random_token() -> String {
    format!("gAAAAAB{}", random_text(173))
}

/// A text as long as the secret of an application credential.
pub(crate) fn random_secret() -> String {
    random_text(86)
}

/// A text as long as an audit ID.
pub(crate) fn random_audit_id() -> String {
    random_text(22)
}

fn random_text(length: usize) -> String {
    std::iter::repeat_with(fastrand::alphanumeric).take(length).collect()
}
