//! What a script gives of a definition, read by its form as the JSON that Glance takes.
//!
//! Stricter than Glance where Glance would lose what it is given, or trip over it: it cuts numbers off,
//! forgets lists, and answers 500 to an `enum` of numbers (measured).

use mlua::{Lua, Table, Value};
use serde_json::{Map, Value as Json, json};

use super::forms::{CONTENTS, Fields, ITEMS, NAMESPACE, PROPERTY, Shape, TAG};
use crate::error::{Error, Kind};
use crate::host::text::{NAME, TEXT, Total, check};
use crate::host::{Given, raise};

/// The fields of something new. Errors: `usage` (also where a field that Glance needs is not given).
pub(super) fn new(options: &Value, call: &str, fields: Fields) -> mlua::Result<Map<String, Json>> {
    let new = read(options, call, fields, false)?;
    let schema = fields == PROPERTY;
    let needed = fields.iter().take(if schema { 3 } else { 1 });
    complete(new, call, needed)
}

/// The fields of a new namespace, and what it is to hold.
pub(super) fn new_namespace(options: &Value, call: &str) -> mlua::Result<Map<String, Json>> {
    complete(read(options, call, &[NAMESPACE, CONTENTS].concat(), false)?, call, NAMESPACE.iter().take(1))
}

/// The fields to change; those that `false` takes away are null.
pub(super) fn changes(options: &Value, call: &str, fields: Fields) -> mlua::Result<Map<String, Json>> {
    read(options, call, fields, true)
}

/// `{ "a", "b", replace = true }`: the names, and whether all others go.
pub(super) fn tags(lua: &Lua, tags: &Table) -> mlua::Result<(Vec<String>, bool)> {
    const CALL: &str = "namespace:create_tags";
    let count = tags.raw_len();
    let options = lua.create_table()?;
    for pair in tags.pairs::<Value, Value>() {
        let (key, value) = pair?;
        if !key.as_usize().is_some_and(|index| (1..=count).contains(&index)) {
            options.raw_set(key, value)?;
        }
    }
    let options = Given::from(&Value::Table(options), CALL, &["replace"])?;
    // Glance takes no tags for no request at all, also where they are to take the place of others.
    if count == 0 {
        let error = Error::new(Kind::Usage, format!("{CALL} needs at least one name"));
        return Err(raise(error.advice("namespace:delete_tags() deletes them all")));
    }
    let mut total = Total::default();
    let one = |index| {
        let name = tag(&tags.raw_get(index)?, CALL)?;
        total.add(CALL, name.len(), MOST)?;
        Ok(name)
    };
    let names = (1..=count).map(one).collect::<mlua::Result<_>>()?;
    Ok((names, options.boolean("replace")? == Some(true)))
}

fn read(
    options: &Value,
    call: &str,
    fields: &[(&'static str, Shape)],
    changes: bool,
) -> mlua::Result<Map<String, Json>> {
    let known: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let given = Given::from(options, call, &known)?;
    let mut read = Map::new();
    for (name, shape) in fields {
        let json = match given.value(name)? {
            Value::Nil => continue,
            Value::Boolean(false) if changes && *shape != Shape::Flag => Json::Null,
            value => shape.read(&given, call, name, &value, changes)?,
        };
        read.insert((*name).to_owned(), json);
    }
    Ok(read)
}

impl Shape {
    fn read(self, given: &Given, call: &str, name: &str, value: &Value, changes: bool) -> mlua::Result<Json> {
        Ok(match self {
            Shape::Text => given.string(name)?.into(),
            Shape::Word(words) => given.word(name, words)?.into(),
            Shape::Flag => given.boolean(name)?.into(),
            Shape::Whole => given.integer(name)?.into(),
            Shape::Texts => given.strings(name)?.into(),
            Shape::Default => default(value, call)?,
            Shape::Items => Json::Object(read(value, &format!("{call}: items"), ITEMS, false)?),
            Shape::Properties => {
                given.table(name)?.map(|table| properties(&table, call, changes)).transpose()?.into()
            }
            Shape::List(fields) => {
                given.table(name)?.map(|list| definitions(&list, call, name, fields)).transpose()?.into()
            }
        })
    }
}

/// A default, as the text that Glance keeps.
fn default(value: &Value, call: &str) -> mlua::Result<Json> {
    match value {
        Value::String(text) => {
            check(text, TEXT)?;
            Ok(Json::from(text.to_str()?.as_ref()))
        }
        Value::Integer(number) => Ok(number.to_string().into()),
        Value::Number(number) => Ok(number.to_string().into()),
        other => {
            let message =
                format!("option 'default' of {call}: string or number expected, got {}", other.type_name());
            let advice = "Glance keeps a default as text, whatever the type: write default = \"true\"";
            Err(raise(Error::new(Kind::Usage, message).advice(advice)))
        }
    }
}

/// Properties by name, each by its schema; in a change, `false` takes one away.
fn properties(table: &Table, call: &str, changes: bool) -> mlua::Result<Map<String, Json>> {
    let (mut properties, mut total, whole) = (Map::new(), Total::default(), call);
    for pair in table.pairs::<Value, Value>() {
        let (name, value) = pair?;
        let Value::String(name) = name else {
            return Err(usage(format!("{call}: properties have names, got the key {}", name.to_string()?)));
        };
        check(&name, NAME)?;
        let name = name.to_str()?.to_string();
        let call = format!("{call}: property '{name}'");
        let schema = match value {
            Value::Boolean(false) if changes => Json::Null,
            value => {
                let schema = read(&value, &call, PROPERTY, false)?;
                complete(schema, &call, PROPERTY[1..3].iter())?.into()
            }
        };
        total.add(whole, name.len() + weight(&schema), MOST)?;
        properties.insert(name, schema);
    }
    properties.sort_keys();
    Ok(properties)
}

/// All definitions of one request, in bytes.
const MOST: usize = 4 << 20;

/// About how many bytes a value takes.
fn weight(value: &Json) -> usize {
    match value {
        Json::String(text) => text.len() + 32,
        Json::Array(list) => list.iter().map(weight).sum::<usize>() + 32,
        Json::Object(fields) => fields.iter().map(|(name, value)| name.len() + weight(value) + 64).sum(),
        _ => 32,
    }
}

/// A list of definitions; a tag may be its name alone.
fn definitions(list: &Table, call: &str, name: &str, fields: Fields) -> mlua::Result<Vec<Json>> {
    if list.pairs::<Value, Value>().count() != list.raw_len() {
        return Err(usage(format!("option '{name}' of {call}: list expected, got table")));
    }
    let mut total = Total::default();
    let one = |index: usize| {
        let definition = match list.raw_get::<Value>(index)? {
            Value::String(name) if fields == TAG => {
                check(&name, NAME)?;
                json!({ "name": name.to_str()?.as_ref() })
            }
            value => Json::Object(new(&value, &format!("{call}: {name}[{index}]"), fields)?),
        };
        total.add(call, weight(&definition), MOST)?;
        Ok(definition)
    };
    (1..=list.raw_len()).map(one).collect()
}

fn tag(value: &Value, call: &str) -> mlua::Result<String> {
    match value {
        Value::String(name) => {
            check(name, NAME)?;
            Ok(name.to_str()?.to_string())
        }
        other => Err(usage(format!("{call}: names are strings, got {}", other.type_name()))),
    }
}

/// The fields, if none of these is missing.
fn complete<'a>(
    fields: Map<String, Json>,
    call: &str,
    mut needed: impl Iterator<Item = &'a (&'static str, Shape)>,
) -> mlua::Result<Map<String, Json>> {
    match needed.find(|(name, _)| !fields.contains_key(*name)) {
        Some((name, _)) => Err(usage(format!("{call} needs the option '{name}'"))),
        None => Ok(fields),
    }
}

fn usage(message: String) -> mlua::Error {
    raise(Error::new(Kind::Usage, message))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::forms::OBJECT;
    use super::*;

    fn value(lua: &Lua, text: &str) -> Value {
        lua.load(text).eval().unwrap()
    }

    #[test]
    fn a_schema_is_sent_as_it_was_written() {
        let lua = Lua::new();
        let given = value(
            &lua,
            r#"{ name = "p", title = "P", type = "array", default = 3, readonly = false, enum = {}, minimum = 2.0,
                 items = { type = "string", enum = { "1", "2" } }, uniqueItems = true }"#,
        );
        let expected = json!({
            "name": "p", "title": "P", "type": "array", "default": "3", "readonly": false, "enum": [], "minimum": 2,
            "items": {"type": "string", "enum": ["1", "2"]}, "uniqueItems": true
        });
        assert_eq!(Json::Object(new(&given, "create", PROPERTY).unwrap()), expected);
    }

    #[test]
    fn empty_tables_are_lists_or_objects_by_what_they_are_for() {
        let lua = Lua::new();
        let object = new(&value(&lua, r#"{ name = "o", required = {}, properties = {} }"#), "create", OBJECT);
        assert_eq!(Json::Object(object.unwrap()), json!({"name": "o", "required": [], "properties": {}}));
        let items =
            new(&value(&lua, r#"{ name = "p", title = "P", type = "array", items = {} }"#), "c", PROPERTY);
        assert_eq!(items.unwrap()["items"], json!({}));
    }

    #[test]
    fn a_new_namespace_brings_what_it_is_to_hold() {
        let lua = Lua::new();
        let given = value(
            &lua,
            r#"{ namespace = "N", tags = { "a", { name = "b" } }, resource_type_associations = { { name = "T", prefix = "x:" } },
                 properties = { p = { title = "P", type = "string" } }, objects = { { name = "o" } } }"#,
        );
        let expected = json!({
            "namespace": "N", "properties": {"p": {"title": "P", "type": "string"}}, "objects": [{"name": "o"}],
            "tags": [{"name": "a"}, {"name": "b"}], "resource_type_associations": [{"name": "T", "prefix": "x:"}]
        });
        assert_eq!(Json::Object(new_namespace(&given, "create").unwrap()), expected);
    }

    #[test]
    fn false_takes_away_in_a_change_unless_it_is_a_value() {
        let lua = Lua::new();
        let given = value(&lua, "{ description = false, readonly = false, enum = false, default = false }");
        let changed = changes(&given, "update", PROPERTY).unwrap();
        let expected = json!({"description": null, "readonly": false, "enum": null, "default": null});
        assert_eq!(Json::Object(changed), expected);
        let given = value(&lua, r#"{ properties = { a = false, b = { title = "B", type = "string" } } }"#);
        let changed = changes(&given, "update", OBJECT).unwrap();
        assert_eq!(changed["properties"], json!({"a": null, "b": {"title": "B", "type": "string"}}));
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        let lua = Lua::new();
        let schema = |inner: &str| format!("{{ name = 'o', properties = {{ p = {{ {inner} }} }} }}");
        for (text, fields, message) in [
            ("{ name = 'p' }".to_owned(), PROPERTY, "usage: new needs the option 'title'"),
            ("{ title = 'P', type = 'string' }".to_owned(), PROPERTY, "usage: new needs the option 'name'"),
            (schema("title = 'P'"), OBJECT, "usage: new: property 'p' needs the option 'type'"),
            (
                schema("title = 'P', type = 'strin'"),
                OBJECT,
                "usage: option 'type' of new: property 'p': no such word 'strin'; did you mean 'string'?",
            ),
            (
                "{ name = 'o', properties = { 'x' } }".to_owned(),
                OBJECT,
                "usage: new: properties have names, got the key 1",
            ),
            (
                "{ name = 'o', properties = { p = 'x' } }".to_owned(),
                OBJECT,
                "usage: new: property 'p': a table of options expected, got string",
            ),
            (
                "{ name = 'p', title = 'P', type = 'string', default = true }".to_owned(),
                PROPERTY,
                "usage: option 'default' of new: string or number expected, got boolean",
            ),
            (
                "{ name = 'p', title = 'P', type = 'integer', minimum = 1.5 }".to_owned(),
                PROPERTY,
                "usage: option 'minimum' of new: integer expected, got number",
            ),
            (
                "{ name = 'p', title = 'P', type = 'integer', enum = { 1, 2 } }".to_owned(),
                PROPERTY,
                "usage: option 'enum' of new: list of strings expected, got table",
            ),
        ] {
            assert_eq!(new(&value(&lua, &text), "new", fields).unwrap_err().to_string(), message, "{text}");
        }
    }

    #[test]
    fn tags_are_a_list_of_names_and_an_option() {
        let lua = Lua::new();
        let read = |text: &str| tags(&lua, &lua.load(text).eval().unwrap());
        assert_eq!(read("{ 'a', 'b' }").unwrap(), (vec!["a".to_owned(), "b".to_owned()], false));
        assert_eq!(read("{ 'a', replace = true }").unwrap(), (vec!["a".to_owned()], true));
        for (text, words) in [
            ("{ 'a', 3 }", "names are strings, got integer"),
            ("{ 'a', repalce = true }", "did you mean 'replace'?"),
            ("{ 'a', [7] = 'b' }", "options have names, got the key 7"),
            ("{ replace = true }", "needs at least one name"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
