//! The sandbox's Keystone.

pub(crate) mod administration;
pub(crate) mod limits;
pub(crate) mod services;
pub(crate) mod tokens;
