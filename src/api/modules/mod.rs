//! The modules that scripts get by `require`: `glance`, `ui`, `sandbox`.

pub(super) mod glance;
pub(super) mod sandbox;
pub(super) mod ui;
