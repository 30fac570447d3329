//! Metadata definitions: which properties, objects and tags things may carry, gathered in namespaces.
//!
//! A namespace and whatever stands in it are one type, [`Definition`]: the fields as Glance told them, so
//! that a change can be sent back whole. What tells the kinds apart stands in `class`, and what is asked for
//! stands beside it: a namespace in `namespaces`, what is below one in `contents` and `prefixed`, and what
//! only some of that knows in `tags` and `resource_types`. Has never heard of Lua. Source:
//! `glance/api/v2/metadef_*.py`.

mod class;
mod contents;
mod definition;
mod listing;
mod namespaces;
mod prefixed;
mod resource_types;
mod tags;

pub use class::{Class, Namespace, Object, Property, ResourceType, Tag};
pub use definition::Definition;
pub use listing::{NamespaceQuery, Namespaces};

use super::encode_segment;
use super::unfinished::in_flight::Addition;
use crate::error::{Error, Kind, Result};

/// The path of a namespace, or of what stands in it: `path("Pub", &["tags", "red"])`.
///
/// Errors: `usage` (a name that no path can hold).
fn path(namespace: &str, below: &[&str]) -> Result<String> {
    let mut path = String::from("/v2/metadefs/namespaces");
    for part in [namespace].iter().chain(below) {
        refuse_unless(holdable(part), part)?;
        path.push('/');
        path.push_str(&encode_segment(part));
    }
    Ok(path)
}

/// Refuses a name by which Glance could not find again what it is given to: what has such a name stays for
/// ever.
///
/// Glance takes any name in a body, but looks for it in a path, which it decodes before it takes it apart (so
/// a slash divides names) and reads as Latin-1. Source: PEP 3333, "Unicode Issues"; measured. Errors:
/// `usage`.
fn require_name(name: &str) -> Result<()> {
    refuse_unless(holdable(name) && name.is_ascii(), name)
}

/// The definition, if it has exactly the name that was asked for: a database that ignores case finds others
/// too.
///
/// Errors: `not_found`.
fn require_same_name<C: Class>(found: Definition<C>, name: &str) -> Result<Definition<C>> {
    if found.name() == name {
        return Ok(found);
    }
    let message = format!("there is no {} '{name}'", C::WORD);
    Err(Error::new(Kind::NotFound, message).advice(format!("did you mean '{}'?", found.name())))
}

/// A definition in a namespace, as messages name it.
fn definition<C: Class>(namespace: &str, name: &str) -> Addition {
    let look = format!("cloud:namespace({namespace:?}):{}()", C::COLLECTION);
    Addition::new(&format!("{} {name} of namespace {namespace}", C::WORD), &look)
}

/// Whether a path with this in it leads to it.
fn holdable(name: &str) -> bool {
    !["", ".", ".."].contains(&name) && !name.contains('/')
}

fn refuse_unless(is_good: bool, name: &str) -> Result<()> {
    if is_good {
        return Ok(());
    }
    let message = format!("\"{}\" is no name by which Glance could find a definition", name.escape_debug());
    Err(Error::new(Kind::Usage, message)
        .advice("a name has ASCII letters, and no slash; it is not empty, \".\" or \"..\""))
}

/// The error with what to do next, where Glance's words alone would leave one wondering.
fn advise(error: Error) -> Error {
    let says = |words: &str| error.kind() == Kind::Forbidden && error.message().contains(words);
    if says("is protected") {
        return error.advice(
            "set the namespace's `protected` to false first: until then nothing in it can be deleted",
        );
    }
    if says("not authorized to complete") {
        return error.advice(
            "by Glance's default policy only administrators change metadata definitions; others may read",
        );
    }
    error
}

/// The same, of a request for a namespace or for what is in it.
///
/// What another project owns is denied in words that name nothing.
fn explain(error: Error, namespace: &str) -> Error {
    if error.kind() == Kind::NotFound && error.message().contains("The resource could not be found") {
        return error
            .with_message(format!("there is no namespace '{namespace}', or this project may not see it"));
    }
    advise(error)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_path_keeps_every_name_in_its_place() {
        let cases = [
            ("OS::Compute::Hypervisor", vec![], "/OS%3A%3ACompute%3A%3AHypervisor"),
            ("Pub", vec!["properties", "a b?c#d%"], "/Pub/properties/a%20b%3Fc%23d%25"),
            ("é", vec!["tags"], "/%C3%A9/tags"),
        ];
        for (namespace, below, expected) in cases {
            assert_eq!(path(namespace, &below).unwrap(), format!("/v2/metadefs/namespaces{expected}"));
        }
    }

    #[test]
    fn no_path_leads_astray_and_no_name_is_given_that_none_leads_to() {
        for name in ["", ".", "..", "a/b", "/"] {
            assert_eq!(path(name, &[]).unwrap_err().kind(), Kind::Usage, "{name}");
            assert_eq!(path("Pub", &["tags", name]).unwrap_err().kind(), Kind::Usage, "{name}");
            assert_eq!(require_name(name).unwrap_err().kind(), Kind::Usage, "{name}");
        }
        assert_eq!(require_name("é").unwrap_err().kind(), Kind::Usage);
        for name in ["OS::Nova::Server", "a b", "...", "hw:cpu_policy"] {
            require_name(name).unwrap();
        }
    }

    #[test]
    fn refusals_name_the_missing_object_and_the_next_step() {
        let told = |kind, words: &str| explain(Error::new(kind, words), "Pub");
        let protected =
            told(Kind::Forbidden, "Metadata definition tag t1 is protected and cannot be deleted.");
        assert!(protected.advice_text().unwrap().contains("`protected` to false"));
        let denied = told(Kind::Forbidden, "You are not authorized to complete add_metadef_tag action.");
        assert!(denied.advice_text().unwrap().contains("administrator"));
        let gone = told(Kind::NotFound, "The resource could not be found.");
        assert_eq!(gone.message(), "there is no namespace 'Pub', or this project may not see it");
        let plain = told(Kind::NotFound, "Could not find property nope");
        assert_eq!((plain.message(), plain.advice_text()), ("Could not find property nope", None));
    }
}
