//! Marks that runs set, and files that others put beside them.

#![allow(clippy::unwrap_used)]

use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;

const ID: &str = "1bea47ed-f6a9-463b-b423-14b9cca9ad27";

fn owner(project: &str) -> Owner {
    Owner { service: "http://cloud".into(), project: project.into() }
}

/// What is found among the marks: what runs have left, and files that are no marks.
fn all(marks: &Marks, project: &str) -> (Vec<LeftBehind>, Vec<PathBuf>) {
    let (mut left, mut strange) = (Vec::new(), Vec::new());
    for file in marks.files() {
        match marks.open(&file, &owner(project)) {
            Found::Left(one) => left.push(one),
            Found::Strange(_) => strange.push(file),
            Found::Nothing => {}
        }
    }
    (left, strange)
}

fn found(marks: &Marks, project: &str) -> Vec<LeftBehind> {
    let (left, strange) = all(marks, project);
    assert!(strange.is_empty(), "{strange:?}");
    left
}

fn set(marks: &Marks, id: &str) -> Mark {
    marks.set(&owner("a"), id, None, false).unwrap().unwrap()
}

fn make_old(file: &File) {
    file.set_modified(std::time::SystemTime::now() - 2 * ON_ITS_WAY).unwrap();
}

#[test]
fn a_mark_is_found_once_its_run_has_ended_and_not_before() {
    let folder = tempfile::tempdir().unwrap();
    let marks = Marks::new(folder.path().join("marks"));
    assert!(found(&marks, "a").is_empty());
    let seed = Seed::draw();
    let mark = marks.set(&owner("a"), &seed.id(), Some(&seed), false).unwrap().unwrap();
    assert!(found(&marks, "a").is_empty());
    drop(mark);
    assert!(found(&marks, "b").is_empty(), "it is another project's");
    let left = found(&marks, "a").pop().unwrap();
    assert_eq!((left.id.as_str(), left.proof.as_ref().unwrap().id()), (&*seed.id(), &*seed.id()));
    assert!(found(&marks, "a").is_empty(), "another run deals with it already");
    left.mark.erase().unwrap();
    assert!(found(&marks, "a").is_empty());
    assert!(fs::read_dir(marks.folder()).unwrap().next().is_none());
}

#[test]
fn a_mark_of_an_id_that_the_caller_chose_proves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let marks = Marks::new(folder.path().into());
    drop(marks.set(&owner("a"), ID, None, false).unwrap());
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
        let (left, strange) = all(&marks, "a");
        assert_eq!((left.len(), strange), (0, vec![path.clone()]));
        assert!(found(&marks, "a").is_empty());
    }
}

#[test]
fn a_copy_of_a_mark_proves_nothing_whether_its_run_lives_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let marks = Marks::new(folder.path().into());
    let seed = Seed::draw();
    let mark = marks.set(&owner("a"), &seed.id(), Some(&seed), false).unwrap().unwrap();
    let copy = folder.path().join(format!("{}-deadbeef", seed.id()));
    fs::copy(mark.path(), &copy).unwrap();
    let (left, strange) = all(&marks, "a");
    assert_eq!((left.len(), strange), (0, vec![copy]), "by another name");

    // As a backup is restored: the same name, another file.
    let saved = folder.path().join("saved");
    fs::copy(mark.path(), &saved).unwrap();
    fs::rename(&saved, mark.path()).unwrap();
    let left = found(&marks, "a").pop().unwrap();
    assert!(left.proof.is_none());
}

#[test]
fn a_mark_of_another_machine_is_left_to_that_machine() {
    let folder = tempfile::tempdir().unwrap();
    let marks = Marks::new(folder.path().into());
    let seed = Seed::draw();
    let mark = marks.set(&owner("a"), &seed.id(), Some(&seed), false).unwrap().unwrap();
    let text = fs::read_to_string(mark.path()).unwrap();
    let path = mark.path().to_owned();
    drop(mark);
    // Into the same file, so that all else is right.
    fs::write(&path, text.replace(&machine(), "another")).unwrap();
    assert!(found(&marks, "a").is_empty());
    assert!(path.exists());
    fs::write(&path, text).unwrap();
    assert_eq!(found(&marks, "a").len(), 1);
}

#[test]
fn a_link_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let marks = Marks::new(folder.path().join("marks"));
    let seed = Seed::draw();
    let path = marks.set(&owner("a"), &seed.id(), Some(&seed), false).unwrap().unwrap().path().to_owned();
    let elsewhere = folder.path().join("elsewhere");
    fs::rename(&path, &elsewhere).unwrap();
    symlink(&elsewhere, &path).unwrap();
    let (left, strange) = all(&marks, "a");
    assert_eq!((left.len(), strange), (0, vec![path.clone()]));
    assert!(elsewhere.exists());

    let linked = folder.path().join("linked");
    symlink(marks.folder(), &linked).unwrap();
    assert!(Marks::new(linked.clone()).set(&owner("a"), ID, None, false).is_err());
    fs::rename(&elsewhere, &path).unwrap();
    assert!(found(&Marks::new(linked), "a").is_empty());
    assert_eq!(found(&marks, "a").len(), 1);
}

#[test]
fn a_mark_is_young_for_a_minute_from_when_it_is_first_found_and_for_its_user_only() {
    let folder = tempfile::tempdir().unwrap();
    let marks = Marks::new(folder.path().into());
    let mark = set(&marks, ID);
    assert_eq!(mark.file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    make_old(&mark.file);
    drop(mark);
    let first = found(&marks, "a").pop().unwrap();
    assert!(first.mark.is_young(), "its run may have ended just now");
    make_old(&first.mark.file);
    drop(first);
    let second = found(&marks, "a").pop().unwrap();
    assert!(!second.mark.is_young());
    second.mark.file.set_modified(std::time::SystemTime::now() + 2 * ON_ITS_WAY).unwrap();
    assert!(second.mark.is_young(), "the clock was set back");
}

#[test]
fn a_mark_whose_run_settles_while_it_is_read_gives_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let marks = Marks::new(folder.path().into());
    let mark = set(&marks, ID);
    let (path, file) = (mark.path().to_owned(), open_own(mark.path()).unwrap());
    let bytes = content(&file).unwrap();
    mark.erase().unwrap();
    drop(mark);
    assert_eq!(lock(&path, &file, &bytes), Err(Unread::NotNow));
    // Neither where another mark has that name by then.
    fs::write(&path, &bytes).unwrap();
    assert_eq!(lock(&path, &file, &bytes), Err(Unread::NotNow));
}

#[test]
fn a_mark_that_cannot_be_removed_has_no_effect() {
    let folder = tempfile::tempdir().unwrap();
    let marks = Marks::new(folder.path().join("marks"));
    let seed = Seed::draw();
    let mark = marks.set(&owner("a"), &seed.id(), Some(&seed), false).unwrap().unwrap();
    let (path, elsewhere) = (mark.path().to_owned(), folder.path().join("elsewhere"));
    fs::rename(&path, &elsewhere).unwrap();
    fs::create_dir(&path).unwrap();
    mark.erase().unwrap();
    drop(mark);
    fs::remove_dir(&path).unwrap();
    fs::rename(&elsewhere, &path).unwrap();
    assert!(found(&marks, "a").is_empty() && !path.exists());
}

#[test]
fn a_file_that_cannot_be_opened_now_is_not_strange() {
    for errno in [Errno::MFILE, Errno::NFILE, Errno::IO, Errno::ACCESS, Errno::NOENT, Errno::ROFS] {
        assert_eq!(Unread::from(io::Error::from(errno)), Unread::NotNow, "{errno}");
    }
    for errno in [Errno::LOOP, Errno::ISDIR, Errno::NXIO] {
        assert_eq!(Unread::from(io::Error::from(errno)), Unread::Strange, "{errno}");
    }
}

#[test]
fn two_runs_that_are_given_the_same_id_have_a_mark_each() {
    let folder = tempfile::tempdir().unwrap();
    let marks = Marks::new(folder.path().into());
    let (first, second) = (set(&marks, ID), set(&marks, ID));
    second.erase().unwrap();
    drop(first);
    assert_eq!(found(&marks, "a").len(), 1);
}

#[test]
fn a_mark_keeps_the_id_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let marks = Marks::new(folder.path().into());
    let id = ID.to_uppercase();
    drop(set(&marks, &id));
    assert_eq!(found(&marks, "a").pop().unwrap().id, id);
}

#[test]
fn a_mark_that_cannot_be_set_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(Marks::new(file).set(&owner("a"), ID, None, false).is_err());
}

#[test]
fn half_written_marks_of_a_killed_run_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let marks = Marks::new(folder.path().into());
    let half = folder.path().join(format!("{ID}.new"));
    let file = File::create(&half).unwrap();
    assert!(found(&marks, "a").is_empty() && half.exists());
    make_old(&file);
    assert!(found(&marks, "a").is_empty() && !half.exists());
}

#[test]
fn an_id_that_is_no_uuid_leads_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let marks = Marks::new(folder.path().join("marks"));
    for id in ["../../x", "", "x"] {
        assert!(marks.set(&owner("a"), id, None, false).unwrap().is_none());
    }
    assert!(!folder.path().join("marks").exists());
}
