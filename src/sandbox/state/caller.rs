//! Whoever sent a request, as a service sees them once Keystone has vouched for the token.

/// A user with the roles that the token gives, in the project that it is for.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The user's ID.
    pub(crate) user: String,
    /// The project's ID; none where the token is for no project.
    pub(crate) project: Option<String>,
    /// The names of the roles.
    pub(crate) roles: Vec<String>,
}

impl Caller {
    /// Whether they are the operator. Glance lets an admin of any project do all.
    pub(crate) fn is_admin(&self) -> bool {
        self.has("admin")
    }

    /// Whether they have a role.
    pub(crate) fn has(&self, role: &str) -> bool {
        self.roles.iter().any(|name| name == role)
    }

    /// Whether the token is for this project.
    pub(crate) fn is_in(&self, project: Option<&str>) -> bool {
        project.is_some() && self.project.as_deref() == project
    }
}
