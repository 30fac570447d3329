//! Users, projects, roles, application credentials and tokens, as Keystone has them. There is one domain.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

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
    /// Whether tokens may be for it.
    pub(crate) enabled: bool,
}

/// A role, which Keystone names by both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Role {
    /// 32 hexadecimal digits.
    pub(crate) id: &'static str,
    /// `reader`, `member`, `manager`, `admin` or `service`.
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
    /// As it is: a sandbox has no secrets. Without one, nobody logs in.
    pub(crate) password: Option<String>,
    /// Whether they may log in.
    pub(crate) enabled: bool,
    /// Whatever else was said of them, such as an address.
    pub(crate) extra: Map<String, Value>,
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

    /// Gives a role in a project. Twice is once.
    pub(crate) fn grant(&mut self, project: &str, role: Role) {
        let place = self.grants.iter().position(|(id, _)| id == project).unwrap_or_else(|| {
            self.grants.push((project.to_owned(), Vec::new()));
            self.grants.len() - 1
        });
        let roles = &mut self.grants[place].1;
        if !roles.contains(&role) {
            roles.push(role);
        }
    }

    /// Takes a role in a project away.
    pub(crate) fn ungrant(&mut self, project: &str, role: Role) {
        for (_, roles) in self.grants.iter_mut().filter(|(id, _)| id == project) {
            roles.retain(|there| *there != role);
        }
        self.grants.retain(|(_, roles)| !roles.is_empty());
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
    /// Any text.
    pub(crate) description: Option<String>,
    /// When it ends, if it does.
    pub(crate) expires_at: Option<Timestamp>,
    /// Whether others may be made with it; nothing where nothing was said.
    pub(crate) unrestricted: Option<bool>,
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

    /// The user with this ID, to be changed.
    pub(crate) fn user_mut(&mut self, id: &str) -> Option<&mut User> {
        self.users.iter_mut().find(|user| user.id == id)
    }

    /// The project with this ID, to be changed.
    pub(crate) fn project_mut(&mut self, id: &str) -> Option<&mut Project> {
        self.projects.iter_mut().find(|project| project.id == id)
    }

    /// The role with this ID.
    pub(crate) fn role(&self, id: &str) -> Option<Role> {
        self.roles.iter().find(|role| role.id == id).copied()
    }

    /// These roles with all that they imply: whoever is a member reads, too.
    pub(crate) fn with_implied(&self, mut roles: Vec<Role>) -> Vec<Role> {
        const ORDER: [&str; 4] = ["admin", "manager", "member", "reader"];
        let rank = |role: &Role| ORDER.iter().position(|name| *name == role.name);
        if let Some(highest) = roles.iter().filter_map(rank).min() {
            let implied = ORDER[highest..].iter();
            let implied = implied.filter_map(|name| self.roles.iter().find(|role| role.name == *name));
            let missing: Vec<Role> = implied.filter(|role| !roles.contains(role)).copied().collect();
            roles.extend(missing);
        }
        roles
    }

    /// Forgets a user, with what they could log in by.
    pub(crate) fn delete_user(&mut self, id: &str) {
        self.users.retain(|user| user.id != id);
        self.credentials.retain(|credential| credential.user != id);
        self.end_tokens(|token| token.user == id);
    }

    /// Forgets a project, with what anyone could do in it. What Glance has of it stays.
    pub(crate) fn delete_project(&mut self, id: &str) {
        self.projects.retain(|project| project.id != id);
        self.credentials.retain(|credential| credential.project != id);
        for user in &mut self.users {
            user.grants.retain(|(project, _)| project != id);
        }
        self.end_tokens(|token| token.scope.is_project(id));
    }

    /// Ends all tokens of a kind.
    pub(crate) fn end_tokens(&mut self, ended: impl Fn(&Token) -> bool) {
        self.tokens.retain(|_, token| !ended(token));
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
