//! The files that a script or a recipe may reach: those under the working folder, but for the closed ones.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | [`Files`]: whether a path may be reached, and for what |
//! | `rules.rs` | which places under the working folder are closed |
//! | `open.rs` | opening a place without following a link that appeared after the check |
//! | `module.rs` | the module `fs` |
//!
//! A path has no `..`, and leads out neither as it is written nor through a symbolic link. Errors: `usage`
//! for such a path, `config` for what the operating system refuses, `forbidden` for writing where only
//! reading is allowed. Bindings of other layers that take a file's name come here too: [`readable`],
//! [`writable`].

mod module;
mod open;
mod rules;

#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use mlua::Lua;
use rustix::fs::FileType;

pub(super) use self::module::module;
use self::rules::{Resolved, Rules};
use super::bindings::text::{PATH, too_long_error};
use super::engine::Options;
use super::state::Standing;
use crate::error::{Error, Kind, Result, beginning, shortage};
use crate::folder_entry::{FolderEntry, is};

/// What may be done with files. Ordered: `Write` allows the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Nothing, but to read the files that the arguments of a recipe name.
    Nothing,
    /// Reading.
    Read,
    /// Reading and writing.
    Write,
}

impl Access {
    /// The word by which a recipe declares it.
    pub fn word(self) -> &'static str {
        match self {
            Access::Nothing => "none",
            Access::Read => "read",
            Access::Write => "write",
        }
    }
}

/// The files that one engine may reach.
#[derive(Clone)]
pub(super) struct Files {
    folder: PathBuf,
    rules: Rc<Rules>,
    /// Whether every path may be reached.
    trust: bool,
    /// Why nobody may write, where that is so: `--read-only`.
    read_only: Rc<RefCell<Option<String>>>,
    limit: Rc<Cell<Access>>,
    /// The recipe that the limit comes from.
    recipe: Rc<RefCell<String>>,
    /// Files that the person who runs the recipe has named: reached wherever they are.
    opened: Rc<RefCell<Vec<PathBuf>>>,
}

impl Files {
    /// The files of a script: those under the working folder.
    pub(super) fn new(options: &Options) -> Files {
        Files {
            folder: options.folder.clone(),
            rules: Rc::new(Rules::new(options)),
            trust: options.trust,
            read_only: Rc::default(),
            limit: Rc::new(Cell::new(Access::Write)),
            recipe: Rc::default(),
            opened: Rc::default(),
        }
    }

    /// Those of a recipe that is started from here: no more than here, until it declares less.
    pub(super) fn narrowed(&self) -> Files {
        Files {
            limit: Rc::new(Cell::new(self.limit.get())),
            recipe: Rc::new(RefCell::new(self.recipe.borrow().clone())),
            opened: Rc::default(),
            ..self.clone()
        }
    }

    /// Allows no more than a recipe declares.
    pub(super) fn limit(&self, declared: Access, recipe: &str) {
        if declared < self.limit.get() {
            self.limit.set(declared);
            recipe.clone_into(&mut self.recipe.borrow_mut());
        }
    }

    /// Opens one file that a person has named, wherever it is.
    pub(super) fn open(&self, path: PathBuf) {
        self.opened.borrow_mut().push(path);
    }

    /// Lets nobody write from now on, and says why.
    pub(super) fn forbid_writing(&self, why: &str) {
        *self.read_only.borrow_mut() = Some(why.to_owned());
    }

    /// The place of a path that is to be read, listed or looked for.
    fn to_read(&self, verb: &str, path: &str) -> Result<Place> {
        check_length(path)?;
        if self.limit.get() < Access::Read && !self.is_opened(path) {
            return Err(self.limit_error(verb, path, Access::Read));
        }
        self.place(path, Access::Read)
    }

    /// The place of a path that is to be written or removed.
    fn to_write(&self, verb: &str, path: &str) -> Result<Place> {
        check_length(path)?;
        if let Some(why) = &*self.read_only.borrow() {
            return Err(Error::new(Kind::Forbidden, format!("cannot {verb} {path}: {why}")));
        }
        if self.limit.get() < Access::Write {
            return Err(self.limit_error(verb, path, Access::Write));
        }
        self.place(path, Access::Write)
    }

    fn limit_error(&self, verb: &str, path: &str, needed: Access) -> Error {
        let (recipe, declared) = (self.recipe.borrow(), self.limit.get().word());
        let message = format!("cannot {verb} {path}: the recipe {recipe} declares files = \"{declared}\"");
        let advice = format!("have the recipe declare files = \"{}\"", needed.word());
        Error::new(Kind::Forbidden, message).advice(advice)
    }

    fn is_opened(&self, path: &str) -> bool {
        let path = self.folder.join(path);
        self.opened.borrow().iter().any(|opened| self.folder.join(opened) == path)
    }

    /// The place that a path leads to, where a script may reach it.
    fn place(&self, path: &str, access: Access) -> Result<Place> {
        if path.contains('\0') {
            return Err(Error::new(Kind::Usage, format!("{path:?} is no path: it has a zero byte in it")));
        }
        if self.trust {
            return Ok(Place { shown: path.to_owned(), full: self.folder.join(path), rules: None });
        }
        let found =
            if self.is_opened(path) { self.resolve_anywhere(path)? } else { self.resolve_inside(path)? };
        self.rules.check(path, &found, access)?;
        Ok(Place { shown: path.to_owned(), full: found.full, rules: Some(self.rules.clone()) })
    }

    /// Where a path under the working folder leads.
    fn resolve_inside(&self, path: &str) -> Result<Resolved> {
        let root = self.folder.canonicalize().map_err(|e| refusal("reach", path, &e))?;
        let written = Path::new(path);
        let below =
            written.strip_prefix(&root).or_else(|_| written.strip_prefix(&self.folder)).unwrap_or(written);
        let inside = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
        if !below.components().all(inside) {
            return Err(outside(path));
        }
        let full =
            real(&root.join(below)).filter(|full| full.starts_with(&root)).ok_or_else(|| outside(path))?;
        Ok(Resolved { written: below.to_owned(), root, full, is_named: false })
    }

    /// Where a path leads that a person has named.
    fn resolve_anywhere(&self, path: &str) -> Result<Resolved> {
        self.resolve_inside(path).or_else(|_| {
            let full = real(&self.folder.join(path)).ok_or_else(|| outside(path))?;
            Ok(Resolved { written: PathBuf::new(), root: PathBuf::from("/"), full, is_named: true })
        })
    }
}

/// A place that may be reached.
struct Place {
    /// The path as the script wrote it.
    shown: String,
    /// The real path: no part of it was a link when it was checked.
    full: PathBuf,
    /// What closes files to scripts; `None` with `--trust`, which follows links too.
    rules: Option<Rc<Rules>>,
}

impl Place {
    fn open(&self, verb: &str, how: open::How) -> Result<File> {
        let opened = match &self.rules {
            Some(rules) => FolderEntry::open_without_links(&self.full)
                .and_then(|entry| open::entry(&entry, how, |file| rules.is_secret(file))),
            None => open::follow(&self.full, how),
        };
        opened.map_err(|e| refusal(verb, &self.shown, &e))
    }

    fn remove(&self) -> Result<()> {
        let removed = match &self.rules {
            Some(_) => FolderEntry::open_without_links(&self.full).and_then(|entry| entry.remove()),
            None => std::fs::remove_file(&self.full),
        };
        removed.map_err(|e| refusal("remove", &self.shown, &e))
    }

    fn exists(&self) -> Result<bool> {
        if self.rules.is_none() {
            return Ok(self.full.exists());
        }
        match FolderEntry::open_without_links(&self.full) {
            Ok(entry) => Ok(entry.exists()),
            Err(e) if shortage(&e).is_some() => Err(refusal("look for", &self.shown, &e)),
            Err(_) => Ok(false),
        }
    }

    /// Refuses what can be opened and is no file.
    fn no_device(&self, verb: &str, entry: &FolderEntry) -> Result<()> {
        if entry.is_device() {
            return Err(refusal(verb, &self.shown, &io::Error::other("it is a device")));
        }
        Ok(())
    }
}

/// Errors: `usage` (no path of the operating system is as long).
fn check_length(path: &str) -> Result<()> {
    if path.len() > PATH.most { Err(too_long_error(path, path.len(), PATH)) } else { Ok(()) }
}

fn outside(path: &str) -> Error {
    let path = beginning(path);
    Error::new(Kind::Usage, format!("'{path}' is not under the working folder")).advice(
        "a script reaches files under the working folder, and a recipe also those that a person gives for its arguments \
         of type \"path\" (a default opens no file); --trust opens all",
    )
}

/// Where a path leads; what exists of it decides, for a link anywhere on the way may lead out. `None` for one
/// to nowhere.
fn real(path: &Path) -> Option<PathBuf> {
    let existing = path.ancestors().find(|path| path.symlink_metadata().is_ok())?;
    let rest = path.strip_prefix(existing).ok()?;
    let real = existing.canonicalize().ok()?;
    Some(if rest.as_os_str().is_empty() { real } else { real.join(rest) })
}

/// A file that a binding reads for a script.
pub enum Readable {
    /// A file or folder, opened.
    Opened(File, PathBuf),
    /// A named pipe, which opens only once somebody writes to it.
    Pipe(FolderEntry),
    /// A path, which `--trust` allows to lead anywhere.
    Path(PathBuf),
}

/// The file that a binding reads for a script: a regular file, or a named pipe.
///
/// Errors: `usage` (no such file; a script may not reach it), `forbidden`, `config` (a device).
pub fn readable(lua: &Lua, path: &str) -> Result<Readable> {
    let place = Standing::of(lua)?.files.to_read("read", path)?;
    let Some(rules) = &place.rules else { return Ok(Readable::Path(place.full)) };
    let failed = |e: io::Error| Error::unreadable(place.full.display(), &e);
    let entry = FolderEntry::open_without_links(&place.full).map_err(failed)?;
    place.no_device("read", &entry)?;
    if entry.stat().is_ok_and(|about| is(&about, FileType::Fifo)) {
        return Ok(Readable::Pipe(entry));
    }
    let file = open::entry(&entry, open::How::Stream, |file| rules.is_secret(file)).map_err(failed)?;
    Ok(Readable::Opened(file, place.full))
}

/// The place of a file that a binding writes for a script, in its opened folder.
///
/// Errors: `usage` (no such folder), `forbidden` (only reading is allowed), `config` (a device).
pub fn writable(lua: &Lua, path: &str) -> Result<FolderEntry> {
    let place = Standing::of(lua)?.files.to_write("write", path)?;
    let entry = match place.rules {
        Some(_) => FolderEntry::open_without_links(&place.full),
        None => FolderEntry::of(&place.full),
    };
    let entry = entry.map_err(|e| {
        let error = Error::of_system(Kind::Usage, format!("cannot write {}", place.full.display()), &e);
        if e.kind() == io::ErrorKind::NotFound { error.advice("create its folder first") } else { error }
    })?;
    if place.rules.is_some() {
        place.no_device("write", &entry)?;
    }
    Ok(entry)
}

/// Whether a state may read a file of that name. Errors: `usage`, `forbidden` (not).
pub fn may_read(lua: &Lua, path: &str) -> Result<()> {
    Standing::of(lua)?.files.to_read("read", path).map(drop)
}

fn refusal(verb: &str, path: &str, e: &io::Error) -> Error {
    let path = beginning(path);
    let why = match e.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::NotADirectory => "it is no folder".to_owned(),
        _ => e.to_string(),
    };
    let kind = if e.kind() == io::ErrorKind::NotFound { Kind::NotFound } else { Kind::Config };
    let error = Error::new(kind, format!("cannot {verb} {path}: {why}"));
    match shortage(e) {
        Some(advice) => error.advice(advice),
        None => error,
    }
}
