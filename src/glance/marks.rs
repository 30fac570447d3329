//! Marks of images that are begun, on this machine: so that the run after one that was killed finds what that one left.
//!
//! A mark is a file named for the image, locked as long as the run that made it lives; its text tells whose image it is.
//! Marks are a help: where they cannot be kept, work goes on without, and whoever sets them is told. Knows no Glance.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a request may be on its way when whoever sent it is gone already.
const ON_ITS_WAY: Duration = Duration::from_mins(1);

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

impl Marks {
    /// The marks of that folder, which is made when the first is set.
    pub(super) fn new(folder: PathBuf) -> Marks {
        Marks(folder)
    }

    /// The folder.
    pub(super) fn folder(&self) -> &Path {
        &self.0
    }

    /// Marks an image of that owner (a text that names service and project); `None` for what is no ID of an image.
    ///
    /// Errors: those of the disk.
    pub(super) fn set(&self, owner: &str, id: &str) -> io::Result<Option<Mark>> {
        // An ID that a script has chosen may be anything, and must not lead elsewhere.
        let Ok(id) = uuid::Uuid::try_parse(id) else { return Ok(None) };
        let path = self.0.join(id.to_string());
        fs::create_dir_all(&self.0)?;
        // Locked before it has its name: nobody ever sees the mark of a living run without its lock.
        let new = path.with_extension("new");
        let mark = named(&new, &path, owner);
        if mark.is_err() {
            let _ = fs::remove_file(&new);
        }
        Ok(Some(Mark { file: mark?, path }))
    }

    /// The IDs of that owner's images which runs have left that are gone, with their marks.
    pub(super) fn left_behind(&self, owner: &str) -> Vec<(String, Mark)> {
        let entries = fs::read_dir(&self.0).into_iter().flatten().flatten();
        entries.filter_map(|entry| left(&entry.path(), owner)).collect()
    }
}

impl Mark {
    /// Whether the image may still come to be, though it is not there yet.
    pub(super) fn is_young(&self) -> bool {
        let set = self.file.metadata().and_then(|about| about.modified());
        set.is_ok_and(|set| set.elapsed().is_ok_and(|age| age < ON_ITS_WAY))
    }

    /// The image is done, or gone.
    pub(super) fn erase(self) {
        // Whoever finds it in spite of this finds nothing to do.
        let _ = fs::remove_file(self.path);
    }
}

/// Writes and locks a file by one name and gives it the other.
fn named(new: &Path, path: &Path, owner: &str) -> io::Result<File> {
    let mut file = File::create(new)?;
    file.try_lock()?;
    file.write_all(owner.as_bytes())?;
    fs::rename(new, path)?;
    Ok(file)
}

fn left(path: &Path, owner: &str) -> Option<(String, Mark)> {
    let id = path.file_name()?.to_str().filter(|name| uuid::Uuid::try_parse(name).is_ok())?.to_owned();
    if fs::read_to_string(path).ok()? != owner {
        return None;
    }
    let file = File::open(path).ok()?;
    file.try_lock().ok()?;
    Some((id, Mark { path: path.to_owned(), file }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ID: &str = "1bea47ed-f6a9-463b-b423-14b9cca9ad27";

    #[test]
    fn a_mark_is_found_once_its_run_is_gone_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let marks = Marks::new(folder.path().join("marks"));
        assert!(marks.left_behind("a").is_empty());
        let mark = marks.set("a", ID).unwrap().unwrap();
        assert!(marks.left_behind("a").is_empty());
        drop(mark);
        assert!(marks.left_behind("b").is_empty(), "it is another's");
        let (id, mark) = marks.left_behind("a").pop().unwrap();
        assert_eq!(id, ID);
        assert!(marks.left_behind("a").is_empty(), "one run is at it already");
        mark.erase();
        assert!(marks.left_behind("a").is_empty());
        assert!(fs::read_dir(folder.path().join("marks")).unwrap().next().is_none());
    }

    #[test]
    fn a_mark_is_young_for_a_minute() {
        let folder = tempfile::tempdir().unwrap();
        let mark = Marks::new(folder.path().into()).set("a", ID).unwrap().unwrap();
        assert!(mark.is_young());
        mark.file.set_modified(std::time::SystemTime::now() - 2 * ON_ITS_WAY).unwrap();
        assert!(!mark.is_young());
    }

    #[test]
    fn one_that_cannot_be_set_says_why_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let marks = Marks::new(folder.path().into());
        // The name it is to have is taken by what cannot be replaced.
        fs::create_dir_all(folder.path().join(ID).join("x")).unwrap();
        assert_eq!(marks.set("a", ID).unwrap_err().kind(), io::ErrorKind::IsADirectory);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_id_that_is_none_leads_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let marks = Marks::new(folder.path().join("marks"));
        for id in ["../../x", "", "x"] {
            assert!(marks.set("a", id).unwrap().is_none());
        }
        assert!(!folder.path().join("marks").exists());
    }
}
