//! Users, projects, roles, application credentials and tokens, as Keystone has them. There is one domain.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use super::Caller;
use super::token::{Scope, Token, random_token};

/// A project.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Project {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    /// Unique in the domain.
    pub(crate) name: String,
    /// Any text.
    pub(crate) description: String,
}

/// A role, which Keystone names by both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Role {
    /// 32 hexadecimal digits.
    pub(crate) id: &'static str,
    /// `reader`, `member`, `manager` or `admin`.
    pub(crate) name: &'static str,
}

impl<'de> Deserialize<'de> for Role {
    /// Of a state that was saved: read once, and wanted as long as the program runs.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Saved {
            id: String,
            name: String,
        }
        let Saved { id, name } = Saved::deserialize(deserializer)?;
        Ok(Self { id: id.leak(), name: name.leak() })
    }
}

/// A user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct User {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    /// Unique in the domain.
    pub(crate) name: String,
    /// As it is: a sandbox has no secrets.
    pub(crate) password: String,
    /// The ID of the project that a token is for if none is asked for.
    pub(crate) default_project: Option<String>,
    /// The roles in each project, by its ID.
    pub(crate) grants: Vec<(String, Vec<Role>)>,
    /// The roles in the whole cloud.
    pub(crate) system: Vec<Role>,
}

impl User {
    /// The roles in a project; none if there are none.
    pub(crate) fn roles_in(&self, project: &str) -> Option<&[Role]> {
        let grant = self.grants.iter().find(|(id, _)| id == project)?;
        Some(&grant.1)
    }
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
    /// What it may do there.
    pub(crate) roles: Vec<Role>,
}

/// All of Keystone.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// All projects.
    pub(crate) projects: Vec<Project>,
    /// All users.
    pub(crate) users: Vec<User>,
    /// All roles.
    pub(crate) roles: Vec<Role>,
    /// All application credentials.
    pub(crate) credentials: Vec<Credential>,
    tokens: HashMap<String, Token>,
}

impl Identity {
    /// All of it, before anyone has logged in.
    pub(crate) fn new(
        projects: Vec<Project>,
        users: Vec<User>,
        roles: Vec<Role>,
        credentials: Vec<Credential>,
    ) -> Self {
        Self { projects, users, roles, credentials, tokens: HashMap::new() }
    }

    /// The project with this ID.
    pub(crate) fn project(&self, id: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.id == id)
    }

    /// The project with this name.
    pub(crate) fn project_named(&self, name: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.name == name)
    }

    /// The user with this ID.
    pub(crate) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    /// The user with this name.
    pub(crate) fn user_named(&self, name: &str) -> Option<&User> {
        self.users.iter().find(|user| user.name == name)
    }

    /// The application credential with this ID.
    pub(crate) fn credential(&self, id: &str) -> Option<&Credential> {
        self.credentials.iter().find(|credential| credential.id == id)
    }

    /// Keeps a token and gives the text that stands for it. Tokens that have ended are forgotten.
    pub(crate) fn issue(&mut self, token: Token) -> String {
        self.tokens.retain(|_, old| old.expires_at > token.issued_at);
        let text = random_token();
        self.tokens.insert(text.clone(), token);
        text
    }

    /// The token that a text stands for, unless it has ended.
    pub(crate) fn token(&self, text: &str, now: Timestamp) -> Option<&Token> {
        self.tokens.get(text).filter(|token| token.expires_at > now)
    }

    /// Ends a token.
    pub(crate) fn revoke(&mut self, text: &str) {
        self.tokens.remove(text);
    }

    /// Whoever sends this text as their token.
    pub(crate) fn caller(&self, text: &str, now: Timestamp) -> Option<Caller> {
        let token = self.token(text, now)?;
        let project = match &token.scope {
            Scope::Project(id) => Some(id.clone()),
            Scope::Unscoped | Scope::System => None,
        };
        Some(Caller {
            user: token.user.clone(),
            project,
            roles: token.roles.iter().map(|role| role.name.to_owned()).collect(),
        })
    }
}
