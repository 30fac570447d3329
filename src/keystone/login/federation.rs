//! Log-ins by `OpenID` Connect: an access token of the identity provider's buys an unscoped token of
//! Keystone's.
//!
//! Sources: keystoneauth1/identity/v3/oidc.py; RFC 6749, 4.4 (client credentials).

use serde::Deserialize;

use super::probe;
use crate::config::{ExposeSecret, Login, SecretString, Settings};
use crate::error::{Error, Kind, Result};
use crate::http::{Door, Method};
use crate::keystone::login;
use crate::keystone::token::access::Granted;
use crate::secrets;

#[derive(Deserialize)]
struct Discovery {
    token_endpoint: String,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: SecretString,
}

/// Logs in without scope. Errors: as every log-in, and `config` for the provider's own endpoints.
pub(in crate::keystone) async fn log_in(settings: &Settings, door: &Door) -> Result<Granted> {
    let (provider, protocol, token) = match &settings.login {
        Login::OidcAccessToken { identity_provider, protocol, access_token } => {
            (identity_provider, protocol, access_token.clone())
        }
        Login::OidcClientCredentials { identity_provider, protocol, .. } => {
            (identity_provider, protocol, client_credentials(settings, door).await?)
        }
        _ => return Err(Error::new(Kind::Config, "this log-in is no OIDC one")),
    };
    let base = probe::identity_url(settings)?;
    let mut request = login::request(Method::POST, &base)?;
    if let Ok(mut path) = request.url.path_segments_mut() {
        path.extend(["OS-FEDERATION", "identity_providers", provider, "protocols", protocol, "auth"]);
    }
    let op = format!("POST {}", request.url.path());
    let request = request.op(op).header("Authorization", &format!("Bearer {}", token.expose_secret()));
    login::read_granted(login::send(request, settings, door).await?, settings, door).await
}

/// The access token that the identity provider gives a client for its own ID and secret.
async fn client_credentials(settings: &Settings, door: &Door) -> Result<SecretString> {
    let Login::OidcClientCredentials {
        client_id,
        client_secret,
        discovery_endpoint,
        access_token_endpoint,
        openid_scope,
        ..
    } = &settings.login
    else {
        return Err(Error::new(Kind::Config, "this log-in has no client credentials"));
    };
    let endpoint = match (access_token_endpoint, discovery_endpoint) {
        (Some(endpoint), _) => endpoint.clone(),
        (None, Some(discovery)) => {
            let answer = door.send(login::request(Method::GET, discovery)?).await?;
            answer.check().await?.json::<Discovery>().await?.token_endpoint
        }
        (None, None) => {
            return Err(Error::new(Kind::Config, "there is no URL to get an access token from")
                .advice("set discovery_endpoint or access_token_endpoint"));
        }
    };
    let fields = [("grant_type", "client_credentials"), ("scope", openid_scope.as_str())];
    let mut request = login::request(Method::POST, &endpoint)?.form(&fields);
    // Client and secret travel as Basic authorisation (RFC 6749, 2.3.1).
    let _ = request.url.set_username(client_id);
    let _ = request.url.set_password(Some(client_secret.expose_secret()));
    let tokens: Tokens = door.send(request).await?.check().await?.json().await?;
    secrets::add(tokens.access_token.expose_secret());
    Ok(tokens.access_token)
}
