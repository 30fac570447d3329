//! Which roles somebody has in which projects.

use serde::{Deserialize, Serialize};

/// The IDs of roles, by the ID of the project, in the order in which they were given.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Grants(Vec<(String, Vec<String>)>);

impl Grants {
    /// Roles in one project.
    pub(crate) fn new(project: &str, roles: &[&str]) -> Self {
        Self(vec![(project.to_owned(), roles.iter().map(|role| (*role).to_owned()).collect())])
    }

    /// All projects, each with its roles.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(project, roles)| (project.as_str(), roles.as_slice()))
    }

    /// The roles in a project.
    pub(crate) fn roles_in(&self, project: &str) -> &[String] {
        self.0.iter().find(|(id, _)| id == project).map_or(&[], |(_, roles)| roles)
    }

    /// Gives a role in a project. Twice is once.
    pub(crate) fn add(&mut self, project: &str, role: &str) {
        let place = self.0.iter().position(|(id, _)| id == project).unwrap_or_else(|| {
            self.0.push((project.to_owned(), Vec::new()));
            self.0.len() - 1
        });
        let roles = &mut self.0[place].1;
        if !roles.iter().any(|there| there == role) {
            roles.push(role.to_owned());
        }
    }

    /// Takes a role in a project away.
    pub(crate) fn remove(&mut self, project: &str, role: &str) {
        self.retain(|in_project, there| in_project != project || there != role);
    }

    /// Forgets a role, wherever it was given.
    pub(crate) fn forget_role(&mut self, role: &str) {
        self.retain(|_, there| there != role);
    }

    /// Forgets a project.
    pub(crate) fn forget_project(&mut self, project: &str) {
        self.retain(|there, _| there != project);
    }

    fn retain(&mut self, is_kept: impl Fn(&str, &str) -> bool) {
        for (project, roles) in &mut self.0 {
            roles.retain(|role| is_kept(project, role));
        }
        self.0.retain(|(_, roles)| !roles.is_empty());
    }
}
