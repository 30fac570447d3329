//! The effect of a request, judged by what the server does with it: method, path, body, and the one header
//! that counts.
//!
//! Pure. A request that nothing here knows has the deepest effect, unless it is a GET or a HEAD.
//! Sources: glance/api/v2/router.py, `images.py`, `cached_images.py`, `metadef_tags.py`; Nova's os-hosts.

use serde_json::Value;

use crate::http::Effect;

/// One request, as far as its effect depends on it.
pub(super) struct Subject<'a> {
    /// The catalogue type of the service.
    pub(super) service: &'a str,
    /// `GET`, …
    pub(super) method: &'a str,
    /// The segments of the path, decoded, without an empty one at the end.
    pub(super) path: &'a [&'a str],
    /// The text behind `?`.
    pub(super) query: &'a str,
    /// The body.
    pub(super) body: &'a [u8],
    /// Whether `X-OpenStack-Append` says that tags are added to those there are.
    pub(super) appends: bool,
}

/// The effect that the server's own code gives a request.
pub(super) fn of(subject: &Subject) -> Effect {
    if overrides_method(subject.query) {
        return Effect::Delete;
    }
    match (subject.method, subject.service) {
        ("GET" | "HEAD", "compute") if acts_by_get(subject.path) => Effect::Delete,
        ("GET" | "HEAD", _) => Effect::Read,
        (_, "image") => of_image_service(subject),
        _ if is_known_write(subject) => Effect::Write,
        _ => Effect::Delete,
    }
}

/// The effect of a patch of an image.
pub(super) fn of_patch(patch: &Value) -> Effect {
    if keeps_locations(patch) { Effect::Write } else { Effect::Delete }
}

/// The effect of creating a task of that type.
pub(super) fn of_task(kind: &str) -> Effect {
    if is_known_task(kind) { Effect::Write } else { Effect::Delete }
}

/// The operations of Glance that change something; all others delete.
fn of_image_service(subject: &Subject) -> Effect {
    let is_write = match (subject.method, subject.path) {
        ("PATCH", ["v2", "images", _]) => json(subject.body).is_some_and(|patch| keeps_locations(&patch)),
        ("POST", ["v2", "tasks"]) => {
            json(subject.body).and_then(|task| Some(is_known_task(task.get("type")?.as_str()?))) == Some(true)
        }
        // Without the header, the tags that there are go.
        ("POST", ["v2", "metadefs", "namespaces", _, "tags"]) => subject.appends,
        (
            "POST",
            ["v2", "images"]
            | ["v2", "images", _, "import" | "locations" | "members"]
            | ["v2", "images", _, "actions", "deactivate" | "reactivate"]
            | ["v2", "metadefs", "namespaces"]
            | ["v2", "metadefs", "namespaces", _, "resource_types" | "properties" | "objects"]
            | ["v2", "metadefs", "namespaces", _, "tags", _],
        )
        | (
            "PUT",
            ["v2", "images", _, "file" | "stage"]
            | ["v2", "images", _, "members" | "tags", _]
            | ["v2", "cache", _]
            | ["v2", "metadefs", "namespaces", _]
            | ["v2", "metadefs", "namespaces", _, "properties" | "objects" | "tags", _],
        )
        // A change of the image, which keeps its data.
        | ("DELETE", ["v2", "images", _, "tags", _]) => true,
        _ => false,
    };
    if is_write { Effect::Write } else { Effect::Delete }
}

/// Whether a patch of an image leaves all its locations: to remove or to replace one deletes data.
///
/// Reads both forms that Glance takes: `{"op": "remove", "path": "/x"}`, and `{"remove": "/x"}` of version
/// 2.0.
fn keeps_locations(patch: &Value) -> bool {
    let Some(changes) = patch.as_array() else { return false };
    changes.iter().all(|change| {
        let Some(change) = change.as_object() else { return false };
        let text = |key: &str| change.get(key).and_then(Value::as_str);
        let old: Vec<_> =
            ["add", "remove", "replace"].into_iter().filter(|op| change.contains_key(*op)).collect();
        let (op, pointer) = match (text("op"), old.as_slice()) {
            (Some(op), []) => (op, text("path")),
            (None, [op]) if !change.contains_key("op") => (*op, text(op)),
            _ => return false,
        };
        let Some(pointer) = pointer else { return false };
        let pointer = pointer.replace("~1", "/").replace("~0", "~").to_lowercase();
        let mut parts = pointer.split('/').map(str::trim).filter(|part| !part.is_empty());
        match (op, parts.next()) {
            ("add", Some("locations")) => parts.next().is_some(),
            ("add" | "remove" | "replace", Some(field)) => field != "locations",
            _ => false,
        }
    })
}

fn is_known_task(kind: &str) -> bool {
    is_one_of(kind, &["import", "export", "clone", "api_image_import", "location_import"])
}

fn json(body: &[u8]) -> Option<Value> {
    serde_json::from_slice(body).ok()
}

/// The requests of other services that are known to change something and to delete nothing.
fn is_known_write(subject: &Subject) -> bool {
    let path = match subject.path.split_first() {
        Some((version, path)) if is_one_of(version, &["v2.0", "v2.1", "v3"]) => path,
        _ => subject.path,
    };
    match (subject.service, subject.method, path) {
        ("identity", "POST", [things]) | ("identity", "PATCH", [things, _]) => is_one_of(things, &IDENTITY),
        (
            "identity",
            "PUT",
            ["projects" | "domains", _, "users" | "groups", _, "roles", _] | ["groups", _, "users", _],
        )
        | ("identity", "POST", ["auth", "tokens"] | ["users", _, "application_credentials"])
        | ("compute", "POST", ["servers" | "os-keypairs"]) => true,
        ("compute", "POST", ["servers", _, "action"]) => is_known_action(subject.body),
        ("block-storage" | "volumev3" | "volumev2" | "volume" | "block-store", "POST", [.., things]) => {
            is_one_of(things, &["volumes", "snapshots", "backups"])
        }
        ("network", "POST", [things]) | ("network", "PUT", [things, _]) => is_one_of(things, &NETWORK),
        _ => false,
    }
}

const IDENTITY: [&str; 8] =
    ["projects", "users", "groups", "roles", "domains", "services", "limits", "registered_limits"];

const NETWORK: [&str; 7] =
    ["networks", "subnets", "ports", "routers", "floatingips", "security-groups", "security-group-rules"];

/// Actions of a server that keep it and its disks.
const ACTIONS: [&str; 11] = [
    "createImage",
    "lock",
    "os-getConsoleOutput",
    "os-start",
    "os-stop",
    "pause",
    "reboot",
    "resume",
    "suspend",
    "unlock",
    "unpause",
];

fn is_known_action(body: &[u8]) -> bool {
    let Ok(Value::Object(body)) = serde_json::from_slice(body) else { return false };
    body.len() == 1 && body.keys().all(|action| is_one_of(action, &ACTIONS))
}

/// `GET /os-hosts/{host}/shutdown` really shuts down a host, up to microversion 2.42.
fn acts_by_get(path: &[&str]) -> bool {
    matches!(path, [.., "os-hosts", _, _])
}

/// Whether the query names another method, as some frameworks allow, or an action of an AWS-like service.
fn overrides_method(query: &str) -> bool {
    url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| {
        let name = name.trim().to_lowercase().replace('_', "-");
        matches!(name.as_str(), "-method" | "-httpmethod" | "action") || name.contains("method-override")
    })
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `GET /v2/images read`
    const OPERATIONS: &str = include_str!("../../tests/suite/operations/operations.txt");

    fn effect(service: &str, method: &str, path: &str, body: &str) -> Effect {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let path: Vec<_> = path.trim_start_matches('/').split('/').collect();
        of(&Subject { service, method, path: &path, query, body: body.as_bytes(), appends: false })
    }

    #[test]
    fn every_operation_has_the_effect_that_its_table_says() {
        for line in OPERATIONS.lines().filter(|line| !line.starts_with('#')) {
            let parts: Vec<_> = line.split(' ').collect();
            let [method, path, expected] = parts[..] else { continue };
            let body = match path {
                "/v2/images/{image_id}" => r#"[{"op": "add", "path": "/x", "value": "y"}]"#,
                _ => r#"{"type": "import"}"#,
            };
            let judged = format!("{:?}", effect("image", method, path, body)).to_lowercase();
            assert_eq!(judged, expected, "{method} {path}");
        }
    }

    #[test]
    fn a_patch_deletes_where_a_location_goes() {
        let table = [
            (r#"[{"op": "replace", "path": "/name", "value": "x"}]"#, Effect::Write),
            (r#"[{"op": "remove", "path": "/os_distro"}]"#, Effect::Write),
            (r#"[{"op": "add", "path": "/locations/-", "value": {}}]"#, Effect::Write),
            (r#"[{"remove": "/os_distro"}, {"add": "/x", "value": "y"}]"#, Effect::Write),
            (r#"[{"op": "remove", "path": "/locations/0"}]"#, Effect::Delete),
            (r#"[{"op": "replace", "path": "/locations", "value": []}]"#, Effect::Delete),
            (r#"[{"op": "add", "path": "/locations", "value": []}]"#, Effect::Delete),
            (r#"[{"op": "add", "path": "/x"}, {"op": "remove", "path": "/locations/0"}]"#, Effect::Delete),
            (r#"[{"remove": "/locations/0"}]"#, Effect::Delete),
            (r#"[{"op": "add", "path": "/x", "remove": "/locations/0"}]"#, Effect::Delete),
            (r#"[{"op": "add", "op": "remove", "path": "/locations/0"}]"#, Effect::Delete),
            (r#"[{"op": "remove", "path": "//Locations/0"}]"#, Effect::Delete),
            (r#"[{"op": "remove", "path": "~1locations/0"}]"#, Effect::Delete),
            (r#"[{"op": "move", "from": "/locations/0", "path": "/x"}]"#, Effect::Delete),
            ("{}", Effect::Delete),
            ("[NaN]", Effect::Delete),
            ("", Effect::Delete),
        ];
        for (body, expected) in table {
            assert_eq!(effect("image", "PATCH", "/v2/images/1bea", body), expected, "{body}");
        }
    }

    #[test]
    fn a_request_that_nothing_is_known_of_counts_as_the_deepest() {
        let table = [
            ("image", "POST", "/v2/images/1/actions/explode", "", Effect::Delete),
            ("image", "POST", "/v2.3/images", "", Effect::Delete),
            ("image", "POST", "/v2/tasks", r#"{"type": "prune"}"#, Effect::Delete),
            ("image", "PUT", "/v2/images/1", "", Effect::Delete),
            ("image", "GET", "/v2/images?_method=DELETE", "", Effect::Delete),
            ("image", "GET", "/v2/images?X-HTTP-Method-Override=DELETE", "", Effect::Delete),
            ("image", "GET", "/v2/images?name=DELETE", "", Effect::Read),
            ("compute", "GET", "/servers/detail?image=1", "", Effect::Read),
            ("compute", "GET", "/os-hosts/a/shutdown", "", Effect::Delete),
            ("compute", "GET", "/os-hosts/a", "", Effect::Read),
            ("compute", "POST", "/servers", "{}", Effect::Write),
            ("compute", "POST", "/servers/1/action", r#"{"createImage": {}}"#, Effect::Write),
            ("compute", "POST", "/servers/1/action", r#"{"forceDelete": null}"#, Effect::Delete),
            (
                "compute",
                "POST",
                "/servers/1/action",
                r#"{"lock": null, "forceDelete": null}"#,
                Effect::Delete,
            ),
            ("compute", "DELETE", "/servers/1", "", Effect::Delete),
            ("object-store", "POST", "/?bulk-delete", "a\nb", Effect::Delete),
            ("object-store", "PUT", "/c/o", "", Effect::Delete),
            ("object-store", "HEAD", "/c/o", "", Effect::Read),
            ("cloudformation", "GET", "/?Action=DeleteStack", "", Effect::Delete),
            ("identity", "POST", "/v3/projects", "{}", Effect::Write),
            ("identity", "DELETE", "/v3/projects/1", "", Effect::Delete),
            ("network", "PUT", "/v2.0/ports/1", "{}", Effect::Write),
            ("network", "PUT", "/v2.0/routers/1/remove_router_interface", "{}", Effect::Delete),
        ];
        for (service, method, path, body, expected) in table {
            assert_eq!(effect(service, method, path, body), expected, "{service} {method} {path} {body}");
        }
    }
}
