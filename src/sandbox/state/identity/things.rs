//! What Keystone knows: domains, projects, users, groups, roles and application credentials, each as it is
//! kept.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Grants;

/// A domain: names are unique in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Domain {
    /// 32 hexadecimal digits, or `default`.
    pub(crate) id: String,
    /// Unique.
    pub(crate) name: String,
    /// Any text.
    pub(crate) description: String,
    /// Whether anyone in it may log in. One that is may not be deleted.
    pub(crate) enabled: bool,
    /// Whatever else was said of it.
    pub(crate) extra: Map<String, Value>,
}

/// A project.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Project {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    /// Unique in the domain.
    pub(crate) name: String,
    /// The domain's ID.
    pub(crate) domain: String,
    /// Any text.
    pub(crate) description: String,
    /// Whether tokens may be for it.
    pub(crate) enabled: bool,
}

/// A role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Role {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    /// Unique in the domain, or among those that are in none. What services ask for.
    pub(crate) name: String,
    /// The ID of the domain that it is for, which Keystone does not look up; mostly none.
    pub(crate) domain: Option<String>,
    /// Any text.
    pub(crate) description: Option<String>,
    /// Whether it may be neither changed nor deleted; nothing where nothing was said.
    pub(crate) immutable: Option<bool>,
    /// Whatever else was said of it.
    pub(crate) extra: Map<String, Value>,
}

/// A user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct User {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    /// Unique in the domain.
    pub(crate) name: String,
    /// The domain's ID.
    pub(crate) domain: String,
    /// As it is: a sandbox has no secrets. Without one, nobody logs in.
    pub(crate) password: Option<String>,
    /// Whether they may log in.
    pub(crate) enabled: bool,
    /// Whatever else was said of them, such as an address.
    pub(crate) extra: Map<String, Value>,
    /// The ID of the project that a token is for if none is asked for.
    pub(crate) default_project: Option<String>,
    /// The user's own roles; those of their groups come on top.
    pub(crate) grants: Grants,
    /// The IDs of the roles in the whole cloud.
    pub(crate) system: Vec<String>,
}

/// Users who have the same roles.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    /// Unique in the domain.
    pub(crate) name: String,
    /// The domain's ID.
    pub(crate) domain: String,
    /// Any text.
    pub(crate) description: String,
    /// Whatever else was said of it.
    pub(crate) extra: Map<String, Value>,
    /// The IDs of its users.
    pub(crate) users: Vec<String>,
    /// What each of them may do, and where.
    pub(crate) grants: Grants,
}

/// A password for one project that is not the user's own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Credential {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    /// Unique among the user's.
    pub(crate) name: String,
    /// As it is.
    pub(crate) secret: String,
    /// The user's ID.
    pub(crate) user: String,
    /// The project's ID.
    pub(crate) project: String,
    /// The IDs of the roles that it has there.
    pub(crate) roles: Vec<String>,
    /// Any text.
    pub(crate) description: Option<String>,
    /// When it ends, if it does.
    pub(crate) expires_at: Option<Timestamp>,
    /// Whether others may be made with it; nothing where nothing was said.
    pub(crate) unrestricted: Option<bool>,
}
