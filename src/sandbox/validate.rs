//! JSON Schema, as much as the services' schemas use, with the messages of Python's `jsonschema`.

use serde_json::{Map, Value};

use super::python::{pretty, repr, text};

/// How wide `jsonschema` prints a schema.
const WIDTH: usize = 72;

/// What is wrong with a value, and where in it.
#[derive(Debug)]
pub(crate) struct Complaint {
    /// The keys and numbers that lead to it, from outside in.
    pub(crate) path: Vec<String>,
    /// What stands there, as Python's `str` writes it.
    pub(crate) value: String,
    /// What is wrong with that, in a sentence.
    pub(crate) message: String,
    /// The sentence with the schema and the value after it.
    pub(crate) full: String,
}

/// Judges a value.
pub(crate) fn validate(schema: &Value, value: &Value) -> Result<(), Complaint> {
    let place = Place { root: schema, schema: "schema".into(), value: "instance".into(), path: Vec::new() };
    check(schema, value, &place)
}

/// Where in the schema and in the value one is, as Python would write it.
struct Place<'a> {
    /// The whole schema, where its definitions stand.
    root: &'a Value,
    schema: String,
    value: String,
    path: Vec<String>,
}

impl Place<'_> {
    /// The same value by another part of its schema.
    fn by_schema(&self, schema: &str) -> Self {
        Self {
            root: self.root,
            schema: format!("{}{schema}", self.schema),
            value: self.value.clone(),
            path: self.path.clone(),
        }
    }

    /// What stands in an object under a name, by a part of its schema.
    fn at_name(&self, schema: &str, name: &str) -> Self {
        self.inner(schema, &format!("['{name}']"), name.to_owned())
    }

    /// What stands in a list at a place, by the schema of its items.
    fn at_index(&self, index: usize) -> Self {
        self.inner("['items']", &format!("[{index}]"), index.to_string())
    }

    fn inner(&self, schema: &str, value: &str, step: String) -> Self {
        let mut inner = self.by_schema(schema);
        inner.value.push_str(value);
        inner.path.push(step);
        inner
    }
}

fn check(schema: &Value, value: &Value, place: &Place<'_>) -> Result<(), Complaint> {
    let Some(rules) = schema.as_object() else {
        return Ok(());
    };
    for (keyword, rule) in rules {
        let known = rules.get("properties").and_then(Value::as_object);
        if let Some(message) =
            complaint(keyword, rule, value).or_else(|| surplus(keyword, rule, known, value))
        {
            let Place { schema: schema_path, value: value_path, path, .. } = place;
            let schema = indent(&pretty(schema, WIDTH, 0));
            let shown = indent(&pretty(value, WIDTH, 0));
            let full = format!(
                "{message}\n\nFailed validating '{keyword}' in {schema_path}:\n    {schema}\n\nOn {value_path}:\n    {shown}"
            );
            return Err(Complaint { path: path.clone(), value: text(value), message, full });
        }
        match (keyword.as_str(), rule, value) {
            ("properties", Value::Object(properties), Value::Object(fields)) => {
                check_fields(properties, fields, place)?;
            }
            ("additionalProperties", Value::Object(_), Value::Object(fields)) => {
                for (name, field) in
                    fields.iter().filter(|(name, _)| !known.is_some_and(|known| known.contains_key(*name)))
                {
                    check(rule, field, &place.at_name("['additionalProperties']", name))?;
                }
            }
            ("items", _, Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    check(rule, item, &place.at_index(index))?;
                }
            }
            ("allOf", Value::Array(schemas), _) => {
                for (index, schema) in schemas.iter().enumerate() {
                    check(schema, value, &place.by_schema(&format!("['allOf'][{index}]")))?;
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
) -> Result<(), Complaint> {
    for (name, schema) in properties {
        if let Some(field) = fields.get(name) {
            check(schema, field, &place.at_name(&format!("['properties']['{name}']"), name))?;
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
        "minLength" if text.is_some() && length() < rule.as_u64()? => Some(few(&shown, rule)),
        "pattern" if text.is_some_and(|text| !matches(rule, text)) => {
            Some(format!("{shown} does not match {}", repr(rule)))
        }
        "format" if rule == "uuid" && text.is_some_and(|text| !is_hexadecimal_id(text)) => {
            Some(format!("{shown} is not a {}", repr(rule)))
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
        "maximum" if value.as_f64()? > rule.as_f64()? => {
            Some(format!("{shown} is greater than the maximum of {}", repr(rule)))
        }
        "minItems" if (value.as_array()?.len() as u64) < rule.as_u64()? => Some(few(&shown, rule)),
        "minProperties" if (value.as_object()?.len() as u64) < rule.as_u64()? => Some(few(&shown, rule)),
        "oneOf" => one_of(rule.as_array()?, value),
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

fn few(shown: &str, rule: &Value) -> String {
    let is_one = rule == 1;
    format!("{shown} {}", if is_one { "should be non-empty" } else { "is too short" })
}

fn one_of(schemas: &[Value], value: &Value) -> Option<String> {
    let shown = repr(value);
    let valid: Vec<&Value> = schemas.iter().filter(|schema| validate(schema, value).is_ok()).collect();
    match valid.as_slice() {
        [_] => None,
        [] => Some(format!("{shown} is not valid under any of the given schemas")),
        // The first is named last.
        [first, others @ ..] => {
            let named: Vec<String> = others.iter().chain([first]).map(|schema| repr(schema)).collect();
            Some(format!("{shown} is valid under each of {}", named.join(", ")))
        }
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

/// The two patterns that there are: a UUID, and anything but blanks.
fn matches(pattern: &Value, text: &str) -> bool {
    if pattern == r"[\S]+" { text.chars().any(|letter| !letter.is_whitespace()) } else { is_uuid(text) }
}

/// A UUID to Keystone: with its hyphens or without.
fn is_hexadecimal_id(text: &str) -> bool {
    let digits = text.replace('-', "");
    digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths = groups.iter().map(|group| group.len());
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

fn indent(text: &str) -> String {
    text.replace('\n', "\n    ")
}
