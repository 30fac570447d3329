//! Settings that are a single service's own: `image_endpoint_override` and its siblings.
//!
//! Source: openstacksdk, `openstack/config/cloud_region.py`, `_get_config`, `get_endpoint`, `get_interface`.

use std::collections::BTreeMap;

use super::keys;
use super::values::Values;
use crate::config::login;
use crate::error::Result;

/// `<service>_endpoint_override` and its siblings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// A URL that replaces the catalogue's.
    pub endpoint_override: Option<String>,
    /// The catalogue type, where it is not the usual one.
    pub service_type: Option<String>,
    /// The catalogue name, where several services have the type.
    pub service_name: Option<String>,
    /// Interfaces in place of the general ones.
    pub interfaces: Option<Vec<String>>,
    /// Region in place of the general one.
    pub region: Option<String>,
}

/// The services that have settings of their own, by their type with `-` for `_`.
///
/// Errors: `config` (a value is wrong; `none` without the endpoint of the image service).
pub(in crate::config) fn build(values: &Values, kind: login::Kind) -> Result<BTreeMap<String, Service>> {
    let mut services: BTreeMap<String, Service> = BTreeMap::new();
    for (key, (name, setting)) in values.keys().filter_map(|key| Some((key, keys::of_service(key)?))) {
        let service = services.entry(name.replace('_', "-")).or_default();
        match setting {
            // Keys come in alphabetical order, so the override, where there is one, has the last word.
            "endpoint" | "endpoint_override" => service.endpoint_override = Some(url(values, key)?),
            "service_type" => service.service_type = values.text(key)?.map(str::to_owned),
            "service_name" => service.service_name = values.text(key)?.map(str::to_owned),
            "interface" => service.interfaces = interfaces(values, key)?,
            _ => service.region = values.text(key)?.map(str::to_owned),
        }
    }
    if kind == login::Kind::None {
        let image = services.entry("image".to_owned()).or_default();
        if image.endpoint_override.is_none() {
            if !values.has("endpoint") {
                return Err(values.missing("image_endpoint_override"));
            }
            image.endpoint_override = Some(url(values, "endpoint")?);
        }
    }
    Ok(services)
}

/// Interfaces in the order they are tried, `publicURL` being `public`. Errors: `config` (there is no such
/// interface).
pub(in crate::config) fn interfaces(values: &Values, key: &str) -> Result<Option<Vec<String>>> {
    let Some(names) = values.list(key)?.filter(|names| !names.is_empty()) else { return Ok(None) };
    let known = |name: &String| match name.trim_end_matches("URL") {
        name @ ("public" | "internal" | "admin") => Ok(name.to_owned()),
        other => Err(values.refuse(key, format_args!("must be public, internal or admin, not {other}"))),
    };
    names.iter().map(known).collect::<Result<_>>().map(Some)
}

/// The key that says how long to wait: `api_timeout`, but for old clients' `<service>_timeout`, which beat
/// it.
pub(in crate::config) fn timeout_key(values: &Values) -> Option<String> {
    let mut keys = values.keys().filter(|key| key.ends_with("timeout") && *key != "timeout");
    let old = keys.by_ref().filter(|key| *key != "api_timeout").last();
    old.or(values.has("api_timeout").then_some("api_timeout")).map(str::to_owned)
}

/// A URL, with `{region_name}` and the like filled in. Errors: `config` (missing; no URL; with a password in
/// it, which every message that names the URL would show).
pub(in crate::config) fn url(values: &Values, key: &str) -> Result<String> {
    let url = values.expand(key)?.ok_or_else(|| values.missing(key))?;
    let Some(rest) = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")) else {
        return Err(values.refuse(key, "must begin with https:// (or http://)"));
    };
    if rest.split(['/', '?', '#']).next().is_some_and(|host| host.contains('@')) {
        return Err(
            values.refuse(key, "must not have a user or password in it; username and password are for that")
        );
    }
    Ok(url)
}
