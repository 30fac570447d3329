//! Which places are closed to scripts, though they are under the working folder.
//!
//! | closed | because |
//! |---|---|
//! | files and folders whose name begins with a dot, and what is in them | keys, settings, hooks: `.ssh`, `.bashrc`, `.git` |
//! | everything, where the working folder is in a dot folder of the home folder | the same |
//! | `clouds.yaml`, `secure.yaml`, openrc files, private keys | credentials |
//! | the files that clouds are configured in, the certificates and keys that they name; Lunette's configuration, state and cache | credentials, tokens, marks |
//! | folders of recipes, for writing | what is written there runs later, as a recipe |
//! | `/proc`, `/dev`, `/sys` | they are no files |

use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};

use rustix::fs::Stat;

use super::{Access, real};
use crate::error::{Error, Kind, Result, shortage};
use crate::folder_entry::same;
use crate::host::engine::{Options, Secrets};

/// Folders in which nothing is a file.
const SYSTEM: [&str; 3] = ["/proc", "/dev", "/sys"];

/// The closed places of a run.
pub(super) struct Rules {
    /// Files and folders that hold passwords and tokens, and Lunette's own folders.
    secrets: Secrets,
    recipes: Vec<PathBuf>,
    home: Option<PathBuf>,
}

/// A path that was resolved, and is to be checked.
pub(super) struct Resolved {
    /// As the script wrote it, below the root.
    pub(super) written: PathBuf,
    /// The folder it must be in.
    pub(super) root: PathBuf,
    /// Where it leads.
    pub(super) full: PathBuf,
    /// Whether a person has named it, outside of the working folder.
    pub(super) is_named: bool,
}

impl Rules {
    pub(super) fn new(options: &Options) -> Rules {
        Rules {
            secrets: options.secrets.clone(),
            recipes: options
                .recipe_folders
                .iter()
                .chain(&options.project_recipes)
                .map(|(folder, _)| folder.clone())
                .collect(),
            home: options.home.clone(),
        }
    }

    /// Refuses a closed place. Errors: `usage` (which rule closes it).
    pub(super) fn check(&self, path: &str, place: &Resolved, access: Access) -> Result<()> {
        let Resolved { written, root, full, is_named } = place;
        let closed = |why: String| {
            let error = Error::new(Kind::Usage, format!("'{path}' is closed to scripts: {why}"));
            error.advice(
                "--trust opens it; clouds are reached by glance.connect, without their passwords and tokens",
            )
        };
        // A person may name what is in any folder, but no hidden file.
        let below = if *is_named { full.file_name().map(Path::new) } else { full.strip_prefix(root).ok() };
        let below = below.unwrap_or(full);
        if let Some(name) = names(written).chain(names(below)).find(|name| is_hidden(name)) {
            return Err(closed(format!("{} begins with a dot", name.display())));
        }
        if SYSTEM.iter().any(|folder| full.starts_with(folder)) {
            return Err(closed("it belongs to the system".to_owned()));
        }
        let inside = if *is_named { full } else { root };
        if let Some(folder) = self.hidden_home(inside) {
            return Err(closed(format!("it is in {}", folder.display())));
        }
        if names(written).chain(names(below)).any(is_credential) {
            return Err(closed("a file of that name holds credentials".to_owned()));
        }
        if self.secrets.paths().iter().any(|secret| is_within(full, secret)) {
            return Err(closed("it holds credentials or Lunette's own files".to_owned()));
        }
        if access == Access::Write {
            let is_recipes = |name: &OsStr| name.eq_ignore_ascii_case("recipes");
            if names(below).any(is_recipes) || self.recipes.iter().any(|folder| is_within(full, folder)) {
                return Err(closed("what is written to a folder of recipes could run as one".to_owned()));
            }
        }
        Ok(())
    }

    /// Whether an opened file is one of the closed ones, whatever its name: by a hard link it has several.
    pub(super) fn is_secret(&self, file: &Stat) -> bool {
        let is_it = |path: &Path| rustix::fs::stat(path).is_ok_and(|secret| same(&secret, file));
        // A link in a folder of secrets has another name there; a folder that cannot be looked at may hold it.
        let holds = |folder: &Path| match fs::read_dir(folder) {
            Ok(entries) => entries.flatten().any(|entry| is_it(&entry.path())),
            Err(refusal) => shortage(&refusal).is_some(),
        };
        let secrets = self.secrets.paths();
        secrets.iter().any(|secret| is_it(secret) || (file.st_nlink > 1 && holds(secret)))
    }

    /// The dot folder of the home folder that a place is in.
    fn hidden_home(&self, place: &Path) -> Option<PathBuf> {
        let home = self.home.as_ref()?.canonicalize().ok()?;
        let first = names(place.strip_prefix(&home).ok()?).next()?.to_owned();
        is_hidden(&first).then(|| home.join(first))
    }
}

fn names(path: &Path) -> impl Iterator<Item = &OsStr> {
    path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name),
        _ => None,
    })
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// Whether a path leads to that place, or into it. On systems that ignore case, so does its other spelling.
fn is_within(full: &Path, place: &Path) -> bool {
    let real = real(place).unwrap_or_else(|| place.to_owned());
    let lower = |path: &Path| PathBuf::from(path.as_os_str().to_ascii_lowercase());
    full.starts_with(&real) || (cfg!(target_os = "macos") && lower(full).starts_with(lower(&real)))
}

/// Whether files of that name hold credentials wherever they are.
///
/// Source: openstacksdk, `CONFIG_FILES` and `SECURE_FILES` in openstack/config/loader.py; Horizon names the files that it
/// hands out `PROJECT-openrc.sh` and `clouds.yaml`.
fn is_credential(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_lowercase();
    let name = name.trim_end_matches(['.', ' ']);
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    match extension {
        "yaml" | "yml" | "json" => matches!(stem, "clouds" | "secure"),
        "pem" | "key" | "p12" | "pfx" => true,
        "sh" => stem.ends_with("openrc"),
        _ => name.ends_with("openrc") || matches!(name, "id_rsa" | "id_dsa" | "id_ecdsa" | "id_ed25519"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_files_that_hold_credentials_by_their_names() {
        for name in [
            "clouds.yaml",
            "Clouds.YML",
            "secure.json",
            "clouds.yaml.",
            "openrc",
            "admin-openrc.sh",
            "openrc.sh",
            "server.pem",
            "id_rsa",
        ] {
            assert!(is_credential(name.as_ref()), "{name}");
        }
        for name in ["clouds-public.yaml", "clouds.yaml.md", "key", "disk.raw", "id_rsa.pub", "openrc.md"] {
            assert!(!is_credential(name.as_ref()), "{name}");
        }
    }
}
