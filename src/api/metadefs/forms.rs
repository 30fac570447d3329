//! The forms of definitions: what each kind can be given, and how.
//!
//! Source: `get_schema_definitions` in `glance/api/v2/metadef_namespaces.py`;
//! `glance/api/v2/model/metadef_*.py`. Of a property, `required` and `confidential` are left out: Glance
//! answers 500 to one and refuses the other (measured).

/// How a field is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    Word(&'static [&'static str]),
    Flag,
    Whole,
    Texts,
    /// A text or a number, which Glance keeps as text.
    Default,
    /// What the elements of a list are.
    Items,
    /// Properties by name.
    Properties,
    /// A list of definitions of another kind.
    List(Fields),
}

/// The fields that can be given, the one that names it first.
pub(super) type Fields = &'static [(&'static str, Shape)];

pub(super) const VISIBILITIES: &[&str] = &["public", "private"];
const TYPES: &[&str] = &["string", "integer", "number", "boolean", "array", "object"];

pub(super) const NAMESPACE: Fields = &[
    ("namespace", Shape::Text),
    ("display_name", Shape::Text),
    ("description", Shape::Text),
    ("visibility", Shape::Word(VISIBILITIES)),
    ("protected", Shape::Flag),
    ("owner", Shape::Text),
];

/// What a new namespace can be given to hold.
pub(super) const CONTENTS: Fields = &[
    ("properties", Shape::Properties),
    ("objects", Shape::List(OBJECT)),
    ("tags", Shape::List(TAG)),
    ("resource_type_associations", Shape::List(RESOURCE_TYPE)),
];

pub(super) const PROPERTY: Fields = &[
    ("name", Shape::Text),
    ("title", Shape::Text),
    ("type", Shape::Word(TYPES)),
    ("description", Shape::Text),
    ("default", Shape::Default),
    ("readonly", Shape::Flag),
    ("operators", Shape::Texts),
    ("enum", Shape::Texts),
    ("pattern", Shape::Text),
    ("minLength", Shape::Whole),
    ("maxLength", Shape::Whole),
    ("minimum", Shape::Whole),
    ("maximum", Shape::Whole),
    ("items", Shape::Items),
    ("minItems", Shape::Whole),
    ("maxItems", Shape::Whole),
    ("uniqueItems", Shape::Flag),
    ("additionalItems", Shape::Flag),
];

pub(super) const ITEMS: Fields = &[("type", Shape::Word(TYPES)), ("enum", Shape::Texts)];

pub(super) const OBJECT: Fields = &[
    ("name", Shape::Text),
    ("description", Shape::Text),
    ("required", Shape::Texts),
    ("properties", Shape::Properties),
];

pub(super) const TAG: Fields = &[("name", Shape::Text)];

pub(super) const RESOURCE_TYPE: Fields =
    &[("name", Shape::Text), ("prefix", Shape::Text), ("properties_target", Shape::Text)];
