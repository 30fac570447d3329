//! Request bodies as Glance takes them: JSON whatever the Content-Type says, and none where none is expected.

use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use serde_json::Value;

use super::super::reply;
use super::fault::Fault;

/// More than any image's metadata.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// A body that must be a JSON object or list.
pub(crate) struct Document(pub(crate) Value);

/// A request that must not have a body.
pub(crate) struct NoBody;

impl<S: Send + Sync> FromRequest<S> for Document {
    type Rejection = Fault;

    async fn from_request(request: Request, _: &S) -> Result<Self, Fault> {
        if !has_body(request.method(), request.headers()) {
            return Err(Fault::bad_request("Body expected in request."));
        }
        let bytes = to_bytes(request.into_body(), MOST_BYTES).await;
        let bytes =
            bytes.map_err(|_| Fault::too_large("The body of your request was too large for this server."))?;
        match serde_json::from_slice(&bytes) {
            Ok(body @ (Value::Object(_) | Value::Array(_))) => Ok(Self(body)),
            Ok(_) => Err(Fault::bad_request("Unexpected body type. Expected list/dict.")),
            Err(_) => Err(Fault::bad_request("Malformed JSON in request body.")),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for NoBody {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        if has_body(&parts.method, &parts.headers) {
            return Err(Fault::bad_request("A body is not expected with this request."));
        }
        Ok(Self)
    }
}

fn has_body(method: &Method, headers: &HeaderMap) -> bool {
    let chunked = headers.contains_key(header::TRANSFER_ENCODING);
    let length = reply::text(headers, "content-length").and_then(|length| length.parse::<u64>().ok());
    (chunked && matches!(*method, Method::POST | Method::PUT | Method::PATCH))
        || length.is_some_and(|length| length > 0)
}
