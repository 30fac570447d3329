//! Imports: the routes, imports from another region, and the old way by a task.

pub(super) mod import_remote;
pub(super) mod legacy;
pub(super) mod lock;
pub(super) mod routes;
