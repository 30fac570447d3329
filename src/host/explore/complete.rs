//! Completion of live names: what could stand at the end of a line.
//!
//! Nothing of a script's is run, and nothing connects. A table tells its names by its keys. What lies behind
//! an `__index` function, or in userdata, tells them by a `__dir` field in its metatable: a table
//! `{ fields = { "id", … }, methods = { "update", … }, class = "Image" }`, or for userdata a function that
//! returns one. Reading a name in `fields` must be free of I/O: `image.properties.os⇥` reads
//! `image.properties`. `class` is the name under which documentation knows it.

use std::collections::BTreeSet;

use mlua::{Lua, ObjectLike, Table, Value};

use super::locals::Locals;
use crate::host::engine::{Engine, prelude};
use crate::host::globals::Lazy;
use crate::host::library::inspect::KEYWORDS;

/// The names of a value that is not there yet.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// The class that documentation knows it by.
    pub class: &'static str,
    /// What `a.` offers.
    pub fields: &'static [&'static str],
    /// What `a:` offers.
    pub methods: &'static [&'static str],
}

impl Engine {
    /// Live names that could stand at the end of `line` (`cloud.pro`, `image:mem`), whole words.
    ///
    /// `a.` offers fields, `a:` offers methods, a bare word offers globals and Lua's own words. Sorted.
    pub fn completions(&self, line: &str) -> Vec<String> {
        let start = line
            .rfind(|c: char| !(c.is_alphanumeric() || "_.:".contains(c)))
            .map_or(0, |at| at + line[at..].chars().next().map_or(1, char::len_utf8));
        let expression = &line[start..];
        let Some(at) = expression.rfind(['.', ':']) else {
            let mut names = self.global_names();
            names.extend(KEYWORDS.map(str::to_owned));
            return matching(names, expression);
        };
        let (path, prefix) = (&expression[..at], &expression[at + 1..]);
        let methods = expression.as_bytes()[at] == b':';
        let names = match self.global(path) {
            Some(Global::Later(names)) => {
                let names = if methods { names.methods } else { names.fields };
                names.iter().copied().map(str::to_owned).collect()
            }
            _ => self.resolve(path).map(|value| names_of(&self.lua, &value, methods)).unwrap_or_default(),
        };
        matching(names, prefix)
    }

    fn global_names(&self) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = self.globals.names().into_iter().collect();
        names.extend(keys(&self.lua.globals()).map(|(name, _)| name));
        names.extend(self.locals.get().into_iter().flat_map(Locals::names));
        names
    }

    /// Whether a script could read this name just now: a global, also one that is still to be made, or a
    /// local of the session.
    pub fn is_defined(&self, name: &str) -> bool {
        self.global(name).is_some()
    }

    /// The class of the value of `a.b.c`, as documentation calls it; `None` where it has none, or cannot be
    /// read without running anything.
    pub fn class_of(&self, path: &str) -> Option<String> {
        let class = match self.global(path) {
            Some(Global::Later(names)) => names.class.to_owned(),
            _ => declared_class(&self.resolve(path)?)?,
        };
        Some(class).filter(|class| !class.is_empty())
    }

    /// The value of `a.b.c`, where it can be read without running anything.
    fn resolve(&self, path: &str) -> Option<Value> {
        let mut words = path.split('.');
        let Global::Now(mut value) = self.global(words.next()?)? else { return None };
        for word in words {
            value = match &value {
                Value::Table(table) => table
                    .raw_get(word)
                    .ok()
                    .filter(|field: &Value| !field.is_nil())
                    .or_else(|| is_field(&value, word).then(|| table.get(word).ok()).flatten())?,
                Value::UserData(data) if is_field(&value, word) => data.get(word).ok()?,
                _ => return None,
            };
        }
        Some(value)
    }

    /// A global. One that is a module is loaded: modules are pure. One that is made lazily is left alone.
    fn global(&self, name: &str) -> Option<Global> {
        if let Some(local) = self.locals.get().and_then(|locals| locals.read(name)) {
            return Some(Global::Now(local));
        }
        let value: Value = self.lua.globals().raw_get(name).ok()?;
        if !value.is_nil() {
            return Some(Global::Now(value));
        }
        match self.globals.lookup(name)? {
            Lazy::Module(module) => {
                let require = prelude(&self.lua, |prelude| prelude.require.clone()).ok()?;
                require.call(module).ok().map(Global::Now)
            }
            Lazy::Called(_, names) => Some(Global::Later(names)),
        }
    }
}

/// A global, or what it will be.
enum Global {
    Now(Value),
    Later(Names),
}

fn matching(names: BTreeSet<String>, prefix: &str) -> Vec<String> {
    names.into_iter().filter(|name| name.starts_with(prefix)).collect()
}

fn is_field(value: &Value, name: &str) -> bool {
    declared_names(value, "fields").iter().any(|field| field == name)
}

/// The fields of a value, or its methods.
fn names_of(lua: &Lua, value: &Value, methods: bool) -> BTreeSet<String> {
    let mut names: BTreeSet<String> =
        declared_names(value, if methods { "methods" } else { "fields" }).into_iter().collect();
    let mut table = match value {
        Value::Table(table) => Some(table.clone()),
        Value::String(_) => lua.globals().raw_get("string").ok(),
        _ => None,
    };
    // A chain of `__index` tables, and not one that closes on itself.
    for _ in 0..8 {
        let Some(current) = table else { break };
        let own = keys(&current).filter(|(_, value)| !methods || value.is_function());
        names.extend(own.map(|(name, _)| name));
        table = current.metatable().and_then(|meta| meta.raw_get("__index").ok());
    }
    names
}

/// The names in `__dir.fields` or `__dir.methods`.
fn declared_names(value: &Value, which: &str) -> Vec<String> {
    dir(value).and_then(|dir| dir.raw_get(which).ok()).unwrap_or_default()
}

/// The class in `__dir.class`.
fn declared_class(value: &Value) -> Option<String> {
    dir(value)?.raw_get("class").ok()?
}

/// What a value tells of itself.
fn dir(value: &Value) -> Option<Table> {
    let dir = match value {
        Value::Table(table) => table.metatable().and_then(|meta| meta.raw_get("__dir").ok()),
        Value::UserData(data) => data.metatable().ok().and_then(|meta| meta.get("__dir").ok()),
        _ => None,
    };
    match dir {
        Some(Value::Table(dir)) => Some(dir),
        // Of userdata, it is Rust's; of a table, it may be a script's, which completion never runs.
        Some(Value::Function(function)) if value.is_userdata() => function.call(value).ok(),
        _ => None,
    }
}

/// The keys of a table that are names, with their values.
fn keys(table: &Table) -> impl Iterator<Item = (String, Value)> {
    table.pairs::<Value, Value>().flatten().filter_map(|(key, value)| {
        let name = key.as_string()?.to_str().ok()?.to_owned();
        let word = name.chars().all(|c| c.is_alphanumeric() || c == '_');
        (word && !name.starts_with("__")).then_some((name, value))
    })
}
