//! What administrators make, change and delete: domains, projects, users, groups, roles.

pub(super) mod assignments;
pub(super) mod domains;
pub(super) mod grants;
pub(super) mod groups;
pub(super) mod membership;
pub(super) mod projects;
pub(super) mod resource;
pub(super) mod roles;
pub(super) mod users;
