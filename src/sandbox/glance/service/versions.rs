//! Which API versions there are, and which one a path means.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::cloud::Cloud;

/// In the order of glance/api/versions.py for a cloud with several stores and no image cache. It is not
/// sorted.
const VERSIONS: [&str; 16] = [
    "v2.15", "v2.13", "v2.12", "v2.11", "v2.10", "v2.9", "v2.8", "v2.17", "v2.7", "v2.6", "v2.5", "v2.4",
    "v2.3", "v2.2", "v2.1", "v2.0",
];
const CURRENT: &str = "v2.17";
/// The same with an image cache, which brings three versions, and an order of its own.
const CACHING_VERSIONS: [&str; 19] = [
    "v2.18", "v2.17", "v2.16", "v2.15", "v2.14", "v2.13", "v2.12", "v2.11", "v2.10", "v2.9", "v2.8", "v2.7",
    "v2.6", "v2.5", "v2.4", "v2.3", "v2.2", "v2.1", "v2.0",
];
const CACHING_CURRENT: &str = "v2.18";

/// What a path asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Negotiated {
    /// An operation, its path now beginning with `/v2`.
    Api(String),
    /// The list of versions, with this status.
    Choices(StatusCode),
    /// Whether the server lives.
    Health,
}

/// Reads the version at the start of a path. Slashes before it mean nothing.
pub(crate) fn negotiate(path: &str, has_cache: bool) -> Negotiated {
    let (versions, _) = versions(has_cache);
    let path = path.trim_start_matches('/');
    let (version, rest) = path.split_at(path.find('/').unwrap_or(path.len()));
    match (version, rest) {
        ("versions", _) => Negotiated::Choices(StatusCode::OK),
        ("healthcheck", "") => Negotiated::Health,
        ("v2", _) => Negotiated::Api(format!("/v2{rest}")),
        _ if versions.contains(&version) => Negotiated::Api(format!("/v2{rest}")),
        _ => Negotiated::Choices(StatusCode::MULTIPLE_CHOICES),
    }
}

/// All versions, and the current one.
fn versions(has_cache: bool) -> (&'static [&'static str], &'static str) {
    if has_cache { (&CACHING_VERSIONS, CACHING_CURRENT) } else { (&VERSIONS, CURRENT) }
}

/// The list of versions.
pub(crate) fn document(cloud: &Cloud) -> Value {
    let href = format!("{}/v2/", cloud.image_url());
    let (versions, current) = versions(cloud.options.cache);
    let versions: Vec<Value> = versions
        .iter()
        .map(|id| {
            let status = if *id == current { "CURRENT" } else { "SUPPORTED" };
            json!({ "id": id, "status": status, "links": [{ "rel": "self", "href": href }] })
        })
        .collect();
    json!({ "versions": versions })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_means_a_version() {
        let api = |path: &str| Negotiated::Api(path.to_owned());
        let cases = [
            ("/", Negotiated::Choices(StatusCode::MULTIPLE_CHOICES)),
            ("/v1/images", Negotiated::Choices(StatusCode::MULTIPLE_CHOICES)),
            ("/v2.99/images", Negotiated::Choices(StatusCode::MULTIPLE_CHOICES)),
            ("/versions", Negotiated::Choices(StatusCode::OK)),
            ("/healthcheck", Negotiated::Health),
            ("/v2", api("/v2")),
            ("/v2/images", api("/v2/images")),
            ("/v2.15/images", api("/v2/images")),
            ("//v2/images/", api("/v2/images/")),
        ];
        for (path, expected) in cases {
            assert_eq!(negotiate(path, false), expected, "{path}");
        }
        assert_eq!(negotiate("/v2.18/images", true), api("/v2/images"));
        assert_eq!(negotiate("/v2.18/images", false), Negotiated::Choices(StatusCode::MULTIPLE_CHOICES));
    }
}
