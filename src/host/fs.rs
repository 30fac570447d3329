//! `fs`: files under the working folder, and no others.
//!
//! A path has no `..`, and may not lead out, neither as it is written nor through a symbolic link; nor to a file that
//! holds secrets (a clouds.yaml). Errors: `usage` for such a path, `config` for what the operating system refuses, `forbidden` for writing where only reading is allowed.
//! Bindings of other layers that take a file's name come here too: [`readable`], [`writable`].

use std::cell::RefCell;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use mlua::{Function, Lua, LuaString, Value};

use super::options::Given;
use super::raised::raise;
use crate::error::{Error, Kind, Result};

/// The files a script may reach.
#[derive(Clone)]
pub(super) struct Files {
    folder: PathBuf,
    /// What no script may reach, though it were in the folder.
    secrets: Rc<[PathBuf]>,
    /// Whether every path may be reached.
    trust: bool,
    read_only: Rc<RefCell<Option<String>>>,
}

impl Files {
    /// The files under that folder, but for the secret ones.
    pub(super) fn new(folder: PathBuf, secrets: Vec<PathBuf>, trust: bool) -> Files {
        Files { folder, secrets: secrets.into(), trust, read_only: Rc::default() }
    }

    /// Refuses to write from now on, and says why.
    pub(super) fn forbid_writing(&self, why: &str) {
        *self.read_only.borrow_mut() = Some(why.to_owned());
    }

    /// The module `fs`; its functions are documented in `stdlib/meta/fs.lua`.
    pub(super) fn module(&self, lua: &Lua) -> mlua::Result<Value> {
        let module = lua.create_table()?;
        let files = self.clone();
        let read = move |lua: &Lua, path: String| lua.create_string(files.read(&path).map_err(raise)?);
        module.raw_set("read", lua.create_function(read)?)?;
        let files = self.clone();
        let write = move |_: &Lua, (path, text, options): (String, LuaString, Value)| {
            let append = Given::from(&options, "fs.write", &["append"])?.boolean("append")?;
            files.write(&path, &text.as_bytes(), append.unwrap_or(false)).map_err(raise)
        };
        module.raw_set("write", lua.create_function(write)?)?;
        let files = self.clone();
        let remove = move |_: &Lua, path: String| files.remove(&path).map_err(raise);
        module.raw_set("remove", lua.create_function(remove)?)?;
        let files = self.clone();
        let lines = move |lua: &Lua, path: String| files.lines(lua, path);
        module.raw_set("lines", lua.create_function(lines)?)?;
        let files = self.clone();
        let exists = move |_: &Lua, path: String| Ok(files.place(&path).map_err(raise)?.exists());
        module.raw_set("exists", lua.create_function(exists)?)?;
        let files = self.clone();
        let list =
            move |_: &Lua, path: Option<String>| files.list(path.as_deref().unwrap_or(".")).map_err(raise);
        module.raw_set("list", lua.create_function(list)?)?;
        Ok(Value::Table(module))
    }

    fn read(&self, path: &str) -> Result<Vec<u8>> {
        fs::read(self.place(path)?).map_err(|e| refused("read", path, &e))
    }

    fn remove(&self, path: &str) -> Result<()> {
        self.may_change("remove", path)?;
        fs::remove_file(self.place(path)?).map_err(|e| refused("remove", path, &e))
    }

    fn may_change(&self, verb: &str, path: &str) -> Result<()> {
        match &*self.read_only.borrow() {
            Some(why) => Err(Error::new(Kind::Forbidden, format!("cannot {verb} {path}: {why}"))),
            None => Ok(()),
        }
    }

    fn write(&self, path: &str, text: &[u8], append: bool) -> Result<()> {
        self.may_change("write", path)?;
        let mut options = fs::OpenOptions::new();
        options.create(true).write(true).append(append).truncate(!append);
        let mut file = options.open(self.place(path)?).map_err(|e| refused("write", path, &e))?;
        io::Write::write_all(&mut file, text).map_err(|e| refused("write", path, &e))
    }

    /// An iterator over the lines, without their line ends.
    fn lines(&self, lua: &Lua, path: String) -> mlua::Result<Function> {
        let file =
            self.place(&path).and_then(|place| fs::File::open(place).map_err(|e| refused("read", &path, &e)));
        let mut reader = BufReader::new(file.map_err(raise)?);
        lua.create_function_mut(move |lua, ()| {
            let mut line = Vec::new();
            let length = reader.read_until(b'\n', &mut line);
            if length.map_err(|e| raise(refused("read", &path, &e)))? == 0 {
                return Ok(None);
            }
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            lua.create_string(text.strip_suffix(b"\r").unwrap_or(text)).map(Some)
        })
    }

    /// The names in a folder, sorted; folders end in `/`.
    fn list(&self, path: &str) -> Result<Vec<String>> {
        let entries = fs::read_dir(self.place(path)?).map_err(|e| refused("list", path, &e))?;
        let mut names: Vec<String> = entries
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                Some(if entry.path().is_dir() { name + "/" } else { name })
            })
            .collect();
        names.sort();
        Ok(names)
    }

    /// The real place of a path, where it is one a script may reach.
    fn place(&self, path: &str) -> Result<PathBuf> {
        if self.trust {
            return Ok(self.folder.join(path));
        }
        let outside = || {
            Error::new(Kind::Usage, format!("'{path}' is not under the working folder"))
                .advice("a script reaches files under the working folder only; --trust lets it reach all")
        };
        let root = self.folder.canonicalize().map_err(|e| refused("reach", path, &e))?;
        let written = Path::new(path);
        let path =
            written.strip_prefix(&root).or_else(|_| written.strip_prefix(&self.folder)).unwrap_or(written);
        let inside = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
        if !path.components().all(inside) {
            return Err(outside());
        }
        let place = root.join(path);
        let leads = real(&place).filter(|leads| leads.starts_with(&root)).ok_or_else(outside)?;
        if self.secrets.iter().any(|secret| leads.starts_with(real(secret).as_ref().unwrap_or(secret))) {
            return Err(Error::new(Kind::Usage, format!("'{}' holds secrets", written.display()))
                .advice("scripts reach clouds by glance.connect, and never their passwords and tokens"));
        }
        Ok(place)
    }
}

/// Where a path leads; what exists of it decides, for a link anywhere on the way may lead out. `None` for one to nowhere.
fn real(path: &Path) -> Option<PathBuf> {
    let existing = path.ancestors().find(|path| path.symlink_metadata().is_ok())?;
    let rest = path.strip_prefix(existing).ok()?;
    let real = existing.canonicalize().ok()?;
    Some(if rest.as_os_str().is_empty() { real } else { real.join(rest) })
}

/// The place of a file that a binding reads for a script. Errors: `usage` (a script may not reach it).
pub fn readable(lua: &Lua, path: &str) -> Result<PathBuf> {
    files(lua)?.place(path)
}

/// The place of a file that a binding writes for a script. Errors: `usage`, `forbidden` (only reading is allowed).
pub fn writable(lua: &Lua, path: &str) -> Result<PathBuf> {
    let files = files(lua)?;
    files.may_change("write", path)?;
    files.place(path)
}

fn files(lua: &Lua) -> Result<Files> {
    let files = lua.app_data_ref::<Files>().map(|files| files.clone());
    files.ok_or_else(|| Error::new(Kind::Usage, "this Lua state reaches no files"))
}

fn refused(verb: &str, path: &str, e: &io::Error) -> Error {
    let why = match e.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::NotADirectory => "it is no folder".to_owned(),
        _ => e.to_string(),
    };
    let kind = if e.kind() == io::ErrorKind::NotFound { Kind::NotFound } else { Kind::Config };
    Error::new(kind, format!("cannot {verb} {path}: {why}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn folder() -> (tempfile::TempDir, Files) {
        let outer = tempfile::tempdir().unwrap();
        let inner = outer.path().join("work");
        fs::create_dir_all(inner.join("sub")).unwrap();
        fs::write(outer.path().join("secret"), "s").unwrap();
        let secrets = ["work/clouds.yaml", "work/link.yaml", "work/tokens", "elsewhere/clouds.yaml"];
        let secrets = secrets.map(|path| outer.path().join(path)).to_vec();
        (outer, Files::new(inner, secrets, false))
    }

    #[test]
    fn reads_and_writes_under_its_folder() {
        let (_outer, files) = folder();
        files.write("sub/a.txt", b"one\n", false).unwrap();
        files.write("sub/a.txt", b"two\n", true).unwrap();
        assert_eq!(files.read("./sub/a.txt").unwrap(), b"one\ntwo\n");
        files.write("sub/a.txt", b"", false).unwrap();
        assert_eq!(files.read("sub/a.txt").unwrap(), b"");
        assert_eq!(files.list(".").unwrap(), ["sub/"]);
        assert_eq!(files.list("sub").unwrap(), ["a.txt"]);
    }

    #[test]
    fn refuses_every_way_out_of_its_folder() {
        let (outer, files) = folder();
        std::os::unix::fs::symlink(outer.path(), outer.path().join("work/link")).unwrap();
        std::os::unix::fs::symlink("nowhere", outer.path().join("work/dangling")).unwrap();
        let absolute = outer.path().join("secret").display().to_string();
        for path in
            ["../secret", "sub/../../secret", &absolute, "link/secret", "link/new", "dangling", "/etc/passwd"]
        {
            let error = files.read(path).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage, "{path}: {error}");
            assert!(files.write(path, b"x", false).is_err(), "{path}");
        }
        assert_eq!(fs::read_to_string(outer.path().join("secret")).unwrap(), "s");
        assert!(!outer.path().join("new").exists());
    }

    #[test]
    fn reaches_no_file_that_holds_secrets_by_any_name() {
        let (outer, files) = folder();
        let work = outer.path().join("work");
        for name in ["clouds.yaml", "sub/real.yaml", "tokens/a.json", "clouds.yaml.md"] {
            fs::create_dir_all(work.join(name).parent().unwrap()).unwrap();
            fs::write(work.join(name), "s").unwrap();
        }
        std::os::unix::fs::symlink("sub/real.yaml", work.join("link.yaml")).unwrap();
        std::os::unix::fs::symlink("clouds.yaml", work.join("other.yaml")).unwrap();
        let absolute = work.join("clouds.yaml").display().to_string();
        for path in [
            "clouds.yaml",
            "./clouds.yaml",
            &absolute,
            "link.yaml",
            "sub/real.yaml",
            "other.yaml",
            "tokens",
            "tokens/a.json",
            "tokens/new.json",
        ] {
            let error = files.write(path, b"x", false).unwrap_err();
            assert_eq!(error.to_string(), format!("usage: '{path}' holds secrets"));
            assert!(files.read(path).is_err() && files.remove(path).is_err(), "{path}");
        }
        assert_eq!(files.read("clouds.yaml.md").unwrap(), b"s");
        fs::remove_file(work.join("clouds.yaml")).unwrap();
        assert!(files.write("clouds.yaml", b"x", false).is_err(), "nor is one made");
    }

    #[test]
    fn says_what_the_system_refuses() {
        let (_outer, files) = folder();
        assert_eq!(
            files.read("no").unwrap_err().to_string(),
            "not_found: cannot read no: there is no such file or folder"
        );
        assert_eq!(files.read("sub").unwrap_err().to_string(), "config: cannot read sub: it is a folder");
        files.forbid_writing("the recipe 'list' only reads");
        let error = files.write("a", b"", false).unwrap_err();
        assert_eq!(error.to_string(), "forbidden: cannot write a: the recipe 'list' only reads");
    }

    #[test]
    fn an_absolute_path_is_reached_where_it_leads_inside_and_everywhere_with_trust() {
        let (outer, files) = folder();
        files.write("a.txt", b"a", false).unwrap();
        let inside = files.place("a.txt").unwrap();
        assert_eq!(files.place(inside.to_str().unwrap()).unwrap(), inside);
        let outside = outer.path().join("secret").display().to_string();
        assert_eq!(files.place(&outside).unwrap_err().kind(), Kind::Usage);
        let trusted = Files::new(files.folder.clone(), Vec::new(), true);
        assert_eq!(trusted.place(&outside).unwrap(), Path::new(&outside));
    }
}
