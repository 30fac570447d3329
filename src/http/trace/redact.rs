//! Headers and bodies as a trace may show them: everything but secrets.
//!
//! Knows where HTTP and OpenStack's JSON carry secrets. The names of secrets, and URLs, are the business of
//! `secrets`.

use reqwest::header::HeaderMap;
use serde_json::{Map, Value};

use crate::secrets::{REDACTED, hide, hide_distinct, is_secret, redact_text};

/// Keys of an object that name what its `value` is: `{"op": "add", "path": "/x_password", "value": …}`.
const NAMING: [&str; 3] = ["path", "name", "key"];

/// Headers as text, secrets redacted, in order.
pub(in crate::http) fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let shown = |name: &str, value: &str| {
        if is_secret(name) { REDACTED.to_owned() } else { hide(&redact_text(value)).into_owned() }
    };
    headers
        .iter()
        .map(|(name, value)| {
            (
                hide(name.as_str()).into_owned(),
                shown(name.as_str(), &String::from_utf8_lossy(value.as_bytes())),
            )
        })
        .collect()
}

/// A JSON text, secrets redacted by their keys; `None` where it is no JSON.
pub(in crate::http) fn json(body: &[u8]) -> Option<String> {
    let mut value: Value = serde_json::from_slice(body).ok()?;
    clean(&mut value);
    Some(hide_distinct(&value.to_string()).into_owned())
}

fn clean(value: &mut Value) {
    match value {
        Value::Object(object) => clean_object(object),
        Value::Array(list) => list.iter_mut().for_each(clean),
        Value::String(string) => *string = hide(&redact_text(string)).into_owned(),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn clean_object(object: &mut Map<String, Value>) {
    let named = |key: &&str| object.get(*key).and_then(Value::as_str).is_some_and(names_secret);
    let is_named = object.contains_key("value") && NAMING.iter().any(named);
    for (key, value) in object.iter_mut() {
        match value {
            Value::Null => {}
            // {"identity": {"methods": ["password"], "password": {"user": {"name": …, "password": …}}}}
            Value::Object(identity) if key == "identity" => clean_identity(identity),
            // What Keystone tells of a token: {"token": {"expires_at": …, "catalog": […]}}
            Value::Object(token) if key == "token" && token.contains_key("expires_at") => {
                if let Some(id) = token.get_mut("id") {
                    *id = REDACTED.into();
                }
                token.values_mut().for_each(clean);
            }
            _ if is_secret(key) || (is_named && key == "value") => *value = REDACTED.into(),
            _ => clean(value),
        }
    }
}

/// Each method of a log-in has an object of its own, whose name is no secret but whose contents may be.
fn clean_identity(identity: &mut Map<String, Value>) {
    for (method, value) in identity.iter_mut() {
        if let (true, Some(id)) = (method == "token", value.get_mut("id")) {
            *id = REDACTED.into();
        }
        clean(value);
    }
}

/// Whether a JSON pointer or a name ends in the name of a secret.
fn names_secret(path: &str) -> bool {
    is_secret(path.rsplit('/').next().unwrap_or(path))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn no_log_in_shows_its_secret() {
        let table = [
            (
                r#"{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"alice","password":"hunter2"}}}}}"#,
                r#"{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"alice","password":"(redacted)"}}}}}"#,
            ),
            (
                r#"{"identity":{"methods":["token"],"token":{"id":"gAAAA"}}}"#,
                r#"{"identity":{"methods":["token"],"token":{"id":"(redacted)"}}}"#,
            ),
            (
                r#"{"application_credential":{"id":"0bae","secret":"hunter2"},"totp":{"user":{"id":"1","passcode":"123456"}}}"#,
                r#"{"application_credential":{"id":"0bae","secret":"(redacted)"},"totp":{"user":{"id":"1","passcode":"(redacted)"}}}"#,
            ),
            (
                r#"{"access_token":"eyJ","token_type":"Bearer","expires_in":300}"#,
                r#"{"access_token":"(redacted)","token_type":"Bearer","expires_in":300}"#,
            ),
            (
                r#"{"token":{"user":{"id":"1","password_expires_at":"2027"},"expires_at":"2026"},"code":"404"}"#,
                r#"{"token":{"user":{"id":"1","password_expires_at":"2027"},"expires_at":"2026"},"code":"404"}"#,
            ),
            (
                r#"{"locations":[{"url":"swift+https://account:key@keystone/v3/container/1"}],"name":"a://b"}"#,
                r#"{"locations":[{"url":"swift+https://redacted@keystone/v3/container/1"}],"name":"a://b"}"#,
            ),
        ];
        for (sent, shown) in table {
            assert_eq!(json(sent.as_bytes()).as_deref(), Some(shown));
        }
        assert_eq!(json(b"client_secret=hunter2"), None);
    }

    #[test]
    fn every_secret_name_is_hidden_in_headers_and_bodies() {
        for name in crate::secrets::EXAMPLES {
            for value in [json_value("abc"), serde_json::json!(["abc"]), serde_json::json!({ "a": "abc" })] {
                let body = serde_json::json!({ "a": [{ name: value }] }).to_string();
                assert!(!json(body.as_bytes()).unwrap().contains("abc"), "{body}");
            }
            let mut sent = HeaderMap::new();
            sent.insert(reqwest::header::HeaderName::try_from(name).unwrap(), "abc".parse().unwrap());
            assert_eq!(headers(&sent)[0].1, REDACTED, "{name}");
        }
    }

    fn json_value(text: &str) -> Value {
        Value::from(text)
    }

    #[test]
    fn a_secret_in_the_name_of_a_header_is_hidden() {
        crate::secrets::add("Zk-41-Open-Sesame");
        let mut sent = HeaderMap::new();
        sent.insert("x-zk-41-open-sesame-1", "a".parse().unwrap());
        assert_eq!(headers(&sent), [("x-(redacted)-1".to_owned(), "a".to_owned())]);
    }

    #[test]
    fn all_below_a_secret_name_is_hidden() {
        let table = [
            (r#"{"credentials":{"user":"a","x":["b"]}}"#, r#"{"credentials":"(redacted)"}"#),
            (
                r#"{"api_key":["a","b"],"key":7,"pw":true}"#,
                r#"{"api_key":"(redacted)","key":"(redacted)","pw":"(redacted)"}"#,
            ),
            (r#"{"password":null}"#, r#"{"password":null}"#),
            (r#"{"token":{"value":"a"}}"#, r#"{"token":"(redacted)"}"#),
            (
                r#"[{"op":"add","path":"/store_password","value":"a"},{"op":"add","path":"/os_distro","value":"a"}]"#,
                r#"[{"op":"add","path":"/store_password","value":"(redacted)"},{"op":"add","path":"/os_distro","value":"a"}]"#,
            ),
            (r#"[{"name":"X-Api-Key","value":{"a":"b"}}]"#, r#"[{"name":"X-Api-Key","value":"(redacted)"}]"#),
            (r#"{"header":"Bearer abc"}"#, r#"{"header":"(redacted)"}"#),
        ];
        for (sent, shown) in table {
            assert_eq!(json(sent.as_bytes()).as_deref(), Some(shown));
        }
    }

    #[test]
    fn headers_lose_tokens_cookies_and_authorisations() {
        let mut sent = HeaderMap::new();
        for name in [
            "x-auth-token",
            "x-subject-token",
            "authorization",
            "set-cookie",
            "openstack-auth-receipt",
            "x-api-key",
        ] {
            sent.insert(name, "hunter2".parse().unwrap());
        }
        sent.insert("www-authenticate", "Keystone uri=\"http://cloud\"".parse().unwrap());
        for (name, value) in headers(&sent) {
            let expected =
                if name == "www-authenticate" { "Keystone uri=\"http://cloud\"" } else { REDACTED };
            assert_eq!(value, expected, "{name}");
        }
    }
}
