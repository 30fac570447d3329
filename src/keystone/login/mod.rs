//! One log-in: credentials in, token and catalogue out. One request, but for OIDC.
//!
//! Knows the wire; when to log in is the session's business.

pub(super) mod credentials;
pub(super) mod federation;
pub(super) mod probe;
pub(super) mod refusal;

use jiff::Timestamp;
use serde_json::Value;

use super::token::access::{Grant, Granted};

use crate::config::{ExposeSecret, Login, Scope, SecretString, Settings};
use crate::error::{Error, Kind, Result};
use crate::http::{Door, Effect, Method, Request, Response, Url};
use crate::secrets;

/// Logs in. Errors: `unauthorized`, `config` (no Keystone v3, a domain missing), `unavailable`, `protocol`.
pub(super) async fn log_in(settings: &Settings, door: &Door) -> Result<Granted> {
    match &settings.login {
        Login::None => Ok(Granted::nobody()),
        Login::OidcAccessToken { .. } | Login::OidcClientCredentials { .. } => {
            let unscoped = federation::log_in(settings, door).await?;
            if settings.scope == Scope::Default {
                return Ok(unscoped);
            }
            let body = credentials::rescope(&unscoped.access.token, &settings.scope);
            issue(settings, door, body).await
        }
        login => issue(settings, door, credentials::body(login, &settings.scope)).await,
    }
}

/// `POST /v3/auth/tokens`.
async fn issue(settings: &Settings, door: &Door, body: Option<Value>) -> Result<Granted> {
    let Some(body) = body else {
        return Err(Error::new(Kind::Config, "this way to log in cannot be one of several factors"));
    };
    let url = format!("{}/auth/tokens", probe::identity_url(settings)?);
    let request = request(Method::POST, &url)?.json(&body);
    read_granted(send(request, settings, door).await?, settings, door).await
}

/// A request of a log-in: it changes nothing, and may be repeated.
pub(super) fn request(method: Method, url: &str) -> Result<Request> {
    let parsed = Url::parse(url).map_err(|_| Error::new(Kind::Config, format!("\"{url}\" is no URL")))?;
    Ok(Request::new(method, parsed).effect(Effect::Read).repeatable(true))
}

/// Sends it; where nobody answers, the advice names the setting that led there.
pub(super) async fn send(request: Request, settings: &Settings, door: &Door) -> Result<Response> {
    door.send(request).await.map_err(|error| {
        let auth_url = settings.auth_url.as_deref().unwrap_or_default();
        match (error.kind(), error.advice_text()) {
            (Kind::Unavailable | Kind::Protocol, Some(advice)) => {
                let advice = format!("auth_url is {auth_url}: {advice}");
                error.advice(advice)
            }
            _ => error,
        }
    })
}

/// Reads the token out of an answer, or says why there is none.
pub(super) async fn read_granted(response: Response, settings: &Settings, door: &Door) -> Result<Granted> {
    let url = probe::identity_url(settings)?;
    let token = response.header("x-subject-token").filter(|token| !token.is_empty()).map(SecretString::from);
    // At once: the rest of the answer may be wrong, and the error may quote it.
    if let Some(token) = &token {
        secrets::add(token.expose_secret());
    }
    if let (200 | 201, Some(token)) = (response.status, token) {
        let grant: Grant = response.json().await?;
        return Ok(Granted::new(token, grant, Timestamp::now()));
    }
    let refused = response.refusal().await;
    if refusal::is_keystones(refused.json.as_ref()) {
        return Err(refusal::explain(refused, settings, &url));
    }
    match refused.error.status_code() {
        // A proxy's own word (502, 503) is no sign of a wrong URL; that nothing takes a POST there (501) is
        // one.
        Some(status) if status != 501 && (status >= 500 || status == 429) => {
            let auth_url = settings.auth_url.as_deref().unwrap_or_default();
            let advice = format!("try again later; if that does not help, check auth_url, {auth_url}");
            Err(refused.error.advice(advice))
        }
        _ => Err(probe::no_keystone(settings, door, &refused.came).await),
    }
}
