//! The sandbox as a server: start and end, faults, bad requests, other services.

pub(crate) mod about;
pub(crate) mod compute;
pub(crate) mod door;
pub(crate) mod faults;
pub(crate) mod life;
pub(crate) mod persist;
pub(crate) mod rough;
pub(crate) mod web;
