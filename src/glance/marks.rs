//! Marks of unfinished images, on this machine: how the run after one that was killed finds what that run left.
//!
//! A mark is a file named by the image's ID, locked as long as the run that made it lives. It says on which service and
//! for which project the image was begun. Where the ID was drawn at random, it holds the seed, which proves that a run
//! of Lunette began the image (see `authorship`); a mark without one can only be reported.
//!
//! A mark is believed only as far as it can be verified: folder and file belong to this user and are no links, and the
//! seed makes the ID. Marks are a help: where they cannot be kept, work goes on without, and the caller is told. Knows no
//! Glance.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::OFlags;
use rustix::process::geteuid;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::authorship::{Authorship, Seed};

/// How long a request may be on its way after the process that sent it has ended.
const ON_ITS_WAY: Duration = Duration::from_mins(1);

/// The format of a mark.
const VERSION: u32 = 2;

/// The longest text that is read as a mark.
const LONGEST: u64 = 16 << 10;

/// The ending of a mark that is being written.
const NEW: &str = "new";

/// The ending of a file that was found to be no mark, and reported.
const IGNORED: &str = "ignored";

/// The folder of the marks.
#[derive(Clone, Debug)]
pub(super) struct Marks(PathBuf);

/// A mark, held by this run. Dropped, it stays; the next run finds it.
#[derive(Debug)]
pub(super) struct Mark {
    path: PathBuf,
    /// Holds the lock.
    file: File,
}

/// Whose image it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    /// The URL of the Image service.
    pub(super) service: String,
    /// The project's ID; empty where the log-in has none.
    pub(super) project: String,
}

/// The text of a mark.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    version: u32,
    service: String,
    project: String,
    /// Only where the ID was drawn at random.
    seed: Option<String>,
}

/// An image that a run began which has ended.
#[derive(Debug)]
pub(super) struct LeftBehind {
    pub(super) id: String,
    /// `None` where the caller chose the ID: then nothing proves who made the image.
    pub(super) proof: Option<Authorship>,
    pub(super) mark: Mark,
}

impl Marks {
    /// The marks of that folder, which is made when the first is set.
    pub(super) fn new(folder: PathBuf) -> Marks {
        Marks(folder)
    }

    /// The folder.
    pub(super) fn folder(&self) -> &Path {
        &self.0
    }

    /// Marks an image of that owner; `None` for an ID that is no UUID, and could lead elsewhere as a file's name.
    ///
    /// Errors: those of the disk; a folder that is a link, or another user's.
    pub(super) fn set(&self, owner: &Owner, id: &str, seed: Option<&Seed>) -> io::Result<Option<Mark>> {
        let Ok(id) = Uuid::try_parse(id) else { return Ok(None) };
        DirBuilder::new().recursive(true).mode(0o700).create(&self.0)?;
        self.require_own()?;
        let (seed, Owner { service, project }) = (seed.map(Seed::to_hex), owner.clone());
        let text = serde_json::to_string(&Text { version: VERSION, service, project, seed })?;
        // Locked before it has its name: nobody ever sees the mark of a living run without its lock.
        let new = self.0.join(format!("{}.{NEW}", Uuid::new_v4()));
        let path = self.0.join(id.to_string());
        let file = named(&new, &path, &text).inspect_err(|_| drop(fs::remove_file(&new)))?;
        Ok(Some(Mark { path, file }))
    }

    /// That owner's images which runs have left that have ended; and the files that are no marks and not to be believed.
    ///
    /// The latter are renamed, so that each is reported once.
    pub(super) fn left_behind(&self, owner: &Owner) -> (Vec<LeftBehind>, Vec<PathBuf>) {
        let (mut left, mut strange) = (Vec::new(), Vec::new());
        if self.require_own().is_err() {
            return (left, strange);
        }
        for entry in fs::read_dir(&self.0).into_iter().flatten().flatten() {
            let path = entry.path();
            let Some(id) = path.file_name().and_then(|name| name.to_str()) else { continue };
            if let Some(stem) = id.strip_suffix(".new") {
                if Uuid::try_parse(stem).is_ok() {
                    sweep(&path);
                }
            } else if Uuid::try_parse(id).is_ok() {
                if let Ok(found) = read(&path, id, owner) {
                    left.extend(found);
                } else {
                    let _ = fs::rename(&path, path.with_extension(IGNORED));
                    strange.push(path);
                }
            }
        }
        (left, strange)
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
    pub(super) fn is_young(&self) -> bool {
        is_younger_than(&self.file, ON_ITS_WAY)
    }

    /// Removes the mark: the image is complete, or gone.
    pub(super) fn erase(self) {
        // A later run that finds the mark in spite of this finds nothing to do.
        let _ = fs::remove_file(self.path);
    }
}

/// A file that is not to be believed.
struct Strange;

/// Writes and locks a file by one name and gives it the other.
fn named(new: &Path, path: &Path, text: &str) -> io::Result<File> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(new)?;
    file.try_lock()?;
    file.write_all(text.as_bytes())?;
    fs::rename(new, path)?;
    Ok(file)
}

/// Opens a regular file of this user's; a link is not followed, a pipe not waited for.
fn open_own(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    let about = file.metadata()?;
    if about.is_file() && about.uid() == geteuid().as_raw() {
        return Ok(file);
    }
    Err(io::Error::other("no file of this user's own"))
}

/// The image that a mark names, where it is that owner's and its run has ended.
fn read(path: &Path, id: &str, owner: &Owner) -> Result<Option<LeftBehind>, Strange> {
    let mut file = match open_own(path) {
        Ok(file) => file,
        // Its run, or another that found it, has just removed it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(_) => return Err(Strange),
    };
    let mut text = Vec::new();
    (&mut file).take(LONGEST).read_to_end(&mut text).map_err(|_| Strange)?;
    let text: Text = serde_json::from_slice(&text).map_err(|_| Strange)?;
    if text.version != VERSION {
        return Err(Strange);
    }
    let proof = match text.seed {
        None => None,
        Some(seed) => {
            let proof = Seed::from_hex(&seed).ok_or(Strange)?.authorship();
            Some(proof).filter(|proof| proof.id() == id).ok_or(Strange).map(Some)?
        }
    };
    let is_other = text.service != owner.service || text.project != owner.project;
    if is_other || file.try_lock().is_err() {
        return Ok(None);
    }
    Ok(Some(LeftBehind { id: id.to_owned(), proof, mark: Mark { path: path.to_owned(), file } }))
}

/// Removes what a run wrote that was killed before the mark had its name.
fn sweep(path: &Path) {
    if open_own(path).is_ok_and(|file| file.try_lock().is_ok() && !is_younger_than(&file, ON_ITS_WAY)) {
        let _ = fs::remove_file(path);
    }
}

fn is_younger_than(file: &File, age: Duration) -> bool {
    let set = file.metadata().and_then(|about| about.modified());
    set.is_ok_and(|set| set.elapsed().is_ok_and(|elapsed| elapsed < age))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    const ID: &str = "1bea47ed-f6a9-463b-b423-14b9cca9ad27";

    fn owner(project: &str) -> Owner {
        Owner { service: "http://cloud".into(), project: project.into() }
    }

    fn found(marks: &Marks, project: &str) -> Vec<LeftBehind> {
        let (left, strange) = marks.left_behind(&owner(project));
        assert!(strange.is_empty(), "{strange:?}");
        left
    }

    #[test]
    fn a_mark_is_found_once_its_run_has_ended_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let marks = Marks::new(folder.path().join("marks"));
        assert!(found(&marks, "a").is_empty());
        let seed = Seed::draw();
        let mark = marks.set(&owner("a"), &seed.id(), Some(&seed)).unwrap().unwrap();
        assert!(found(&marks, "a").is_empty());
        drop(mark);
        assert!(found(&marks, "b").is_empty(), "it is another project's");
        let left = found(&marks, "a").pop().unwrap();
        assert_eq!((left.id.as_str(), left.proof.as_ref().unwrap().id()), (&*seed.id(), &*seed.id()));
        assert!(found(&marks, "a").is_empty(), "another run deals with it already");
        left.mark.erase();
        assert!(found(&marks, "a").is_empty());
        assert!(fs::read_dir(marks.folder()).unwrap().next().is_none());
    }

    #[test]
    fn a_mark_of_an_id_that_the_caller_chose_proves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let marks = Marks::new(folder.path().into());
        drop(marks.set(&owner("a"), ID, None).unwrap());
        let left = found(&marks, "a").pop().unwrap();
        assert_eq!((left.id.as_str(), left.proof.is_none()), (ID, true));
    }

    #[test]
    fn a_planted_mark_is_not_believed_and_reported_once() {
        let folder = tempfile::tempdir().unwrap();
        let marks = Marks::new(folder.path().into());
        let (seed, path) = (Seed::draw(), folder.path().join(ID));
        let text =
            |seed: &str| format!(r#"{{"version":2,"service":"http://cloud","project":"a","seed":"{seed}"}}"#);
        // The seed of another image; no seed at all; the format of older versions; no text.
        for planted in [text(&seed.to_hex()), text("07"), "http://cloud a".into(), String::new()] {
            fs::write(&path, planted).unwrap();
            let (left, strange) = marks.left_behind(&owner("a"));
            assert_eq!((left.len(), strange), (0, vec![path.clone()]));
            assert!(found(&marks, "a").is_empty());
        }
    }

    #[test]
    fn a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let marks = Marks::new(folder.path().join("marks"));
        let seed = Seed::draw();
        drop(marks.set(&owner("a"), &seed.id(), Some(&seed)).unwrap());
        let (path, elsewhere) = (marks.folder().join(seed.id()), folder.path().join("elsewhere"));
        fs::rename(&path, &elsewhere).unwrap();
        symlink(&elsewhere, &path).unwrap();
        let (left, strange) = marks.left_behind(&owner("a"));
        assert_eq!((left.len(), strange), (0, vec![path]));
        assert!(elsewhere.exists());

        let linked = folder.path().join("linked");
        symlink(marks.folder(), &linked).unwrap();
        assert!(Marks::new(linked.clone()).set(&owner("a"), ID, None).is_err());
        fs::rename(&elsewhere, marks.folder().join(seed.id())).unwrap();
        assert!(found(&Marks::new(linked), "a").is_empty());
        assert_eq!(found(&marks, "a").len(), 1);
    }

    #[test]
    fn a_mark_is_young_for_a_minute_and_for_its_user_only() {
        let folder = tempfile::tempdir().unwrap();
        let mark = Marks::new(folder.path().into()).set(&owner("a"), ID, None).unwrap().unwrap();
        assert_eq!(mark.file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(mark.is_young());
        mark.file.set_modified(std::time::SystemTime::now() - 2 * ON_ITS_WAY).unwrap();
        assert!(!mark.is_young());
    }

    #[test]
    fn a_mark_that_cannot_be_set_says_why_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let marks = Marks::new(folder.path().into());
        // The name it is to have is taken by a folder, which cannot be replaced.
        fs::create_dir_all(folder.path().join(ID).join("x")).unwrap();
        let error = marks.set(&owner("a"), ID, None).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_run_wrote_that_was_killed_half_way_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let marks = Marks::new(folder.path().into());
        let half = folder.path().join(format!("{ID}.new"));
        let file = File::create(&half).unwrap();
        assert!(found(&marks, "a").is_empty() && half.exists());
        file.set_modified(std::time::SystemTime::now() - 2 * ON_ITS_WAY).unwrap();
        assert!(found(&marks, "a").is_empty() && !half.exists());
    }

    #[test]
    fn an_id_that_is_no_uuid_leads_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let marks = Marks::new(folder.path().join("marks"));
        for id in ["../../x", "", "x"] {
            assert!(marks.set(&owner("a"), id, None).unwrap().is_none());
        }
        assert!(!folder.path().join("marks").exists());
    }
}
