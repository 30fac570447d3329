//! Tokens and log-ins: who sends a request, and with which permissions.

pub(super) mod asker;
pub(super) mod credentials;
pub(super) mod login;
pub(super) mod tokens;
