//! The resolved keys of one cloud, and questions about them whose errors say where the answer should have
//! stood.
//!
//! Knows the kinds of values (text, yes or no, numbers, lists), not what keys mean to a log-in.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use secrecy::SecretString;

use super::keys;
use super::layer::{Origin, Setting};
use crate::config::files::document::{Node, Value};
use crate::error::{Error, Kind, Result};
use crate::secrets::redact_text;

/// Where an entry stands, and so where what it lacks should be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::config) enum Home {
    /// A file, by its path as shown.
    File(String),
    /// The environment.
    Environment,
    /// Nothing but options.
    Options,
}

/// The keys of one cloud, each once, by its modern name.
pub(in crate::config) struct Values {
    name: String,
    home: Home,
    settings: BTreeMap<String, Setting>,
    /// The keys whose values were asked for.
    used: RefCell<BTreeSet<String>>,
}

impl Values {
    /// The keys of the cloud of that name.
    pub(in crate::config) fn new(name: &str, home: Home, settings: BTreeMap<String, Setting>) -> Values {
        Values { name: name.to_owned(), home, settings, used: RefCell::default() }
    }

    /// The entry's name.
    pub(in crate::config) fn name(&self) -> &str {
        &self.name
    }

    /// The names of the keys.
    pub(in crate::config) fn keys(&self) -> impl Iterator<Item = &str> {
        self.settings.keys().map(String::as_str)
    }

    /// Whether the key is given.
    pub(in crate::config) fn has(&self, key: &str) -> bool {
        self.settings.contains_key(key)
    }

    /// Sets a key.
    pub(in crate::config) fn set(&mut self, key: &str, setting: Setting) {
        self.settings.insert(key.to_owned(), setting);
    }

    /// Sets a key to what nobody wrote.
    pub(in crate::config) fn set_default(&mut self, key: &str, value: &str) {
        self.set(key, Setting { node: Node::text(value), origin: Origin::Default });
    }

    /// Takes a key away.
    pub(in crate::config) fn remove(&mut self, key: &str) -> Option<Setting> {
        self.settings.remove(key)
    }

    /// Gives a key the value of another, unless it has one.
    pub(in crate::config) fn fill(&mut self, key: &str, from: &str) {
        if let (false, Some(setting)) = (self.has(key), self.settings.get(from).cloned()) {
            self.set(key, setting);
        }
    }

    /// Sets what was given by hand, which counts more than all else: rivals of a given key are taken back.
    ///
    /// The domain that an entry names once for user and project stays theirs when the scope is another one.
    /// Source: openstacksdk, `_handle_domain_id`, which runs after the options are laid over the entry.
    pub(in crate::config) fn override_with(&mut self, given: &BTreeMap<String, String>) {
        let names_project = |has: &dyn Fn(&str) -> bool| has("project_id") || has("project_name");
        if names_project(&|key| self.has(key)) || names_project(&|key| given.contains_key(key)) {
            for key in ["domain_id", "domain_name"] {
                self.fill(&format!("user_{key}"), key);
                self.fill(&format!("project_{key}"), key);
            }
        }
        for key in keys::GENERAL_OF_SERVICES.iter().filter(|key| given.contains_key(**key)) {
            let end = format!("_{}", key.strip_prefix("api_").unwrap_or(key));
            self.settings.retain(|other, _| other == key || !other.ends_with(&end) || keys::is_auth(other));
        }
        // A credential brings its own scope, which takes the entry's place.
        if ["application_credential_id", "application_credential_name"]
            .iter()
            .any(|key| given.contains_key(*key))
        {
            for key in keys::SCOPE {
                self.settings.remove(key);
            }
        }
        for rivals in keys::RIVALS {
            if rivals.iter().any(|key| given.contains_key(*key)) {
                for rival in rivals {
                    self.settings.remove(*rival);
                }
            }
        }
        for (keys, kind) in keys::TELLING {
            if !given.contains_key("auth_type") && keys.iter().any(|key| given.contains_key(*key)) {
                self.set("auth_type", Setting { node: Node::text(kind), origin: Origin::Option });
            }
        }
        for (key, value) in given {
            self.set(key, Setting { node: Node::text(value), origin: Origin::Option });
        }
    }

    fn note_use(&self, key: &str) {
        if self.settings.contains_key(key) {
            self.used.borrow_mut().insert(key.to_owned());
        }
    }

    /// The keys whose values nobody asked for, and where each comes from.
    pub(in crate::config) fn unused(&self) -> Vec<(&str, &Origin)> {
        let used = self.used.borrow();
        let unused = self.settings.iter().filter(|(key, _)| !used.contains(*key));
        unused.map(|(key, setting)| (key.as_str(), &setting.origin)).collect()
    }

    /// The value of a key as text, without noting that it is used.
    pub(in crate::config) fn peek(&self, key: &str) -> Option<&str> {
        match &self.settings.get(key)?.node.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Where the value of a key comes from.
    pub(in crate::config) fn origin(&self, key: &str) -> Option<&Origin> {
        self.settings.get(key).map(|setting| &setting.origin)
    }

    /// A text. Errors: `config` (it is a list or a mapping).
    pub(in crate::config) fn text(&self, key: &str) -> Result<Option<&str>> {
        self.note_use(key);
        match self.settings.get(key).map(|setting| &setting.node) {
            None => Ok(None),
            Some(Node { value: Value::Text(text), .. }) => Ok(Some(text)),
            Some(node) => Err(self.refuse(key, format_args!("must be text, not {}", node.kind()))),
        }
    }

    /// A text that must be there. Errors: `config` (missing; says where to add it).
    pub(in crate::config) fn require(&self, key: &str) -> Result<&str> {
        self.text(key)?.ok_or_else(|| self.missing(key))
    }

    /// A secret that must be there. Errors: as `require`.
    pub(in crate::config) fn require_secret(&self, key: &str) -> Result<SecretString> {
        Ok(SecretString::from(self.require(key)?))
    }

    /// Yes or no, in any of YAML's words. Errors: `config` (neither).
    pub(in crate::config) fn flag(&self, key: &str) -> Result<Option<bool>> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" | "t" | "1" => Ok(Some(true)),
            "false" | "no" | "off" | "n" | "f" | "0" => Ok(Some(false)),
            _ => Err(self.refuse(key, "must be true or false")),
        }
    }

    /// A whole number. Errors: `config`.
    pub(in crate::config) fn count(&self, key: &str) -> Result<Option<u32>> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| self.refuse(key, "must be a whole number, 0 or more"))
    }

    /// A number of seconds above 0. Errors: `config`.
    pub(in crate::config) fn seconds(&self, key: &str) -> Result<Option<Duration>> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        match seconds.filter(|seconds| !seconds.is_zero()) {
            Some(seconds) => Ok(Some(seconds)),
            None => Err(self.refuse(key, "must be a number of seconds above 0")),
        }
    }

    /// A list of texts; one text is split at its commas. Errors: `config` (an item is no text).
    pub(in crate::config) fn list(&self, key: &str) -> Result<Option<Vec<String>>> {
        self.note_use(key);
        let items = match self.settings.get(key).map(|setting| &setting.node.value) {
            None => return Ok(None),
            Some(Value::List(items)) => items,
            Some(_) => {
                let text = self.text(key)?.unwrap_or_default();
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                return Ok(Some(items.map(str::to_owned).collect()));
            }
        };
        let texts =
            items.iter().filter(|item| !matches!(item.value, Value::Null)).map(|item| match &item.value {
                Value::Text(text) => Ok(text.clone()),
                _ => Err(self.refuse(key, format_args!("must be a list of texts, not of {}", item.kind()))),
            });
        texts.collect::<Result<Vec<_>>>().map(Some)
    }

    /// A text in which `{key}` stands for another key's value. Errors: `config` (there is no such key).
    pub(in crate::config) fn expand(&self, key: &str) -> Result<Option<String>> {
        let Some(mut rest) = self.text(key)? else { return Ok(None) };
        let mut out = String::new();
        while let Some((before, name, after)) = placeholder(rest) {
            let value = if keys::is_secret(name) { None } else { self.text(name)? };
            let Some(value) = value else {
                return Err(self
                    .refuse(key, format_args!("has {{{name}}} in it, and there is no {name} to put there")));
            };
            out.push_str(before);
            out.push_str(value);
            rest = after;
        }
        Ok(Some(out + rest))
    }

    /// The error for a value that cannot be.
    pub(in crate::config) fn refuse(&self, key: &str, why: impl fmt::Display) -> Error {
        let origin = self.settings.get(key).map_or(&Origin::Default, |setting| &setting.origin);
        let (message, advice) = match origin {
            Origin::Variable(name) => (format!("{name} {why}"), format!("correct {name}, or unset it")),
            Origin::Option | Origin::Default => (
                format!("{key} {why}"),
                format!("it was given as an option: --os-{}, or {key} in Lua", key.replace('_', "-")),
            ),
            Origin::File(..) | Origin::Profile(..) => {
                (format!("{origin}: cloud {}: {key} {why}", self.name), format!("correct {key} there"))
            }
        };
        Error::new(Kind::Config, message).advice(advice)
    }

    /// The error for a key that must be there and is not.
    pub(in crate::config) fn missing(&self, key: &str) -> Error {
        match &self.home {
            Home::File(path) => {
                let place = if keys::is_auth(key) { "under auth in" } else { "to" };
                let beside =
                    if keys::is_secret(key) { " there, or in a secure.yaml beside it" } else { " there" };
                Error::new(Kind::Config, format!("{path}: cloud {} has no {key}", self.name))
                    .advice(format!("add {key} {place} the entry {}{beside}", self.name))
            }
            Home::Environment => {
                let variable = format!("OS_{}", key.to_uppercase());
                Error::new(Kind::Config, format!("{variable} is not set, though other OS_* variables are"))
                    .advice(format!("source your openrc (again), or export {variable}; --os-cloud NAME takes clouds.yaml instead"))
            }
            Home::Options => {
                Error::new(Kind::Config, format!("no cloud is configured, and no {key} is given"))
                    .advice("source your openrc, write a clouds.yaml, or give what is missing as an option")
            }
        }
    }

    /// Every key that means something → its value, secrets redacted, and where it came from.
    pub(in crate::config) fn origins(&self) -> BTreeMap<String, (String, String)> {
        let known = self.settings.iter().filter(|(key, _)| keys::is_known(key));
        known
            .map(|(key, setting)| {
                let value = if keys::is_secret(key) { "(redacted)".to_owned() } else { show(&setting.node) };
                (key.clone(), (value, setting.origin.to_string()))
            })
            .collect()
    }
}

/// Splits at the first `{name}`.
fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

/// A value in one line.
fn show(node: &Node) -> String {
    match &node.value {
        Value::Null => String::new(),
        Value::Text(text) => redact_text(text),
        Value::List(items) => items.iter().map(show).collect::<Vec<_>>().join(","),
        Value::Map(_) => "{…}".to_owned(),
    }
}
