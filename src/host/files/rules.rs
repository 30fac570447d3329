//! Which places are closed to scripts, though they are under the working folder.
//!
//! | closed | because |
//! |---|---|
//! | files and folders whose name begins with a dot, and what is in them | keys, settings, hooks: `.ssh`, `.bashrc`, `.git` |
//! | everything, where the working folder is in a dot folder of the home folder | the same |
//! | `clouds.yaml`, `secure.yaml`, openrc files, private keys, and their copies (`clouds.yaml~`, `id_rsa.old`) | credentials |
//! | the files that clouds are configured in, the certificates and keys that they name; Lunette's configuration, state and cache | credentials, tokens, marks |
//! | folders of recipes, for writing | what is written there runs later, as a recipe |
//! | `/proc`, `/dev`, `/sys` | they are no files |

use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};

use rustix::fs::Stat;

use super::{Access, real};
use crate::error::{Error, Kind, Result, shortage};
use crate::folder_entry::is_same_file;
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
        let is_it = |path: &Path| rustix::fs::stat(path).is_ok_and(|secret| is_same_file(&secret, file));
        // A link in a folder of secrets has another name there; a folder that cannot be looked at may hold
        // it.
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

/// Words that an editor, a package manager or a person adds to the name of a copy.
const COPY: [&str; 18] = [
    "bak", "backup", "copy", "dist", "dpkg", "new", "old", "orig", "prev", "previous", "rpmnew", "rpmorig",
    "rpmsave", "sav", "save", "saved", "tmp", "txt",
];

/// What ends the name of a file that holds no credentials, whatever it is about: texts, public keys, images.
const HARMLESS: [&str; 16] = [
    "md", "rst", "html", "pub", "qcow2", "raw", "img", "iso", "vmdk", "vhd", "vhdx", "vdi", "ova", "ami",
    "aki", "ari",
];

/// Whether files of that name hold credentials wherever they are. So do copies of them, whatever the copy's
/// name adds.
///
/// Source: openstacksdk, `CONFIG_FILES` and `SECURE_FILES` in openstack/config/loader.py; Horizon names the
/// files that it hands out `PROJECT-openrc.sh` and `clouds.yaml`; packstack, `TripleO` and Juju write
/// `keystonerc_admin`, `stackrc`, `overcloudrc` and `novarc`. `clouds-public.yaml` holds no credentials.
fn is_credential(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_lowercase();
    let words: Vec<&str> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.len() > 1 && words.last().is_some_and(|last| HARMLESS.contains(last)) {
        return false;
    }
    // Of a copy: `clouds.yaml.bak2`, `server.key.1`.
    let is_added = |word: &&&str| {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        word.is_empty() || COPY.contains(&word)
    };
    let added = words.iter().rev().take_while(is_added).count();
    let extension = words.len().checked_sub(added + 1).and_then(|last| words.get(last)).copied();
    let is_key =
        |word: &str| matches!(word, "pem" | "key" | "p12" | "pfx") && name.contains(&format!(".{word}"));
    if extension.or(words.last().copied()).is_some_and(is_key) {
        return true;
    }
    let is_data = |word: &&str| matches!(*word, "yaml" | "yml" | "json");
    words.iter().enumerate().any(|(at, word)| {
        let behind = words.get(at + 1..).unwrap_or_default();
        match *word {
            "clouds" => {
                let is_copy = added > 0 && behind.len() == added;
                is_copy || (behind.iter().any(is_data) && behind.first() != Some(&"public"))
            }
            "secure" => {
                let rest: Vec<_> = behind.iter().skip_while(is_added).collect();
                rest.first().map_or(added > 0, |first| is_data(first))
            }
            "id" => matches!(behind.first(), Some(&("rsa" | "dsa" | "ecdsa" | "ed25519"))),
            word => {
                word.ends_with("openrc")
                    || matches!(word, "keystonerc" | "stackrc" | "overcloudrc" | "novarc")
            }
        }
    })
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
            "keystonerc_admin",
            "overcloudrc",
        ] {
            assert!(is_credential(name.as_ref()), "{name}");
        }
        let others = [
            "clouds-public.yaml",
            "clouds.yaml.md",
            "key",
            "my-key.txt",
            "disk.raw",
            "id_rsa.pub",
            "openrc.md",
            "alpine-openrc.qcow2",
            "secure-boot.json",
            "secure",
            "clouds",
            "images-of-clouds.txt.gz",
            "width-rsa",
            "notes.old",
            "1",
            "~",
        ];
        for name in others {
            assert!(!is_credential(name.as_ref()), "{name}");
        }
    }

    #[test]
    fn knows_copies_of_the_files_that_hold_credentials() {
        let files = ["clouds.yaml", "secure.yml", "admin-openrc.sh", "id_ed25519", "server.key", "stackrc"];
        for file in files {
            let (stem, end) =
                file.split_once('.').map_or((file, String::new()), |(stem, end)| (stem, format!(".{end}")));
            for copy in [
                format!("{file}~"),
                format!("{file}.bak"),
                format!("{file}.bak2"),
                format!("{file}.old"),
                format!("{file}.orig"),
                format!("{file}.save"),
                format!("{file}.1"),
                format!("{file}.2026-11-30"),
                format!("{file}.txt"),
                format!("{file} (copy)"),
                format!("#{file}#"),
                format!("Copy of {file}"),
                format!("{stem} (copy){end}"),
                format!("{stem}(1){end}"),
                format!("{stem}_old{end}"),
                format!("{file}.DPKG-OLD"),
            ] {
                assert!(is_credential(copy.as_ref()), "{copy}");
            }
        }
        for name in ["clouds-prod.yaml", "my-clouds.yaml", "clouds.yaml.gz", "clouds.bak", "id_rsa_work"] {
            assert!(is_credential(name.as_ref()), "{name}");
        }
    }
}
