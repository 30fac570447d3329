//! The folders of image data: how a sandbox knows its own, and what it deletes of them.
//!
//! A folder is a sandbox's own if its file `lock` holds [`MARK`]; it is in use as long as that file is
//! locked. Only files whose names a sandbox draws (UUIDs) are ever deleted.

use std::error::Error;
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Once;

/// The file that marks a folder, and is locked while it is in use.
const LOCK: &str = "lock";

/// What that file holds.
const MARK: &str =
    "Image data of a Lunette sandbox, which deletes the files here that have a UUID as their name.\n";

/// How the temporary folders are called, before their UUID.
const PREFIX: &str = "lunette-sandbox-";

/// A folder of this process, in use until this is dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    /// Its path.
    pub(crate) path: PathBuf,
    _lock: File,
}

/// Why no folder could be made, with the system's own error.
#[derive(Debug)]
struct NoFolder {
    message: String,
    cause: io::Error,
}

impl fmt::Display for NoFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for NoFolder {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.cause)
    }
}

impl Folder {
    /// A new one among the temporary files. Those of processes that are gone are deleted first, once a
    /// process.
    pub(crate) fn temporary() -> io::Result<Self> {
        static SWEEP: Once = Once::new();
        let place = std::env::temp_dir();
        let path = place.join(format!("{PREFIX}{}", uuid::Uuid::new_v4()));
        let folder = Self::make(path).map_err(|error| {
            let message = format!("no folder for its data can be made in {}: {error}", place.display());
            io::Error::new(error.kind(), NoFolder { message, cause: error })
        })?;
        SWEEP.call_once(|| sweep(&place, &folder));
        Ok(folder)
    }

    /// The folder at that path: a new one, or one that a sandbox made.
    ///
    /// `is_known` says that a state beside it names it: then one without a mark, of an older Lunette, is
    /// taken over if it holds nothing but data.
    ///
    /// # Errors
    /// `InvalidData`: it is not a sandbox's. `ResourceBusy`: another sandbox uses it.
    pub(crate) fn open_kept(path: PathBuf, is_known: bool) -> io::Result<Self> {
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::make(path),
            Err(error) => return Err(error),
            Ok(_) => {}
        }
        if !(is_own(&path) || is_known && holds_only_data(&path)) {
            let message = format!("{} exists, and no sandbox made it", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        let mut lock = OpenOptions::new().write(true).create(true).truncate(false).open(path.join(LOCK))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                let message = format!("{} is in use by another sandbox", path.display());
                io::Error::new(io::ErrorKind::ResourceBusy, message)
            }
            TryLockError::Error(error) => error,
        })?;
        lock.set_len(0)?;
        lock.write_all(MARK.as_bytes())?;
        Ok(Self { path, _lock: lock })
    }

    fn make(path: PathBuf) -> io::Result<Self> {
        fs::DirBuilder::new().mode(0o700).create(&path)?;
        // Locked before it has its name, so that nobody takes it for one that is no longer in use.
        let draft = path.join("lock.new");
        let mut lock = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        lock.try_lock()?;
        lock.write_all(MARK.as_bytes())?;
        fs::rename(&draft, path.join(LOCK))?;
        Ok(Self { path, _lock: lock })
    }
}

/// Deletes the data in a folder of a sandbox, and the folder where nothing else is in it.
pub(crate) fn delete(folder: &Path) {
    if !is_own(folder) {
        return;
    }
    for file in data_of(folder) {
        let _ = fs::remove_file(file);
    }
    // What is not a sandbox's stays, and so does the folder then.
    if fs::read_dir(folder).is_ok_and(|entries| entries.flatten().all(|entry| entry.file_name() == LOCK)) {
        let _ = fs::remove_file(folder.join(LOCK));
        let _ = fs::remove_dir(folder);
    }
}

/// The files of data in a folder: those with a UUID as their name.
pub(crate) fn data_of(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_file = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_file());
    entries.filter(|entry| is_file(entry) && is_data(&entry.file_name())).map(|entry| entry.path()).collect()
}

/// Deletes the temporary folders of processes that are gone: this user's only, no links, and only what has
/// the mark.
fn sweep(place: &Path, own: &Folder) {
    let Ok(user) = fs::metadata(&own.path).map(|folder| folder.uid()) else { return };
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let path = entry.path();
        let is_named = name.to_str().is_some_and(|name| name.starts_with(PREFIX));
        if !is_named || path == own.path {
            continue;
        }
        let is_folder =
            fs::symlink_metadata(&path).is_ok_and(|folder| folder.is_dir() && folder.uid() == user);
        if is_folder && is_own(&path) && File::open(path.join(LOCK)).is_ok_and(|lock| lock.try_lock().is_ok())
        {
            delete(&path);
        }
    }
}

fn is_own(folder: &Path) -> bool {
    let lock = folder.join(LOCK);
    let is_file =
        fs::symlink_metadata(&lock).is_ok_and(|lock| lock.is_file() && lock.len() == MARK.len() as u64);
    is_file && fs::read(&lock).is_ok_and(|text| text == MARK.as_bytes())
}

fn holds_only_data(folder: &Path) -> bool {
    let is_known = |entry: fs::DirEntry| entry.file_name() == LOCK || is_data(&entry.file_name());
    fs::read_dir(folder).is_ok_and(|entries| entries.flatten().all(is_known))
}

fn is_data(name: &std::ffi::OsStr) -> bool {
    name.to_str().is_some_and(|name| name.len() == 36 && uuid::Uuid::try_parse(name).is_ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::symlink;

    use super::*;

    fn left_behind(place: &Path) -> PathBuf {
        let path = place.join(format!("{PREFIX}{}", uuid::Uuid::new_v4()));
        drop(Folder::make(path.clone()).unwrap());
        fs::write(path.join(uuid::Uuid::new_v4().to_string()), "data").unwrap();
        path
    }

    #[test]
    fn a_start_deletes_only_folders_of_ended_processes() {
        let place = tempfile::tempdir().unwrap();
        let own = Folder::make(place.path().join(format!("{PREFIX}own"))).unwrap();
        let used = Folder::make(place.path().join(format!("{PREFIX}used"))).unwrap();
        let gone = left_behind(place.path());
        let mixed = left_behind(place.path());
        fs::write(mixed.join("notes.txt"), "mine").unwrap();
        let unmarked = place.path().join(format!("{PREFIX}unmarked"));
        fs::create_dir(&unmarked).unwrap();
        fs::write(unmarked.join("lock"), "").unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let target = left_behind(elsewhere.path());
        let link = place.path().join(format!("{PREFIX}link"));
        symlink(&target, &link).unwrap();

        sweep(place.path(), &own);
        assert!(!gone.exists());
        assert!(used.path.join("lock").exists() && own.path.exists() && unmarked.join("lock").exists());
        assert_eq!(fs::read_to_string(mixed.join("notes.txt")).unwrap(), "mine");
        assert_eq!(data_of(&target).len(), 1);
    }

    #[test]
    fn a_folder_that_no_sandbox_made_is_refused_whatever_its_name() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("proj.data");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("lock"), "mine").unwrap();
        fs::write(path.join("thesis.txt"), "mine").unwrap();
        for is_known in [false, true] {
            let error = Folder::open_kept(path.clone(), is_known).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
            assert!(error.to_string().contains("proj.data exists"), "{error}");
        }
        assert_eq!(fs::read_to_string(path.join("lock")).unwrap(), "mine");
        assert_eq!(fs::read_to_string(path.join("thesis.txt")).unwrap(), "mine");
    }
}
