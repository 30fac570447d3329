//! The shape of the source: layers, sizes, widths.

pub(crate) mod sizes;
pub(crate) mod walls;
