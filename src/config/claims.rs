//! Settings that a log-in does not send: each is compared with the token, or refused. None is silently
//! ignored.
//!
//! Runs once all settings are resolved, so that what was never asked for is known.

use super::entry::keys;
use super::entry::layer::Origin;
use super::entry::values::Values;
use super::login;
use crate::error::{Error, Kind, Result};

/// A setting that Keystone is not asked for, and that the token must agree with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The key in clouds.yaml's words: `username`, `project_domain_name`, …
    pub key: &'static str,
    /// Its value.
    pub value: String,
    /// Where it was written, as [`Settings::origins`](super::Settings::origins) says it.
    pub origin: String,
}

/// The claims of a cloud: settings of identity and scope that were given by hand or by a variable and are not
/// sent.
///
/// What a file or a variable names beside an ID is no claim: the ID counts, as for `openstack`, and a name
/// may be old. The user whom variables name beside an application credential is one. Errors: `usage` (an
/// option that has no effect at all).
pub(super) fn build(kind: login::Kind, values: &Values) -> Result<Vec<Claim>> {
    let mut claims = Vec::new();
    for (key, origin) in values.unused() {
        let is_by_hand = matches!(origin, Origin::Option);
        let names_user = matches!(origin, Origin::Variable(_))
            && kind == login::Kind::ApplicationCredential
            && ["user_id", "username"].contains(&key);
        if keys::OPTIONAL.contains(&key) || !(is_by_hand || names_user) {
            continue;
        }
        let claim = keys::CLAIMS.into_iter().find(|claim| *claim == key && kind != login::Kind::None);
        match (claim, values.peek(key)) {
            (Some(key), Some(value)) => {
                claims.push(Claim { key, value: value.to_owned(), origin: origin.to_string() });
            }
            _ if is_by_hand => return Err(unused_option(kind, key, values)),
            _ => {}
        }
    }
    Ok(claims)
}

/// The error for an option that nothing uses.
fn unused_option(kind: login::Kind, key: &str, values: &Values) -> Error {
    let reason = match (key, kind) {
        ("key", _) => "a key without a certificate (cert) has no effect".to_owned(),
        ("verify" | "insecure", _) => "insecure is set as well, and is the stronger one".to_owned(),
        _ => format!("{} has no use for it", kind.describe()),
    };
    let message =
        format!("cloud {}: {key} was given as an option and does not count: {reason}", values.name());
    let advice = match kind {
        _ if key == "key" => "give cert too, or leave key out".to_owned(),
        login::Kind::Password => format!("leave {key} out, or name another way to log in by auth_type"),
        _ if key == "password" => "leave password out, or set auth_type to password".to_owned(),
        _ => format!("leave {key} out, or choose a cloud that logs in another way"),
    };
    Error::new(Kind::Usage, message).advice(advice)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::tests::Given;
    use super::*;

    const CREDENTIAL: &str = "clouds:\n  a:\n    auth_type: v3applicationcredential\n    auth: {auth_url: https://k, \
        application_credential_id: i, application_credential_secret: s, username: in the file}\n";
    const PASSWORD: &str = "clouds:\n  a:\n    auth: {auth_url: https://k, username: u, password: p, \
        user_domain_name: U, project_id: i}\n";
    const NONE: &str = "clouds:\n  a:\n    auth_type: none\n    image_endpoint_override: https://i\n";

    fn claims(yaml: &str, options: &[(&str, &str)]) -> Result<Vec<(&'static str, String)>> {
        let settings =
            Given { files: &[("clouds.yaml", yaml)], ..Given::default() }.cloud(Some("a"), options)?;
        Ok(settings.claims.into_iter().map(|claim| (claim.key, claim.value)).collect())
    }

    #[test]
    fn an_option_that_the_log_in_does_not_send_is_a_claim() {
        for (yaml, options, expected) in [
            (CREDENTIAL, &[][..], &[][..]),
            (CREDENTIAL, &[("username", "v")], &[("username", "v")]),
            (CREDENTIAL, &[("user_id", "v")], &[("user_id", "v")]),
            (CREDENTIAL, &[("user_domain_name", "V")], &[("user_domain_name", "V")]),
            (CREDENTIAL, &[("project_domain_id", "q")], &[("project_domain_id", "q")]),
            (CREDENTIAL, &[("default_domain", "q")], &[]),
            (PASSWORD, &[("username", "v")], &[]),
            (PASSWORD, &[("user_id", "v"), ("user_domain_name", "V")], &[("user_domain_name", "V")]),
            (PASSWORD, &[("project_domain_name", "Q")], &[("project_domain_name", "Q")]),
            (PASSWORD, &[("project_id", "o"), ("project_name", "n")], &[("project_name", "n")]),
            (PASSWORD, &[("token", "t"), ("username", "v")], &[("username", "v")]),
        ] {
            let expected: Vec<_> = expected.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
            assert_eq!(claims(yaml, options).unwrap(), expected, "{options:?}");
        }
    }

    #[test]
    fn an_option_without_any_effect_is_refused_by_name() {
        for (yaml, key) in [
            (CREDENTIAL, "password"),
            (CREDENTIAL, "passcode"),
            (CREDENTIAL, "client_id"),
            (PASSWORD, "passcode"),
            (PASSWORD, "identity_provider"),
            (PASSWORD, "key"),
            (PASSWORD, "endpoint"),
            (NONE, "username"),
            (NONE, "project_name"),
            (NONE, "system_scope"),
            (NONE, "auth_url"),
        ] {
            let error = claims(yaml, &[(key, "x")]).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage, "{key}: {error}");
            assert!(error.message().contains(&format!("{key} was given as an option")), "{error}");
            assert!(error.advice_text().is_some(), "{error}");
        }
    }

    #[test]
    fn no_application_credential_has_a_system_domain_or_trust_scope() {
        for key in ["system_scope", "domain_name", "domain_id", "trust_id"] {
            let error = claims(CREDENTIAL, &[(key, "all")]).unwrap_err();
            assert!(error.message().contains("good for its own project"), "{error}");
        }
    }
}
