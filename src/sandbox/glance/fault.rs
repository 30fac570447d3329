//! How Glance says no: a status and a message in one or two parts, in the form that the client's `Accept`
//! asks for.
//!
//! The forms are those of `webob.exc.WSGIHTTPException`, which Glance raises.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::super::reply;

/// An answer that says no. It becomes a response when [`Fault::render`] learns what the client can read.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    status: StatusCode,
    head: Cow<'static, str>,
    break_: &'static str,
    detail: Cow<'static, str>,
    tail: &'static str,
    header: Option<(&'static str, &'static str)>,
}

type Text = Cow<'static, str>;

impl Fault {
    pub(crate) fn new(status: StatusCode, explanation: impl Into<Text>) -> Self {
        Self {
            status,
            head: explanation.into(),
            break_: "<br /><br />\n",
            detail: Text::default(),
            tail: "\n\n",
            header: None,
        }
    }

    fn because(mut self, detail: impl Into<Text>) -> Self {
        self.detail = detail.into();
        self
    }

    /// 400.
    pub(crate) fn bad_request(message: impl Into<Text>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 401: no token, or one that stands for nothing.
    pub(crate) fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "This server could not verify that you are authorized to access the document you requested. Either you supplied the \
             wrong credentials (e.g., bad password), or your browser does not understand how to supply the credentials required.",
        )
    }

    /// 403.
    pub(crate) fn forbidden(message: impl Into<Text>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// 403 with the message in the second part, as Glance raises it in places.
    pub(crate) fn denied(detail: impl Into<Text>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "Access was denied to this resource.").because(detail)
    }

    /// 404.
    pub(crate) fn not_found(message: impl Into<Text>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// 404 for a path that is nothing.
    pub(crate) fn no_such_resource() -> Self {
        Self::not_found("The resource could not be found.")
    }

    /// 404 for an image that is not there, or not to be seen.
    pub(crate) fn no_image(id: &str) -> Self {
        Self::not_found(format!("No image found with ID {id}"))
    }

    /// 405. The one fault that names the request's method.
    pub(crate) fn method_not_allowed(method: &Method, allowed: &'static str) -> Self {
        let head = format!("The method {method} is not allowed for this resource. ");
        Self { tail: "", header: Some(("allow", allowed)), ..Self::new(StatusCode::METHOD_NOT_ALLOWED, head) }
    }

    /// 405 of an operation that is there to be refused. Its message stands alone.
    pub(crate) fn never_allowed(message: &'static str, allowed: &'static str) -> Self {
        Self {
            break_: "",
            tail: "",
            header: Some(("allow", allowed)),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, message)
        }
    }

    /// 409.
    pub(crate) fn conflict(message: impl Into<Text>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// 409 with the message in the second part.
    pub(crate) fn conflicting(detail: impl Into<Text>) -> Self {
        Self::conflict("There was a conflict when trying to complete your request.").because(detail)
    }

    /// 410: the image went while its data came.
    pub(crate) fn gone(message: impl Into<Text>) -> Self {
        Self::new(StatusCode::GONE, message)
    }

    /// 413: a quota or the disk is full.
    pub(crate) fn too_large(message: impl Into<Text>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    }

    /// 415. Where the type is missing, the real one forgets to fill in its template.
    pub(crate) fn unsupported(content_type: Option<&str>, detail: impl Into<Text>) -> Self {
        let kind = content_type.unwrap_or("${CONTENT_TYPE}");
        let head = format!("The request media type {kind} is not supported by this server.");
        Self {
            break_: "\n<br /><br />\n",
            tail: "",
            ..Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, head).because(detail)
        }
    }

    /// 416.
    pub(crate) fn bad_range(detail: impl Into<Text>) -> Self {
        Self::new(StatusCode::RANGE_NOT_SATISFIABLE, "The Range requested is not available.").because(detail)
    }

    /// 500, where the real one trips over what it was sent.
    pub(crate) fn tripped() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The server has either erred or is incapable of performing the requested operation.",
        )
    }

    /// Any status, with a message that fits most.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::SERVICE_UNAVAILABLE => {
                Self::new(status, "The server is currently unavailable. Please try again at a later time.")
            }
            StatusCode::CONFLICT => {
                Self::new(status, "There was a conflict when trying to complete your request.")
            }
            StatusCode::TOO_MANY_REQUESTS => {
                Self::new(status, "The client has sent too many requests in a given amount of time.")
            }
            _ => Self { status, ..Self::tripped() },
        }
    }

    /// Adds a header to the answer.
    pub(crate) fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.header = Some((name, value));
        self
    }

    /// The body's type and text for a client that accepts these.
    fn render(&self, accept: Option<&str>) -> (&'static str, String) {
        let title = title(self.status);
        let code = format!("{} {title}", self.status.as_u16());
        let body = |escape: fn(&str) -> String| {
            let (head, detail) = (escape(&self.head), escape(&self.detail));
            format!("{head}{}{detail}{}", self.break_, self.tail)
        };
        match Form::preferred_form(accept) {
            Form::Json => {
                let json = json!({ "message": body(str::to_owned), "code": code, "title": title });
                ("application/json", json.to_string())
            }
            Form::Html => {
                let body = body(escape);
                let page = format!(
                    "<html>\n <head>\n  <title>{code}</title>\n </head>\n <body>\n  <h1>{code}</h1>\n  {body}\n </body>\n</html>"
                );
                ("text/html; charset=UTF-8", page)
            }
            Form::Plain => {
                let body = body(str::to_owned).replace('\n', " ").replace("<br />", "\n");
                ("text/plain; charset=UTF-8", format!("{code}\n\n{body}"))
            }
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some((name, value)) = self.header {
            reply::set(response.headers_mut(), name, value);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives a response that a [`Fault`] became its body.
pub(crate) fn finish(response: &mut Response, accept: Option<&str>) {
    let Some(fault) = response.extensions_mut().remove::<Fault>() else {
        return;
    };
    let (kind, text) = fault.render(accept);
    let headers: &mut HeaderMap = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.remove(header::CONTENT_LENGTH);
    if fault.status != StatusCode::METHOD_NOT_ALLOWED {
        // The router adds it to whatever it has no method for.
        headers.remove(header::ALLOW);
    }
    *response.body_mut() = Body::from(text);
}

/// webob's names, where they differ from today's.
fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => "Request Entity Too Large",
        StatusCode::RANGE_NOT_SATISFIABLE => "Request Range Not Satisfiable",
        other => other.canonical_reason().unwrap_or_default(),
    }
}

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#x27;")
}

#[derive(Debug, PartialEq, Eq)]
enum Form {
    Plain,
    Html,
    Json,
}

impl Form {
    /// The better of HTML and JSON by the client's preference, HTML where they tie, plain text where neither
    /// will do.
    fn preferred_form(accept: Option<&str>) -> Self {
        let accept = accept.unwrap_or_default();
        let html = quality(accept, "text", "html");
        let json = quality(accept, "application", "json");
        if html <= 0.0 && json <= 0.0 {
            Self::Plain
        } else if json > html {
            Self::Json
        } else {
            Self::Html
        }
    }
}

/// How much a type is wanted: the most specific range that covers it decides (RFC 7231, section 5.3.2).
fn quality(accept: &str, kind: &str, subtype: &str) -> f32 {
    let ranges = accept.split(',').filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let (left, right) = parts.next()?.split_once('/')?;
        let rank = match (left == kind, right == subtype, left, right) {
            (true, true, ..) => 2,
            (true, _, _, "*") => 1,
            (_, _, "*", "*") => 0,
            _ => return None,
        };
        let weight =
            parts.find_map(|parameter| parameter.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok())?;
        Some((rank, weight))
    });
    ranges.max_by_key(|(rank, _)| *rank).map_or(0.0, |(_, weight)| weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_follows_accept() {
        let cases = [
            (None, Form::Plain),
            (Some("text/plain"), Form::Plain),
            (Some("*/*"), Form::Html),
            (Some("application/json"), Form::Json),
            (Some("application/json, */*"), Form::Html),
            (Some("application/json, */*;q=0.5"), Form::Json),
            (Some("text/*;q=0.2, application/json;q=0.1"), Form::Html),
        ];
        for (accept, form) in cases {
            assert_eq!(Form::preferred_form(accept), form, "{accept:?}");
        }
    }
}
