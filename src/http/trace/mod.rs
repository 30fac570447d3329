//! What a trace shows of requests and responses.

pub(super) mod exchange;
pub(super) mod redact;
