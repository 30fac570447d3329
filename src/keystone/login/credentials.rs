//! Credentials and scope as Keystone wants them in the body of a log-in.
//!
//! Pure. Sources: keystone/auth/schema.py (`token_issue`), the plugins under keystoneauth1/identity/v3.

use serde_json::{Map, Value, json};

use crate::config::{ExposeSecret, Login, Named, Scope, SecretString};

/// The body of `POST /v3/auth/tokens`; `None` for log-ins that begin elsewhere (OIDC) or nowhere (`none`).
pub(in crate::keystone) fn body(login: &Login, scope: &Scope) -> Option<Value> {
    let mut auth = Map::new();
    auth.insert("identity".into(), identity(login)?);
    // An application credential is bound to its project, and Keystone refuses any scope beside it.
    if let Some(scope) = scope_value(scope).filter(|_| !matches!(login, Login::ApplicationCredential { .. }))
    {
        auth.insert("scope".into(), scope);
    }
    Some(json!({ "auth": auth }))
}

/// The body that exchanges a token for one of another scope.
pub(in crate::keystone) fn rescope(token: &SecretString, scope: &Scope) -> Option<Value> {
    body(&Login::Token { token: token.clone() }, scope)
}

/// The `identity` part: methods, and one object for each.
pub(in crate::keystone) fn identity(login: &Login) -> Option<Value> {
    let single = [login];
    let logins: Vec<&Login> = match login {
        Login::Multifactor(all) => all.iter().collect(),
        _ => single.to_vec(),
    };
    let methods: Vec<(&str, Value)> = logins.into_iter().map(method).collect::<Option<_>>()?;
    let mut identity = Map::new();
    identity.insert("methods".into(), methods.iter().map(|(name, _)| Value::from(*name)).collect());
    identity.extend(methods.into_iter().map(|(name, value)| (name.to_owned(), value)));
    Some(identity.into())
}

/// A method's name and what it needs.
fn method(login: &Login) -> Option<(&'static str, Value)> {
    Some(match login {
        Login::Password { user, password } => {
            ("password", json!({ "user": with(reference(user), "password", password) }))
        }
        Login::Totp { user, passcode } => {
            ("totp", json!({ "user": with(reference(user), "passcode", passcode) }))
        }
        Login::Token { token } => ("token", with(Map::new(), "id", token)),
        Login::ApplicationCredential { id, name, user, secret } => {
            let mut credential = Map::new();
            if let Some(id) = id {
                credential.insert("id".into(), id.as_str().into());
            } else {
                credential.insert("name".into(), name.as_deref().into());
                if let Some(user) = user {
                    credential.insert("user".into(), reference(user).into());
                }
            }
            ("application_credential", with(credential, "secret", secret))
        }
        Login::Multifactor(_)
        | Login::OidcAccessToken { .. }
        | Login::OidcClientCredentials { .. }
        | Login::None => {
            return None;
        }
    })
}

/// The `scope` part; `None` leaves the choice to Keystone.
pub(in crate::keystone) fn scope_value(scope: &Scope) -> Option<Value> {
    Some(match scope {
        Scope::Default => return None,
        Scope::Project(project) => json!({ "project": reference(project) }),
        Scope::Domain(domain) => json!({ "domain": reference(domain) }),
        Scope::System(which) => {
            let which = Map::from_iter([(which.clone(), Value::from(true))]);
            json!({ "system": which })
        }
        Scope::Trust(id) => json!({ "OS-TRUST:trust": { "id": id } }),
    })
}

fn reference(thing: &Named) -> Map<String, Value> {
    let mut map = Map::new();
    match thing {
        Named::Id(id) => {
            map.insert("id".into(), id.as_str().into());
        }
        Named::Name(name, domain) => {
            map.insert("name".into(), name.as_str().into());
            if let Some(domain) = domain {
                map.insert("domain".into(), reference(domain).into());
            }
        }
    }
    map
}

fn with(mut map: Map<String, Value>, key: &str, secret: &SecretString) -> Value {
    map.insert(key.into(), secret.expose_secret().into());
    map.into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn alice() -> Named {
        Named::Name("alice".into(), Some(Box::new(Named::Name("Default".into(), None))))
    }

    fn password() -> Login {
        Login::Password { user: alice(), password: "p".into() }
    }

    #[test]
    fn every_way_to_log_in_has_keystones_form() {
        let user = json!({"name": "alice", "domain": {"name": "Default"}});
        let alice_with = |key: &str| json!({"name": "alice", "domain": {"name": "Default"}, key: "p"});
        let totp = || Login::Totp { user: alice(), passcode: "p".into() };
        let table = [
            (password(), json!({"methods": ["password"], "password": {"user": alice_with("password")}})),
            (totp(), json!({"methods": ["totp"], "totp": {"user": alice_with("passcode")}})),
            (Login::Token { token: "t".into() }, json!({"methods": ["token"], "token": {"id": "t"}})),
            (
                Login::ApplicationCredential {
                    id: Some("1".into()),
                    name: None,
                    user: None,
                    secret: "s".into(),
                },
                json!({"methods": ["application_credential"], "application_credential": {"id": "1", "secret": "s"}}),
            ),
            (
                Login::ApplicationCredential {
                    id: None,
                    name: Some("ci".into()),
                    user: Some(alice()),
                    secret: "s".into(),
                },
                json!({"methods": ["application_credential"],
                       "application_credential": {"name": "ci", "user": user, "secret": "s"}}),
            ),
            (
                Login::Multifactor(vec![password(), totp()]),
                json!({"methods": ["password", "totp"],
                       "password": {"user": alice_with("password")}, "totp": {"user": alice_with("passcode")}}),
            ),
        ];
        for (login, expected) in table {
            assert_eq!(identity(&login), Some(expected));
        }
        assert_eq!(body(&Login::None, &Scope::Default), None);
    }

    #[test]
    fn every_scope_has_keystones_form() {
        let domain = || Named::Id("default".into());
        let table = [
            (Scope::Default, None),
            (Scope::Project(Named::Id("1".into())), Some(json!({"project": {"id": "1"}}))),
            (
                Scope::Project(Named::Name("a".into(), Some(Box::new(domain())))),
                Some(json!({"project": {"name": "a", "domain": {"id": "default"}}})),
            ),
            (Scope::Domain(domain()), Some(json!({"domain": {"id": "default"}}))),
            (Scope::System("all".into()), Some(json!({"system": {"all": true}}))),
            (Scope::Trust("1".into()), Some(json!({"OS-TRUST:trust": {"id": "1"}}))),
        ];
        for (scope, expected) in table {
            assert_eq!(body(&password(), &scope).unwrap()["auth"].get("scope"), expected.as_ref());
        }
    }

    #[test]
    fn an_application_credential_asks_for_no_scope() {
        let login =
            Login::ApplicationCredential { id: Some("1".into()), name: None, user: None, secret: "s".into() };
        let body = body(&login, &Scope::Project(Named::Id("1".into()))).unwrap();
        assert_eq!(body["auth"].get("scope"), None);
    }
}
