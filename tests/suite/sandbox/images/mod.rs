//! The sandbox's images, over raw HTTP.

pub(crate) mod cache;
pub(crate) mod copies;
pub(crate) mod data;
pub(crate) mod imports;
pub(crate) mod lifecycle;
pub(crate) mod lists;
pub(crate) mod locations;
pub(crate) mod members;
pub(crate) mod patch;
pub(crate) mod quotas;
pub(crate) mod tasks;
