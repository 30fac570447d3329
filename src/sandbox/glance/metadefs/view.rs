//! Definitions as JSON, field by field in Glance's order. What has no value is left out.

use serde_json::{Map, Value, json};

use super::super::super::state::clock::seconds;
use super::super::super::state::metadefs::{
    Association, Namespace, Object, Property, ResourceType, Tag, Times,
};

type Fields = Map<String, Value>;

/// How much of a namespace is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// What is its own.
    Bare,
    /// That, and what it applies to: an entry of a list.
    Listed,
    /// All that is in it, as it is stored.
    Full,
    /// All that is in it, as it was just sent.
    Sent,
}

/// A namespace.
pub(crate) fn namespace(namespace: &Namespace, extent: Extent) -> Value {
    let mut view = Fields::new();
    put(&mut view, "namespace", Some(&namespace.name));
    put(&mut view, "display_name", namespace.display_name.as_ref());
    put(&mut view, "description", namespace.description.as_ref());
    put(&mut view, "visibility", Some(if namespace.is_public { "public" } else { "private" }));
    put(&mut view, "protected", Some(namespace.protected));
    put(&mut view, "owner", Some(&namespace.owner));
    put_times(&mut view, namespace.times);
    contents(&mut view, namespace, extent);
    put(&mut view, "self", Some(href(namespace)));
    put(&mut view, "schema", Some("/v2/schemas/metadefs/namespace"));
    Value::Object(view)
}

fn contents(view: &mut Fields, namespace: &Namespace, extent: Extent) {
    if extent == Extent::Bare {
        return;
    }
    let is_sent = extent == Extent::Sent;
    let shown = |entry: &Association| if is_sent { sent_association(entry) } else { association(entry) };
    put_list(view, "resource_type_associations", namespace.associations.iter().map(shown).collect());
    if extent == Extent::Listed {
        return;
    }
    let defined = if is_sent { definitions(&namespace.properties) } else { properties(namespace) };
    if !defined.is_empty() {
        view.insert("properties".into(), defined.into());
    }
    let objects = if is_sent {
        namespace.objects.iter().map(|object| Value::Object(object_fields(object))).collect()
    } else {
        objects(namespace)
    };
    put_list(view, "objects", objects);
    let named = |tag: &Tag| json!({ "name": tag.name });
    let tags: Vec<Value> = if is_sent {
        namespace.tags.iter().map(named).collect()
    } else {
        namespace.tags.iter().rev().map(named).collect()
    };
    put_list(view, "tags", tags);
}

/// All objects of a namespace, by name.
pub(crate) fn objects(namespace: &Namespace) -> Vec<Value> {
    let mut sorted: Vec<&Object> = namespace.objects.iter().collect();
    sorted.sort_by(|one, other| one.name.cmp(&other.name));
    sorted.into_iter().map(|object| stored_object(namespace, object)).collect()
}

/// An object as it is found: what it may have and has not is shown empty.
pub(crate) fn stored_object(namespace: &Namespace, object: &Object) -> Value {
    let mut whole = object.clone();
    whole.required.get_or_insert_default();
    whole.properties.get_or_insert_default();
    self::object(namespace, &whole)
}

/// An object as the one who made or changed it is answered.
pub(crate) fn object(namespace: &Namespace, object: &Object) -> Value {
    let mut view = object_fields(object);
    put_times(&mut view, object.times);
    put(&mut view, "self", Some(format!("{}/objects/{}", href(namespace), object.name)));
    put(&mut view, "schema", Some("/v2/schemas/metadefs/object"));
    Value::Object(view)
}

fn object_fields(object: &Object) -> Fields {
    let mut view = Fields::new();
    put(&mut view, "name", Some(&object.name));
    put(&mut view, "required", object.required.as_ref());
    put(&mut view, "description", object.description.as_ref());
    put(&mut view, "properties", object.properties.clone());
    view
}

/// All properties of a namespace, by name.
pub(crate) fn properties(namespace: &Namespace) -> Fields {
    let mut sorted = namespace.properties.clone();
    sorted.sort_by(|one, other| one.name.cmp(&other.name));
    definitions(&sorted)
}

fn definitions(properties: &[Property]) -> Fields {
    let named = properties.iter().map(|property| (property.name.clone(), property.definition.clone().into()));
    named.collect()
}

/// One property. Its name comes first, and is the true one.
pub(crate) fn property(property: &Property) -> Value {
    let mut view = Fields::new();
    put(&mut view, "name", Some(&property.name));
    view.extend(
        property.definition.iter().filter(|(name, _)| *name != "name").map(|(k, v)| (k.clone(), v.clone())),
    );
    Value::Object(view)
}

/// An association.
pub(crate) fn association(association: &Association) -> Value {
    let mut view = association_fields(association);
    put_times(&mut view, association.times);
    Value::Object(view)
}

fn sent_association(association: &Association) -> Value {
    Value::Object(association_fields(association))
}

fn association_fields(association: &Association) -> Fields {
    let mut view = Fields::new();
    put(&mut view, "name", Some(&association.resource_type));
    put(&mut view, "prefix", association.prefix.as_ref());
    put(&mut view, "properties_target", association.properties_target.as_ref());
    view
}

/// A tag.
pub(crate) fn tag(tag: &Tag) -> Value {
    let mut view = Fields::new();
    put(&mut view, "name", Some(&tag.name));
    put_times(&mut view, tag.times);
    Value::Object(view)
}

/// A resource type. Those that came with the database were never updated.
pub(crate) fn resource_type(resource_type: &ResourceType) -> Value {
    let mut view = Fields::new();
    put(&mut view, "name", Some(&resource_type.name));
    put(&mut view, "created_at", Some(seconds(resource_type.created_at)));
    put(&mut view, "updated_at", (!resource_type.is_seeded).then(|| seconds(resource_type.created_at)));
    Value::Object(view)
}

/// The path of a namespace, not encoded.
pub(crate) fn href(namespace: &Namespace) -> String {
    format!("/v2/metadefs/namespaces/{}", namespace.name)
}

fn put(view: &mut Fields, name: &str, value: Option<impl serde::Serialize>) {
    if let Some(value) = value {
        view.insert(name.to_owned(), json!(value));
    }
}

fn put_list(view: &mut Fields, name: &str, list: Vec<Value>) {
    if !list.is_empty() {
        view.insert(name.to_owned(), list.into());
    }
}

fn put_times(view: &mut Fields, times: Times) {
    put(view, "created_at", Some(seconds(times.created_at)));
    put(view, "updated_at", Some(seconds(times.updated_at)));
}
