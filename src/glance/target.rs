//! The file that a download goes to: written as `NAME.part` beside its place, put there when it is whole.
//!
//! Knows no Glance and no network. Whatever is wrong with the place is found out by [`Target::create`], before anything
//! is asked of the cloud.

use std::io;
use std::path::{Path, PathBuf};

use tokio::io::{AsyncWriteExt, BufWriter};

use crate::error::{Error, Kind, Result};

/// How much is written at once.
const BUFFER_BYTES: usize = 1 << 20;

/// A file on its way to its place. Dropped before [`Target::finish`], it leaves nothing.
pub(super) struct Target {
    place: PathBuf,
    part: PathBuf,
    overwrite: bool,
    file: BufWriter<tokio::fs::File>,
}

impl Target {
    /// Makes the `.part` file, empty.
    ///
    /// Errors: `usage` (a file is there and not to be overwritten; a folder; no such folder; no permission; a `.part` is
    /// there already).
    pub(super) fn create(place: &Path, overwrite: bool) -> Result<Target> {
        let Some(name) = place.file_name().filter(|_| !place.is_dir()) else {
            let message = format!("{} is a folder, not a file to write", place.display());
            return Err(Error::new(Kind::Usage, message).advice("name the file in it"));
        };
        if !overwrite && place.symlink_metadata().is_ok() {
            return Err(taken(place));
        }
        let mut part_name = name.to_owned();
        part_name.push(".part");
        let part = place.with_file_name(part_name);
        let mut options = std::fs::OpenOptions::new();
        // Never one that is there: it may be another download's, or a link to somewhere else.
        let file =
            options.write(true).create_new(true).open(&part).map_err(|error| unwritable(&part, &error))?;
        let file = BufWriter::with_capacity(BUFFER_BYTES, tokio::fs::File::from_std(file));
        Ok(Target { place: place.to_owned(), part, overwrite, file })
    }

    /// Writes the next part of the data. Errors: `usage` (the disk is full, …).
    pub(super) async fn write(&mut self, part: &[u8]) -> Result<()> {
        self.file.write_all(part).await.map_err(|error| unwritable(&self.part, &error))
    }

    /// Puts the file in its place, once it is safe on the disk. Errors: `usage` (also a file that came there meanwhile).
    pub(super) async fn finish(mut self) -> Result<()> {
        self.file.flush().await.map_err(|error| unwritable(&self.part, &error))?;
        self.file.get_ref().sync_all().await.map_err(|error| unwritable(&self.part, &error))?;
        if self.overwrite {
            return std::fs::rename(&self.part, &self.place).map_err(|error| unwritable(&self.place, &error));
        }
        // A link, unlike a rename, refuses a place that is taken. Not every file system has links.
        match std::fs::hard_link(&self.part, &self.place) {
            Ok(()) => Ok(()),
            Err(_) if self.place.symlink_metadata().is_ok() => Err(taken(&self.place)),
            Err(_) => {
                std::fs::rename(&self.part, &self.place).map_err(|error| unwritable(&self.place, &error))
            }
        }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // After a rename it is not there any more, and otherwise nobody could be told.
        let _ = std::fs::remove_file(&self.part);
    }
}

fn taken(place: &Path) -> Error {
    Error::new(Kind::Usage, format!("{} is there already", place.display()))
        .advice("choose another name, or allow it to be overwritten")
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    let message = format!("cannot write {}: {error}", path.display());
    let advice = match error.kind() {
        io::ErrorKind::NotFound => "create its folder first",
        io::ErrorKind::PermissionDenied => "choose a folder you may write to",
        io::ErrorKind::AlreadyExists => "another download may be under way; delete the file if there is none",
        io::ErrorKind::StorageFull => "make room on the disk",
        _ => return Error::new(Kind::Usage, message),
    };
    Error::new(Kind::Usage, message).advice(advice)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn a_whole_file_takes_its_place_and_a_dropped_one_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        for overwrite in [false, true] {
            let mut target = Target::create(&folder.path().join("whole"), overwrite).unwrap();
            target.write(b"data").await.unwrap();
            assert!(names(folder.path()).contains(&"whole.part".to_owned()));
            target.finish().await.unwrap();
            assert_eq!(fs::read(folder.path().join("whole")).unwrap(), b"data");
        }
        let mut target = Target::create(&folder.path().join("dropped"), false).unwrap();
        target.write(b"data").await.unwrap();
        drop(target);
        assert_eq!(names(folder.path()), ["whole"]);
    }

    #[tokio::test]
    async fn what_came_meanwhile_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("image");
        let target = Target::create(&place, false).unwrap();
        fs::write(&place, "other").unwrap();
        assert!(target.finish().await.unwrap_err().message().ends_with("is there already"));
        assert_eq!(
            (fs::read(&place).unwrap(), names(folder.path())),
            (b"other".to_vec(), vec!["image".to_owned()])
        );
    }

    #[test]
    fn a_place_that_cannot_be_written_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("taken"), "x").unwrap();
        fs::write(folder.path().join("busy.part"), "x").unwrap();
        let cases = [
            ("", "is a folder", "name the file in it"),
            ("taken", "is there already", "choose another name, or allow it to be overwritten"),
            ("missing/image", "No such file or directory", "create its folder first"),
            ("busy", "File exists", "another download may be under way; delete the file if there is none"),
        ];
        for (name, message, advice) in cases {
            let error = Target::create(&folder.path().join(name), false).err().unwrap();
            assert!(error.message().contains(message), "{error}");
            assert_eq!((error.kind(), error.advice_text()), (Kind::Usage, Some(advice)));
        }
        assert!(Target::create(&folder.path().join("busy"), true).is_err());
        assert_eq!(fs::read(folder.path().join("busy.part")).unwrap(), b"x");
        assert_eq!(names(folder.path()), ["busy.part", "taken"]);
    }
}
