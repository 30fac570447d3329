//! Profiles of public clouds: what `profile:` of an entry stands for.
//!
//! Reads clouds-public.yaml, and only when an entry asks for a profile. Ships none of its own.
//! Source: openstacksdk, `openstack/config/loader.py`, `_expand_vendor_profile`.

use std::rc::Rc;

use super::document::{Node, Value};
use super::search::{self, Found};
use crate::config::entry::layer::{Layer, Origin, Setting};
use crate::config::inputs::Inputs;
use crate::error::{Error, Kind, Result, nearest};

/// The profile of that name. Errors: `config` (unknown, or a URL; the file is broken).
pub(in crate::config) fn find(what: &str, profile: &Setting, inputs: &Inputs) -> Result<Layer> {
    let Value::Text(name) = &profile.node.value else {
        return Err(Error::new(Kind::Config, format!("{}: {what}: profile must be a name", profile.origin))
            .advice("name a profile of clouds-public.yaml"));
    };
    let place = &profile.origin;
    if name.contains("://") {
        return Err(Error::new(
            Kind::Config,
            format!("{place}: {what}: the profile {name} is a URL, which is not fetched"),
        )
        .advice(format!(
            "copy what {name}/.well-known/openstack/api says into the entry, and take profile out"
        )));
    }
    let found = match inputs.clouds_yaml {
        None => search::find(inputs, "clouds-public", None)?,
        Some(_) => None,
    };
    let clouds = found.as_ref().and_then(|found| found.root.get("public-clouds"));
    if let (Some(found), Some(node)) = (&found, clouds.and_then(|clouds| clouds.get(name))) {
        let (name, path): (Rc<str>, Rc<str>) =
            (name.as_str().into(), found.path.display().to_string().into());
        return Layer::read(&format!("profile {name}"), node, &|line| {
            Origin::Profile(Rc::clone(&name), Rc::clone(&path), line)
        });
    }
    Err(unknown_profile(what, name, place, found.as_ref(), clouds, inputs))
}

fn unknown_profile(
    what: &str,
    name: &str,
    place: &Origin,
    found: Option<&Found>,
    clouds: Option<&Node>,
    inputs: &Inputs,
) -> Error {
    let looked = match found {
        Some(found) => format!("it is not among the public-clouds of {}", found.path.display()),
        None => format!("there is no clouds-public.yaml in {}", search::places(inputs)),
    };
    let names: Vec<&str> = match clouds.map(|clouds| &clouds.value) {
        Some(Value::Map(entries)) => entries.iter().map(|(name, _)| name.as_str()).collect(),
        _ => Vec::new(),
    };
    let message = format!("{place}: {what}: unknown profile {name}: {looked}");
    Error::new(Kind::Config, message).advice(match nearest(name, names) {
        Some(near) => format!("did you mean {near}?"),
        None => "write the cloud's auth_url and region_name into the entry and take profile out; Lunette ships no \
                 profiles"
            .to_owned(),
    })
}
