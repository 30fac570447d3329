//! The stock recipes, and the guide that they replace.

pub(crate) mod arguments;
pub(crate) mod guide;
pub(crate) mod stock;
pub(crate) mod whole;
