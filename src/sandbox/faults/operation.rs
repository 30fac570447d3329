//! What may be struck: every operation by its name, and the way from a request's path to it.
//!
//! The names are those of the `glance` and `openstack` commands, as far as there are such.

use super::bad_fault::{BadFault, nearest};

/// A name, a method and a path. What stands in braces is any one segment.
type Known = (&'static str, &'static str, &'static str);

/// glance/api/v2/router.py, and as much of Keystone and Nova as an image client asks.
const KNOWN: &[Known] = &[
    ("image-list", "GET", "/v2/images"),
    ("image-create", "POST", "/v2/images"),
    ("image-show", "GET", "/v2/images/{image}"),
    ("image-update", "PATCH", "/v2/images/{image}"),
    ("image-delete", "DELETE", "/v2/images/{image}"),
    ("image-tasks", "GET", "/v2/images/{image}/tasks"),
    ("image-import", "POST", "/v2/images/{image}/import"),
    ("image-deactivate", "POST", "/v2/images/{image}/actions/deactivate"),
    ("image-reactivate", "POST", "/v2/images/{image}/actions/reactivate"),
    ("image-download", "GET", "/v2/images/{image}/file"),
    ("image-upload", "PUT", "/v2/images/{image}/file"),
    ("image-stage", "PUT", "/v2/images/{image}/stage"),
    ("image-tag-update", "PUT", "/v2/images/{image}/tags/{tag}"),
    ("image-tag-delete", "DELETE", "/v2/images/{image}/tags/{tag}"),
    ("location-add", "POST", "/v2/images/{image}/locations"),
    ("location-list", "GET", "/v2/images/{image}/locations"),
    ("member-list", "GET", "/v2/images/{image}/members"),
    ("member-create", "POST", "/v2/images/{image}/members"),
    ("member-get", "GET", "/v2/images/{image}/members/{member}"),
    ("member-update", "PUT", "/v2/images/{image}/members/{member}"),
    ("member-delete", "DELETE", "/v2/images/{image}/members/{member}"),
    ("stores-delete", "DELETE", "/v2/stores/{store}/{image}"),
    ("task-list", "GET", "/v2/tasks"),
    ("task-create", "POST", "/v2/tasks"),
    ("task-show", "GET", "/v2/tasks/{task}"),
    ("import-info", "GET", "/v2/info/import"),
    ("stores-info", "GET", "/v2/info/stores"),
    ("stores-info-detail", "GET", "/v2/info/stores/detail"),
    ("usage", "GET", "/v2/info/usage"),
    ("cache-list", "GET", "/v2/cache"),
    ("cache-clear", "DELETE", "/v2/cache"),
    ("cache-queue", "PUT", "/v2/cache/{image}"),
    ("cache-delete", "DELETE", "/v2/cache/{image}"),
    ("cache-nodes", "GET", "/v2/cache/nodes/{image}"),
    ("cache-clean", "POST", "/v2/cache/clean"),
    ("cache-prune", "POST", "/v2/cache/prune"),
    ("schema-show", "GET", "/v2/schemas/{name}"),
    ("md-schema-show", "GET", "/v2/schemas/metadefs/{name}"),
    ("md-resource-type-list", "GET", "/v2/metadefs/resource_types"),
    ("md-namespace-list", "GET", "/v2/metadefs/namespaces"),
    ("md-namespace-create", "POST", "/v2/metadefs/namespaces"),
    ("md-namespace-show", "GET", "/v2/metadefs/namespaces/{namespace}"),
    ("md-namespace-update", "PUT", "/v2/metadefs/namespaces/{namespace}"),
    ("md-namespace-delete", "DELETE", "/v2/metadefs/namespaces/{namespace}"),
    ("md-namespace-resource-type-list", "GET", "/v2/metadefs/namespaces/{namespace}/resource_types"),
    ("md-resource-type-associate", "POST", "/v2/metadefs/namespaces/{namespace}/resource_types"),
    ("md-resource-type-deassociate", "DELETE", "/v2/metadefs/namespaces/{namespace}/resource_types/{type}"),
    ("md-property-list", "GET", "/v2/metadefs/namespaces/{namespace}/properties"),
    ("md-property-create", "POST", "/v2/metadefs/namespaces/{namespace}/properties"),
    ("md-namespace-properties-delete", "DELETE", "/v2/metadefs/namespaces/{namespace}/properties"),
    ("md-property-show", "GET", "/v2/metadefs/namespaces/{namespace}/properties/{property}"),
    ("md-property-update", "PUT", "/v2/metadefs/namespaces/{namespace}/properties/{property}"),
    ("md-property-delete", "DELETE", "/v2/metadefs/namespaces/{namespace}/properties/{property}"),
    ("md-object-list", "GET", "/v2/metadefs/namespaces/{namespace}/objects"),
    ("md-object-create", "POST", "/v2/metadefs/namespaces/{namespace}/objects"),
    ("md-namespace-objects-delete", "DELETE", "/v2/metadefs/namespaces/{namespace}/objects"),
    ("md-object-show", "GET", "/v2/metadefs/namespaces/{namespace}/objects/{object}"),
    ("md-object-update", "PUT", "/v2/metadefs/namespaces/{namespace}/objects/{object}"),
    ("md-object-delete", "DELETE", "/v2/metadefs/namespaces/{namespace}/objects/{object}"),
    ("md-tag-list", "GET", "/v2/metadefs/namespaces/{namespace}/tags"),
    ("md-tag-create-multiple", "POST", "/v2/metadefs/namespaces/{namespace}/tags"),
    ("md-namespace-tags-delete", "DELETE", "/v2/metadefs/namespaces/{namespace}/tags"),
    ("md-tag-show", "GET", "/v2/metadefs/namespaces/{namespace}/tags/{tag}"),
    ("md-tag-create", "POST", "/v2/metadefs/namespaces/{namespace}/tags/{tag}"),
    ("md-tag-update", "PUT", "/v2/metadefs/namespaces/{namespace}/tags/{tag}"),
    ("md-tag-delete", "DELETE", "/v2/metadefs/namespaces/{namespace}/tags/{tag}"),
    ("version-list", "GET", "/versions"),
    ("token-create", "POST", "/v3/auth/tokens"),
    ("token-show", "GET", "/v3/auth/tokens"),
    ("token-revoke", "DELETE", "/v3/auth/tokens"),
    ("token-catalog", "GET", "/v3/auth/catalog"),
    ("token-projects", "GET", "/v3/auth/projects"),
    ("project-list", "GET", "/v3/projects"),
    ("project-show", "GET", "/v3/projects/{project}"),
    ("user-list", "GET", "/v3/users"),
    ("user-show", "GET", "/v3/users/{user}"),
    ("server-list", "GET", "/v2/servers/detail"),
];

/// One operation or several.
#[derive(Debug, Clone)]
pub(super) enum Operation {
    /// Whatever is asked.
    Any,
    /// Those whose names begin so.
    Named(String),
    /// A method, or `*`, and a path.
    Path(String, String),
}

impl Operation {
    /// The operations of that name, which may end in `*`.
    pub(super) fn find(name: &str) -> Result<Self, BadFault> {
        if name == "any" || name == "*" {
            return Ok(Self::Any);
        }
        let operation = Self::Named(name.to_owned());
        if KNOWN.iter().any(|(known, ..)| covers(name, known)) {
            return Ok(operation);
        }
        let near = nearest(name, KNOWN.iter().map(|(known, ..)| *known));
        Err(BadFault::unknown("operation", name, near.as_deref())
            .with_advice("operations are named as by `glance help`, or by method and path: GET /v2/images"))
    }

    /// The operations of a method and a path. A segment in braces, or a `*`, is any.
    pub(super) fn path(method: &str, path: &str) -> Result<Self, BadFault> {
        let matches = |known: &Known| (method == "*" || method == known.1) && fits(path, known.2);
        if KNOWN.iter().any(matches) {
            return Ok(Self::Path(method.to_owned(), path.to_owned()));
        }
        let all: Vec<String> = KNOWN.iter().map(|(_, method, path)| format!("{method} {path}")).collect();
        let asked = format!("{method} {path}");
        Err(BadFault::unknown(
            "operation",
            &asked,
            nearest(&asked, all.iter().map(String::as_str)).as_deref(),
        ))
    }

    /// Whether a request with that [`normal`] path is one of them.
    pub(super) fn matches(&self, method: &str, path: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Named(name) => {
                let mut named = KNOWN.iter().filter(|(known, ..)| covers(name, known));
                named.any(|(_, known, template)| {
                    *known == method && fits(template, path) && !is_shadowed(method, template, path)
                })
            }
            Self::Path(wanted, template) => (wanted == "*" || wanted == method) && fits(template, path),
        }
    }
}

/// Whether another operation's path says word for word what this one's leaves open: `/v2/cache/clean` is no
/// image.
fn is_shadowed(method: &str, template: &str, path: &str) -> bool {
    let open = |template: &str| template.matches('{').count();
    let mut closer =
        KNOWN.iter().filter(|(_, known, other)| *known == method && open(other) < open(template));
    closer.any(|(.., other)| fits(other, path))
}

fn covers(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |start| name.starts_with(start))
}

/// Whether two paths may be the same: a segment in braces, and `*`, is any.
fn fits(one: &str, other: &str) -> bool {
    let is_open = |segment: &str| segment == "*" || (segment.starts_with('{') && segment.ends_with('}'));
    let (mut one, mut other) = (one.split('/'), other.split('/'));
    loop {
        match (one.next(), other.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == b || is_open(a) || is_open(b) => {}
            _ => return false,
        }
    }
}

/// The path as the table has it: without what leads to the service, and without the minor version.
pub(super) fn normal(path: &str) -> String {
    let is_version = |segment: &str| {
        segment.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let segments: Vec<&str> = path.split('/').collect();
    match segments.iter().position(|segment| is_version(segment)) {
        Some(at) => {
            let major = segments[at].split('.').next().unwrap_or_default();
            let rest = segments[at + 1..].iter().copied();
            ["", major].into_iter().chain(rest).collect::<Vec<_>>().join("/")
        }
        None => format!("/{}", segments.last().copied().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_request_is_found_by_name_and_by_path() {
        let file = "/image/v2.15/images/1bea/file";
        for (operation, method, path, is_meant) in [
            (Operation::find("any"), "GET", "/identity/v3", true),
            (Operation::find("image-download"), "GET", file, true),
            (Operation::find("image-download"), "PUT", file, false),
            (Operation::find("image-*"), "PUT", file, true),
            (Operation::find("member-*"), "PUT", file, false),
            (Operation::find("version-list"), "GET", "/image/versions", true),
            (Operation::find("cache-queue"), "PUT", "/image/v2/cache/1bea", true),
            (Operation::find("token-create"), "POST", "/identity/v3/auth/tokens", true),
            (Operation::find("server-list"), "GET", "/compute/v2.1/servers/detail", true),
            (Operation::path("GET", "/v2/images/{image}/file"), "GET", file, true),
            (Operation::path("*", "/v2/images/{id}/*"), "PUT", file, true),
            (Operation::path("GET", "/v2/images/1bea/file"), "GET", file, true),
            (Operation::path("GET", "/v2/images/0000/file"), "GET", file, false),
        ] {
            let operation = operation.unwrap();
            assert_eq!(operation.matches(method, &normal(path)), is_meant, "{operation:?} {method} {path}");
        }
    }

    #[test]
    fn a_word_in_a_path_is_no_image() {
        let clean = Operation::find("cache-clean").unwrap();
        assert!(clean.matches("POST", "/v2/cache/clean"));
        for (_, method, path) in KNOWN {
            let struck =
                KNOWN.iter().filter(|(name, ..)| Operation::find(name).unwrap().matches(method, path));
            assert_eq!(struck.count(), 1, "{method} {path}");
        }
    }
}
