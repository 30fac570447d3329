//! What the configuration is made from. Handed in, so that tests and the sandbox can bring their own.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::PathBuf;

use super::entry::keys;
use super::files::{key_files, search};
use crate::error::{Error, Kind, Result};

/// Where settings come from.
///
/// The command line fills it in; tests make their own.
#[derive(Clone, Default)]
pub struct Inputs {
    /// The environment (all of it: unknown names are not looked at).
    pub environment: BTreeMap<String, String>,
    /// The working folder, searched first.
    pub folder: PathBuf,
    /// The user's and the system's `openstack` configuration folders, in the order they are searched.
    pub folders: Vec<PathBuf>,
    /// Text of a clouds.yaml that stands in place of all files and of the environment: the sandbox's.
    ///
    /// `OS_CLOUD` still chooses, where it names one of its entries; else the first entry is the chosen one.
    pub clouds_yaml: Option<String>,
}

impl Inputs {
    /// Every file that may hold credentials, whether it is there or not.
    pub fn files(&self) -> Vec<PathBuf> {
        search::list_files(self)
    }

    /// The files of certificates and keys that the configuration names, in whichever entry, and the options.
    ///
    /// Errors: the system has no more of something that reading takes.
    pub fn key_files(&self, options: &Overrides) -> io::Result<Vec<PathBuf>> {
        key_files::list_key_files(self, options)
    }
}

impl fmt::Debug for Inputs {
    /// Names of variables only: values may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.environment.keys().filter(|name| name.starts_with("OS_")).collect();
        f.debug_struct("Inputs")
            .field("environment", &names)
            .field("folder", &self.folder)
            .field("folders", &self.folders)
            .field("clouds_yaml", &self.clouds_yaml.as_ref().map(|_| "(in memory)"))
            .finish()
    }
}

/// Settings given by hand (global options, or `glance.connect{…}`), in clouds.yaml's words.
///
/// Keys of `auth` stand beside the others: `auth_url`, `project_id`, `region_name`, `interface`, `cacert`, …
/// They count more than all files and the environment; an empty one does not count.
pub type Overrides = BTreeMap<String, String>;

/// Overrides by their modern names, empty ones left out. Errors: `usage` (an unknown key; the nearest).
pub(super) fn normal(overrides: &Overrides) -> Result<Overrides> {
    let mut known = Overrides::new();
    for (key, value) in overrides.iter().filter(|(_, value)| !value.is_empty()) {
        let key = keys::normal(key);
        let key = key.strip_prefix("os_").unwrap_or(&key);
        let key = if key == "region" { "region_name" } else { key };
        if !keys::is_known(key) {
            let error = Error::new(Kind::Usage, format!("unknown cloud setting {key}"));
            return Err(match keys::nearest_key(key) {
                Some(meant) => error.advice(format!("did you mean {meant}?")),
                None => error.advice("settings have clouds.yaml's names, such as region_name or project_id"),
            });
        }
        known.insert(keys::modern(key).unwrap_or_else(|| key.to_owned()), value.clone());
    }
    Ok(known)
}
