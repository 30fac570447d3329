//! Unified limits: the defaults, and the limits of single projects.

pub(super) mod project_limits;
pub(super) mod registered_limits;
