//! What comes before and after every route: the API's version, the token, the request's ID, and the form of
//! errors.

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use uuid::Uuid;

use super::super::cloud::{Cloud, Shared};
use super::super::{escape, reply};
use super::fault::{self, Fault};
use super::service::versions;

const REQUEST_ID: &str = "x-openstack-request-id";

/// The ID of a request, for what outlasts it.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// Answers what needs no route, and lets the rest through with a [`Caller`](super::super::state::Caller)
/// attached.
pub(crate) async fn door(State(cloud): State<Shared>, mut request: Request, next: Next) -> Response {
    if request.method() == Method::OPTIONS {
        return StatusCode::OK.into_response();
    }
    if String::from_utf8(escape::bytes(request.uri().path())).is_err() {
        return reply::tripped();
    }
    let accept = reply::text(request.headers(), header::ACCEPT.as_str()).map(str::to_owned);
    let path = match versions::negotiate(request.uri().path(), cloud.options.cache) {
        versions::Negotiated::Api(path) => path,
        versions::Negotiated::Choices(status) => {
            return reply::json(status, &versions::document(&cloud));
        }
        versions::Negotiated::Health => return health(accept.as_deref()),
    };
    let token = reply::text(request.headers(), "x-auth-token");
    let Some(caller) = token.and_then(|token| cloud.caller(token)) else {
        return unauthorized(&cloud, accept.as_deref());
    };
    let id = request_id(&request);
    let head = request.method() == Method::HEAD;

    request.extensions_mut().insert(caller);
    request.extensions_mut().insert(RequestId(id.clone()));
    cloud.state().settle();
    reply::move_to(&mut request, &path);
    if head {
        // A router takes HEAD for GET; Glance has a HEAD nowhere. No route has a TRACE either, so this is
        // refused.
        *request.method_mut() = Method::TRACE;
    }
    let mut response = if path == "/v2" { to_v2(&cloud) } else { next.run(request).await };
    fault::finish(&mut response, accept.as_deref());
    if head {
        // Without a body to give a form to, its type stays the default.
        reply::set(response.headers_mut(), "content-type", "text/html; charset=UTF-8");
    }
    reply::set(response.headers_mut(), REQUEST_ID, &id);
    response
}

/// An answer that says no for no reason of the request's own, as when the service is down.
pub(crate) fn refusal(cloud: &Cloud, status: StatusCode, accept: Option<&str>) -> Response {
    if status == StatusCode::UNAUTHORIZED {
        return unauthorized(cloud, accept);
    }
    let mut response = Fault::of_status(status).into_response();
    fault::finish(&mut response, accept);
    reply::set(response.headers_mut(), REQUEST_ID, &format!("req-{}", Uuid::new_v4()));
    response
}

/// The token is looked at before anything else, so that not even a request ID is there yet.
fn unauthorized(cloud: &Cloud, accept: Option<&str>) -> Response {
    let mut response = Fault::unauthorized().into_response();
    fault::finish(&mut response, accept);
    let challenge = format!("Keystone uri=\"{}/identity\"", cloud.base());
    reply::set(response.headers_mut(), "www-authenticate", &challenge);
    response
}

/// The client's own ID if it sent one, so that it can find its requests in the server's log.
fn request_id(request: &Request) -> String {
    match reply::text(request.headers(), REQUEST_ID) {
        Some(id) if id.starts_with("req-") => id.to_owned(),
        Some(id) => format!("req-{id}"),
        None => format!("req-{}", Uuid::new_v4()),
    }
}

/// `GET /healthcheck`, which oslo.middleware answers.
fn health(accept: Option<&str>) -> Response {
    if accept.is_some_and(|accept| accept.contains("application/json")) {
        return reply::json(StatusCode::OK, &json!({ "detailed": false, "reasons": ["OK"] }));
    }
    ([(header::CONTENT_TYPE, "text/plain; charset=UTF-8")], "OK").into_response()
}

fn to_v2(cloud: &Cloud) -> Response {
    let mut response = reply::bare(StatusCode::FOUND, "text/plain; charset=utf8");
    reply::set(response.headers_mut(), "location", &format!("{}/v2/", cloud.image_url()));
    response
}
