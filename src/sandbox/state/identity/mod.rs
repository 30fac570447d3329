//! All of Keystone but its limits: who there is, what they may do, and the tokens that say so.

mod forget;
mod grants;
mod things;

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Caller;
use super::token::{Scope, Token, random_token};

pub(crate) use grants::Grants;
pub(crate) use things::{Credential, Domain, Group, Project, Role, User};

/// Whoever has one of these has those after it, too.
const IMPLIED: [&str; 4] = ["admin", "manager", "member", "reader"];

/// All that Keystone keeps.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// All domains.
    pub(crate) domains: Vec<Domain>,
    /// All projects.
    pub(crate) projects: Vec<Project>,
    /// All users.
    pub(crate) users: Vec<User>,
    /// All groups.
    pub(crate) groups: Vec<Group>,
    /// All roles.
    pub(crate) roles: Vec<Role>,
    /// All application credentials.
    pub(crate) credentials: Vec<Credential>,
    tokens: HashMap<String, Token>,
}

/// Where each kind of thing is found by its ID, to be looked at and to be changed.
macro_rules! found_by_id {
    ($($name:ident, $name_mut:ident: $all:ident of $Thing:ty;)*) => {
        impl Identity {
            $(
                #[doc = concat!("The ", stringify!($name), " with this ID.")]
                pub(crate) fn $name(&self, id: &str) -> Option<&$Thing> {
                    self.$all.iter().find(|thing| thing.id == id)
                }

                #[doc = concat!("The ", stringify!($name), " with this ID, to be changed.")]
                pub(crate) fn $name_mut(&mut self, id: &str) -> Option<&mut $Thing> {
                    self.$all.iter_mut().find(|thing| thing.id == id)
                }
            )*
        }
    };
}

found_by_id! {
    domain, domain_mut: domains of Domain;
    project, project_mut: projects of Project;
    user, user_mut: users of User;
    group, group_mut: groups of Group;
    role, role_mut: roles of Role;
}

impl Identity {
    /// The domain with this name.
    pub(crate) fn find_domain(&self, name: &str) -> Option<&Domain> {
        self.domains.iter().find(|domain| domain.name == name)
    }

    /// The project with this name in a domain.
    pub(crate) fn find_project(&self, name: &str, domain: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.name == name && project.domain == domain)
    }

    /// The user with this name in a domain.
    pub(crate) fn find_user(&self, name: &str, domain: &str) -> Option<&User> {
        self.users.iter().find(|user| user.name == name && user.domain == domain)
    }

    /// The group with this name in a domain.
    pub(crate) fn find_group(&self, name: &str, domain: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.name == name && group.domain == domain)
    }

    /// The role with this name, in a domain or in none.
    pub(crate) fn find_role(&self, name: &str, domain: Option<&str>) -> Option<&Role> {
        self.roles.iter().find(|role| role.name == name && role.domain.as_deref() == domain)
    }

    /// The application credential with this ID.
    pub(crate) fn credential(&self, id: &str) -> Option<&Credential> {
        self.credentials.iter().find(|credential| credential.id == id)
    }

    /// Whether a domain is there and enabled, so that those in it may log in.
    pub(crate) fn is_open(&self, domain: &str) -> bool {
        self.domain(domain).is_some_and(|domain| domain.enabled)
    }

    /// The groups that a user is in.
    pub(crate) fn groups_of(&self, user: &str) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(move |group| group.users.iter().any(|id| id == user))
    }

    /// The IDs of the projects in which a user has a role, by themselves or by a group.
    pub(crate) fn projects_of(&self, user: &str) -> Vec<&str> {
        let own = self.user(user).map(|user| &user.grants);
        let all = own.into_iter().chain(self.groups_of(user).map(|group| &group.grants));
        let mut found = Vec::new();
        for (project, _) in all.flat_map(Grants::iter) {
            if !found.contains(&project) {
                found.push(project);
            }
        }
        found
    }

    /// The IDs of a user's roles in a project, by themselves or by a group.
    pub(crate) fn roles_in(&self, user: &User, project: &str) -> Vec<String> {
        let mut roles = user.grants.roles_in(project).to_vec();
        roles.extend(self.groups_of(&user.id).flat_map(|group| group.grants.roles_in(project)).cloned());
        roles
    }

    /// The ID of the role that a role implies directly.
    pub(crate) fn implied_role(&self, role: &str) -> Option<&str> {
        let role = self.role(role).filter(|role| role.domain.is_none())?;
        let place = IMPLIED.iter().position(|name| *name == role.name)?;
        self.find_role(IMPLIED.get(place + 1)?, None).map(|role| role.id.as_str())
    }

    /// These roles with all that they imply, each once: whoever is a member reads, too.
    pub(crate) fn with_implied(&self, roles: &[String]) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for role in roles {
            let chain = std::iter::successors(Some(role.as_str()), |role| self.implied_role(role));
            for role in chain {
                if !all.iter().any(|there| there == role) {
                    all.push(role.to_owned());
                }
            }
        }
        all
    }

    /// The names of the roles with these IDs.
    pub(crate) fn role_names(&self, roles: &[String]) -> Vec<String> {
        roles.iter().filter_map(|id| self.role(id)).map(|role| role.name.clone()).collect()
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

    /// Ends all tokens of a kind.
    pub(crate) fn end_tokens(&mut self, ended: impl Fn(&Token) -> bool) {
        self.tokens.retain(|_, token| !ended(token));
    }

    /// Whoever sends this text as their token.
    pub(crate) fn caller(&self, text: &str, now: Timestamp) -> Option<Caller> {
        let token = self.token(text, now)?;
        let project = match &token.scope {
            Scope::Project(id) => Some(id.clone()),
            Scope::Unscoped | Scope::System => None,
        };
        Some(Caller { user: token.user.clone(), project, roles: self.role_names(&token.roles) })
    }
}
