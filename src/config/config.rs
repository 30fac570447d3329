//! Every cloud that is configured, and the choice of one.
//!
//! Source: openstacksdk, openstack/config/loader.py, `OpenStackConfig.__init__`, `get_one`.

use std::fmt;
use std::path::PathBuf;
use std::rc::Rc;

use super::document::{Node, Value};
use super::environment;
use super::inputs::{Inputs, Overrides};
use super::keys;
use super::layer::{Layer, Origin, Setting};
use super::settings::{self, Settings};
use super::values::{Home, Values};
use super::{profile, region, search};
use crate::error::{Error, Kind, Result, nearest};

/// Every cloud that is configured, merged and ready to be asked for one.
pub struct Config {
    inputs: Inputs,
    /// The entries of the files, in their order.
    clouds: Vec<(String, Layer)>,
    /// The entry that OS_* makes.
    environment: Option<Layer>,
    files: Vec<PathBuf>,
}

impl fmt::Debug for Config {
    /// Names only: values may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").field("files", &self.files).field("clouds", &self.names()).finish()
    }
}

/// An entry that was chosen.
struct Entry<'a> {
    name: String,
    layer: Option<&'a Layer>,
    home: Home,
    /// Whether `OS_CLOUD` chose it, so that `OS_REGION_NAME` may choose the region.
    by_variable: bool,
}

impl Config {
    /// Reads and merges the files. A missing file is no error; a broken one is (`config`: file, line, key).
    ///
    /// Looks for clouds.yaml, .yml or .json in the working folder and then in the others, `OS_CLIENT_CONFIG_FILE`
    /// before all; then, the same way, for secure.yaml (`OS_CLIENT_SECURE_FILE`), whose keys count more.
    pub fn read(inputs: Inputs) -> Result<Config> {
        let mut config = Config { inputs, clouds: Vec::new(), environment: None, files: Vec::new() };
        if let Some(text) = config.inputs.clouds_yaml.take() {
            let root = search::read("clouds.yaml", text.as_bytes())?;
            config.add("clouds.yaml", &root)?;
            config.inputs.clouds_yaml = Some(text);
            return Ok(config);
        }
        for (stem, variable) in [("clouds", "OS_CLIENT_CONFIG_FILE"), ("secure", "OS_CLIENT_SECURE_FILE")] {
            if let Some(found) = search::find(&config.inputs, stem, Some(variable))? {
                config.add(&found.path.display().to_string(), &found.root)?;
                config.files.push(found.path);
            }
        }
        config.environment = environment::entry(&config.inputs);
        let name = environment::name(&config.inputs);
        if config.environment.is_some() && config.clouds.iter().any(|(known, _)| known == name) {
            let message = format!("{} has a cloud {name}, which is also what OS_* makes", config.source());
            return Err(Error::new(Kind::Config, message)
                .advice("rename the entry, set OS_CLOUD_NAME to another name, or unset the OS_* variables"));
        }
        Ok(config)
    }

    /// The configured names, in order of the file; the entry that OS_* makes comes last.
    pub fn names(&self) -> Vec<String> {
        let environment = self.environment.as_ref().map(|_| environment::name(&self.inputs));
        self.clouds.iter().map(|(name, _)| name.as_str()).chain(environment).map(str::to_owned).collect()
    }

    /// The files that were read, the first being where clouds come from.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// One cloud's settings: the named entry, else `OS_CLOUD`, else the OS_* environment, else the only entry.
    ///
    /// Where there is no entry at all, `overrides` alone may make one, called `defaults`. An override counts more than
    /// every file and variable; `project_name` takes back the entry's `project_id`, and so on.
    /// Errors: `config` for an unknown name (the nearest, and where was looked), a missing or contradictory key;
    /// `usage` for an unknown key of `overrides`.
    pub fn cloud(&self, name: Option<&str>, overrides: &Overrides) -> Result<Settings> {
        let overrides = normal(overrides)?;
        let entry = self.choose(name, &overrides)?;
        settings::resolve(self.values(&entry, &overrides)?, &self.inputs)
    }

    /// The names of the entries whose configured project is that one, by `project_id` or `project_name`.
    ///
    /// Entries that do not say their project (application credentials) or cannot be read are not among them.
    pub fn entries_for_project(&self, id_or_name: &str) -> Vec<String> {
        let none = Overrides::new();
        let is_it = |name: &String| {
            let values = self.choose(Some(name), &none).and_then(|entry| self.values(&entry, &none));
            values.is_ok_and(|values| {
                ["project_id", "project_name"].iter().any(|key| matches!(values.text(key), Ok(Some(value)) if value == id_or_name))
            })
        };
        self.names().into_iter().filter(is_it).collect()
    }

    /// Takes in the clouds of one file, over those that are there.
    fn add(&mut self, path: &str, root: &Node) -> Result<()> {
        let path: Rc<str> = path.into();
        let origin = |line: u64| Origin::File(Rc::clone(&path), line);
        let clouds = match root.get("clouds") {
            None | Some(Node { value: Value::Null, .. }) => return Ok(()),
            Some(Node { value: Value::Map(clouds), .. }) => clouds,
            Some(node) => {
                let message = format!("{path}:{}: clouds must be a mapping, not {}", node.line, node.kind());
                return Err(Error::new(Kind::Config, message).advice("write each cloud's name below it, indented"));
            }
        };
        for (name, node) in clouds {
            let layer = Layer::read(&format!("cloud {name}"), node, &origin)?;
            match self.clouds.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => known.merge(layer),
                None => self.clouds.push((name.clone(), layer)),
            }
        }
        Ok(())
    }

    /// The entry that is meant.
    fn choose(&self, name: Option<&str>, overrides: &Overrides) -> Result<Entry<'_>> {
        let variable = environment::variable(&self.inputs, "OS_CLOUD");
        if let Some(name) = name {
            return self.entry(name, false).ok_or_else(|| self.unknown(name, false));
        }
        if self.inputs.clouds_yaml.is_some() {
            let chosen = variable.and_then(|name| self.entry(name, false));
            let first = || self.clouds.first().and_then(|(name, _)| self.entry(name, false));
            return chosen.or_else(first).ok_or_else(|| self.nothing());
        }
        if let Some(name) = variable {
            return self.entry(name, self.environment.is_none()).ok_or_else(|| self.unknown(name, true));
        }
        if let Some(layer) = &self.environment {
            let name = environment::name(&self.inputs).to_owned();
            return Ok(Entry { name, layer: Some(layer), home: Home::Environment, by_variable: false });
        }
        if let [(name, _)] = &self.clouds[..] {
            return self.entry(name, false).ok_or_else(|| self.nothing());
        }
        if overrides.keys().any(|key| keys::is_auth(key)) {
            return Ok(Entry { name: "defaults".to_owned(), layer: None, home: Home::Options, by_variable: false });
        }
        Err(if self.clouds.is_empty() { self.nothing() } else { self.undecided() })
    }

    fn entry(&self, name: &str, by_variable: bool) -> Option<Entry<'_>> {
        let (layer, home) = match self.clouds.iter().find(|(known, _)| known == name) {
            Some((_, layer)) => (layer, Home::File(self.source())),
            None if name == environment::name(&self.inputs) => (self.environment.as_ref()?, Home::Environment),
            None => return None,
        };
        Some(Entry { name: name.to_owned(), layer: Some(layer), home, by_variable })
    }

    /// Lays profile, entry, region and overrides over one another.
    fn values(&self, entry: &Entry<'_>, overrides: &Overrides) -> Result<Values> {
        let what = format!("cloud {}", entry.name);
        let own = entry.layer.cloned().unwrap_or_default();
        let given = |key: &str| {
            overrides.get(key).map(|value| Setting { node: Node::text(value), origin: Origin::Option })
        };
        let asks = given("profile").or_else(|| own.outer("profile").or_else(|| own.outer("cloud")).cloned());
        let profile = match asks {
            Some(asks) => Some(profile::find(&what, &asks, &self.inputs)?),
            None => None,
        };
        let variable = || {
            let name = "OS_REGION_NAME";
            let value = environment::variable(&self.inputs, name).filter(|_| entry.by_variable)?;
            Some(Setting { node: Node::text(value), origin: Origin::Variable(name.to_owned()) })
        };
        let region = region::choose(&what, &own, profile.as_ref(), given("region_name").or_else(variable))?;
        let mut layer = profile.unwrap_or_default();
        layer.merge(own);
        let mut region_name = None;
        if let Some(region) = region {
            layer.merge_present(region.values);
            region_name = Some(region.name);
        }
        let mut values = Values::new(&entry.name, entry.home.clone(), layer.flatten(&what)?);
        values.override_with(overrides);
        values.remove("region_name");
        if let Some(name) = region_name {
            values.set("region_name", name);
        }
        Ok(values)
    }

    /// Where the clouds come from, for a sentence.
    fn source(&self) -> String {
        match self.files.first() {
            Some(path) => path.display().to_string(),
            None if self.environment.is_some() => "the environment (OS_*)".to_owned(),
            None => "clouds.yaml".to_owned(),
        }
    }

    fn unknown(&self, name: &str, by_variable: bool) -> Error {
        let names = self.names();
        if names.is_empty() {
            return self.nothing();
        }
        let by = if by_variable { " (OS_CLOUD)" } else { "" };
        let others = if names.len() == 1 { "1 other".to_owned() } else { format!("{} others", names.len()) };
        let message = format!("no cloud is called {name}{by}: {} has {others}", self.source());
        Error::new(Kind::Config, message).advice(match nearest(name, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("name one of {}", list(&names)),
        })
    }

    fn undecided(&self) -> Error {
        let names = self.names();
        Error::new(Kind::Config, format!("{} has {} clouds, and none is chosen", self.source(), names.len()))
            .advice(format!("choose by --os-cloud NAME or OS_CLOUD: {}", list(&names)))
    }

    fn nothing(&self) -> Error {
        let advice = "source your openrc, or write a clouds.yaml; --sandbox needs neither";
        let message = match self.files.first() {
            Some(path) => format!("no cloud is configured: {} has none below `clouds:`", path.display()),
            None => format!(
                "no cloud is configured: there is no clouds.yaml in {}, and no OS_AUTH_URL in the environment",
                search::places(&self.inputs)
            ),
        };
        Error::new(Kind::Config, message).advice(advice)
    }
}

/// Overrides by their modern names, empty ones left out. Errors: `usage` (an unknown key; the nearest).
fn normal(overrides: &Overrides) -> Result<Overrides> {
    let mut known = Overrides::new();
    for (key, value) in overrides.iter().filter(|(_, value)| !value.is_empty()) {
        let key = keys::normal(key);
        let key = key.strip_prefix("os_").unwrap_or(&key);
        let key = if key == "region" { "region_name" } else { key };
        if !keys::is_known(key) {
            let error = Error::new(Kind::Usage, format!("unknown cloud setting {key}"));
            return Err(match keys::meant(key) {
                Some(meant) => error.advice(format!("did you mean {meant}?")),
                None => error.advice("settings have clouds.yaml's names, such as region_name or project_id"),
            });
        }
        known.insert(keys::modern(key).unwrap_or_else(|| key.to_owned()), value.clone());
    }
    Ok(known)
}

/// Names for a sentence, not more than a person reads.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 12;
    match names.len() {
        0..=SHOWN => names.join(", "),
        more => format!("{} and {} more (lunette clouds)", names[..SHOWN].join(", "), more - SHOWN),
    }
}
