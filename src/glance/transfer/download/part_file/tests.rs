//! The many ways for a target not to be had.

#![allow(clippy::unwrap_used)]
use std::fs;
use std::io::Write;

use super::*;
use crate::glance::Image;

fn claim(place: &Path, overwrite: bool) -> Result<Target> {
    let place = FolderEntry::of(place).map_err(|error| unwritable(place, &error, None))?;
    Target::claim(place, overwrite)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn identity() -> Identity {
    Identity::of(&Image { id: "1bea".into(), size: Some(4), ..Image::default() })
}

fn written(place: &Path, overwrite: bool) -> Target {
    let mut target = claim(place, overwrite).unwrap();
    let (mut file, there) = target.open(&identity(), 4, true).unwrap();
    assert_eq!(there, 0);
    file.write_all(b"data").unwrap();
    target
}

#[test]
fn a_whole_file_takes_its_place_and_a_dropped_one_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for overwrite in [false, true] {
        let target = written(&folder.path().join("whole"), overwrite);
        assert!(names(folder.path()).contains(&"whole.part".to_owned()));
        target.finish().unwrap();
        assert_eq!(fs::read(folder.path().join("whole")).unwrap(), b"data");
    }
    drop(written(&folder.path().join("dropped"), false));
    assert_eq!(names(folder.path()), ["whole"]);
}

#[test]
fn a_file_created_meanwhile_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("image");
    let target = written(&place, false);
    fs::write(&place, "other").unwrap();
    resume_log::note(&target.ledger(), 4).unwrap();
    let error = target.finish().unwrap_err();
    assert!(error.message().ends_with("is there already"), "{error}");
    assert!(
        error
            .advice_text()
            .unwrap()
            .starts_with("move it away, or say overwrite = true, then run it again: all of it is in "),
        "{error:?}"
    );
    assert_eq!(fs::read(&place).unwrap(), b"other");
    // What came is not lost.
    let mut target = claim(&place, true).unwrap();
    assert_eq!(target.open(&identity(), 4, true).unwrap().1, 4);
    target.finish().unwrap();
    assert_eq!(
        (fs::read(&place).unwrap(), names(folder.path())),
        (b"data".to_vec(), vec!["image".to_owned()])
    );
}

#[test]
fn a_second_download_into_a_file_waits_for_the_end_of_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("image");
    let first = written(&place, false);
    let error = claim(&place, true).err().unwrap();
    assert!(error.message().ends_with("is under way"), "{error}");
    assert!(names(folder.path()).contains(&"image.part".to_owned()));
    drop(first);
    written(&place, false).finish().unwrap();
}

#[test]
fn kept_parts_are_found_and_stray_files_removed() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("image");
    let mut target = written(&place, false);
    resume_log::note(&target.ledger(), 2).unwrap();
    target.keep();
    drop(target);
    let mut target = claim(&place, false).unwrap();
    assert_eq!(target.open(&identity(), 4, true).unwrap().1, 2);
    assert_eq!(fs::read(folder.path().join("image.part")).unwrap(), b"da\0\0");
    target.keep();
    drop(target);
    // Killed after the file was linked to its place.
    fs::hard_link(folder.path().join("image.part"), &place).unwrap();
    assert!(claim(&place, false).err().unwrap().message().ends_with("is there already"));
    assert_eq!(names(folder.path()), ["image"]);
}

#[test]
fn a_place_that_cannot_be_written_is_refused_at_once_and_nothing_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["taken", "busy.part", "notes.part.json"] {
        fs::write(folder.path().join(name), "x").unwrap();
    }
    std::os::unix::fs::symlink("taken", folder.path().join("link.part")).unwrap();
    std::os::unix::fs::symlink("taken", folder.path().join("other.part.json")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("device")).unwrap();
    let before = names(folder.path());
    let foreign = "delete it if nobody needs it, or choose another name";
    let cases = [
        ("", "is a folder", "name the file in it"),
        ("device", "is a device, not a file", "name a file, or say stdout = true"),
        ("taken", "is there already", "choose another name, or say overwrite = true"),
        ("missing/image", "No such file or directory", "create its folder first"),
        ("busy", "busy.part is there", foreign),
        ("link", "link.part is there", foreign),
        ("notes", "notes.part.json is there", foreign),
        ("other", "other.part.json is there", foreign),
        ("/sys/image", "cannot write", "choose a folder you may write to"),
    ];
    for (name, message, advice) in cases {
        let error = claim(&folder.path().join(name), false).err().unwrap();
        assert!(error.message().contains(message), "{error}");
        assert_eq!((error.kind(), error.advice_text()), (Kind::Usage, Some(advice)), "{name}");
    }
    assert_eq!(names(folder.path()), before);
    for name in ["taken", "busy.part", "notes.part.json"] {
        assert_eq!(fs::read(folder.path().join(name)).unwrap(), b"x");
    }
}
