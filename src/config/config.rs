//! Every cloud that is configured, and the settings of one.
//!
//! Source: openstacksdk, `openstack/config/loader.py`, `OpenStackConfig.get_one`.

use std::fmt;
use std::path::PathBuf;

use super::entry::layer::{Origin, Setting};
use super::entry::region;
use super::entry::values::{Home, Values};
use super::environment;
use super::files::clouds::{Clouds, Entry};
use super::files::document::Node;
use super::files::profile;
use super::inputs::{Inputs, Overrides, normal};
use super::login;
use super::settings::{self, Settings};
use crate::error::{Error, Kind, Result};

/// Every cloud that is configured, merged and ready to be asked for one.
pub struct Config {
    inputs: Inputs,
    clouds: Clouds,
}

impl fmt::Debug for Config {
    /// Names only: values may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").field("inputs", &self.inputs).field("clouds", &self.names()).finish()
    }
}

impl Config {
    /// Reads and merges the files. A missing file is no error; a broken one is (`config`: file, line, key).
    ///
    /// Looks for clouds.yaml, .yml or .json in the working folder and then in the others,
    /// `OS_CLIENT_CONFIG_FILE` before all; then, the same way, for secure.yaml (`OS_CLIENT_SECURE_FILE`),
    /// whose keys count more.
    pub fn read(inputs: Inputs) -> Result<Config> {
        let clouds = Clouds::read(&inputs)?;
        Ok(Config { inputs, clouds })
    }

    /// The configured names, in order of the file; the entry that OS_* makes comes last.
    pub fn names(&self) -> Vec<String> {
        self.clouds.names(&self.inputs).into_iter().map(str::to_owned).collect()
    }

    /// The files that were read, the first being where clouds come from.
    pub fn files(&self) -> &[PathBuf] {
        self.clouds.files()
    }

    /// The cloud that is meant where none is named. Errors: `config` (none, or several and none is chosen).
    pub fn usual_cloud(&self, overrides: &Overrides) -> Result<String> {
        Ok(self.clouds.choose(None, &normal(overrides)?, &self.inputs)?.name.to_owned())
    }

    /// The settings of the cloud that a run works with, by the name that `--os-cloud` gives it, if any.
    ///
    /// As for the `openstack` command, `OS_REGION_NAME` chooses its region, and a variable such as
    /// `OS_PASSWORD` gives a secret that the entry lacks, unless the variables are another cloud's (they
    /// have an `OS_AUTH_URL`). Other clouds of the same run get neither: a secret is not sent to a cloud
    /// that it was not meant for. Errors: as for `cloud`.
    pub fn main_cloud(&self, name: Option<&str>, overrides: &Overrides) -> Result<Settings> {
        let overrides = normal(overrides)?;
        let mut entry = self.clouds.choose(name, &overrides, &self.inputs)?;
        let is_completed = environment::variable(&self.inputs, "OS_AUTH_URL").is_none()
            && self.inputs.clouds_yaml.is_none()
            && matches!(entry.home, Home::File(_));
        entry.region_by_variable |= is_completed;
        let mut values = self.values(&entry, &overrides)?;
        if is_completed {
            login::fill_secrets(&mut values, |key| environment::setting(&self.inputs, key))?;
        }
        settings::resolve(values, &self.inputs)
    }

    /// One cloud's settings: the named entry, else `OS_CLOUD`, else the OS_* environment, else the only
    /// entry.
    ///
    /// Where there is no entry to choose, `overrides` alone may make one, called `defaults`. An override
    /// counts more than every file and variable; a `project_name` takes back the entry's `project_id`,
    /// and so on. Errors: `config` for an unknown name (the nearest, and where was looked), a missing or
    /// contradictory key; `usage` for an unknown key of `overrides`.
    pub fn cloud(&self, name: Option<&str>, overrides: &Overrides) -> Result<Settings> {
        let overrides = normal(overrides)?;
        let entry = self.clouds.choose(name, &overrides, &self.inputs)?;
        settings::resolve(self.values(&entry, &overrides)?, &self.inputs)
    }

    /// The names of the entries whose configured project is that one, by `project_id` or `project_name`.
    ///
    /// Entries that do not say their project (application credentials) or cannot be read are not among them.
    pub fn entries_for_project(&self, id_or_name: &str) -> Vec<String> {
        let none = Overrides::new();
        let is_for_project = |name: &String| {
            let entry = self.clouds.choose(Some(name), &none, &self.inputs);
            let values = entry.and_then(|entry| self.values(&entry, &none));
            values.is_ok_and(|values| {
                let is = |key| matches!(values.text(key), Ok(Some(project)) if project == id_or_name);
                is("project_id") || is("project_name")
            })
        };
        self.names().into_iter().filter(is_for_project).collect()
    }

    /// Lays profile, entry, region and overrides over one another.
    fn values(&self, entry: &Entry<'_>, overrides: &Overrides) -> Result<Values> {
        let what = format!("cloud {}", entry.name);
        let own = entry.layer.cloned().unwrap_or_default();
        let given = |key: &str| {
            overrides.get(key).map(|value| Setting { node: Node::text(value), origin: Origin::Option })
        };
        // `cloud` is what older clouds.yaml files call `profile`.
        let named = given("profile").or_else(|| own.outer("profile").or_else(|| own.outer("cloud")).cloned());
        let profile = match named {
            Some(named) => Some(profile::find(&what, &named, &self.inputs)?),
            None => None,
        };
        let variable = || entry.region_by_variable.then(|| environment::region(&self.inputs)).flatten();
        let asked = given("region_name").or_else(variable);
        let usual = region::choose(&what, &own, profile.as_ref(), None)?;
        let region = region::choose(&what, &own, profile.as_ref(), asked)?;
        let mut layer = profile.unwrap_or_default();
        layer.merge(own);
        let region_name = region.map(|region| {
            layer.merge_present(region.values);
            region.name
        });
        let mut values = Values::new(entry.name, entry.home.clone(), layer.flatten(&what)?);
        values.override_with(overrides);
        values.remove("region_name");
        if let Some(name) = region_name {
            values.set("region_name", name);
        }
        require_effect(&values, usual.as_ref().and_then(|region| region.text()))?;
        Ok(values)
    }
}

/// Refuses another region than the entry's own where the entry names the image endpoint itself: images would
/// still be those of the usual region.
fn require_effect(values: &Values, usual: Option<&str>) -> Result<()> {
    let (Some(usual), Some(region)) = (usual, values.peek("region_name")) else { return Ok(()) };
    let url = values.peek("image_endpoint_override").filter(|url| !url.contains("{region_name}"));
    let is_by_hand = matches!(values.origin("image_endpoint_override"), Some(Origin::Option));
    match url {
        Some(url) if region != usual && !is_by_hand => {
            let message = format!(
                "cloud {}: region {region} does not count: image_endpoint_override names the endpoint, {url}",
                values.name()
            );
            Err(Error::new(Kind::Config, message)
                .advice("take image_endpoint_override out of the entry, or write {region_name} into it"))
        }
        _ => Ok(()),
    }
}
