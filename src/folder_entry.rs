//! A name in an opened folder: it finds the same file even when the path to the folder changes.
//!
//! A call that takes a path resolves it again, and another process may have replaced a part of it by a link.
//! The calls here resolve one name in a folder that is open already, and follow no link at that name.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{self, AtFlags, CWD, FileType, Mode, OFlags, Stat};

/// A name in an opened folder. The file of that name need not exist.
#[derive(Clone)]
pub struct FolderEntry {
    folder: Arc<OwnedFd>,
    name: OsString,
    path: PathBuf,
}

impl FolderEntry {
    /// Opens the folder that a path is in, wherever links on the way lead.
    pub fn of(path: &Path) -> io::Result<FolderEntry> {
        let (folder, name) = split(path);
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let folder = fs::openat(CWD, folder, SEARCH, Mode::empty())?;
        Ok(FolderEntry { folder: Arc::new(folder), name: name.to_owned(), path: path.to_owned() })
    }

    /// Opens the folder that an absolute path is in, part by part from the root. A link on the way is an
    /// error.
    pub fn open_without_links(path: &Path) -> io::Result<FolderEntry> {
        let (folder, name) = split(path);
        let mut open = fs::openat(CWD, "/", SEARCH, Mode::empty())?;
        for part in folder.components() {
            match part {
                Component::Normal(name) => {
                    open = fs::openat(&open, name, SEARCH | OFlags::NOFOLLOW, Mode::empty())?;
                }
                Component::RootDir | Component::CurDir => {}
                Component::ParentDir | Component::Prefix(_) => return Err(io::ErrorKind::InvalidInput.into()),
            }
        }
        Ok(FolderEntry { folder: Arc::new(open), name: name.to_owned(), path: path.to_owned() })
    }

    /// Returns the entry of the same folder whose name has that suffix.
    pub fn sibling(&self, suffix: &str) -> FolderEntry {
        let mut name = self.name.clone();
        name.push(suffix);
        let path = self.path.with_file_name(&name);
        FolderEntry { folder: self.folder.clone(), name, path }
    }

    /// The path that the folder was found by. For messages only.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what has that name now; a link is not followed.
    pub fn stat(&self) -> io::Result<Stat> {
        Ok(fs::statat(&self.folder, &self.name, AtFlags::SYMLINK_NOFOLLOW)?)
    }

    /// Whether something has that name now.
    pub fn exists(&self) -> bool {
        self.stat().is_ok()
    }

    /// Whether a folder has that name, or a link that leads to one.
    pub fn is_folder(&self) -> bool {
        fs::statat(&self.folder, &self.name, AtFlags::empty())
            .is_ok_and(|about| is(&about, FileType::Directory))
    }

    /// Whether a device or a socket has that name, or a link that leads to one.
    pub fn is_device(&self) -> bool {
        let kinds = [FileType::CharacterDevice, FileType::BlockDevice, FileType::Socket];
        let found = fs::statat(&self.folder, &self.name, AtFlags::empty());
        found.is_ok_and(|found| kinds.iter().any(|kind| is(&found, *kind)))
    }

    /// Whether the name is now that of the opened file.
    pub fn is_name_of(&self, file: impl AsFd) -> bool {
        let there = fs::fstat(file).map_err(io::Error::from).and_then(|file| Ok((file, self.stat()?)));
        there.is_ok_and(|(file, about)| is_same_file(&file, &about))
    }

    /// Opens what has that name. A link is an error, and a new file has the mode that the system gives it.
    pub fn open(&self, flags: OFlags) -> io::Result<File> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NOCTTY;
        Ok(fs::openat(&self.folder, &self.name, flags, Mode::from_raw_mode(0o666))?.into())
    }

    /// Removes the file of that name.
    pub fn remove(&self) -> io::Result<()> {
        Ok(fs::unlinkat(&self.folder, &self.name, AtFlags::empty())?)
    }

    /// Renames the file, and replaces a file of the new name.
    pub fn rename(&self, other: &FolderEntry) -> io::Result<()> {
        Ok(fs::renameat(&self.folder, &self.name, &other.folder, &other.name)?)
    }

    /// Adds another name to the file, which must be free.
    pub fn link(&self, other: &FolderEntry) -> io::Result<()> {
        Ok(fs::linkat(&self.folder, &self.name, &other.folder, &other.name, AtFlags::empty())?)
    }

    /// Syncs the folder's names to the disk.
    pub fn sync_folder(&self) -> io::Result<()> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        File::from(fs::openat(&self.folder, ".", flags, Mode::empty())?).sync_all()
    }
}

impl fmt::Debug for FolderEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FolderEntry").field(&self.path).finish()
    }
}

/// Opens a folder to look for names in it, which needs no permission to list them.
#[cfg(any(target_os = "linux", target_os = "android"))]
const SEARCH: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const SEARCH: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// Returns whether the file has that type.
pub fn is(about: &Stat, kind: FileType) -> bool {
    FileType::from_raw_mode(about.st_mode) == kind
}

/// Returns whether both are the same file.
pub fn is_same_file(one: &Stat, other: &Stat) -> bool {
    (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)
}

/// The folder and the name in it. A path without a name, such as `/` or `a/..`, is the folder itself.
fn split(path: &Path) -> (&Path, &OsStr) {
    path.parent().zip(path.file_name()).unwrap_or((path, OsStr::new(".")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn an_entry_stays_in_its_folder_when_a_link_takes_the_folders_name() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().canonicalize().unwrap();
        for folder in ["work/sub", "outside"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        let entry = FolderEntry::open_without_links(&root.join("work/sub/a")).unwrap();
        std::fs::rename(root.join("work/sub"), root.join("work/moved")).unwrap();
        symlink(root.join("outside"), root.join("work/sub")).unwrap();
        entry.open(OFlags::WRONLY | OFlags::CREATE).unwrap();
        entry.rename(&entry.sibling(".b")).unwrap();
        entry.sibling(".b").link(&entry).unwrap();
        entry.remove().unwrap();
        entry.sync_folder().unwrap();
        assert!(root.join("work/moved/a.b").exists() && !entry.exists());
        assert_eq!(std::fs::read_dir(root.join("outside")).unwrap().count(), 0);
        assert!(FolderEntry::open_without_links(&root.join("work/sub/a")).is_err());
        assert!(FolderEntry::of(&root.join("work/sub/a")).is_ok());
    }

    #[test]
    fn a_link_at_the_name_itself_is_not_opened() {
        let outer = tempfile::tempdir().unwrap();
        std::fs::write(outer.path().join("file"), "").unwrap();
        symlink("file", outer.path().join("link")).unwrap();
        let entry = FolderEntry::of(&outer.path().join("link")).unwrap();
        assert!(entry.exists() && entry.open(OFlags::RDONLY).is_err());
    }

    #[test]
    fn a_path_without_a_name_is_a_folder() {
        for path in ["/", ".", "..", "/tmp/.."] {
            assert!(FolderEntry::of(Path::new(path)).unwrap().is_folder(), "{path}");
        }
        assert!(!FolderEntry::of(Path::new("Cargo.toml")).unwrap().is_folder());
    }

    #[test]
    fn a_link_to_a_device_is_one() {
        let folder = tempfile::tempdir().unwrap();
        symlink("/dev/zero", folder.path().join("link")).unwrap();
        assert!(FolderEntry::of(&folder.path().join("link")).unwrap().is_device());
        assert!(!FolderEntry::of(&folder.path().join("none")).unwrap().is_device());
    }
}
