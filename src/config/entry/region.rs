//! Which region of a cloud is meant, and what is different there.
//!
//! Source: openstacksdk, `openstack/config/loader.py`, `_get_known_regions`, `_expand_regions`,
//! `_get_region`.

use super::layer::{Layer, Origin, Setting};
use crate::config::files::document::{Node, Value};
use crate::error::{Error, Kind, Result, nearest};

/// A region that an entry knows.
pub(in crate::config) struct Region {
    pub(in crate::config) name: Setting,
    /// Settings that hold in this region.
    pub(in crate::config) values: Layer,
}

impl Region {
    /// The name as text.
    pub(in crate::config) fn text(&self) -> Option<&str> {
        text_of(&self.name.node)
    }
}

/// The region asked for, else the entry's first. `None` where the entry says nothing of regions.
///
/// An entry with a single `region_name` lets any region be asked for: it is a default there, not a list.
/// Errors: `config` (the region asked for is not in the list, or the list is none).
pub(in crate::config) fn choose(
    what: &str,
    entry: &Layer,
    profile: Option<&Layer>,
    asked: Option<Setting>,
) -> Result<Option<Region>> {
    let (closed, mut known) = match (read_regions(what, entry)?, profile) {
        (Some(known), _) => known,
        (None, Some(profile)) => read_regions(what, profile)?.unwrap_or_default(),
        (None, None) => (false, Vec::new()),
    };
    let Some(asked) = asked else {
        return Ok((!known.is_empty()).then(|| known.swap_remove(0)));
    };
    let text = text_of(&asked.node).unwrap_or_default();
    match known.iter().position(|region| text_of(&region.name.node) == Some(text)) {
        Some(place) => Ok(Some(known.swap_remove(place))),
        None if known.len() > 1 || (closed && !known.is_empty()) => {
            Err(unknown_region(what, text, &asked.origin, &known))
        }
        None => Ok(Some(Region { name: asked, values: Layer::default() })),
    }
}

/// The regions a layer tells of, and whether they are all there are.
fn read_regions(what: &str, layer: &Layer) -> Result<Option<(bool, Vec<Region>)>> {
    if let Some(setting) = layer.outer("regions") {
        return Ok(Some((true, list(what, setting)?)));
    }
    layer.outer("region_name").map(|setting| Ok((false, names(what, setting)?))).transpose()
}

/// `regions:`, whose items are names, or mappings of `name` and `values`.
fn list(what: &str, setting: &Setting) -> Result<Vec<Region>> {
    let Value::List(items) = &setting.node.value else { return names(what, setting) };
    let place = |line: u64| move_origin(&setting.origin, line);
    let region = |item: &Node| {
        let (name, values) = match &item.value {
            Value::Map(_) => (item.get("name"), item.get("values")),
            _ => (Some(item), None),
        };
        match name {
            Some(name) if text_of(name).is_some() => Ok(Region {
                name: Setting { node: name.clone(), origin: place(name.line) },
                values: match values {
                    Some(values) => Layer::read(&format!("{what}: values of a region"), values, &place)?,
                    None => Layer::default(),
                },
            }),
            _ => Err(Error::new(
                Kind::Config,
                format!("{}: {what}: a region without a name", place(item.line)),
            )
            .advice("an item of regions is a name, or a mapping of name and values")),
        }
    };
    items.iter().map(region).collect()
}

/// `region_name:`, which may be a list, or several names with commas between them.
fn names(what: &str, setting: &Setting) -> Result<Vec<Region>> {
    let region = |name: &str| Region {
        name: Setting { node: Node::text(name.trim()), origin: setting.origin.clone() },
        values: Layer::default(),
    };
    match &setting.node.value {
        Value::Text(text) => Ok(text.split(',').map(region).collect()),
        Value::List(items) => Ok(items.iter().filter_map(text_of).map(region).collect()),
        Value::Null => Ok(Vec::new()),
        Value::Map(_) => Err(Error::new(
            Kind::Config,
            format!("{}: {what}: regions must be a list of names, not a mapping", setting.origin),
        )
        .advice("write `regions: [NAME, NAME]`")),
    }
}

fn text_of(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Text(text) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// The same file, another line.
fn move_origin(origin: &Origin, line: u64) -> Origin {
    match origin {
        Origin::File(path, _) => Origin::File(path.clone(), line),
        Origin::Profile(name, path, _) => Origin::Profile(name.clone(), path.clone(), line),
        other => other.clone(),
    }
}

fn unknown_region(what: &str, asked: &str, origin: &Origin, known: &[Region]) -> Error {
    let names: Vec<&str> = known.iter().filter_map(|region| text_of(&region.name.node)).collect();
    let by = match origin {
        Origin::Variable(name) => format!(" ({name})"),
        _ => String::new(),
    };
    let message = format!("{what} has no region {asked}{by}; it has {}", names.join(", "));
    let error = Error::new(Kind::Config, message);
    match nearest(asked, names.iter().copied()) {
        Some(name) => error.advice(format!("did you mean {name}? Names of regions are case sensitive")),
        None => error.advice("name one of these, or add the region to the entry's regions"),
    }
}
