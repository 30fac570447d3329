//! What tells the kinds of definition apart: words, keys and fields.
//!
//! Knows no request. Source: `glance/api/v2/model/metadef_*.py`, and `get_schema` of
//! `glance/api/v2/metadef_*.py`.

use std::fmt::Debug;

/// A kind of definition. Its types are names only; none has a value.
pub trait Class: Clone + Debug + 'static {
    /// What it is called in a sentence.
    const WORD: &'static str;
    /// What its list is called in a path.
    const COLLECTION: &'static str;
    /// What its list is called in an answer.
    const LIST: &'static str = Self::COLLECTION;
    /// The field that names it.
    const NAME: &'static str = "name";
    /// Whether its own name has a prefix on things of some resource types.
    const IS_PREFIXED: bool = false;
    /// Its fields, in the order in which they are shown.
    const FIELDS: &'static [&'static str];
    /// What Glance tells with it, but changes by other requests.
    const WITHIN: &'static [&'static str] = &[];
}

/// Where definitions stand; named by its field `namespace`.
#[derive(Clone, Debug)]
pub enum Namespace {}

impl Class for Namespace {
    const WORD: &'static str = "namespace";
    const COLLECTION: &'static str = "namespaces";
    const NAME: &'static str = "namespace";
    const FIELDS: &'static [&'static str] = &[
        "namespace",
        "display_name",
        "description",
        "visibility",
        "protected",
        "owner",
        "resource_type_associations",
        "created_at",
        "updated_at",
        "self",
        "schema",
    ];
    const WITHIN: &'static [&'static str] = &["resource_type_associations", "properties", "objects", "tags"];
}

/// One property, by JSON schema: what it is called, and which values it takes.
#[derive(Clone, Debug)]
pub enum Property {}

impl Class for Property {
    const WORD: &'static str = "property";
    const COLLECTION: &'static str = "properties";
    const IS_PREFIXED: bool = true;
    const FIELDS: &'static [&'static str] = &[
        "name",
        "title",
        "type",
        "description",
        "default",
        "readonly",
        "operators",
        "enum",
        "pattern",
        "minLength",
        "maxLength",
        "minimum",
        "maximum",
        "items",
        "minItems",
        "maxItems",
        "uniqueItems",
        "additionalItems",
    ];
}

/// Properties that belong together.
#[derive(Clone, Debug)]
pub enum Object {}

impl Class for Object {
    const WORD: &'static str = "object";
    const COLLECTION: &'static str = "objects";
    const FIELDS: &'static [&'static str] =
        &["name", "description", "required", "properties", "created_at", "updated_at", "self", "schema"];
}

/// A word that things may be tagged with.
#[derive(Clone, Debug)]
pub enum Tag {}

impl Class for Tag {
    const WORD: &'static str = "tag";
    const COLLECTION: &'static str = "tags";
    const FIELDS: &'static [&'static str] = &["name", "created_at", "updated_at"];
}

/// A type of thing that a namespace is for, such as `OS::Nova::Flavor`, and how its properties are called
/// there.
#[derive(Clone, Debug)]
pub enum ResourceType {}

impl Class for ResourceType {
    const WORD: &'static str = "resource type";
    const COLLECTION: &'static str = "resource_types";
    const LIST: &'static str = "resource_type_associations";
    const FIELDS: &'static [&'static str] =
        &["name", "prefix", "properties_target", "created_at", "updated_at"];
}
