//! `Cloud`: the record, its listings, raw requests, and what the service tells of itself.

pub(super) mod listing;
pub(super) mod record;
pub(super) mod request;
pub(super) mod service;
