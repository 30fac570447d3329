//! The one door every request leaves by: effects, trace, retry, time-outs, limits.
//!
//! Knows no Keystone and no Glance; only HTTP, and the shape that both give their errors.

mod body;
mod client;
mod door;
mod effects;
mod failure;
mod options;
mod path;
mod redact;
mod request;
mod reserved;
mod response;
mod retry;
mod servers;
mod trace;
mod words;

pub use bytes::Bytes;
pub use reqwest::{Method, Url, header};

pub use body::{Body, Reopen};
pub use door::Door;
pub use effects::{
    Ask, Effect, Effects, agree, asks_for_deletions, disagree, is_own, note_own, with_effect_limit,
    with_named_limit, without_requests,
};
pub use options::{Note, Options, Trace};
pub use path::climbs;
pub use request::{Attempts, Request};
pub use reserved::reserved_header;
pub use response::{Refusal, Response};
pub use servers::Servers;
pub use trace::Event;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
