//! Requests: one door through which each of them leaves, with effects, trace, retries, timeouts and limits.
//!
//! | file or folder | contents |
//! |---|---|
//! | `door.rs`, `options.rs`, `client.rs` | the door, its options, and the HTTP library below it |
//! | `resolver.rs` | addresses of host names |
//! | `request.rs`, `response.rs`, `body.rs` | what is sent, and what comes back |
//! | `guard/` | what a request may be: effects, paths, headers |
//! | `retry.rs`, `server_health.rs` | when a request is sent again, and what is known of each server |
//! | `failure.rs`, `server_message.rs` | errors: no response, and the server's own words |
//! | `trace/` | what a trace shows, without secrets |
//!
//! Knows neither Keystone nor Glance, only HTTP and the form that both give their errors.

mod body;
mod client;
mod door;
mod failure;
mod guard;
mod options;
mod request;
mod resolver;
mod response;
mod retry;
mod server_health;
mod server_message;
mod trace;

pub use bytes::Bytes;
pub use reqwest::{Method, Url, header};

pub use body::{Body, Reopen};
pub use door::Door;
pub use guard::effect_limit::{
    Ask, Effect, Effects, agree, asks_for_deletions, disagree, is_own, note_own, with_effect_limit,
    with_named_limit, without_requests,
};
pub use guard::path::climbs;
pub use guard::reserved_headers::reserved_header;
pub use options::{Note, Options, Trace};
pub use request::{Attempts, Request};
pub use response::{FEWEST_BYTES, Refusal, Response};
pub use server_health::Servers;
pub use trace::exchange::Event;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
