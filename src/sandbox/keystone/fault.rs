//! How Keystone says no: always JSON, in an `error` object with the code, a sentence and the code's name.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Value, json};

use super::super::reply;

/// The ways to log in that the lab's Keystone allows; totp is not among them there either.
const METHODS: [&str; 7] =
    ["external", "password", "token", "oauth1", "mapped", "application_credential", "ec2credential"];

/// An answer that says no.
#[derive(Debug)]
pub(crate) struct Fault {
    status: StatusCode,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Json(Value),
    /// A 404 of the web framework, which knows nothing of JSON.
    Page(&'static str),
    Tripped,
}

impl Fault {
    /// 401: a wrong password, an unknown user, no role there. They all look alike.
    pub(crate) fn unauthorized() -> Self {
        Self::error(StatusCode::UNAUTHORIZED, "The request you have made requires authentication.")
    }

    /// 401 for a way to log in that is not allowed.
    pub(crate) fn unsupported_method() -> Self {
        let message = "Attempted to authenticate with an unsupported method.";
        Self::unauthorized_because(message, &json!({ "methods": METHODS }))
    }

    /// 401 for an application credential that shall be for another project than its own.
    pub(crate) fn credential_with_scope() -> Self {
        let message = "Error authenticating with application credential: Application credentials cannot request a scope.";
        Self::unauthorized_because(message, &json!({}))
    }

    /// 403: the action stands in Keystone's policy file under this name.
    pub(crate) fn forbidden(action: &str) -> Self {
        let message = format!("You are not authorized to perform the requested action: identity:{action}.");
        Self::error(StatusCode::FORBIDDEN, &message)
    }

    /// 403 with a sentence of its own.
    pub(crate) fn refused(message: &str) -> Self {
        Self::error(StatusCode::FORBIDDEN, message)
    }

    /// 403 for what its own options protect.
    pub(crate) fn immutable(verb: &str, kind: &str, id: &str) -> Self {
        Self::refused(&format!(
            "Unable to {verb} immutable {kind} resource: `{id}. Set resource option \"immutable\" to false first."
        ))
    }

    /// 403 for whoever logged in by a restricted application credential.
    pub(crate) fn restricted() -> Self {
        let message = "You are not authorized to perform the requested action: Using method 'application_credential' is not \
                       allowed for managing additional application credentials..";
        Self::error(StatusCode::FORBIDDEN, message)
    }

    /// 409: the second part is which entry, and why.
    pub(crate) fn conflict(kind: &str, why: &str) -> Self {
        Self::error(StatusCode::CONFLICT, &format!("Conflict occurred attempting to store {kind} - {why}"))
    }

    /// 400 for a part of the body that its schema does not allow.
    pub(crate) fn invalid(field: &str, value: &str, why: &str) -> Self {
        let message = format!("Invalid input for field/attribute {field}. Value: {value}. {why}");
        Self::error(StatusCode::BAD_REQUEST, &message)
    }

    /// 400 with a sentence about the request as a whole.
    pub(crate) fn malformed(message: &str) -> Self {
        let message = format!(
            "{message} The server could not comply with the request since it is either malformed or otherwise incorrect. The \
             client is assumed to be in error."
        );
        Self::error(StatusCode::BAD_REQUEST, &message)
    }

    /// 500, where the real one trips over what it was sent.
    pub(crate) fn tripped() -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, body: Body::Tripped }
    }

    /// 404.
    pub(crate) fn not_found(message: &str) -> Self {
        Self::error(StatusCode::NOT_FOUND, message)
    }

    /// 404 for a text that stands for no token. One that once did is told otherwise than rubbish.
    pub(crate) fn no_such_token(text: &str) -> Self {
        Self::not_found(if text.starts_with("gAAAAA") {
            "Failed to validate token"
        } else {
            "Could not recognize Fernet token"
        })
    }

    /// 400: something is missing from the request.
    pub(crate) fn expected(what: &str, place: &str) -> Self {
        let message = format!(
            "Expecting to find {what} in {place}. The server could not comply with the request since it is either malformed \
             or otherwise incorrect. The client is assumed to be in error."
        );
        Self::error(StatusCode::BAD_REQUEST, &message)
    }

    /// 400 for a body that the JSON schema does not allow. The real one prints the schema after it.
    pub(crate) fn schema(message: &str) -> Self {
        Self::error(StatusCode::BAD_REQUEST, message)
    }

    /// 405, the only one without an `error` object.
    pub(crate) fn method_not_allowed() -> Self {
        Self {
            status: StatusCode::METHOD_NOT_ALLOWED,
            body: Body::Json(json!({ "message": "The method is not allowed for the requested URL." })),
        }
    }

    /// 404 for a path that is no resource.
    pub(crate) fn no_such_url() -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            body: Body::Page(
                "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested URL was not \
                 found on the server. If you entered the URL manually please check your spelling and try again.</p>\n",
            ),
        }
    }

    /// Any status, with a message that fits most.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        Self::error(status, "An unexpected error prevented the server from fulfilling your request.")
    }

    /// 501: Keystone has this and the sandbox does not.
    pub(crate) fn not_emulated(what: &str) -> Self {
        let message = format!("The sandbox does not emulate {what}, which Keystone has.");
        Self::error(StatusCode::NOT_IMPLEMENTED, &message)
    }

    fn error(status: StatusCode, message: &str) -> Self {
        let title = status.canonical_reason().unwrap_or_default();
        let error = json!({ "error": { "code": status.as_u16(), "message": message, "title": title } });
        Self { status, body: Body::Json(error) }
    }

    fn unauthorized_because(message: &str, identity: &Value) -> Self {
        let error = json!({ "code": 401, "identity": identity, "message": message, "title": "Unauthorized" });
        Self { status: StatusCode::UNAUTHORIZED, body: Body::Json(json!({ "error": error })) }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        match self.body {
            Body::Json(body) => reply::json(self.status, &body),
            Body::Page(page) => (self.status, Html(page)).into_response(),
            Body::Tripped => reply::tripped(),
        }
    }
}
