//! Keystone's refusals, in words that say what to change.
//!
//! Keystone tells little on purpose: a wrong password, an unknown user and a project without a role are one
//! and the same 401. So the error says what was asked. Source: keystone/exception.py; statuses as keystone 30
//! answers them.

use serde_json::Value;

use crate::config::{Login, Named, OPTIONS, Scope, Settings};
use crate::error::{Error, Kind};
use crate::http::Refusal;

/// Whether a body has the shape of Keystone's errors, so that a Keystone v3 must have written it.
pub(in crate::keystone) fn is_keystones(body: Option<&Value>) -> bool {
    let message = body.and_then(|body| body.pointer("/error/message")?.as_str());
    // An old Keystone without v3 has the same shape for a path that it does not know.
    message.is_some_and(|message| message != "The resource could not be found.") || receipt(body).is_some()
}

/// The error of a log-in that Keystone refused.
pub(in crate::keystone) fn explain(refusal: Refusal, settings: &Settings, url: &str) -> Error {
    let Refusal { error, json, .. } = refusal;
    let with_settings = |advice: &str| match settings.name.as_str() {
        OPTIONS => advice.to_owned(),
        name => format!("{advice}; lunette clouds {name} shows what was used"),
    };
    match error.status_code() {
        Some(401) if let Some(missing) = receipt(json.as_ref()) => reword(
            &error,
            Kind::Unauthorized,
            format!("{url} wants {missing} of {}", describe_user(&settings.login)),
        )
        .advice("set auth_type to v3multifactor, with all of them in auth_methods"),
        Some(401 | 404) => {
            let (reason, advice) = reason(&settings.login, &settings.scope);
            // A 401 has the same words for everything; a 404 says which thing was not found.
            let words = match (error.status_code(), &settings.login) {
                (Some(404), Login::Token { .. }) => format!("{reason} ({})", error.message()),
                (Some(404), _) => error.message().to_owned(),
                _ => reason,
            };
            reword(
                &error,
                Kind::Unauthorized,
                format!("{url} refuses {}: {words}", describe_user(&settings.login)),
            )
            .advice(with_settings(advice))
        }
        Some(400) => {
            let advice = match error.message() {
                text if text.contains("find domain in user") => "set user_domain_name (OS_USER_DOMAIN_NAME)",
                text if text.contains("find domain in project") => {
                    "set project_domain_name (OS_PROJECT_DOMAIN_NAME)"
                }
                _ => "check the cloud's auth settings",
            };
            // "Expecting to find domain in user. The server could not comply with the request since it is …"
            let words = error.message().split(". The server could not comply").next().unwrap_or_default();
            let message = format!("{url} does not understand the log-in: {words}");
            reword(&error, Kind::Config, message).advice(with_settings(advice))
        }
        _ => error,
    }
}

/// The same refusal, told otherwise.
fn reword(error: &Error, kind: Kind, message: String) -> Error {
    let mut told = Error::new(kind, message);
    if let Some(op) = error.op_name() {
        told = told.op(op);
    }
    if let Some(status) = error.status_code() {
        told = told.status(status);
    }
    if let Some(id) = error.request_id_value() {
        told = told.request_id(id);
    }
    told
}

/// The further methods that a half-finished log-in needs.
fn receipt(body: Option<&Value>) -> Option<String> {
    let rules = body?.get("required_auth_methods")?.as_array()?;
    let rule = |rule: &Value| {
        Some(rule.as_array()?.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" and "))
    };
    Some(rules.iter().filter_map(rule).collect::<Vec<_>>().join(", or "))
}

/// Who asked, without secrets.
pub(in crate::keystone) fn describe_user(login: &Login) -> String {
    match login {
        Login::Password { user, .. } | Login::Totp { user, .. } => format!("user {}", describe_named(user)),
        Login::Token { .. } => "the token".into(),
        Login::ApplicationCredential { id, name, .. } => {
            let credential = name.as_ref().or(id.as_ref()).map_or("", String::as_str);
            format!("application credential {credential}")
        }
        Login::Multifactor(logins) => logins.first().map_or_else(|| "nobody".into(), describe_user),
        Login::OidcAccessToken { identity_provider, .. } => {
            format!("the access token of {identity_provider}")
        }
        Login::OidcClientCredentials { client_id, .. } => format!("client {client_id}"),
        Login::None => "nobody".into(),
    }
}

/// What a 401 may mean, and what to do about it.
fn reason(login: &Login, scope: &Scope) -> (String, &'static str) {
    let scope = match scope {
        Scope::Default => String::new(),
        Scope::Project(project) => format!(", or no role in project {}", describe_named(project)),
        Scope::Domain(domain) => format!(", or no role in domain {}", describe_named(domain)),
        Scope::System(_) => ", or no role in the system".into(),
        Scope::Trust(id) => format!(", or no trust {id}"),
    };
    match login {
        Login::Token { .. } => (
            format!("it has ended, was revoked or is another cloud's, and cannot be renewed{scope}"),
            "get a new token, or log in with a password or an application credential, which are renewed by themselves",
        ),
        Login::ApplicationCredential { .. } => {
            ("wrong secret, or it has ended".into(), "check its ID and secret, or create a new one")
        }
        Login::Totp { .. } => (
            format!("wrong or old passcode, or unknown user{scope}"),
            "enter a fresh passcode, and check the user's name and domain",
        ),
        Login::OidcAccessToken { .. } | Login::OidcClientCredentials { .. } => (
            format!("it does not know the identity{scope}"),
            "check identity_provider and protocol, and that the access token is a fresh one",
        ),
        Login::Password { .. } | Login::Multifactor(_) | Login::None => (
            format!("wrong password, or unknown user{scope}"),
            "check the password, and the names of user, project and their domains",
        ),
    }
}

fn describe_named(thing: &Named) -> String {
    match thing {
        Named::Id(id) => id.clone(),
        Named::Name(name, Some(domain)) => format!("{name} (domain {})", describe_named(domain)),
        Named::Name(name, None) => name.clone(),
    }
}
