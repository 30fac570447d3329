//! The name of a change, made from the request alone: so every write has one, whatever operation sends it.
//!
//! Pure. Additions that an operation names itself are in `in_flight.rs`.

use percent_encoding::percent_decode_str;

use super::in_flight::Addition;

/// A change, as messages name it.
struct Name {
    /// The work, such as `update of`.
    work: &'static str,
    /// The object, such as `image 7d9c`.
    object: String,
    /// The call of Lua that shows the object.
    look: String,
}

/// Returns the name of a request, such as `PATCH /v2/images/7d9c`, with that body.
pub(in crate::glance) fn change(op: &str, body: &[u8]) -> Addition {
    let (method, path) = op.split_once(' ').unwrap_or((op, ""));
    let segments = path.trim_matches('/').split('/').map(|part| percent_decode_str(part).decode_utf8_lossy());
    let segments: Vec<_> = segments.collect();
    let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
    let name = match segments.as_slice() {
        ["v2", "images", path @ ..] => of_image(method, path),
        ["v2", "metadefs", "namespaces", path @ ..] => of_namespace(method, path),
        ["v2", "cache", path @ ..] => of_cache(method, path),
        ["v2", "stores", store, id] if method == "DELETE" => Some(Name {
            work: "deletion of",
            object: format!("the data in store {store} of image {id}"),
            look: format!("cloud:image({id:?}).stores"),
        }),
        _ => None,
    };
    match name {
        Some(Name { work, object, look }) => Addition::change(work, &object, &look, body),
        None => Addition::of_request(op),
    }
}

fn of_image(method: &str, path: &[&str]) -> Option<Name> {
    let (id, below) = path.split_first()?;
    let (image, shown) = (format!("image {id}"), format!("cloud:image({id:?})"));
    let (work, object, look) = match (method, below) {
        ("PATCH", []) => ("update of", image, shown),
        ("DELETE", []) => ("deletion of", image, format!("cloud:find_image({id:?})")),
        ("POST", ["actions", "deactivate"]) => ("deactivation of", image, format!("{shown}.status")),
        ("POST", ["actions", "reactivate"]) => ("reactivation of", image, format!("{shown}.status")),
        ("PUT", ["members", member]) => {
            ("update of", format!("member {member} of {image}"), format!("{shown}:members()"))
        }
        ("DELETE", ["members", member]) => {
            ("removal of", format!("member {member} of {image}"), format!("{shown}:members()"))
        }
        ("DELETE", ["tags", tag]) => ("removal of", format!("tag {tag} of {image}"), format!("{shown}.tags")),
        _ => return None,
    };
    Some(Name { work, object, look })
}

fn of_namespace(method: &str, path: &[&str]) -> Option<Name> {
    let work = match method {
        "PUT" => "update of",
        "DELETE" => "deletion of",
        _ => return None,
    };
    let (name, below) = path.split_first()?;
    let (namespace, shown) = (format!("namespace {name}"), format!("cloud:namespace({name:?})"));
    let (object, look) = match below {
        [] if method == "DELETE" => (namespace, "cloud:namespaces()".to_owned()),
        [] => (namespace, shown),
        [list] if method == "DELETE" => {
            (format!("all {} of {namespace}", list.replace('_', " ")), format!("{shown}:{list}()"))
        }
        [list, name] => {
            let kind = match *list {
                "properties" => "property",
                "objects" => "object",
                "tags" => "tag",
                "resource_types" => "resource type",
                _ => return None,
            };
            (format!("{kind} {name} of {namespace}"), format!("{shown}:{list}()"))
        }
        _ => return None,
    };
    Some(Name { work, object, look })
}

fn of_cache(method: &str, path: &[&str]) -> Option<Name> {
    let all = || "the image cache".to_owned();
    let (work, object) = match (method, path) {
        ("PUT", [id]) => ("caching of", format!("image {id}")),
        ("DELETE", [id]) => ("removal of", format!("the cached image {id}")),
        ("DELETE", []) => ("clearing of", all()),
        ("POST", ["clean"]) => ("cleaning of", all()),
        ("POST", ["prune"]) => ("pruning of", all()),
        _ => return None,
    };
    Some(Name { work, object, look: "cloud:cache()".to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_named_by_its_work_and_its_object() {
        for (op, name) in [
            ("PATCH /v2/images/1bea", "update of image 1bea"),
            ("DELETE /v2/images/1bea", "deletion of image 1bea"),
            ("POST /v2/images/1bea/actions/deactivate", "deactivation of image 1bea"),
            ("POST /v2/images/1bea/actions/reactivate", "reactivation of image 1bea"),
            ("PUT /v2/images/1bea/members/b", "update of member b of image 1bea"),
            ("DELETE /v2/images/1bea/members/b", "removal of member b of image 1bea"),
            ("DELETE /v2/images/1bea/tags/a%2Fb%0A", "removal of tag a/b\\n of image 1bea"),
            ("DELETE /v2/stores/fast/1bea", "deletion of the data in store fast of image 1bea"),
            ("PUT /v2/cache/1bea", "caching of image 1bea"),
            ("DELETE /v2/cache/1bea", "removal of the cached image 1bea"),
            ("DELETE /v2/cache", "clearing of the image cache"),
            ("POST /v2/cache/clean", "cleaning of the image cache"),
            ("POST /v2/cache/prune", "pruning of the image cache"),
            ("PUT /v2/metadefs/namespaces/Pub", "update of namespace Pub"),
            ("DELETE /v2/metadefs/namespaces/Pub", "deletion of namespace Pub"),
            ("DELETE /v2/metadefs/namespaces/Pub/objects", "deletion of all objects of namespace Pub"),
            ("PUT /v2/metadefs/namespaces/Pub/properties/p", "update of property p of namespace Pub"),
            (
                "DELETE /v2/metadefs/namespaces/Pub/resource_types/OS%3A%3AA",
                "deletion of resource type OS::A of namespace Pub",
            ),
            // Operations that nothing here knows.
            ("PUT /v2/images/1bea/data", "request PUT /v2/images/1bea/data"),
            ("POST /v3/things", "request POST /v3/things"),
        ] {
            assert_eq!(change(op, b"").name(), name);
        }
    }
}
