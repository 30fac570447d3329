//! JSON Schema, as much as Glance's schemas use, with the messages of Python's `jsonschema`.

use serde_json::{Map, Value};

use super::python::{pretty, repr};

/// How wide `jsonschema` prints a schema.
const WIDTH: usize = 72;

/// Judges a value. The error is what Glance puts into its message.
pub(crate) fn validate(schema: &Value, value: &Value) -> Result<(), String> {
    let place = Place { root: schema, schema: "schema".into(), value: "instance".into() };
    check(schema, value, &place)
}

/// Where in the schema and in the value one is, as Python would write it.
struct Place<'a> {
    /// The whole schema, where its definitions stand.
    root: &'a Value,
    schema: String,
    value: String,
}

impl Place<'_> {
    fn inner(&self, schema: &str, value: &str) -> Self {
        Self {
            root: self.root,
            schema: format!("{}{schema}", self.schema),
            value: format!("{}{value}", self.value),
        }
    }
}

fn check(schema: &Value, value: &Value, place: &Place<'_>) -> Result<(), String> {
    let Some(rules) = schema.as_object() else {
        return Ok(());
    };
    for (keyword, rule) in rules {
        let known = rules.get("properties").and_then(Value::as_object);
        if let Some(complaint) =
            complaint(keyword, rule, value).or_else(|| surplus(keyword, rule, known, value))
        {
            let Place { schema: schema_path, value: value_path, .. } = place;
            let schema = indented(&pretty(schema, WIDTH, 0));
            let value = indented(&pretty(value, WIDTH, 0));
            return Err(format!(
                "{complaint}\n\nFailed validating '{keyword}' in {schema_path}:\n    {schema}\n\nOn {value_path}:\n    {value}"
            ));
        }
        match (keyword.as_str(), rule, value) {
            ("properties", Value::Object(properties), Value::Object(fields)) => {
                check_fields(properties, fields, place)?;
            }
            ("additionalProperties", Value::Object(_), Value::Object(fields)) => {
                for (name, field) in
                    fields.iter().filter(|(name, _)| !known.is_some_and(|known| known.contains_key(*name)))
                {
                    check(rule, field, &place.inner("['additionalProperties']", &format!("['{name}']")))?;
                }
            }
            ("items", _, Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    check(rule, item, &place.inner("['items']", &format!("[{index}]")))?;
                }
            }
            ("allOf", Value::Array(schemas), _) => {
                for (index, schema) in schemas.iter().enumerate() {
                    check(schema, value, &place.inner(&format!("['allOf'][{index}]"), ""))?;
                }
            }
            ("$ref", Value::String(reference), _) => {
                let found = place.root.pointer(reference.trim_start_matches('#'));
                check(found.unwrap_or(&Value::Null), value, place)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// What an object has that its schema neither names nor allows.
fn surplus(keyword: &str, rule: &Value, known: Option<&Map<String, Value>>, value: &Value) -> Option<String> {
    if keyword != "additionalProperties" || rule != false {
        return None;
    }
    let is_known = |name: &str| known.is_some_and(|known| known.contains_key(name));
    let names = value.as_object()?.keys().filter(|name| !is_known(name));
    let names: Vec<String> = names.map(|name| repr(&Value::from(name.as_str()))).collect();
    let verb = if names.len() == 1 { "was" } else { "were" };
    let message = format!("Additional properties are not allowed ({} {verb} unexpected)", names.join(", "));
    (!names.is_empty()).then_some(message)
}

fn check_fields(
    properties: &Map<String, Value>,
    fields: &Map<String, Value>,
    place: &Place<'_>,
) -> Result<(), String> {
    for (name, schema) in properties {
        if let Some(field) = fields.get(name) {
            let inner = place.inner(&format!("['properties']['{name}']"), &format!("['{name}']"));
            check(schema, field, &inner)?;
        }
    }
    Ok(())
}

/// What is wrong with a value by one rule alone.
fn complaint(keyword: &str, rule: &Value, value: &Value) -> Option<String> {
    let text = value.as_str();
    let length = || text.map_or(0, |text| text.chars().count() as u64);
    let shown = repr(value);
    match keyword {
        "type" if !is_any_of(value, rule) => {
            let names = rule
                .as_array()
                .map_or_else(|| repr(rule), |names| names.iter().map(repr).collect::<Vec<_>>().join(", "));
            Some(format!("{shown} is not of type {names}"))
        }
        "enum" if !rule.as_array()?.contains(value) => Some(format!("{shown} is not one of {}", repr(rule))),
        "maxLength" if length() > rule.as_u64()? => Some(format!("{shown} is too long")),
        "minLength" if text.is_some() && length() < rule.as_u64()? => Some(format!("{shown} is too short")),
        // Every pattern in Glance's image schemas is this one.
        "pattern" if text.is_some_and(|text| !is_uuid(text)) => {
            Some(format!("{shown} does not match {}", repr(rule)))
        }
        "dependentRequired" => {
            let fields = value.as_object()?;
            let needs = rule.as_object()?.iter().filter(|(name, _)| fields.contains_key(*name));
            let needs = needs.flat_map(|(name, needs)| {
                needs.as_array().into_iter().flatten().map(move |need| (name, need))
            });
            let mut missing =
                needs.filter(|(_, need)| need.as_str().is_some_and(|need| !fields.contains_key(need)));
            missing.next().map(|(name, need)| format!("{} is a dependency of '{name}'", repr(need)))
        }
        "minimum" if value.as_f64()? < rule.as_f64()? => {
            Some(format!("{shown} is less than the minimum of {}", repr(rule)))
        }
        "minItems" if (value.as_array()?.len() as u64) < rule.as_u64()? => {
            Some(format!("{shown} should be non-empty"))
        }
        "uniqueItems" if rule == true => {
            let items = value.as_array()?;
            let again = |(index, item)| items.iter().skip(index + 1).any(|other| other == item);
            items.iter().enumerate().any(again).then(|| format!("{shown} has non-unique elements"))
        }
        "required" => {
            let fields = value.as_object()?;
            let mut missing = rule
                .as_array()?
                .iter()
                .filter(|name| name.as_str().is_some_and(|name| !fields.contains_key(name)));
            missing.next().map(|name| format!("{} is a required property", repr(name)))
        }
        _ => None,
    }
}

fn is_any_of(value: &Value, types: &Value) -> bool {
    match types {
        Value::Array(types) => types.iter().any(|name| is_any_of(value, name)),
        Value::String(name) => match name.as_str() {
            "null" => value.is_null(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            "number" => value.is_number(),
            "integer" => {
                value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
            }
            _ => true,
        },
        _ => true,
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths = groups.iter().map(|group| group.len());
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

fn indented(text: &str) -> String {
    text.replace('\n', "\n    ")
}
