//! The entries of the files and the one that OS_* makes, and the choice of one.
//!
//! Knows the names of entries, not what stands in them.
//! Source: openstacksdk, `openstack/config/loader.py`, `OpenStackConfig.__init__`.

use std::path::PathBuf;
use std::rc::Rc;

use super::document::{Node, Value};
use super::search;
use crate::config::entry::keys;
use crate::config::entry::layer::{Layer, Origin};
use crate::config::entry::values::Home;
use crate::config::environment;
use crate::config::inputs::{Inputs, Overrides};
use crate::error::{Error, Kind, Result, nearest};

/// What a cloud is called that options alone make (openstacksdk's word); no file has it.
pub(crate) const OPTIONS: &str = "defaults";

/// Every entry there is.
pub(in crate::config) struct Clouds {
    /// Those of the files, in their order.
    entries: Vec<(String, Layer)>,
    /// The one that OS_* makes.
    environment: Option<Layer>,
    files: Vec<PathBuf>,
}

/// An entry that was chosen.
pub(in crate::config) struct Entry<'a> {
    pub(in crate::config) name: &'a str,
    /// Its keys; `None` where options alone make a cloud.
    pub(in crate::config) layer: Option<&'a Layer>,
    pub(in crate::config) home: Home,
    /// Whether `OS_REGION_NAME` says which region is meant, `OS_CLOUD` having said which cloud.
    pub(in crate::config) region_by_variable: bool,
}

impl Clouds {
    /// Reads the files. Errors: `config` (a broken file; a name that both a file and the environment have).
    pub(in crate::config) fn read(inputs: &Inputs) -> Result<Clouds> {
        let mut clouds = Clouds { entries: Vec::new(), environment: None, files: Vec::new() };
        if let Some(text) = &inputs.clouds_yaml {
            clouds.add("clouds.yaml", &search::read("clouds.yaml", text.as_bytes())?)?;
            return Ok(clouds);
        }
        for (stem, variable) in [("clouds", "OS_CLIENT_CONFIG_FILE"), ("secure", "OS_CLIENT_SECURE_FILE")] {
            if let Some(found) = search::find(inputs, stem, Some(variable))? {
                clouds.add(&found.path.display().to_string(), &found.root)?;
                clouds.files.push(found.path);
            }
        }
        clouds.environment = environment::entry(inputs);
        let name = environment::name(inputs);
        if clouds.environment.is_some() && clouds.file_entry(name).is_some() {
            let message = format!("{} has a cloud {name}, which is also what OS_* makes", clouds.source());
            return Err(Error::new(Kind::Config, message)
                .advice("rename the entry, set OS_CLOUD_NAME to another name, or unset the OS_* variables"));
        }
        Ok(clouds)
    }

    /// Takes in the entries of one file, over those that are there.
    fn add(&mut self, path: &str, root: &Node) -> Result<()> {
        let path: Rc<str> = path.into();
        let origin = |line: u64| Origin::File(Rc::clone(&path), line);
        let entries = match root.get("clouds") {
            None | Some(Node { value: Value::Null, .. }) => return Ok(()),
            Some(Node { value: Value::Map(entries), .. }) => entries,
            Some(node) => {
                let message = format!("{path}:{}: clouds must be a mapping, not {}", node.line, node.kind());
                return Err(
                    Error::new(Kind::Config, message).advice("write each cloud's name below it, indented")
                );
            }
        };
        for (name, node) in entries {
            let layer = Layer::read(&format!("cloud {name}"), node, &origin)?;
            match self.entries.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => known.merge(layer),
                None => self.entries.push((name.clone(), layer)),
            }
        }
        Ok(())
    }

    /// All names, those of the files first.
    pub(in crate::config) fn names<'a>(&'a self, inputs: &'a Inputs) -> Vec<&'a str> {
        let environment = self.environment.as_ref().map(|_| environment::name(inputs));
        self.entries.iter().map(|(name, _)| name.as_str()).chain(environment).collect()
    }

    /// The files that were read.
    pub(in crate::config) fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The entry that is meant. Errors: `config` (unknown; none; several, and none chosen).
    pub(in crate::config) fn choose<'a>(
        &'a self,
        name: Option<&str>,
        overrides: &Overrides,
        inputs: &'a Inputs,
    ) -> Result<Entry<'a>> {
        if let Some(name) = name {
            return self.entry(name, inputs).ok_or_else(|| self.unknown_cloud(name, "", inputs));
        }
        let variable = environment::variable(inputs, "OS_CLOUD");
        if inputs.clouds_yaml.is_some() {
            let chosen = variable.and_then(|name| self.file_entry(name));
            return chosen.or_else(|| self.first()).ok_or_else(|| self.nothing(inputs));
        }
        if let Some(name) = variable {
            let entry =
                self.entry(name, inputs).ok_or_else(|| self.unknown_cloud(name, " (OS_CLOUD)", inputs))?;
            return Ok(Entry {
                region_by_variable: environment::variable(inputs, "OS_AUTH_URL").is_none(),
                ..entry
            });
        }
        if let Some(entry) = self.environment_entry(inputs) {
            return Ok(entry);
        }
        if let ([_], Some(only)) = (&self.entries[..], self.first()) {
            return Ok(only);
        }
        if overrides.keys().any(|key| keys::tells_of_login(key)) {
            return Ok(Entry { name: OPTIONS, layer: None, home: Home::Options, region_by_variable: false });
        }
        Err(if self.entries.is_empty() { self.nothing(inputs) } else { self.undecided_error(inputs) })
    }

    fn entry<'a>(&'a self, name: &str, inputs: &'a Inputs) -> Option<Entry<'a>> {
        let environment = || self.environment_entry(inputs).filter(|entry| entry.name == name);
        self.file_entry(name).or_else(environment)
    }

    fn file_entry(&self, name: &str) -> Option<Entry<'_>> {
        let (name, layer) = self.entries.iter().find(|(known, _)| known == name)?;
        Some(Entry { name, layer: Some(layer), home: Home::File(self.source()), region_by_variable: false })
    }

    fn environment_entry<'a>(&'a self, inputs: &'a Inputs) -> Option<Entry<'a>> {
        let layer = self.environment.as_ref()?;
        let name = environment::name(inputs);
        Some(Entry { name, layer: Some(layer), home: Home::Environment, region_by_variable: false })
    }

    fn first(&self) -> Option<Entry<'_>> {
        self.entries.first().and_then(|(name, _)| self.file_entry(name))
    }

    /// Where entries come from, for a sentence.
    fn source(&self) -> String {
        match self.files.first() {
            Some(path) => path.display().to_string(),
            None if self.environment.is_some() => "the environment (OS_*)".to_owned(),
            None => "clouds.yaml".to_owned(),
        }
    }

    fn unknown_cloud(&self, name: &str, by: &str, inputs: &Inputs) -> Error {
        let names = self.names(inputs);
        let others = match names.len() {
            0 => return self.nothing(inputs),
            1 => "1 other".to_owned(),
            many => format!("{many} others"),
        };
        let called = if name.is_empty() { "''" } else { name };
        let message = format!("no cloud is called {called}{by}: {} has {others}", self.source());
        let error = Error::new(Kind::Config, message + &search::absent(inputs));
        error.advice(match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("name one of {}", list(&names)),
        })
    }

    fn undecided_error(&self, inputs: &Inputs) -> Error {
        let names = self.names(inputs);
        let message = format!("{} has {} clouds, and none is chosen", self.source(), names.len());
        Error::new(Kind::Config, message + &search::absent(inputs))
            .advice(format!("choose by --os-cloud NAME or OS_CLOUD: {}", list(&names)))
    }

    fn nothing(&self, inputs: &Inputs) -> Error {
        let message = match self.files.first() {
            Some(path) => format!("no cloud is configured: {} has none below `clouds:`", path.display()),
            None => format!(
                "no cloud is configured: no clouds.yaml in {}, and no OS_AUTH_URL in the environment",
                search::places(inputs)
            ),
        };
        let passed_over = search::absent(inputs);
        let advice = match self.files.first() {
            _ if !passed_over.is_empty() => {
                "make that a file that this user can read, or source your openrc; --sandbox needs neither"
            }
            Some(_) => "write one there, or source your openrc; --sandbox needs neither",
            None => "source your openrc or write clouds.yaml; --sandbox needs neither",
        };
        Error::new(Kind::Config, message + &passed_over).advice(advice)
    }
}

/// Names for a sentence, not more than a person reads.
fn list(names: &[&str]) -> String {
    const SHOWN: usize = 12;
    match names.len() {
        0..=SHOWN => names.join(", "),
        more => format!("{} and {} more (lunette clouds)", names[..SHOWN].join(", "), more - SHOWN),
    }
}
