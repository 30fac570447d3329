//! The file of a download: it grows as `NAME.part` beside its place, and is renamed when it is complete.
//!
//! `NAME.part.json` identifies the image, and its lock a run that writes. A `.part` without it is never
//! touched.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{FileType, OFlags};

use super::resume_log::{self, Found, Identity};
use crate::error::{Error, Kind, Result};
use crate::folder_entry::{FolderEntry, is, is_same_file};

/// A file on its way to its place. Dropped before [`Target::finish`], it leaves nothing, unless it is to be
/// kept.
pub(super) struct Target {
    place: FolderEntry,
    part: FolderEntry,
    ledger_entry: FolderEntry,
    ledger: Arc<File>,
    found: Found,
    overwrite: bool,
    is_kept: bool,
    /// Whether another run may go on with it.
    may_resume: bool,
}

impl Target {
    /// Takes the place, so that no other download can.
    ///
    /// Errors: `usage` (a file is there and not to be overwritten; a folder; a device; no permission; a
    /// `.part` that is somebody else's; another download under way).
    pub(super) fn claim(place: FolderEntry, overwrite: bool) -> Result<Target> {
        if place.is_folder() {
            let message = format!("{} is a folder, not a file to write", place.path().display());
            return Err(Error::new(Kind::Usage, message).advice("name the file in it"));
        }
        if place.is_device() {
            let message = format!("{} is a device, not a file to write", place.path().display());
            return Err(Error::new(Kind::Usage, message).advice("name a file, or say stdout = true"));
        }
        let (part, ledger_entry) = (place.sibling(".part"), place.sibling(".part.json"));
        let is_taken = !overwrite && place.exists();
        if is_taken && !ledger_entry.exists() {
            return Err(taken_error(&place));
        }
        if !ledger_entry.exists() && part.exists() {
            return Err(foreign(&part));
        }
        let ledger = open_locked(&place, &ledger_entry)?;
        let found =
            resume_log::read(&ledger).map_err(|error| unwritable(ledger_entry.path(), &error, None))?;
        if found == Found::Foreign || (found == Found::Nothing && part.exists()) {
            return Err(foreign(if found == Found::Foreign { &ledger_entry } else { &part }));
        }
        // Until it is opened, what an earlier run left is not this one's to remove.
        let is_kept = if is_taken {
            part.stat().is_ok_and(|about| !place.stat().is_ok_and(|place| is_same_file(&place, &about)))
        } else {
            matches!(found, Found::Bytes(..))
        };
        let target = Target {
            place,
            part,
            ledger_entry,
            ledger: Arc::new(ledger),
            found,
            overwrite,
            is_kept,
            may_resume: false,
        };
        // A run that was killed when its file was in place already has left the rest, which goes with
        // `target`.
        if is_taken { Err(taken_error(&target.place)) } else { Ok(target) }
    }

    /// The ledger, which is locked.
    pub(super) fn ledger(&self) -> Arc<File> {
        self.ledger.clone()
    }

    /// The `.part` file, as long as it is to be, and how many bytes of those data an earlier run left in it.
    ///
    /// All else in it is zeros. Errors: `usage` (it cannot be written).
    pub(super) fn open(&mut self, identity: &Identity, size: u64, may_resume: bool) -> Result<(File, u64)> {
        let failed = |error: io::Error| unwritable(self.part.path(), &error, Some(size));
        let length = match self.part.stat() {
            Ok(about) if is(&about, FileType::RegularFile) => Some(u64::try_from(about.st_size).unwrap_or(0)),
            Ok(_) => return Err(foreign(&self.part)),
            Err(_) => None,
        };
        let there = match &self.found {
            Found::Bytes(known, bytes) if may_resume && known.agrees(identity) => *bytes,
            _ => 0,
        };
        let there = if length.is_some_and(|length| there <= length.min(size)) { there } else { 0 };
        // First, so that a `.part` is never without.
        resume_log::begin(&self.ledger, identity, there).map_err(failed)?;
        let file = self.part.open(write_flags(length.is_none())).map_err(failed)?;
        file.set_len(there).and_then(|()| file.set_len(size)).map_err(failed)?;
        (self.is_kept, self.may_resume) = (false, may_resume);
        Ok((file, there))
    }

    /// The next [`Target::open`] begins anew.
    pub(super) fn forget(&mut self) {
        self.found = Found::Nothing;
    }

    /// That image is no more: what an earlier run left of it is of no use.
    pub(super) fn give_up(&mut self, id: &str) {
        if matches!(&self.found, Found::Bytes(known, _) if known.is_of(id)) {
            self.is_kept = false;
        }
    }

    /// Leaves the `.part` where it is, for the next run.
    pub(super) fn keep(&mut self) {
        self.is_kept = true;
    }

    /// The `.part` file's path.
    pub(super) fn part(&self) -> &Path {
        self.part.path()
    }

    /// Puts the file in its place; its data are on the disk.
    ///
    /// Errors: `usage` (also a file that came there meanwhile). Then it stays where it is, for the next run.
    pub(super) fn finish(mut self) -> Result<()> {
        if let Err(error) = self.put() {
            let error = match error.kind() {
                io::ErrorKind::AlreadyExists => {
                    taken_error(&self.place).advice("move it away, or say overwrite = true")
                }
                _ => unwritable(self.place.path(), &error, None),
            };
            return Err(self.keep_whole(error));
        }
        let _ = self.ledger_entry.remove();
        // The name is to outlast a power failure as the data do. Not every system can promise that for a
        // folder.
        let _ = self.place.sync_folder();
        Ok(())
    }

    /// Leaves the whole file where it is, if the next run can make sure of it; the error says so.
    fn keep_whole(&mut self, error: Error) -> Error {
        if !self.may_resume {
            return error;
        }
        self.keep();
        let place = format!("run it again: all of it is in {}", self.part().display());
        let advice = error.advice_text().map_or(place.clone(), |advice| format!("{advice}, then {place}"));
        error.advice(advice)
    }

    fn put(&self) -> io::Result<()> {
        if self.overwrite {
            return self.part.rename(&self.place);
        }
        // A link, unlike a rename, refuses a place that is taken. Not every file system has links.
        match self.part.link(&self.place) {
            Ok(()) => self.part.remove(),
            Err(_) if self.place.exists() => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => self.part.rename(&self.place),
        }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if !self.is_kept {
            // Where they cannot be removed, nobody could be told.
            let _ = self.part.remove();
            let _ = self.ledger_entry.remove();
        }
    }
}

/// The ledger, opened or made, and locked: the one that has that name when the lock is had.
fn open_locked(place: &FolderEntry, ledger: &FolderEntry) -> Result<File> {
    loop {
        let is_there = match ledger.stat() {
            Ok(about) if !is(&about, FileType::RegularFile) => return Err(foreign(ledger)),
            about => about.is_ok(),
        };
        let file = match ledger.open(write_flags(!is_there)) {
            // It came or went in this moment.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) if is_there && error.kind() == io::ErrorKind::NotFound => continue,
            file => file.map_err(|error| unwritable(ledger.path(), &error, None))?,
        };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(busy(place)),
            // A file system without locks does without.
            Err(TryLockError::Error(_)) | Ok(()) => {}
        }
        if ledger.is_name_of(&file) {
            return Ok(file);
        }
    }
}

/// Opens a file to write and read it, which must be new or must exist.
fn write_flags(is_new: bool) -> OFlags {
    OFlags::RDWR | if is_new { OFlags::CREATE | OFlags::EXCL } else { OFlags::empty() }
}

fn taken_error(place: &FolderEntry) -> Error {
    Error::new(Kind::Usage, format!("{} is there already", place.path().display()))
        .advice("choose another name, or say overwrite = true")
}

fn busy(place: &FolderEntry) -> Error {
    Error::new(Kind::Usage, format!("another download into {} is under way", place.path().display()))
        .advice("wait for it, or choose another name")
}

fn foreign(entry: &FolderEntry) -> Error {
    Error::new(
        Kind::Usage,
        format!("{} is there, and not from a download like this one", entry.path().display()),
    )
    .advice("delete it if nobody needs it, or choose another name")
}

/// The error of a file that cannot be written, where so many bytes are still to be, if that is known. Kind:
/// `usage`.
pub(super) fn unwritable(path: &Path, error: &io::Error, missing: Option<u64>) -> Error {
    let room = missing
        .filter(|bytes| *bytes > 0)
        .map(|missing| format!("make room for {} on the disk", bytes(missing)));
    let told = Error::of_system(Kind::Usage, format!("cannot write {}", path.display()), error);
    let advice = match error.kind() {
        io::ErrorKind::NotFound => "create its folder first",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "choose a folder you may write to"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => match &room {
            Some(room) => room,
            None => return told,
        },
        io::ErrorKind::FileTooLarge => {
            "choose a disk that takes files of that size, or raise the limit (ulimit -f)"
        }
        _ => return told,
    };
    told.advice(advice)
}

/// A number of bytes as people read it.
pub(super) fn bytes(count: u64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "one place behind the point is shown")]
    let scaled = |shift: u32| count as f64 / f64::from(1_u32 << shift);
    match count {
        0..0x400 => format!("{count} bytes"),
        0x400..0x10_0000 => format!("{:.1} KiB", scaled(10)),
        0x10_0000..0x4000_0000 => format!("{:.1} MiB", scaled(20)),
        _ => format!("{:.1} GiB", scaled(30)),
    }
}

#[cfg(test)]
mod tests;
