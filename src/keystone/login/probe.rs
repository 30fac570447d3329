//! Where Keystone v3 stands by a cloud's `auth_url`, and what stands there where it does not.
//!
//! The URL is taken at its word, so a log-in costs one request; only one that failed is looked into.

use serde_json::Value;

use crate::config::Settings;
use crate::error::{Error, Kind, Result};
use crate::http::{Door, Method, Request, Url};

/// `auth_url` up to and with `/v3`, without a slash at its end. Errors: `config` (none, or no URL).
pub(in crate::keystone) fn identity_url(settings: &Settings) -> Result<String> {
    let Some(auth_url) = settings.auth_url.as_deref() else {
        return Err(Error::new(Kind::Config, format!("cloud {} has no auth_url", settings.name))
            .advice("set auth_url (OS_AUTH_URL, --os-auth-url)"));
    };
    let known =
        Url::parse(auth_url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if known.is_none() {
        return Err(Error::new(Kind::Config, format!("auth_url \"{auth_url}\" is no http or https URL")));
    }
    Ok(format!("{}/v3", root(auth_url)))
}

/// The URL that Keystone's versions stand below.
fn root(auth_url: &str) -> &str {
    let mut root = auth_url.trim_end_matches('/');
    for end in ["/auth/tokens", "/v3", "/v2.0"] {
        root = root.strip_suffix(end).unwrap_or(root).trim_end_matches('/');
    }
    root
}

/// The error for an `auth_url` behind which no Keystone v3 answered; `came` says what did.
pub(in crate::keystone) async fn no_keystone(settings: &Settings, door: &Door, came: &str) -> Error {
    let auth_url = settings.auth_url.as_deref().unwrap_or_default();
    let seems = match versions(door, root(auth_url)).await {
        Some(versions) => look(&versions),
        None => Look { seems: format!("it answers {came}"), advice: None },
    };
    let advice = seems.advice.unwrap_or_else(|| {
        "ask the cloud's operators for the Keystone v3 URL; it mostly ends in :5000/v3 or /identity/v3".into()
    });
    Error::new(Kind::Config, format!("auth_url {auth_url} is no Keystone v3: {}", seems.seems)).advice(advice)
}

/// The list of versions at the root, if there is one.
async fn versions(door: &Door, root: &str) -> Option<Value> {
    let request = Request::new(Method::GET, Url::parse(&format!("{root}/")).ok()?);
    door.send(request).await.ok()?.json().await.ok()
}

struct Look {
    seems: String,
    advice: Option<String>,
}

/// What a list of versions gives away of the service it is of.
fn look(list: &Value) -> Look {
    // Keystone: {"versions": {"values": [...]}}; all others: {"versions": [...]}
    let keystone = list.pointer("/versions/values").and_then(Value::as_array);
    let versions = keystone.or_else(|| list.get("versions")?.as_array());
    let Some(versions) = versions else {
        return Look { seems: "it answers JSON, but no list of versions".into(), advice: None };
    };
    let ids: Vec<&str> = versions.iter().filter_map(|version| version.get("id")?.as_str()).collect();
    let v3 = versions.iter().find(|version| version["id"].as_str().is_some_and(|id| id.starts_with("v3")));
    match (keystone.is_some(), v3.and_then(|version| version.pointer("/links/0/href")?.as_str())) {
        (true, Some(url)) => Look {
            seems: format!("it names another URL for that, {url}"),
            advice: Some(format!("set auth_url (OS_AUTH_URL) to {url}")),
        },
        (true, None) => Look {
            seems: format!("the Keystone there speaks only {}", few(&ids)),
            advice: Some("Lunette needs Identity API v3".into()),
        },
        (false, _) => Look {
            seems: format!("it is another OpenStack service, with versions {}", few(&ids)),
            advice: None,
        },
    }
}

/// The first few of a list.
fn few(ids: &[&str]) -> String {
    let shown = ids[..ids.len().min(3)].join(", ");
    if ids.len() > 3 { format!("{shown}, …") } else { shown }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::keystone::tests::settings;

    #[test]
    fn takes_an_auth_url_with_and_without_its_version() {
        for end in ["", "/", "/v3", "/v3/", "/v2.0", "/v2.0/", "/v3/auth/tokens"] {
            let url = identity_url(&settings(&format!("https://cloud:5000/identity{end}"))).unwrap();
            assert_eq!(url, "https://cloud:5000/identity/v3", "{end}");
        }
    }

    #[test]
    fn an_invalid_auth_url_is_named() {
        for wrong in ["cloud:5000", "keystone", "ftp://cloud", ""] {
            let error = identity_url(&settings(wrong)).unwrap_err();
            assert_eq!(error.message(), format!("auth_url \"{wrong}\" is no http or https URL"));
        }
    }

    #[test]
    fn a_list_of_versions_gives_its_service_away() {
        let table = [
            (
                json!({"versions": {"values": [{"id": "v3.14", "links": [{"href": "http://k/v3/"}]}]}}),
                "it names another URL for that, http://k/v3/",
            ),
            (json!({"versions": {"values": [{"id": "v2.0"}]}}), "the Keystone there speaks only v2.0"),
            (
                json!({"versions": [{"id": "v2.15"}, {"id": "v2.17"}, {"id": "v2.7"}, {"id": "v2.0"}]}),
                "it is another OpenStack service, with versions v2.15, v2.17, v2.7, …",
            ),
            (json!({"hello": "world"}), "it answers JSON, but no list of versions"),
        ];
        for (list, seems) in table {
            assert_eq!(look(&list).seems, seems);
        }
    }
}
