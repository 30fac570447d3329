//! The keys that are known: which of them belong under `auth`, which stand for another, which are secret.
//!
//! Knows names only, no values. Source: the options of keystoneauth1's plugins
//! (keystoneauth1/loading/_plugins) and openstacksdk, openstack/config/loader.py, `_fix_backwards_auth`.

use crate::error::nearest;
use crate::secrets;

/// Keys whose place is under `auth`, as far as some way of logging in has a use for them.
pub(in crate::config) const AUTH: [&str; 37] = [
    "access_token",
    "access_token_endpoint",
    "access_token_type",
    "application_credential_id",
    "application_credential_name",
    "application_credential_secret",
    "auth_methods",
    "auth_token",
    "auth_url",
    "client_id",
    "client_secret",
    "default_domain_id",
    "default_domain_name",
    "discovery_endpoint",
    "domain_id",
    "domain_name",
    "endpoint",
    "identity_provider",
    "openid_scope",
    "passcode",
    "password",
    "project_domain_id",
    "project_domain_name",
    "project_id",
    "project_name",
    "protocol",
    "scope",
    "system_scope",
    "tenant_id",
    "tenant_name",
    "token",
    "trust_id",
    "user_domain_id",
    "user_domain_name",
    "user_id",
    "user_name",
    "username",
];

/// Keys whose place is beside `auth`.
pub(in crate::config) const GENERAL: [&str; 16] = [
    "api_timeout",
    "auth_plugin",
    "auth_type",
    "cacert",
    "cert",
    "connect_retries",
    "default_domain",
    "endpoint_type",
    "identity_api_version",
    "insecure",
    "interface",
    "key",
    "profile",
    "region_name",
    "status_code_retries",
    "verify",
];

/// What may follow `<service>_`.
pub(in crate::config) const SERVICE: [&str; 6] =
    ["endpoint_override", "endpoint", "service_type", "service_name", "interface", "region_name"];

/// Old names, and what each stands for. Where both are given the new one counts.
const SYNONYMS: [(&str, &str); 6] = [
    ("auth_plugin", "auth_type"),
    ("auth_token", "token"),
    ("openid_scope", "scope"),
    ("tenant_id", "project_id"),
    ("tenant_name", "project_name"),
    ("user_name", "username"),
];

/// Keys that, written beside `auth`, win over the same key within it. (For all others `auth` wins.)
const OUTER_WINS: [&str; 10] = [
    "domain_id",
    "domain_name",
    "passcode",
    "project_domain_id",
    "project_domain_name",
    "project_id",
    "project_name",
    "token",
    "user_domain_id",
    "user_domain_name",
];

/// Keys that say what the token is to be good for.
pub(in crate::config) const SCOPE: [&str; 6] =
    ["project_id", "project_name", "domain_id", "domain_name", "system_scope", "trust_id"];

/// Keys of which only one can count: giving one of a row by hand takes the others back.
pub(in crate::config) const RIVALS: [&[&str]; 6] = [
    &SCOPE,
    &["user_id", "username"],
    &["user_domain_id", "user_domain_name"],
    &["project_domain_id", "project_domain_name"],
    &["application_credential_id", "application_credential_name"],
    &["insecure", "verify"],
];

/// Keys beside which a service may have its own; given by hand, they count for every service.
pub(in crate::config) const GENERAL_OF_SERVICES: [&str; 5] =
    ["interface", "region_name", "connect_retries", "status_code_retries", "api_timeout"];

/// Keys that describe the identity or the scope. Where a log-in does not send them, the token must agree with
/// them.
pub(in crate::config) const CLAIMS: [&str; 8] = [
    "user_id",
    "username",
    "user_domain_id",
    "user_domain_name",
    "project_id",
    "project_name",
    "project_domain_id",
    "project_domain_name",
];

/// Keys that need not count: defaults, and the version that is the only one.
pub(in crate::config) const OPTIONAL: [&str; 5] =
    ["default_domain", "default_domain_id", "default_domain_name", "identity_api_version", "profile"];

/// Keys that, given by hand, also say how to log in.
pub(in crate::config) const TELLING: [(&[&str], &str); 2] = [
    (&["token"], "token"),
    (&["application_credential_id", "application_credential_name"], "v3applicationcredential"),
];

/// clouds.yaml's `-` and `_` are one.
pub(in crate::config) fn normal(key: &str) -> String {
    key.replace('-', "_")
}

/// The name a key goes by today, if it has an old one. `endpoint_type` also ends the names of services' keys.
pub(in crate::config) fn modern(key: &str) -> Option<String> {
    if let Some(service) = key.strip_suffix("endpoint_type") {
        return Some(format!("{service}interface"));
    }
    SYNONYMS.iter().find(|(old, _)| *old == key).map(|(_, new)| (*new).to_owned())
}

/// Whether the key belongs under `auth`.
pub(in crate::config) fn is_auth(key: &str) -> bool {
    AUTH.contains(&key)
}

/// Whether the key says anything about logging in, so that it can make a cloud where no file does.
pub(in crate::config) fn tells_of_login(key: &str) -> bool {
    is_auth(key) || key == "auth_type" || key == "auth_plugin"
}

/// Whether the key, by its modern name, counts more where it stands beside `auth`.
pub(in crate::config) fn outer_wins(key: &str) -> bool {
    OUTER_WINS.contains(&key)
}

/// `image_endpoint_override` → (`image`, `endpoint_override`).
pub(in crate::config) fn of_service(key: &str) -> Option<(&str, &'static str)> {
    if is_auth(key) || GENERAL.contains(&key) {
        return None;
    }
    SERVICE.into_iter().find_map(|setting| {
        let service = key.strip_suffix(setting)?.strip_suffix('_')?;
        (!service.is_empty()).then_some((service, setting))
    })
}

/// Whether the key means anything here.
pub(in crate::config) fn is_known(key: &str) -> bool {
    is_auth(key) || GENERAL.contains(&key) || modern(key).is_some() || of_service(key).is_some()
}

/// Whether the value of that key must not be shown.
pub(in crate::config) fn is_secret(key: &str) -> bool {
    // `key` is the file of a TLS key.
    key != "key" && secrets::is_secret(key)
}

/// The known key that was meant, if one is near.
pub(in crate::config) fn nearest_key(key: &str) -> Option<&'static str> {
    let services =
        ["image_endpoint_override", "image_interface", "image_region_name", "identity_endpoint_override"];
    nearest(key, AUTH.into_iter().chain(GENERAL).chain(services))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_names_are_aliases_of_new_ones() {
        for (old, new) in [
            ("tenant_id", Some("project_id")),
            ("endpoint_type", Some("interface")),
            ("image_endpoint_type", Some("image_interface")),
            ("project_id", None),
        ] {
            assert_eq!(modern(old).as_deref(), new, "{old}");
        }
    }

    #[test]
    fn parses_service_keys_apart_from_others() {
        for (key, service) in [
            ("image_endpoint_override", Some(("image", "endpoint_override"))),
            ("block_storage_region_name", Some(("block_storage", "region_name"))),
            ("image_endpoint", Some(("image", "endpoint"))),
            ("region_name", None),
            ("discovery_endpoint", None),
            ("access_token_endpoint", None),
            ("interface", None),
            ("networks", None),
        ] {
            assert_eq!(of_service(key), service, "{key}");
        }
    }

    #[test]
    fn every_secret_name_is_hidden_by_lunette_clouds() {
        for name in secrets::EXAMPLES {
            assert!(is_secret(&normal(name)), "{name}");
        }
    }

    #[test]
    fn secrets_are_known_by_their_sound() {
        for key in
            ["password", "token", "auth_token", "access_token", "client_secret", "passcode", "x_password"]
        {
            assert!(is_secret(key), "{key}");
        }
        for key in ["access_token_endpoint", "username", "auth_url", "key"] {
            assert!(!is_secret(key), "{key}");
        }
    }
}
