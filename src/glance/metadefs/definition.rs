//! One definition of any kind: its fields as Glance told them, and what they are after a change.
//!
//! Knows no request.

use std::marker::PhantomData;

use serde_json::{Map, Value};

use super::class::Class;
use crate::budget::size_of_object;

/// What Glance writes itself, and takes from nobody (403 "Attribute is read-only").
const READ_ONLY: [&str; 4] = ["created_at", "updated_at", "self", "schema"];

/// A namespace, or something that stands in one: a snapshot.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(try_from = "Map<String, Value>", bound = "C: Class")]
pub struct Definition<C> {
    fields: Map<String, Value>,
    /// How many bytes of its name its namespace does not know.
    prefix: usize,
    class: PhantomData<C>,
}

impl<C: Class> Definition<C> {
    /// Its name, unique among its kind in its namespace (of a namespace: in its cloud).
    pub fn name(&self) -> &str {
        self.fields.get(C::NAME).and_then(Value::as_str).unwrap_or_default()
    }

    /// The name that its namespace knows it by: without the prefix that it has on things of some type.
    pub fn stored_name(&self) -> &str {
        self.name().get(self.prefix..).unwrap_or_default()
    }

    /// The same, told with that prefix. Where its own name has none (an object's), it stays as it is.
    pub(super) fn with_prefix(self, prefix: &str) -> Definition<C> {
        let prefix = if C::IS_PREFIXED { prefix.len() } else { 0 };
        Definition { prefix, ..self }
    }

    /// The bytes that it takes on the heap.
    pub fn memory(&self) -> usize {
        size_of_object(&self.fields)
    }

    /// The value of a field by Glance's name for it; `None` where it is null or absent.
    pub fn field(&self, key: &str) -> Option<&Value> {
        self.fields.get(key).filter(|value| !value.is_null())
    }

    /// Takes over from the same thing what an answer to its change leaves out, though it is still there.
    pub(super) fn keep(mut self, before: &Definition<C>) -> Definition<C> {
        for key in C::WITHIN {
            if let (None, Some(value)) = (self.fields.get(*key), before.fields.get(*key)) {
                self.fields.insert((*key).to_owned(), value.clone());
            }
        }
        self
    }

    /// What to send so that these changes are made and nothing else is: Glance forgets every field that a PUT
    /// leaves out.
    ///
    /// Null takes a field away. Of `properties`, an object of objects, only those that are named change.
    pub(super) fn merge_changes(&self, changes: Map<String, Value>) -> Map<String, Value> {
        let mut fields = self.fields.clone();
        fields.retain(|key, _| !READ_ONLY.contains(&key.as_str()) && !C::WITHIN.contains(&key.as_str()));
        for (key, change) in changes {
            match (fields.get_mut(&key), change) {
                (Some(Value::Object(old)), Value::Object(new)) if key == "properties" => set(old, new),
                (_, change) => set(&mut fields, Map::from_iter([(key, change)])),
            }
        }
        fields
    }
}

/// Sets what has a value, and takes away what is null.
fn set(fields: &mut Map<String, Value>, changes: Map<String, Value>) {
    for (key, change) in changes {
        match change {
            Value::Null => drop(fields.shift_remove(&key)),
            // Where there was none, null takes nothing away.
            Value::Object(inner) => {
                let inner = inner.into_iter().filter(|(_, value)| !value.is_null()).collect();
                fields.insert(key, Value::Object(inner));
            }
            value => drop(fields.insert(key, value)),
        }
    }
}

impl<C: Class> TryFrom<Map<String, Value>> for Definition<C> {
    type Error = String;

    fn try_from(fields: Map<String, Value>) -> Result<Definition<C>, String> {
        match fields.get(C::NAME) {
            Some(Value::String(_)) => Ok(Definition { fields, prefix: 0, class: PhantomData }),
            _ => Err(format!("a {} without a `{}`", C::WORD, C::NAME)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::super::{Namespace, Object, Property};
    use super::*;

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_change_keeps_every_other_field_and_sends_none_that_glance_writes() {
        let told = json!({
            "name": "size", "title": "Size", "type": "array", "enum": [], "default": null, "later": {"a": [1]},
            "items": {"type": "string", "enum": ["s", "l"]}, "created_at": "t", "updated_at": "t", "self": "/", "schema": "/"
        });
        let property: Definition<Property> = serde_json::from_value(told).unwrap();
        let sent = property
            .merge_changes(map(&json!({"title": "Sizes", "enum": null, "items": {"type": "integer"}})));
        let expected = json!({
            "name": "size", "title": "Sizes", "type": "array", "default": null, "later": {"a": [1]},
            "items": {"type": "integer"}
        });
        assert_eq!(Value::Object(sent), expected);
    }

    #[test]
    fn of_an_objects_properties_only_those_that_are_named_change() {
        let told = json!({"name": "o", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}});
        let object: Definition<Object> = serde_json::from_value(told).unwrap();
        let change = json!({"properties": {"a": null, "c": {"type": "integer"}}});
        let sent = object.merge_changes(map(&change));
        assert_eq!(sent["properties"], json!({"b": {"type": "string"}, "c": {"type": "integer"}}));
        let bare: Definition<Object> = serde_json::from_value(json!({"name": "o"})).unwrap();
        assert_eq!(bare.merge_changes(map(&change))["properties"], json!({"c": {"type": "integer"}}));
    }

    #[test]
    fn is_read_by_name_and_null_is_none() {
        let told = json!({"namespace": "Pub", "display_name": null, "owner": "me"});
        let namespace: Definition<Namespace> = serde_json::from_value(told).unwrap();
        assert_eq!(namespace.name(), "Pub");
        assert_eq!((namespace.field("display_name"), namespace.field("nothing")), (None, None));
        assert_eq!(namespace.field("owner"), Some(&json!("me")));
        let nameless = serde_json::from_value::<Definition<Namespace>>(json!({"name": "Pub"})).unwrap_err();
        assert!(nameless.to_string().contains("a namespace without a `namespace`"), "{nameless}");
    }
}
