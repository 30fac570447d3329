//! What happens to a request that a fault strikes, before and after the service sees it.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse as _, Response};
use serde_json::Value;

use super::super::cloud::Cloud;
use super::super::{compute, glance, keystone, reply};
use super::{Effects, IgnoreCase, body};

/// No answer of JSON is larger.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// Marks an answer of which nothing is sent, for the journal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unanswered;

/// Passes a request on to the services, or strikes it.
pub(crate) async fn strike(cloud: &Cloud, request: Request, next: Next) -> Response {
    match cloud.faults.take_effects(request.method().as_str(), request.uri().path()) {
        None => next.run(request).await,
        Some(effects) => apply_effects(cloud, effects, request, next).await,
    }
}

async fn apply_effects(cloud: &Cloud, effects: Effects, mut request: Request, next: Next) -> Response {
    if let Some(delay) = effects.delay {
        tokio::time::sleep(delay).await;
    }
    if effects.end_token {
        let text = reply::text(request.headers(), "x-auth-token").unwrap_or_default();
        cloud.state().identity.revoke(text);
    }
    if effects.ignore_case {
        request.extensions_mut().insert(IgnoreCase);
    }
    if let Some(import) = effects.import {
        request.extensions_mut().insert(import);
    }
    if effects.replaces_the_answer() {
        let refusal = refusal(cloud, &effects, &request);
        if effects.late {
            next.run(request).await;
        }
        return refusal;
    }
    // Data go up by PUT, and down otherwise.
    if request.method() == Method::PUT {
        request = request.map(|data| throttle(&effects, data));
        let response = next.run(request).await;
        return if effects.cut.is_some() { hang_up() } else { response };
    }
    let response = next.run(request).await;
    let response =
        if effects.wrong_hash || effects.drop_next { falsify(&effects, response).await } else { response };
    response.map(|data| throttle(&effects, data))
}

fn throttle(effects: &Effects, mut data: Body) -> Body {
    if let Some(bytes) = effects.cut {
        data = body::cut(data, bytes);
    }
    if let Some(bytes) = effects.stall {
        data = body::stall(data, bytes);
    }
    if let Some(rate) = effects.slow {
        data = body::slow(data, rate);
    }
    data
}

/// The answer that takes the place of the service's own.
fn refusal(cloud: &Cloud, effects: &Effects, request: &Request) -> Response {
    if effects.hang_up {
        return hang_up();
    }
    let accept = reply::text(request.headers(), header::ACCEPT.as_str());
    let path = request.uri().path();
    let mut response = if effects.html {
        page(effects.status.unwrap_or(StatusCode::BAD_GATEWAY))
    } else {
        let status = effects.status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        if path.starts_with("/identity") {
            keystone::refusal(cloud, status)
        } else if path.starts_with("/compute") {
            compute::refusal(status, "The server could not comply with the request.")
        } else {
            glance::refusal(cloud, status, accept)
        }
    };
    if let Some(seconds) = effects.retry_after {
        reply::set(response.headers_mut(), "retry-after", &seconds.to_string());
    }
    response
}

/// As a proxy before the service writes it.
fn page(status: StatusCode) -> Response {
    let text = Html(format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n\
         <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    ));
    (status, text).into_response()
}

fn hang_up() -> Response {
    let mut response = Response::new(body::nothing());
    response.extensions_mut().insert(Unanswered);
    response
}

async fn falsify(effects: &Effects, response: Response) -> Response {
    let kind = reply::text(response.headers(), header::CONTENT_TYPE.as_str()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        return if effects.wrong_hash { response.map(body::spoil) } else { response };
    }
    let (mut head, body) = response.into_parts();
    let bytes = to_bytes(body, MOST_BYTES).await.unwrap_or_default();
    let Ok(mut json) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(head, Body::from(bytes));
    };
    if let Some(fields) = json.as_object_mut().filter(|_| effects.drop_next) {
        fields.remove("next");
    }
    if effects.wrong_hash {
        spoil_hashes(&mut json);
    }
    let text = json.to_string();
    reply::set(&mut head.headers, "content-length", &text.len().to_string());
    Response::from_parts(head, Body::from(text))
}

/// Turns the first digit of every hash into another.
fn spoil_hashes(json: &mut Value) {
    match json {
        Value::Object(fields) => {
            for (name, value) in fields {
                if let (Value::String(digits), "checksum" | "os_hash_value") = (&mut *value, name.as_str()) {
                    let other = if digits.starts_with('0') { "1" } else { "0" };
                    digits.replace_range(..1, other);
                } else {
                    spoil_hashes(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(spoil_hashes),
        _ => {}
    }
}
