//! Marks of unfinished images, on this machine: how the run after one that was killed finds what that run
//! left.
//!
//! A mark is a file named by the image's ID and a random suffix, locked as long as the run that made it
//! lives. It holds the service, the project and the ID. Where the ID was drawn at random, it also holds the
//! seed, which proves that a run of Lunette began the image (see `authorship`); an image whose mark has no
//! seed can only be reported.
//!
//! A mark is believed only as far as it can be verified: folder and file belong to this user and are no
//! links, the seed makes the ID, and the file is the one that a run of this machine wrote and locked: its
//! text names its own file name, inode and machine. A copy, or a folder that was restored, proves nothing. A
//! mark that cannot be opened or read now stays as it is for a later run. A mark whose image is complete is
//! overwritten before it is removed, so that a mark that cannot be removed has no effect. If marks cannot be
//! kept, images are created without them and the caller is told. Knows no Glance.

#[cfg(test)]
mod tests;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::geteuid;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::authorship::{Authorship, Seed};

/// How long a request may be on its way after the process that sent it has ended.
const ON_ITS_WAY: Duration = Duration::from_mins(1);

/// The format of a mark.
const VERSION: u32 = 4;

/// The longest text that is read as a mark.
const LONGEST: u64 = 16 << 10;

/// The ending of a mark that is being written.
const NEW: &str = "new";

/// The ending of a file that was found to be no mark, and reported.
const IGNORED: &str = "ignored";

/// The length of a UUID as text.
const UUID: usize = 36;

/// The text of a mark whose image is complete or gone.
const DONE: &[u8] = b"done\n";

/// The last byte of a mark that a later run has found.
const FOUND: u8 = b'\n';

/// The end of a mark whose image was reported.
const TOLD: &[u8] = b"\n\n";

/// The folder of the marks.
#[derive(Clone, Debug)]
pub(in crate::glance) struct Marks(PathBuf);

/// A mark, held by this run. Dropped, it stays; the next run finds it.
#[derive(Debug)]
pub(in crate::glance) struct Mark {
    path: PathBuf,
    /// Holds the lock.
    file: File,
}

/// Whose image it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::glance) struct Owner {
    /// The URL of the Image service.
    pub(in crate::glance) service: String,
    /// The project's ID; empty where the log-in has none.
    pub(in crate::glance) project: String,
}

/// The text of a mark.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    version: u32,
    service: String,
    project: String,
    /// The ID as the service knows it: Glance distinguishes upper and lower case.
    id: String,
    /// Only where the ID was drawn at random.
    seed: Option<String>,
    /// Whether the run asked for a protected image.
    protected: bool,
    /// The name of the mark's file, and its inode: a copy of it has no lock of the run that lives.
    file: String,
    inode: u64,
    /// The machine whose lock it is.
    machine: String,
}

/// An image that a run began which has ended.
#[derive(Debug)]
pub(in crate::glance) struct LeftBehind {
    pub(in crate::glance) id: String,
    /// `None` where the caller chose the ID: then nothing proves who made the image.
    pub(in crate::glance) proof: Option<Authorship>,
    /// Whether the run asked for a protected image.
    pub(in crate::glance) was_protected: bool,
    pub(in crate::glance) mark: Mark,
}

impl LeftBehind {
    /// The image of a mark of that owner, whose run has ended. Leaves every other file as it is.
    pub(in crate::glance) fn read(path: &Path, owner: &Owner) -> Option<LeftBehind> {
        read(path, owner).ok()
    }
}

/// A file among the marks.
pub(in crate::glance) enum Found {
    /// A mark of that owner, whose run has ended.
    Left(LeftBehind),
    /// No mark. It was renamed to that path, so that it is reported once, unless it could not be.
    Strange(io::Result<PathBuf>),
    /// A mark of another owner or of a run that lives; a file that cannot be read now.
    Nothing,
}

impl Marks {
    /// The marks of that folder, which is made when the first is set.
    pub(in crate::glance) fn new(folder: PathBuf) -> Marks {
        Marks(folder)
    }

    /// The folder.
    pub(in crate::glance) fn folder(&self) -> &Path {
        &self.0
    }

    /// Marks an image of that owner; `None` for an ID that is no UUID.
    ///
    /// Errors: those of the disk; a folder that is a link, or another user's.
    pub(in crate::glance) fn set(
        &self,
        owner: &Owner,
        id: &str,
        seed: Option<&Seed>,
        protected: bool,
    ) -> io::Result<Option<Mark>> {
        let Ok(uuid) = Uuid::try_parse(id) else { return Ok(None) };
        DirBuilder::new().recursive(true).mode(0o700).create(&self.0)?;
        self.require_own()?;
        let (seed, Owner { service, project }) = (seed.map(Seed::to_hex), owner.clone());
        let random = Uuid::new_v4();
        // Locked before it has its name: nobody ever sees the mark of a living run without its lock.
        let new = self.0.join(format!("{random}.{NEW}"));
        // Two runs may be given the same ID. Each has a mark of its own.
        let file = format!("{uuid}-{}", &random.simple().to_string()[..8]);
        let path = self.0.join(&file);
        let id = id.to_owned();
        let mut text = Text {
            version: VERSION,
            service,
            project,
            id,
            seed,
            protected,
            file,
            inode: 0,
            machine: machine(),
        };
        let text = |inode| {
            text.inode = inode;
            serde_json::to_string(&text)
        };
        let file = write_named(&new, &path, text).inspect_err(|_| drop(fs::remove_file(&new)))?;
        Ok(Some(Mark { path, file }))
    }

    /// The files that may be marks, each to be opened by [`Marks::open`]. Removes old files of runs that were
    /// killed while they wrote a mark.
    pub(in crate::glance) fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        if self.require_own().is_err() {
            return files;
        }
        for entry in fs::read_dir(&self.0).into_iter().flatten().flatten() {
            let path = entry.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            if let Some(stem) = name.strip_suffix(".new") {
                if Uuid::try_parse(stem).is_ok() {
                    sweep(&path);
                }
            } else if named_id(name).is_some() {
                files.push(path);
            }
        }
        files
    }

    /// Opens a file that may be a mark of that owner.
    pub(in crate::glance) fn open(&self, path: &Path, owner: &Owner) -> Found {
        match read(path, owner) {
            Ok(left) => Found::Left(left),
            Err(Unread::NotNow) => Found::Nothing,
            Err(Unread::Strange) => {
                let mut name = path.file_name().unwrap_or_default().to_owned();
                name.push(format!(".{IGNORED}"));
                let ignored = self.0.join(name);
                Found::Strange(fs::rename(path, &ignored).map(|()| ignored))
            }
        }
    }

    /// Errors: the folder does not exist, is a link, or belongs to another user.
    fn require_own(&self) -> io::Result<()> {
        let about = fs::symlink_metadata(&self.0)?;
        if about.is_dir() && about.uid() == geteuid().as_raw() {
            return Ok(());
        }
        Err(io::Error::other("it is no folder of this user's own"))
    }
}

impl Mark {
    /// Whether the image may still appear, though it does not exist yet.
    pub(in crate::glance) fn is_young(&self) -> bool {
        is_younger_than(&self.file, ON_ITS_WAY)
    }

    /// Records that the image was reported. Returns whether this is the first time.
    pub(in crate::glance) fn note_told(&self) -> bool {
        let Ok(bytes) = content(&self.file) else { return false };
        if bytes.ends_with(TOLD) {
            return false;
        }
        let _ = self.file.write_all_at(TOLD, bytes.trim_ascii_end().len() as u64);
        true
    }

    /// The file.
    #[cfg(test)]
    pub(in crate::glance) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes the mark: the image is complete, or gone.
    ///
    /// Errors: those of the disk, where the mark could neither be overwritten nor removed, and so stays in
    /// force.
    pub(in crate::glance) fn erase(&self) -> io::Result<()> {
        // In place, which takes no space on the disk. A mark that begins with these bytes has no effect.
        let overwritten = self.file.write_all_at(DONE, 0);
        let _ = self.file.set_len(DONE.len() as u64);
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => overwritten.map_err(|_| error),
            _ => Ok(()),
        }
    }

    /// The same; returns a sentence where the mark stays in force.
    pub(in crate::glance) fn erase_or_say_why(&self) -> Option<String> {
        let error = self.erase().err()?;
        Some(format!(
            "Cannot remove {} ({error}). Delete it: because of it, the next run may delete or report the image if it has \
             no data.",
            self.path.display()
        ))
    }
}

/// The reason why a file gives no mark.
#[derive(Debug, PartialEq, Eq)]
enum Unread {
    /// It is somebody else's, or cannot be read now.
    NotNow,
    /// It was read and is no mark.
    Strange,
}

impl From<io::Error> for Unread {
    /// A link, a folder and a socket are strange. All else may be otherwise next time: no more files can be
    /// open, a disk fails.
    fn from(error: io::Error) -> Unread {
        let strange = [Errno::LOOP, Errno::ISDIR, Errno::NXIO];
        let is_strange = Errno::from_io_error(&error).is_some_and(|errno| strange.contains(&errno));
        if is_strange { Unread::Strange } else { Unread::NotNow }
    }
}

/// The ID in the name of a mark, which may have a suffix.
fn named_id(name: &str) -> Option<Uuid> {
    let (id, suffix) = name.split_at_checked(UUID)?;
    let is_suffix = |text: &str| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_mark = suffix.is_empty() || suffix.strip_prefix('-').is_some_and(is_suffix);
    Uuid::try_parse(id).ok().filter(|_| is_mark)
}

/// Writes and locks a file by one name and gives it the other; its text is made of its inode.
fn write_named(
    new: &Path,
    path: &Path,
    text: impl FnOnce(u64) -> serde_json::Result<String>,
) -> io::Result<File> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(new)?;
    file.try_lock()?;
    let text = text(file.metadata()?.ino())?;
    file.write_all(text.as_bytes())?;
    fs::rename(new, path)?;
    Ok(file)
}

/// Opens a regular file of this user's; a link is not followed, a pipe not waited for.
fn open_own(path: &Path) -> Result<File, Unread> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mut options = OpenOptions::new();
    options.read(true).write(true).custom_flags(flags.bits().cast_signed());
    let file = options.open(path)?;
    let about = file.metadata()?;
    if about.is_file() && about.uid() == geteuid().as_raw() { Ok(file) } else { Err(Unread::Strange) }
}

/// Returns the ID of this machine, or its name; empty where it has neither. A folder may be shared by
/// several, without their locks.
fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).ok().map(|text| text.trim().to_owned());
    let mut found = ["/etc/machine-id", "/proc/sys/kernel/hostname"].into_iter().filter_map(read);
    found.find(|text| !text.is_empty()).unwrap_or_default()
}

/// The bytes of a mark.
fn content(mut file: &File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The image that a mark names, where it is that owner's and its run has ended.
fn read(path: &Path, owner: &Owner) -> Result<LeftBehind, Unread> {
    let file = open_own(path)?;
    let bytes = content(&file)?;
    if bytes.starts_with(DONE) {
        lock(path, &file, &bytes)?;
        let _ = fs::remove_file(path);
        return Err(Unread::NotNow);
    }
    let text: Text = serde_json::from_slice(&bytes).map_err(|_| Unread::Strange)?;
    let name = path.file_name().and_then(|name| name.to_str());
    let uuid = name.and_then(named_id);
    if text.version != VERSION || uuid.is_none() || Uuid::try_parse(&text.id).ok() != uuid {
        return Err(Unread::Strange);
    }
    if name != Some(&text.file) {
        return Err(Unread::Strange);
    }
    let proof = match text.seed {
        None => None,
        Some(seed) => {
            let proof = Seed::from_hex(&seed).ok_or(Unread::Strange)?.authorship();
            Some(proof).filter(|proof| proof.id() == text.id).ok_or(Unread::Strange).map(Some)?
        }
    };
    if text.service != owner.service || text.project != owner.project || text.machine != machine() {
        return Err(Unread::NotNow);
    }
    // A file that was put back in its place has not the lock of the run that wrote it.
    let proof = proof.filter(|_| file.metadata().is_ok_and(|about| about.ino() == text.inode));
    lock(path, &file, &bytes)?;
    if bytes.last() != Some(&FOUND) {
        // Its run may have ended just now: a request of it is on its way for some time from here on.
        file.write_all_at(&[FOUND], bytes.len() as u64)?;
    }
    let mark = Mark { path: path.to_owned(), file };
    Ok(LeftBehind { id: text.id, proof, was_protected: text.protected, mark })
}

/// Locks a mark that had this content.
///
/// Errors: its run lives, or has ended its work since the file was opened, and has removed or overwritten the
/// mark.
fn lock(path: &Path, file: &File, bytes: &[u8]) -> Result<(), Unread> {
    file.try_lock().map_err(|_| Unread::NotNow)?;
    let (here, there) = (file.metadata()?, fs::symlink_metadata(path)?);
    let is_same = here.nlink() > 0 && (here.dev(), here.ino()) == (there.dev(), there.ino());
    if is_same && content(file)? == bytes { Ok(()) } else { Err(Unread::NotNow) }
}

/// Removes what a run wrote that was killed before the mark had its name.
fn sweep(path: &Path) {
    if open_own(path).is_ok_and(|file| file.try_lock().is_ok() && !is_younger_than(&file, ON_ITS_WAY)) {
        let _ = fs::remove_file(path);
    }
}

/// A time in the future is that of a clock that was set back, and says nothing: the file counts as young.
fn is_younger_than(file: &File, age: Duration) -> bool {
    let set = file.metadata().and_then(|about| about.modified());
    set.is_ok_and(|set| set.elapsed().map_or(true, |elapsed| elapsed < age))
}
