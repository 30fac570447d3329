//! What goes with a thing that is deleted: roles in it and by it, and the tokens that were got through it.

use super::Identity;

impl Identity {
    /// Forgets a user, with what they could log in by.
    pub(crate) fn delete_user(&mut self, id: &str) {
        self.users.retain(|user| user.id != id);
        self.credentials.retain(|credential| credential.user != id);
        for group in &mut self.groups {
            group.users.retain(|user| user != id);
        }
        self.end_tokens(|token| token.user == id);
    }

    /// Forgets a project, with what anyone could do in it. What Glance has of it stays.
    pub(crate) fn delete_project(&mut self, id: &str) {
        self.projects.retain(|project| project.id != id);
        self.credentials.retain(|credential| credential.project != id);
        for user in &mut self.users {
            user.grants.forget_project(id);
        }
        for group in &mut self.groups {
            group.grants.forget_project(id);
        }
        self.end_tokens(|token| token.scope.is_project(id));
    }

    /// Forgets a group. Its users stay, with the roles that are their own.
    pub(crate) fn delete_group(&mut self, id: &str) {
        let Some(place) = self.groups.iter().position(|group| group.id == id) else { return };
        let group = self.groups.remove(place);
        self.end_tokens(|token| group.users.contains(&token.user));
    }

    /// Forgets a role, wherever it was given.
    pub(crate) fn delete_role(&mut self, id: &str) {
        self.roles.retain(|role| role.id != id);
        for user in &mut self.users {
            user.grants.forget_role(id);
            user.system.retain(|role| role != id);
        }
        for group in &mut self.groups {
            group.grants.forget_role(id);
        }
        self.end_tokens(|token| token.roles.iter().any(|role| role == id));
    }

    /// Forgets a domain, with all that is in it.
    pub(crate) fn delete_domain(&mut self, id: &str) {
        self.domains.retain(|domain| domain.id != id);
        for user in ids(&self.users, |user| (user.domain == id).then_some(&user.id)) {
            self.delete_user(&user);
        }
        for group in ids(&self.groups, |group| (group.domain == id).then_some(&group.id)) {
            self.delete_group(&group);
        }
        for project in ids(&self.projects, |project| (project.domain == id).then_some(&project.id)) {
            self.delete_project(&project);
        }
        for role in ids(&self.roles, |role| (role.domain.as_deref() == Some(id)).then_some(&role.id)) {
            self.delete_role(&role);
        }
    }

    /// Ends the tokens of those in a domain, and of those for a project in it.
    pub(crate) fn end_tokens_in(&mut self, domain: &str) {
        let users = ids(&self.users, |user| (user.domain == domain).then_some(&user.id));
        let projects = ids(&self.projects, |project| (project.domain == domain).then_some(&project.id));
        self.end_tokens(|token| {
            users.contains(&token.user) || projects.iter().any(|project| token.scope.is_project(project))
        });
    }
}

fn ids<T>(things: &[T], id: impl Fn(&T) -> Option<&String>) -> Vec<String> {
    things.iter().filter_map(id).cloned().collect()
}
