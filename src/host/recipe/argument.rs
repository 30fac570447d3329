//! One argument that a recipe declares.
//!
//! An argument is a table: its name, then what is said of it.
//!
//! | key | what it says |
//! |---|---|
//! | `[1]` | `"image"`: positional; `"--from"`: an option. Dashes become underscores in `args` |
//! | `help` | one line of help |
//! | `many` | may be given several times; `args` holds a list. Of the positional ones only the last |
//! | `optional` | a positional one need not be given. Only optional ones may follow it |
//! | `type` | `"string"` (as where nothing is said), `"integer"`, `"number"`, `"path"`, or `"flag"` |
//! | `choices` | a list of the words allowed |
//! | `default` | what it is when not given; an argument with one is optional |
//! | `value` | the word for its value in the usage line: `value = "PROJECT"` |
//! | `env`, `secret` | where its value may come from, see `argument_source.rs` |
//!
//! An option takes a value where `type`, `choices`, `default`, `value`, `many` or `secret` is declared; else
//! it is a flag.

use mlua::{Table, Value};

use super::argument_source;
use super::strict::{Why, check_keys, check_word, field, strings};

/// One declared argument. `--name` is an option (a flag where it has no type), else it is positional.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a key of the declaration")]
pub struct Argument {
    /// Its name as `args` holds it: `image`, `all`; dashes become underscores.
    pub name: String,
    /// Whether it begins with `--`.
    pub option: bool,
    /// One line of help.
    pub help: String,
    /// `string`, `integer`, `number`, `boolean`, or a list of the words allowed.
    pub kind: ArgumentKind,
    /// May be given several times; `args` then holds a list.
    pub many: bool,
    /// Need not be given (options never need).
    pub optional: bool,
    /// What it is when not given.
    pub default: Option<serde_json::Value>,
    /// The word for its value in the usage line; the name in capitals unless said otherwise.
    pub value_name: Option<String>,
    /// The environment variable that gives its value where the command line does not.
    pub env: Option<String>,
    /// Whether its value is never printed.
    pub secret: bool,
}

/// The type of an argument.
#[derive(Clone, Debug, PartialEq)]
pub enum ArgumentKind {
    /// Any text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// The path of a file, which the recipe may open.
    Path,
    /// A flag: takes no value.
    Flag,
    /// One of these words.
    OneOf(Vec<String>),
}

/// The keys of an argument besides its name; documented in `stdlib/meta/recipe.lua`.
pub(in crate::host) const KEYS: [&str; 9] =
    ["help", "many", "optional", "type", "choices", "default", "value", "env", "secret"];
/// The most arguments of a recipe.
const MOST: usize = 100;

const TYPES: [&str; 5] = ["string", "integer", "number", "path", "flag"];

/// Reads a recipe's `args`.
pub(super) fn arguments(table: &Table) -> Result<Vec<Argument>, Why> {
    let Some(list) = field::<Table>(table, "args", "a list")? else {
        return Ok(Vec::new());
    };
    let mut arguments: Vec<Argument> = Vec::new();
    if list.raw_len() > MOST {
        return Err(format!("args has {} arguments, and {MOST} is the most", list.raw_len()));
    }
    for index in 1..=list.raw_len() {
        let declared: Value = list.raw_get(index).map_err(|e| e.to_string())?;
        let Value::Table(declared) = declared else {
            return Err(format!(
                "args[{index}] is a {}, not a table such as {{ \"image\" }}",
                declared.type_name()
            ));
        };
        let argument = argument(&declared).map_err(|why| format!("args[{index}]: {why}"))?;
        if arguments.iter().any(|other| other.name == argument.name) {
            return Err(format!("args[{index}]: there are two arguments '{}'", argument.name));
        }
        if let Some(last) = arguments.iter().rfind(|other| !other.option).filter(|_| !argument.option) {
            if last.many {
                return Err(format!(
                    "args[{index}]: nothing can follow '{}', which takes the rest",
                    last.name
                ));
            }
            if last.may_be_left_out() && !argument.may_be_left_out() {
                let rule = if last.optional {
                    format!("must be optional, as '{}' is", last.name)
                } else {
                    format!(
                        "must be optional, or have env, because '{}' may be left out before it",
                        last.name
                    )
                };
                return Err(format!("args[{index}]: '{}' {rule}", argument.name));
            }
        }
        arguments.push(argument);
    }
    Ok(arguments)
}

fn argument(table: &Table) -> Result<Argument, Why> {
    check_keys(table, "the argument", &KEYS)?;
    let written: String = match table.raw_get(1) {
        Ok(Value::String(name)) => name.to_string_lossy(),
        _ => return Err("its first element must be its name".to_owned()),
    };
    let option = written.starts_with("--");
    let name = written.trim_start_matches("--").replace('-', "_");
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(word) {
        return Err(format!("'{written}' is no name for an argument: small letters, digits and dashes"));
    }
    let many = field(table, "many", "a boolean")?.unwrap_or(false);
    let value_name = field(table, "value", "a string")?;
    let is_secret = field(table, "secret", "a boolean")?.unwrap_or(false);
    let kind = kind(table, option && !many && value_name.is_none() && !is_secret)?;
    let default = default(table, &kind, many)?;
    if kind == ArgumentKind::Flag {
        if !option {
            return Err(format!("'{written}' is positional, and only options can be flags"));
        }
        if many || value_name.is_some() || default.is_some() {
            return Err(format!("'{written}' is a flag, which has no many, value or default"));
        }
    }
    let optional = field(table, "optional", "a boolean")?.unwrap_or(false);
    let argument = Argument {
        optional: optional || option || default.is_some(),
        help: field(table, "help", "a string")?.unwrap_or_default(),
        name,
        option,
        kind,
        many,
        default,
        value_name,
        env: None,
        secret: false,
    };
    argument_source::read(table, argument)
}

fn kind(table: &Table, may_be_flag: bool) -> Result<ArgumentKind, Why> {
    let named: Option<String> = field(table, "type", "a string")?;
    if let Some(choices) = strings(table, "choices")? {
        if named.is_some_and(|named| named != "string") || choices.is_empty() {
            return Err("choices are a list of strings, and the type with them".to_owned());
        }
        return Ok(ArgumentKind::OneOf(choices));
    }
    let has_default = !table.raw_get::<Value>("default").unwrap_or(Value::Nil).is_nil();
    match named.as_deref() {
        None if may_be_flag && !has_default => Ok(ArgumentKind::Flag),
        None | Some("string") => Ok(ArgumentKind::String),
        Some("integer") => Ok(ArgumentKind::Integer),
        Some("number") => Ok(ArgumentKind::Number),
        Some("path") => Ok(ArgumentKind::Path),
        Some("flag") => Ok(ArgumentKind::Flag),
        Some(other) => check_word(other, "type", &TYPES).map(|()| ArgumentKind::String),
    }
}

fn default(table: &Table, kind: &ArgumentKind, many: bool) -> Result<Option<serde_json::Value>, Why> {
    use serde_json::Value as Json;
    let single = |value: &Value| match (kind, value) {
        (ArgumentKind::String | ArgumentKind::Path, Value::String(text)) => {
            Some(Json::from(text.to_string_lossy()))
        }
        (ArgumentKind::OneOf(words), Value::String(text)) => {
            let text = text.to_string_lossy();
            words.contains(&text).then(|| Json::from(text))
        }
        (ArgumentKind::Integer | ArgumentKind::Number, Value::Integer(number)) => Some(Json::from(*number)),
        (ArgumentKind::Number, Value::Number(number)) => Some(Json::from(*number)),
        _ => None,
    };
    let wrong = || "its default is not of its type".to_owned();
    match table.raw_get::<Value>("default").unwrap_or(Value::Nil) {
        Value::Nil => Ok(None),
        Value::Table(list) if many => {
            let items = list.sequence_values::<Value>().map(|item| single(&item.ok()?));
            Ok(Some(Json::Array(items.collect::<Option<Vec<_>>>().ok_or_else(wrong)?)))
        }
        value if !many => single(&value).map(Some).ok_or_else(wrong),
        _ => Err("its default must be a list, as many values are".to_owned()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use mlua::Lua;

    use super::*;

    pub(in crate::host::recipe) fn args(text: &str) -> Result<Vec<Argument>, Why> {
        let lua = Lua::new();
        let recipe: Table = lua.load(format!("{{ args = {{ {text} }} }}")).eval().unwrap();
        arguments(&recipe)
    }

    #[test]
    fn reads_positional_arguments_options_and_flags() {
        let plain = Argument {
            name: "image".to_owned(),
            option: false,
            help: "an image".to_owned(),
            kind: ArgumentKind::String,
            many: false,
            optional: false,
            default: None,
            value_name: None,
            env: None,
            secret: false,
        };
        let text = "{ 'image', help = 'an image' }, { 'project', many = true }, { '--dry-run' }, \
            { '--limit', type = 'integer', default = 8 }, { '--from', value = 'PROJECT' }, \
            { '--status', choices = { 'pending', 'accepted' }, many = true, default = { 'pending' } }";
        let option = Argument { option: true, optional: true, help: String::new(), ..plain.clone() };
        let expected = vec![
            plain.clone(),
            Argument { name: "project".to_owned(), many: true, help: String::new(), ..plain },
            Argument { name: "dry_run".to_owned(), kind: ArgumentKind::Flag, ..option.clone() },
            Argument {
                name: "limit".to_owned(),
                kind: ArgumentKind::Integer,
                default: Some(8.into()),
                ..option.clone()
            },
            Argument { name: "from".to_owned(), value_name: Some("PROJECT".to_owned()), ..option.clone() },
            Argument {
                name: "status".to_owned(),
                kind: ArgumentKind::OneOf(vec!["pending".to_owned(), "accepted".to_owned()]),
                many: true,
                default: Some(serde_json::json!(["pending"])),
                ..option
            },
        ];
        assert_eq!(args(text).unwrap(), expected);
    }

    #[test]
    fn says_what_is_wrong_with_an_argument() {
        for (text, why) in [
            ("'image'", "args[1] is a string, not a table such as { \"image\" }"),
            ("{ help = 'x' }", "args[1]: its first element must be its name"),
            (
                "{ 'image', halp = 'x' }",
                "args[1]: the argument has an unknown key 'halp'; did you mean 'help'?",
            ),
            ("{ 'Image' }", "args[1]: 'Image' is no name for an argument: small letters, digits and dashes"),
            ("{ 'a' }, { '--a' }", "args[2]: there are two arguments 'a'"),
            ("{ 'a', many = true }, { 'b' }", "args[2]: nothing can follow 'a', which takes the rest"),
            ("{ 'a', optional = true }, { 'b' }", "args[2]: 'b' must be optional, as 'a' is"),
            ("{ 'a', many = 1 }", "args[1]: many must be a boolean, not a integer"),
            (
                "{ 'a', type = 'int' }",
                "args[1]: type is 'int', which is none of string, integer, number, path, flag",
            ),
            ("{ 'a', type = 'flag' }", "args[1]: 'a' is positional, and only options can be flags"),
            ("{ '--a', type = 'flag', default = 1 }", "args[1]: its default is not of its type"),
            ("{ '--a', type = 'integer', default = 'x' }", "args[1]: its default is not of its type"),
            ("{ '--a', choices = { 'x' }, default = 'y' }", "args[1]: its default is not of its type"),
            (
                "{ '--a', many = true, default = 'y' }",
                "args[1]: its default must be a list, as many values are",
            ),
        ] {
            assert_eq!(args(text).unwrap_err(), why, "{text}");
        }
    }
}
