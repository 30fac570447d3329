//! Lost responses and waiting: what every operation needs that takes time or may fail half way.

pub(super) mod lost_response;
pub(super) mod poll_interval;
pub(super) mod repeated_pages;
pub(super) mod retry_once;
pub(super) mod wait;
