//! The keys of one entry as they are written: those under `auth`, those beside it, and where each comes from.
//!
//! Entries are laid over one another here (profile, clouds.yaml, secure.yaml, a region's values) and made one
//! list of keys in the end. Knows nothing of what keys mean, but for which of two counts.
//! Source: openstacksdk, `openstack/config/loader.py`, `_auth_update`, `_fix_backwards_auth`,
//! `_validate_auth`.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use super::keys;
use crate::config::files::document::{Node, Value};
use crate::error::{Error, Kind, Result};

/// Where a value was written.
#[derive(Clone)]
pub(in crate::config) enum Origin {
    /// A file, and the line.
    File(Rc<str>, u64),
    /// A profile of that name in clouds-public.yaml, and the line.
    Profile(Rc<str>, Rc<str>, u64),
    /// An environment variable.
    Variable(String),
    /// A global option, or an option of `glance.connect`.
    Option,
    /// Nowhere.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::File(path, line) => write!(f, "{path}:{line}"),
            Origin::Profile(name, path, line) => write!(f, "profile {name}, {path}:{line}"),
            Origin::Variable(name) => f.write_str(name),
            Origin::Option => f.write_str("option"),
            Origin::Default => f.write_str("default"),
        }
    }
}

/// A value, and where it was written.
#[derive(Clone)]
pub(in crate::config) struct Setting {
    pub(in crate::config) node: Node,
    pub(in crate::config) origin: Origin,
}

/// The keys of one entry. `-` in keys is `_` already.
#[derive(Clone, Default)]
pub(in crate::config) struct Layer {
    outer: BTreeMap<String, Setting>,
    auth: BTreeMap<String, Setting>,
}

impl Layer {
    /// An entry of a file; `origin` tells where a line is. Errors: `config` (no mapping, or `auth` is none).
    pub(in crate::config) fn read(what: &str, node: &Node, origin: &dyn Fn(u64) -> Origin) -> Result<Layer> {
        let entries = mapping(what, node, origin)?;
        let mut layer = Layer::default();
        for (key, node) in entries {
            if key == "auth" {
                for (key, node) in mapping(&format!("{what}: auth"), node, origin)? {
                    let setting = Setting { node: node.clone(), origin: origin(node.line) };
                    layer.auth.insert(keys::normal(key), setting);
                }
            } else {
                layer.insert(key, Setting { node: node.clone(), origin: origin(node.line) });
            }
        }
        Ok(layer)
    }

    /// Sets a key beside `auth`.
    pub(in crate::config) fn insert(&mut self, key: &str, setting: Setting) {
        self.outer.insert(keys::normal(key), setting);
    }

    /// The setting of a key beside `auth`, unless it is empty.
    pub(in crate::config) fn outer(&self, key: &str) -> Option<&Setting> {
        self.outer.get(key).filter(|setting| !is_empty(&setting.node))
    }

    /// The names of all keys.
    pub(in crate::config) fn keys(&self) -> impl Iterator<Item = &str> {
        self.outer.keys().chain(self.auth.keys()).map(String::as_str)
    }

    /// Lays another entry over this one: it counts wherever it has a key, an empty one too.
    pub(in crate::config) fn merge(&mut self, over: Layer) {
        self.outer.extend(over.outer);
        self.auth.extend(over.auth);
    }

    /// Lays a region's values over this entry, of which empty ones do not count.
    pub(in crate::config) fn merge_present(&mut self, over: Layer) {
        self.outer
            .extend(over.outer.into_iter().filter(|(_, setting)| !matches!(setting.node.value, Value::Null)));
        self.auth.extend(over.auth);
    }

    /// All keys in one list, by their modern names; empty ones are left out.
    ///
    /// Errors: `config` (a key under `auth` that no way of logging in knows, or that belongs beside it).
    pub(in crate::config) fn flatten(self, what: &str) -> Result<BTreeMap<String, Setting>> {
        for (key, setting) in &self.auth {
            if !keys::is_auth(key) {
                return Err(misplaced_error(what, key, &setting.origin));
            }
        }
        let inner = self.auth.into_iter().map(|(key, setting)| (true, key, setting));
        let outer = self.outer.into_iter().map(|(key, setting)| (false, key, setting));
        let mut ranked: BTreeMap<String, (u8, Setting)> = BTreeMap::new();
        for (in_auth, key, mut setting) in inner.chain(outer) {
            if is_empty(&setting.node) {
                if key != "auth_type" {
                    continue;
                }
                // An `auth_type` that is given and empty means the plugin `none`.
                setting.node.value = Value::Text("none".to_owned());
            }
            let modern = keys::modern(&key);
            let rank = rank(in_auth, modern.is_some(), modern.as_deref().unwrap_or(&key));
            let key = modern.unwrap_or(key);
            if ranked.get(&key).is_none_or(|(best, _)| *best < rank) {
                ranked.insert(key, (rank, setting));
            }
        }
        Ok(ranked.into_iter().map(|(key, (_, setting))| (key, setting)).collect())
    }
}

/// How much a key counts against others that mean the same.
fn rank(in_auth: bool, old: bool, key: &str) -> u8 {
    match (in_auth, old) {
        (in_auth, old) if keys::outer_wins(key) => u8::from(!old) * 2 + u8::from(!in_auth),
        (in_auth, old) if keys::is_auth(key) => u8::from(in_auth) * 2 + u8::from(!old),
        // `endpoint_type` beats `interface`.
        (_, old) if key.ends_with("interface") => u8::from(old),
        (_, old) => u8::from(!old),
    }
}

/// Whether nothing was written there.
fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        Value::List(_) | Value::Map(_) => false,
    }
}

/// The entries of a mapping; nothing at all is a mapping without entries.
fn mapping<'a>(what: &str, node: &'a Node, origin: &dyn Fn(u64) -> Origin) -> Result<&'a [(String, Node)]> {
    match &node.value {
        Value::Map(entries) => Ok(entries),
        Value::Null => Ok(&[]),
        Value::Text(_) | Value::List(_) => {
            let message = format!("{}: {what} must be a mapping, not {}", origin(node.line), node.kind());
            Err(Error::new(Kind::Config, message).advice("write its keys one a line below it, indented"))
        }
    }
}

/// The error for a key that cannot stand under `auth`.
fn misplaced_error(what: &str, key: &str, origin: &Origin) -> Error {
    if keys::is_known(key) {
        return Error::new(Kind::Config, format!("{origin}: {what}: {key} does not belong under auth"))
            .advice(format!("move {key} out of auth, to the level of auth itself"));
    }
    let error = Error::new(Kind::Config, format!("{origin}: {what}: auth has no key {key}"));
    match keys::nearest_key(key) {
        Some(meant) => error.advice(format!("did you mean {meant}?")),
        None => {
            error.advice(format!("take {key} out; keys of auth are such as auth_url, username, project_id"))
        }
    }
}
