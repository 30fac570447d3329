//! A recipe called with a table: what its `run` is given for it.
//!
//! A table says what a command line's words say: one value does where a list is meant, a record stands for
//! its ID and a cloud for its project. What is not given is its default, as it is there.

use std::collections::BTreeMap;

use mlua::{ObjectLike, Table, Value};
use serde_json::Value as Json;

use super::{Argument, ArgumentKind, Recipe};
use crate::error::{Error, Kind, Result, nearest};

/// What `run` gets as `args`, by name.
pub type RecipeArgs = BTreeMap<String, Json>;

/// The one name that every recipe knows: everything that it would ask is answered by yes.
const YES: &str = "yes";

impl Recipe {
    /// Reads a table, or nothing, as its arguments. `yes` is among them where the table says it.
    ///
    /// Errors: `usage` (no table, a name that it does not take, a value of another type, one that is
    /// missing).
    pub fn read_call(&self, given: Option<&Value>) -> Result<RecipeArgs> {
        let mut args = RecipeArgs::new();
        let said = |name: &str| match given {
            Some(Value::Table(table)) => table.raw_get(name).unwrap_or(Value::Nil),
            _ => Value::Nil,
        };
        // Before anything is refused, whose message could show one.
        for argument in self.args.iter().filter(|argument| argument.secret) {
            let name = &argument.name;
            let value = text(&said(name)).map_or(Json::Null, Json::String);
            let hidden = argument.hide(&value);
            hidden.map_err(|why| self.refuse(format!("{name} of {}: {why}", self.found.name)))?;
        }
        self.names(given)?;
        for argument in &self.args {
            let name = &argument.name;
            let value = read(argument, &said(name));
            let value = value.map_err(|why| self.refuse(format!("{name} of {}: {why}", self.found.name)))?;
            match value.or_else(|| default_value(argument)) {
                Some(value) => _ = args.insert(name.clone(), value),
                None if argument.optional => {}
                None => return Err(self.refuse(format!("{} needs '{name}'", self.found.name))),
            }
        }
        match said(YES) {
            Value::Nil | Value::Boolean(false) => {}
            Value::Boolean(true) => _ = args.insert(YES.to_owned(), Json::Bool(true)),
            other => {
                return Err(self.refuse(format!(
                    "{YES} of {}: {}",
                    self.found.name,
                    describe_wrong("true", &other)
                )));
            }
        }
        Ok(args)
    }

    /// Refuses what is no table, and names that it does not take.
    fn names(&self, given: Option<&Value>) -> Result<()> {
        let name = &self.found.name;
        let table = match given {
            None | Some(Value::Nil) => return Ok(()),
            Some(Value::Table(table)) if table.raw_len() == 0 => table,
            Some(_) => {
                let first = self.args.first().map_or(YES, |first| first.name.as_str());
                let error = self.refuse(format!("in Lua, {name} takes one table, with names in it"));
                return Err(error.advice(format!("such as {name}{{ {first} = … }}")));
            }
        };
        let known = || self.args.iter().map(|argument| argument.name.as_str()).chain([YES]);
        for (key, _) in table.pairs::<Value, Value>().flatten() {
            let key = key.to_string().unwrap_or_default();
            if !known().any(|known| known == key) {
                let near = nearest(&key, known()).map(|near| format!("did you mean '{near}'?"));
                let all = || format!("it takes {}", known().collect::<Vec<_>>().join(", "));
                let error = self.refuse(format!("unknown argument '{key}' for {name}"));
                return Err(error.advice(near.unwrap_or_else(all)));
            }
        }
        Ok(())
    }

    fn refuse(&self, message: String) -> Error {
        let advice = format!("`lunette help {}` tells its arguments", self.found.name);
        Error::new(Kind::Usage, message).advice(advice)
    }
}

/// What an argument is where nothing is said of it: flags and lists are always there.
fn default_value(argument: &Argument) -> Option<Json> {
    match (&argument.default, &argument.kind) {
        (Some(default), _) => Some(default.clone()),
        (None, ArgumentKind::Flag) => Some(Json::Bool(false)),
        (None, _) if argument.many && argument.optional => Some(Json::Array(Vec::new())),
        (None, _) => None,
    }
}

/// The value as `args` holds it; `None` where nothing is given. An empty list gives nothing.
fn read(argument: &Argument, value: &Value) -> Result<Option<Json>, String> {
    match value {
        Value::Nil => Ok(None),
        Value::Table(list) if argument.many && is_list(list) => {
            let items = list.sequence_values::<Value>();
            let items = items.map(|item| single(&argument.kind, &item.unwrap_or(Value::Nil)));
            let items = items.collect::<Result<Vec<_>, _>>()?;
            Ok(Some(Json::Array(items)).filter(|_| list.raw_len() > 0))
        }
        one if argument.many => Ok(Some(Json::Array(vec![single(&argument.kind, one)?]))),
        one => single(&argument.kind, one).map(Some),
    }
}

/// A list, or nothing at all.
fn is_list(table: &Table) -> bool {
    table.raw_len() > 0 || table.pairs::<Value, Value>().next().is_none()
}

fn single(kind: &ArgumentKind, value: &Value) -> Result<Json, String> {
    match (kind, value) {
        (ArgumentKind::Flag, Value::Boolean(on)) => Ok(Json::Bool(*on)),
        (ArgumentKind::Flag, other) => Err(describe_wrong("true or false", other)),
        (ArgumentKind::Integer | ArgumentKind::Number, Value::Integer(number)) => Ok(Json::from(*number)),
        (ArgumentKind::Number, Value::Number(number)) if number.is_finite() => Ok(Json::from(*number)),
        (ArgumentKind::Integer, other) => Err(describe_wrong("a whole number", other)),
        (ArgumentKind::Number, other) => Err(describe_wrong("a number", other)),
        (ArgumentKind::Path, Value::String(text)) => {
            text.to_str().map(|path| Json::from(&*path)).map_err(|_| "a path in UTF-8 expected".to_owned())
        }
        (ArgumentKind::Path, other) => Err(describe_wrong("a path", other)),
        (ArgumentKind::String, value) => {
            text(value).map(Json::String).ok_or_else(|| describe_wrong("a text, or what has an ID", value))
        }
        (ArgumentKind::OneOf(words), value) => {
            let all = words.join(", ");
            let word = text(value).filter(|word| words.contains(word));
            word.map(Json::String).ok_or_else(|| describe_wrong(&format!("one of {all}"), value))
        }
    }
}

/// A value as a word: a record by its ID, a cloud by its project's.
fn text(value: &Value) -> Option<String> {
    let id = |field: &dyn Fn(&str) -> Option<String>| field("id").or_else(|| field("project_id"));
    match value {
        Value::String(text) => text.to_str().ok().map(|text| text.to_owned()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::UserData(record) => id(&|name| record.get(name).ok()),
        Value::Table(record) => id(&|name| record.raw_get(name).ok()),
        _ => None,
    }
}

fn describe_wrong(expected: &str, got: &Value) -> String {
    match got {
        Value::String(text) => format!("{expected} expected, got '{}'", text.to_string_lossy()),
        other => format!("{expected} expected, got {}", other.type_name()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use mlua::Lua;
    use serde_json::json;

    use super::super::Found;
    use super::*;
    use crate::host::recipe::declare;

    const ROTATE: &str = "{ effects = 'write', run = print, args = {
        { 'image' }, { '--pin', secret = true }, { '--zone', env = 'ZONE', value = 'ZONE' },
    } }";

    const SHARE: &str = "{ effects = 'write', run = print, args = {
        { 'image' }, { 'project', many = true }, { '--dry-run' }, { '--limit', type = 'integer', default = 8 },
        { '--status', choices = { 'pending', 'accepted' } }, { '--only', many = true }, { '--ratio', type = 'number' },
    } }";

    fn read_call(text: &str) -> Result<Json, String> {
        given_to(SHARE, text)
    }

    fn given_to(recipe: &str, text: &str) -> Result<Json, String> {
        let lua = Lua::new();
        let found = Found {
            name: "share".to_owned(),
            origin: String::new(),
            path: None,
            summary: String::new(),
            shadowed_by: None,
        };
        let (recipe, _) = declare::recipe(&lua.load(recipe).eval().unwrap(), found, String::new()).unwrap();
        let given = recipe.read_call(Some(&lua.load(text).eval().unwrap()));
        given.map(|given| given.into_iter().collect()).map_err(|error| {
            format!(
                "{}; {}",
                error.to_string().trim_start_matches("usage: "),
                error.advice_text().unwrap_or_default()
            )
        })
    }

    #[test]
    fn a_table_says_what_words_say() {
        for (text, expected) in [
            (
                "{ image = 'x', project = 'b' }",
                json!({ "image": "x", "project": ["b"], "dry_run": false, "limit": 8, "only": [] }),
            ),
            (
                "{ image = { id = '1bea' }, project = { 'b', { name = 'c', project_id = '35c9' } }, dry_run = true,
                   limit = 2, status = 'pending', only = 7, ratio = 0.5, yes = true }",
                json!({ "image": "1bea", "project": ["b", "35c9"], "dry_run": true, "limit": 2, "status": "pending",
                    "only": ["7"], "ratio": 0.5, "yes": true }),
            ),
        ] {
            assert_eq!(read_call(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn a_secret_is_given_as_a_value_and_hidden_before_anything_is_refused() {
        let help = "`lunette help share` tells its arguments";
        let args = given_to(ROTATE, "{ image = 'x', pin = 'hunter2' }").unwrap();
        assert_eq!(args, json!({ "image": "x", "pin": "hunter2" }));
        assert_eq!(given_to(ROTATE, "{ image = 'x' }").unwrap_err(), format!("share needs 'pin'; {help}"));
        let refused = given_to(ROTATE, "{ image = 'x', pin = 'open-7', ['open-7'] = 1 }").unwrap_err();
        assert!(refused.contains("'(redacted)'") && !refused.contains("open-7"), "{refused}");
        let short = given_to(ROTATE, "{ image = 'x', pin = 'abc' }").unwrap_err();
        assert!(short.starts_with("pin of share: a secret has 4 characters or more"), "{short}");
    }

    #[test]
    fn unacceptable_values_are_named() {
        let help = "`lunette help share` tells its arguments";
        for (text, expected) in [
            ("{ imge = 'x' }", "unknown argument 'imge' for share; did you mean 'image'?"),
            (
                "{ quux = 'x' }",
                "unknown argument 'quux' for share; it takes image, project, dry_run, limit, status, only, ratio, yes",
            ),
            ("{ 'x', 'b' }", "in Lua, share takes one table, with names in it; such as share{ image = … }"),
            ("'x'", "in Lua, share takes one table, with names in it; such as share{ image = … }"),
            ("nil", &format!("share needs 'image'; {help}")),
            ("{ image = 'x' }", &format!("share needs 'project'; {help}")),
            ("{ image = 'x', project = {} }", &format!("share needs 'project'; {help}")),
            (
                "{ image = true }",
                &format!("image of share: a text, or what has an ID expected, got boolean; {help}"),
            ),
            (
                "{ image = { 'x' } }",
                &format!("image of share: a text, or what has an ID expected, got table; {help}"),
            ),
            (
                "{ image = 'x', project = 'b', dry_run = 'no' }",
                &format!("dry_run of share: true or false expected, got 'no'; {help}"),
            ),
            (
                "{ image = 'x', project = 'b', limit = '2' }",
                &format!("limit of share: a whole number expected, got '2'; {help}"),
            ),
            (
                "{ image = 'x', project = 'b', status = 'done' }",
                &format!("status of share: one of pending, accepted expected, got 'done'; {help}"),
            ),
            (
                "{ image = 'x', project = 'b', yes = 1 }",
                &format!("yes of share: true expected, got integer; {help}"),
            ),
        ] {
            assert_eq!(read_call(text).unwrap_err(), expected, "{text}");
        }
    }
}
