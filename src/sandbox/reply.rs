//! How an answer is put together, for every service alike. Knows no service.

use axum::Extension;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// A JSON answer.
pub(crate) fn json(status: StatusCode, body: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (status, headers, body.to_string()).into_response()
}

/// An answer of 204 without a body.
pub(crate) fn no_content() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// An answer with one header and no body.
pub(crate) fn bare(status: StatusCode, content_type: &'static str) -> Response {
    (status, [(header::CONTENT_TYPE, content_type)], Body::empty()).into_response()
}

/// Sets a header, unless its value could not stand in one.
pub(crate) fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// A header as text, or none where it is missing or no text.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Puts another path, escaped, in the place of a request's own. One that could be no path changes nothing.
pub(crate) fn move_to(request: &mut Request, path: &str) {
    let uri = request.uri();
    if uri.path() == path {
        return;
    }
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    if let Ok(uri) = format!("{path}{query}").parse::<Uri>() {
        *request.uri_mut() = uri;
    }
}

/// Marks an answer that the service had no part in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tripped;

/// 500 as the server answers it for a service that tripped.
pub(crate) fn tripped() -> Response {
    let page = "<html>\n  <head>\n    <title>Internal Server Error</title>\n  </head>\n  <body>\n    <h1><p>Internal Server \
                Error</p></h1>\n    \n  </body>\n</html>\n";
    let headers = [(header::CONTENT_TYPE, "text/html")];
    (StatusCode::INTERNAL_SERVER_ERROR, headers, Extension(Tripped), page).into_response()
}
