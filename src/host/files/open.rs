//! Opening a place: part by part, following no link, and only where it is a regular file or a folder.
//!
//! A path is checked first and opened then; whoever replaces a part of it by a link in between gets an error.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path};

use rustix::fs::{AtFlags, CWD, Mode, OFlags};

/// What a place is opened for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// To read a regular file.
    Read,
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
            How::Read => OFlags::RDONLY,
            How::List => OFlags::RDONLY | OFlags::DIRECTORY,
            How::Replace => OFlags::WRONLY | OFlags::CREATE,
            How::Append => OFlags::WRONLY | OFlags::CREATE | OFlags::APPEND,
        };
        // A pipe without another end must not be waited for.
        flags | OFlags::CLOEXEC | OFlags::NONBLOCK
    }
}

/// Opens what is at a path below a folder, following no link below it.
pub(super) fn walk(root: &Path, below: &Path, how: How) -> io::Result<File> {
    let Some((folder, name)) = parent(root, below)? else {
        return checked(rustix::fs::openat(CWD, root, how.flags(), Mode::empty())?.into(), how);
    };
    let opened =
        rustix::fs::openat(&folder, name, how.flags() | OFlags::NOFOLLOW, Mode::from_raw_mode(0o666))?;
    checked(opened.into(), how)
}

/// Removes the file at a path below a folder, following no link below it.
pub(super) fn remove(root: &Path, below: &Path) -> io::Result<()> {
    match parent(root, below)? {
        Some((folder, name)) => Ok(rustix::fs::unlinkat(&folder, name, AtFlags::empty())?),
        None => Err(io::ErrorKind::IsADirectory.into()),
    }
}

/// Opens a path as it is, with `--trust`.
pub(super) fn follow(path: &Path, how: How) -> io::Result<File> {
    let mut options = OpenOptions::new();
    match how {
        How::Read | How::List => options.read(true),
        How::Replace => options.create(true).write(true).truncate(true),
        How::Append => options.create(true).append(true),
    };
    let file = options.custom_flags(0).open(path)?;
    if how == How::Read && file.metadata()?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    Ok(file)
}

/// The folder that a path is in, opened, and its name there; `None` for the root.
fn parent<'a>(root: &Path, below: &'a Path) -> io::Result<Option<(OwnedFd, &'a OsStr)>> {
    let Some((folder, name)) = below.parent().zip(below.file_name()) else { return Ok(None) };
    let flags = SEARCH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let mut open = rustix::fs::openat(CWD, root, flags, Mode::empty())?;
    for part in folder.components() {
        if let Component::Normal(name) = part {
            open = rustix::fs::openat(&open, name, flags | OFlags::NOFOLLOW, Mode::empty())?;
        }
    }
    Ok(Some((open, name)))
}

/// Opens a folder to look for names in it, which needs no permission to list them.
#[cfg(any(target_os = "linux", target_os = "android"))]
const SEARCH: OFlags = OFlags::PATH;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const SEARCH: OFlags = OFlags::RDONLY;

/// The file, where it is what it is opened as.
fn checked(file: File, how: How) -> io::Result<File> {
    let found = file.metadata()?;
    match how {
        How::List => return Ok(file),
        _ if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        _ if !found.is_file() => return Err(io::Error::other("it is no regular file")),
        How::Replace => file.set_len(0)?,
        How::Read | How::Append => {}
    }
    Ok(file)
}
