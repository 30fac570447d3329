//! `/v3/auth/tokens`: log in, look at a token, end one.

use axum::body::{Body, to_bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use serde_json::Value;

use super::asker::Asker;
use super::login;
use crate::sandbox::cloud::Shared;
use crate::sandbox::keystone::fault::Fault;
use crate::sandbox::keystone::view;
use crate::sandbox::reply;
use crate::sandbox::state::token::Token;

/// What services may do with any token.
const VALIDATE: &str = "validate_token";
/// Far more than anyone needs to log in.
const MOST_BYTES: usize = 112 * 1024;

/// `POST`: the token stands in a header, what it says in the body.
pub(crate) async fn create(
    State(cloud): State<Shared>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Fault> {
    let body = read(&headers, body).await?;
    let mut state = cloud.state();
    let token = login::login(&state, cloud.options.token_lifetime, &body)?;
    let body = view::token(&cloud, &state.identity, &token, wants_catalog(query.as_deref()));
    let text = state.identity.issue(token);
    Ok(with_subject(StatusCode::CREATED, &text, &body))
}

/// `GET` and `HEAD`: what another token says. It is how services find out who asks them.
pub(crate) async fn show(
    State(cloud): State<Shared>,
    method: Method,
    RawQuery(query): RawQuery,
    asker: Asker,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let (text, token) =
        subject(&cloud, &asker, &headers, if method == Method::HEAD { "check_token" } else { VALIDATE })?;
    let state = cloud.state();
    let body = view::token(&cloud, &state.identity, &token, wants_catalog(query.as_deref()));
    Ok(with_subject(StatusCode::OK, &text, &body))
}

/// `DELETE`: it ends at once. The real Glance would go on taking it for up to five minutes.
pub(crate) async fn revoke(
    State(cloud): State<Shared>,
    asker: Asker,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let (text, _) = subject(&cloud, &asker, &headers, "revoke_token")?;
    cloud.state().identity.revoke(&text);
    Ok(reply::no_content())
}

/// The token in `X-Subject-Token`, if it is the asker's own or the asker may do this with any.
fn subject(
    cloud: &Shared,
    asker: &Asker,
    headers: &HeaderMap,
    action: &str,
) -> Result<(String, Token), Fault> {
    let with_any = asker.is_admin() || (action == VALIDATE && asker.has("service"));
    let text = match reply::text(headers, "x-subject-token") {
        None if !with_any => return Err(Fault::forbidden(action)),
        None | Some("") => return Err(Fault::not_found("No token in the request")),
        Some(text) => text,
    };
    let state = cloud.state();
    let token = state.identity.token(text, state.clock.now());
    let token = token.ok_or_else(|| Fault::no_such_token(text))?;
    if with_any || token.user == asker.token.user || text == asker.text {
        Ok((text.to_owned(), token.clone()))
    } else {
        Err(Fault::forbidden(action))
    }
}

/// A body of JSON; null where there is none.
pub(crate) async fn read(headers: &HeaderMap, body: Body) -> Result<Value, Fault> {
    let too_large = |_| Fault::schema("Request is too large.");
    let bytes = to_bytes(body, MOST_BYTES).await.map_err(too_large)?;
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    let kind = reply::text(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        return Err(Fault::expected("application/json", "Content-Type header"));
    }
    let object = serde_json::from_slice(&bytes).ok().filter(Value::is_object);
    object.ok_or_else(|| Fault::expected("valid JSON", "request body"))
}

fn wants_catalog(query: Option<&str>) -> bool {
    let mut keys = query.unwrap_or_default().split('&').filter_map(|pair| pair.split('=').next());
    !keys.any(|key| key == "nocatalog")
}

fn with_subject(status: StatusCode, text: &str, body: &Value) -> Response {
    let mut response = reply::json(status, body);
    reply::set(response.headers_mut(), "x-subject-token", text);
    response
}
