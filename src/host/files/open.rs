//! Opening a place: below folders that are no links, and only where it is a regular file or a folder.
//!
//! A path is checked first and opened then. A part of it that is replaced by a link in between is an error.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::{AtFlags, Dir, FileType, OFlags, Stat, fstat, statat};

use crate::folder_entry::{FolderEntry, is};

/// What a place is opened for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// To read a regular file.
    Read,
    /// To read a regular file part by part. Opens a folder too, about which the caller has its own message.
    Stream,
    /// To list a folder.
    List,
    /// To replace what a file holds, or make one.
    Replace,
    /// To write at a file's end, or make one.
    Append,
}

impl How {
    fn flags(self) -> OFlags {
        let flags = match self {
            How::Read | How::Stream => OFlags::RDONLY,
            How::List => OFlags::RDONLY | OFlags::DIRECTORY,
            How::Replace => OFlags::WRONLY | OFlags::CREATE,
            How::Append => OFlags::WRONLY | OFlags::CREATE | OFlags::APPEND,
        };
        // A pipe without another end must not be waited for.
        flags | OFlags::NONBLOCK
    }
}

/// Opens an entry. `closed` says whether the file is one that no script may open, whatever its name.
pub(super) fn entry(entry: &FolderEntry, how: How, closed: impl Fn(&Stat) -> bool) -> io::Result<File> {
    let file = entry.open(how.flags())?;
    let found = fstat(&file)?;
    let is_folder = is(&found, FileType::Directory);
    match how {
        How::List | How::Stream if is_folder => return Ok(file),
        _ if is_folder => return Err(io::ErrorKind::IsADirectory.into()),
        _ if !is(&found, FileType::RegularFile) => return Err(io::Error::other("it is no regular file")),
        _ if closed(&found) => return Err(io::Error::other(CLOSED)),
        How::Replace => file.set_len(0)?,
        How::Read | How::Stream | How::List | How::Append => {}
    }
    Ok(file)
}

/// Why a file is closed whose name is not.
const CLOSED: &str = "it is closed to scripts: it is another name of a file that holds credentials";

/// Opens a path as it is, with `--trust`.
pub(super) fn follow(path: &Path, how: How) -> io::Result<File> {
    let mut options = OpenOptions::new();
    match how {
        How::Read | How::Stream | How::List => options.read(true),
        How::Replace => options.create(true).write(true).truncate(true),
        How::Append => options.create(true).append(true),
    };
    let file = options.custom_flags(0).open(path)?;
    if how == How::Read && file.metadata()?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    Ok(file)
}

/// The names in an opened folder, each with whether it is a folder or a link to one.
pub(super) fn names(folder: &File) -> io::Result<Vec<(String, bool)>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().to_str() else { continue };
        if name == "." || name == ".." {
            continue;
        }
        let is_folder = match entry.file_type() {
            FileType::Directory => true,
            FileType::Symlink | FileType::Unknown => {
                let found = statat(folder, entry.file_name(), AtFlags::empty());
                found.is_ok_and(|found| is(&found, FileType::Directory))
            }
            _ => false,
        };
        names.push((name.to_owned(), is_folder));
    }
    Ok(names)
}
