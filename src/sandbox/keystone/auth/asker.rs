//! The sender of a request, as the token says.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::sandbox::cloud::Shared;
use crate::sandbox::keystone::fault::Fault;
use crate::sandbox::reply;
use crate::sandbox::state::token::Token;

/// The sender of a request: the token in `X-Auth-Token`, its text, and the names of its roles.
pub(in crate::sandbox::keystone) struct Asker {
    pub(in crate::sandbox::keystone) text: String,
    pub(in crate::sandbox::keystone) token: Token,
    pub(in crate::sandbox::keystone) roles: Vec<String>,
}

impl Asker {
    pub(in crate::sandbox::keystone) fn is_admin(&self) -> bool {
        self.has("admin")
    }

    /// Refuses everyone but administrators. Errors: 403, which names the `action` as Keystone's policy does.
    pub(in crate::sandbox::keystone) fn require_admin(&self, action: &str) -> Result<(), Fault> {
        if self.is_admin() { Ok(()) } else { Err(Fault::forbidden(action)) }
    }

    pub(in crate::sandbox::keystone) fn has(&self, role: &str) -> bool {
        self.roles.iter().any(|name| name == role)
    }
}

impl FromRequestParts<Shared> for Asker {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, cloud: &Shared) -> Result<Self, Fault> {
        let text = reply::text(&parts.headers, "x-auth-token").ok_or_else(Fault::unauthorized)?;
        let state = cloud.state();
        let token = state.identity.token(text, state.clock.now()).ok_or_else(Fault::unauthorized)?;
        let roles = state.identity.role_names(&token.roles);
        Ok(Self { text: text.to_owned(), token: token.clone(), roles })
    }
}
