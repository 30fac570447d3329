//! The shape of the source: layers, sizes, widths.

pub(crate) mod sizes;
pub(crate) mod sources;
pub(crate) mod walls;
