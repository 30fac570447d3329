//! Objects of a namespace (`glance/api/v2/metadef_objects.py`).

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::super::state::metadefs::{Namespace, Object, Times};
use super::super::fault::Fault;
use super::contents::{Content, Listed, Replaced};
use super::permit::{Missing, Rule};
use super::read::{self, Fields};
use super::{list, view};
use crate::sandbox::glance::image::query::Parameters;
use crate::sandbox::glance::service::schemas;

impl Content for Object {
    const WORD: &str = "object";
    const SCHEMA: &str = "object";
    const READ_ONLY: &[&str] = &["self", "schema", "created_at", "updated_at"];
    const MISSING: fn(Missing, &str) -> Fault = Missing::of_objects;
    const ADD: Rule = Rule::ADD_OBJECT;
    const DELETE: Rule = Rule::DELETE_OBJECT;

    fn all(namespace: &Namespace) -> &[Self] {
        &namespace.objects
    }

    fn all_mut(namespace: &mut Namespace) -> &mut Vec<Self> {
        &mut namespace.objects
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn read(fields: &Fields, now: Timestamp) -> Result<Self, Fault> {
        read::check_fields(fields, &["name", "required", "description", "properties", "self", "schema"])?;
        let required = fields.get("required").and_then(Value::as_array);
        let required =
            required.map(|names| names.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        Ok(Self {
            name: read::name(fields)?,
            description: read::text(fields, "description"),
            required,
            properties: read::definitions(fields)?,
            times: Times::new(now),
        })
    }

    fn answer(&self, namespace: &Namespace) -> Value {
        view::object(namespace, self)
    }

    fn unknown_fault(name: &str) -> Fault {
        Fault::not_found(format!("Could not find metadata object {name}"))
    }

    fn duplicate(namespace: &str, name: &str) -> Fault {
        Fault::conflict(format!(
            "A metadata definition object with name={name} already exists in namespace={namespace}."
        ))
    }

    /// The schema of an object is lax with its properties. Only here, and not when one is changed, are they
    /// looked at twice.
    fn check_new(wanted: &Fields) -> Result<(), Fault> {
        let properties = wanted.get("properties").and_then(Value::as_object);
        let mut properties = properties.into_iter().flat_map(Map::values);
        properties.try_for_each(|property| schemas::check("metadefs/unnamed_property", property))
    }
}

impl Listed for Object {
    const LIST: Rule = Rule::GET_OBJECTS;

    fn list(namespace: &Namespace) -> Value {
        json!({ "objects": view::objects(namespace), "schema": "v2/schemas/metadefs/objects" })
    }

    /// Paging and order are checked, and then forgotten.
    fn check_list(mut asked: Parameters) -> Result<(), Fault> {
        list::is_descending(&mut asked)?;
        list::check_visibility(&asked, &["public", "private", "shared"])?;
        if let Some(limit) = asked.pop("limit") {
            // Nothing at all is too little here.
            list::positive(list::integer(&limit)? - 1)?;
        }
        Ok(())
    }
}

impl Replaced for Object {
    const SHOW: Rule = Rule::GET_OBJECT;
    const MODIFY: Rule = Rule::MODIFY_OBJECT;

    fn view(&self, namespace: &Namespace) -> Value {
        view::stored_object(namespace, self)
    }

    fn times(&mut self) -> Option<&mut Times> {
        Some(&mut self.times)
    }
}
