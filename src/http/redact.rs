//! What a trace may show: everything but secrets.
//!
//! Knows where HTTP and OpenStack's JSON carry secrets: headers, keys, URLs. Source: `_process_header` in
//! keystoneauth1/session.py, `mask_password` in oslo.utils.

use reqwest::Url;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// What stands in a secret's place.
const REDACTED: &str = "(redacted)";

/// Words that mark a key, a header or a parameter as secret wherever they stand in its name.
const SECRET_WORDS: [&str; 8] =
    ["password", "passwd", "passcode", "passphrase", "secret", "adminpass", "private_key", "cookie"];

/// Names that are secret as a whole.
const SECRET_NAMES: [&str; 12] = [
    "authorization",
    "proxy-authorization",
    "openstack-auth-receipt",
    "temp_url_sig",
    "sig",
    "signature",
    "x-amz-signature",
    "x-amz-credential",
    "access_key",
    "awsaccesskeyid",
    "assertion",
    "blob",
];

/// Headers as text, secrets redacted, in order.
pub(super) fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let shown = |name: &str, value: &str| if is_secret(name) { REDACTED.to_owned() } else { text(value) };
    headers
        .iter()
        .map(|(name, value)| {
            (name.to_string(), shown(name.as_str(), &String::from_utf8_lossy(value.as_bytes())))
        })
        .collect()
}

/// A URL without its user, password and signatures.
pub(super) fn url(url: &Url) -> String {
    let mut shown = url.clone();
    if !url.username().is_empty() || url.password().is_some() {
        // Both fail only for URLs that cannot have a user in the first place.
        let _ = shown.set_username("redacted");
        let _ = shown.set_password(None);
    }
    if url.query_pairs().any(|(name, _)| is_secret(&name)) {
        let pairs = url.query_pairs().map(|(name, value)| {
            let value = if is_secret(&name) { "redacted".into() } else { value };
            (name, value)
        });
        shown.query_pairs_mut().clear().extend_pairs(pairs);
    }
    shown.into()
}

/// A JSON text, secrets redacted by their keys; `None` where it is no JSON.
pub(super) fn json(body: &[u8]) -> Option<String> {
    let mut value: Value = serde_json::from_slice(body).ok()?;
    clean(&mut value);
    Some(value.to_string())
}

fn clean(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (key, value) in object.iter_mut() {
                match value {
                    Value::String(secret) if is_secret(key) => REDACTED.clone_into(secret),
                    Value::Number(_) if is_secret(key) => *value = REDACTED.into(),
                    // A log-in by token: {"identity": {"token": {"id": "gAAAA…"}}}
                    Value::Object(token) if key == "token" => {
                        if let Some(id) = token.get_mut("id") {
                            *id = REDACTED.into();
                        }
                        token.values_mut().for_each(clean);
                    }
                    _ => clean(value),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(clean),
        Value::String(string) => *string = text(string),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A text, redacted where it is a URL (an image's location names its store's account and key).
fn text(text: &str) -> String {
    match Url::parse(text) {
        Ok(parsed) if text.contains("://") => {
            let shown = url(&parsed);
            if shown == parsed.as_str() { text.to_owned() } else { shown }
        }
        _ => text.to_owned(),
    }
}

/// Whether what goes by that name is a secret.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    if name.ends_with("_at") {
        return false; // password_expires_at
    }
    SECRET_NAMES.contains(&name.as_str())
        || SECRET_WORDS.iter().any(|word| name.contains(word))
        // `token`, `access_token`, `X-Auth-Token`, but not `token_endpoint` or `token_type`
        || name.ends_with("token")
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
    fn urls_lose_users_and_signatures_and_nothing_else() {
        let table = [
            ("https://u:p@cloud/v3?x=1", "https://redacted@cloud/v3?x=1"),
            (
                "https://swift/v1/c/o?temp_url_sig=ab12&temp_url_expires=5",
                "https://swift/v1/c/o?temp_url_sig=redacted&temp_url_expires=5",
            ),
            (
                "https://s3/o?X-Amz-Signature=ab&X-Amz-Date=1",
                "https://s3/o?X-Amz-Signature=redacted&X-Amz-Date=1",
            ),
            ("http://cloud/v2/images?name=in%3Aa%2Cb", "http://cloud/v2/images?name=in%3Aa%2Cb"),
        ];
        for (full, shown) in table {
            assert_eq!(url(&Url::parse(full).unwrap()), shown);
        }
    }

    #[test]
    fn headers_lose_tokens_cookies_and_authorisations() {
        let mut sent = HeaderMap::new();
        for name in
            ["x-auth-token", "x-subject-token", "authorization", "set-cookie", "openstack-auth-receipt"]
        {
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
