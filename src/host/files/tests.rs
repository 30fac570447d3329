//! Which files a script reaches, and which it does not by any name.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::symlink;

use super::*;
use crate::budget::Budget;
use crate::host::Secrets;

fn files(folder: &Path, secrets: &[PathBuf], home: Option<&Path>) -> Files {
    Files::new(&Options {
        trust: false,
        max_memory: 0,
        interruptible: false,
        recipe_folders: vec![(folder.join("team"), "$LUNETTE_PATH".to_owned())],
        project_recipes: vec![(folder.join("recipes"), "./recipes".to_owned())],
        folder: folder.to_owned(),
        secrets: {
            let secrets = secrets.to_vec();
            Secrets::lazy(move || secrets)
        },
        home: home.map(Path::to_owned),
    })
}

fn folder() -> (tempfile::TempDir, Files) {
    let outer = tempfile::tempdir().unwrap();
    let inner = outer.path().join("work");
    fs::create_dir_all(inner.join("sub")).unwrap();
    fs::write(outer.path().join("secret"), "s").unwrap();
    let secrets = ["work/tokens", "work/link.yaml", "elsewhere"];
    let secrets = secrets.map(|path| outer.path().join(path));
    let files = files(&inner, &secrets, None);
    (outer, files)
}

#[test]
fn reads_and_writes_under_its_folder() {
    let (_outer, files) = folder();
    files.write("sub/a.txt", b"one\n", false).unwrap();
    files.write("sub/a.txt", b"two\n", true).unwrap();
    assert_eq!(
        files.read("./sub/a.txt", &Budget::default()).map(|text| text.bytes().to_vec()).unwrap(),
        b"one\ntwo\n"
    );
    files.write("sub/a.txt", b"", false).unwrap();
    assert_eq!(files.read("sub/a.txt", &Budget::default()).map(|text| text.bytes().to_vec()).unwrap(), b"");
    assert_eq!(files.list(".").unwrap(), ["sub/"]);
    assert_eq!(files.list("sub").unwrap(), ["a.txt"]);
}

#[test]
fn refuses_every_way_out_of_its_folder() {
    let (outer, files) = folder();
    symlink(outer.path(), outer.path().join("work/link")).unwrap();
    symlink("nowhere", outer.path().join("work/dangling")).unwrap();
    let absolute = outer.path().join("secret").display().to_string();
    for path in
        ["../secret", "sub/../../secret", &absolute, "link/secret", "link/new", "dangling", "/etc/passwd"]
    {
        let error = files.read(path, &Budget::default()).map(|text| text.bytes().to_vec()).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage, "{path}: {error}");
        assert!(error.advice_text().unwrap().contains("(a default opens no file)"), "{error:?}");
        assert!(files.write(path, b"x", false).is_err(), "{path}");
    }
    assert_eq!(fs::read_to_string(outer.path().join("secret")).unwrap(), "s");
    assert!(!outer.path().join("new").exists());
}

#[test]
fn reaches_no_closed_place_by_any_name() {
    let (outer, files) = folder();
    let work = outer.path().join("work");
    for folder in [".ssh", "sub/.git", "tokens", "team", "recipes"] {
        fs::create_dir_all(work.join(folder)).unwrap();
    }
    let names =
        ["clouds.yaml", "sub/real.yaml", "tokens/a.json", "clouds.yaml.md", ".ssh/id", ".bashrc", "a.pem"];
    for name in names {
        fs::write(work.join(name), "s").unwrap();
    }
    for (leads, link) in [("sub/real.yaml", "link.yaml"), ("clouds.yaml", "other.yaml"), (".ssh", "keys")] {
        symlink(leads, work.join(link)).unwrap();
    }
    let absolute = work.join("clouds.yaml").display().to_string();
    for (path, why) in [
        ("clouds.yaml", "a file of that name holds credentials"),
        ("./clouds.yaml", "a file of that name holds credentials"),
        ("sub/../clouds.yaml", ""),
        (&absolute, "a file of that name holds credentials"),
        ("other.yaml", "a file of that name holds credentials"),
        ("a.pem", "a file of that name holds credentials"),
        ("sub/secure.yaml", "a file of that name holds credentials"),
        ("link.yaml", "it holds credentials or Lunette's own files"),
        ("sub/real.yaml", "it holds credentials or Lunette's own files"),
        ("tokens", "it holds credentials or Lunette's own files"),
        ("tokens/new.json", "it holds credentials or Lunette's own files"),
        (".bashrc", ".bashrc begins with a dot"),
        (".ssh/id", ".ssh begins with a dot"),
        ("keys/id", ".ssh begins with a dot"),
        ("sub/.git/hooks", ".git begins with a dot"),
        (".new", ".new begins with a dot"),
        (".ssh/./id", ".ssh begins with a dot"),
        ("a.txt\0", ""),
    ] {
        let error = files.write(path, b"x", false).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage, "{path}");
        if !why.is_empty() {
            assert_eq!(error.message(), format!("'{path}' is closed to scripts: {why}"));
        }
        assert!(
            files.read(path, &Budget::default()).map(|text| text.bytes().to_vec()).is_err()
                && files.remove(path).is_err(),
            "{path}"
        );
    }
    assert_eq!(
        files.read("clouds.yaml.md", &Budget::default()).map(|text| text.bytes().to_vec()).unwrap(),
        b"s"
    );
    assert_eq!(files.list(".").unwrap().iter().filter(|name| name.starts_with('.')).count(), 0);
    fs::remove_file(work.join("clouds.yaml")).unwrap();
    assert!(files.write("clouds.yaml", b"x", false).is_err(), "nor is one made");
    assert_eq!(fs::read(work.join(".bashrc")).unwrap(), b"s");
}

#[test]
fn a_secret_file_is_closed_by_each_of_its_names() {
    let (outer, files) = folder();
    let work = outer.path().join("work");
    fs::create_dir_all(outer.path().join("work/tokens")).unwrap();
    for (secret, other) in [("elsewhere", "hard"), ("work/tokens/a.json", "sub/token")] {
        fs::write(outer.path().join(secret), "s").unwrap();
        fs::hard_link(outer.path().join(secret), work.join(other)).unwrap();
        let error = files.read(other, &Budget::default()).map(|text| text.bytes().to_vec()).unwrap_err();
        assert!(error.message().contains("another name of a file that holds credentials"), "{error}");
        for append in [false, true] {
            assert!(files.write(other, b"x", append).is_err(), "{other}");
        }
        assert_eq!(fs::read(outer.path().join(secret)).unwrap(), b"s");
    }
}

#[test]
fn writes_nothing_that_could_run_as_a_recipe() {
    let (outer, files) = folder();
    for folder in ["recipes", "team", "sub/recipes"] {
        fs::create_dir_all(outer.path().join("work").join(folder)).unwrap();
    }
    symlink("recipes", outer.path().join("work/link")).unwrap();
    for path in ["recipes/list.lua", "team/list.lua", "sub/recipes/list.lua", "link/list.lua", "recipes"] {
        let error = files.write(path, b"x", false).unwrap_err();
        assert!(
            error.message().ends_with("what is written to a folder of recipes could run as one"),
            "{path}"
        );
    }
    fs::write(outer.path().join("work/recipes/a.lua"), "a").unwrap();
    assert_eq!(
        files.read("recipes/a.lua", &Budget::default()).map(|text| text.bytes().to_vec()).unwrap(),
        b"a"
    );
}

#[test]
fn reaches_nothing_where_the_working_folder_is_in_a_dot_folder_of_the_home_folder() {
    let home = tempfile::tempdir().unwrap();
    let ssh = home.path().join(".ssh");
    fs::create_dir_all(ssh.join("sub")).unwrap();
    fs::write(ssh.join("known_hosts"), "s").unwrap();
    for folder in [&ssh, &ssh.join("sub")] {
        let error =
            files(folder, &[], Some(home.path())).read("known_hosts", &Budget::default()).unwrap_err();
        assert!(error.message().contains("it is in"), "{error}");
    }
    let above = files(home.path().parent().unwrap(), &[], Some(home.path()));
    let name = home.path().file_name().unwrap().to_str().unwrap();
    assert!(
        above
            .read(&format!("{name}/.ssh/known_hosts"), &Budget::default())
            .map(|text| text.bytes().to_vec())
            .is_err()
    );
    assert_eq!(
        files(Path::new("/"), &[], None).read("proc/version", &Budget::default()).unwrap_err().kind(),
        Kind::Usage
    );
}

#[test]
fn a_pipe_is_refused_and_not_waited_for() {
    let (outer, files) = folder();
    let pipe = outer.path().join("work/pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert!(
        files.read("pipe", &Budget::default()).map(|text| text.bytes().to_vec()).is_err()
            && files.write("pipe", b"x", false).is_err()
    );
}

#[test]
fn a_link_that_appears_after_the_check_is_not_followed() {
    let (outer, files) = folder();
    let work = outer.path().join("work");
    fs::write(work.join("sub/a.txt"), "a").unwrap();
    let place = files.to_read("read", "sub/a.txt").unwrap();
    fs::rename(work.join("sub"), work.join("sub2")).unwrap();
    symlink(outer.path(), work.join("sub")).unwrap();
    fs::write(outer.path().join("a.txt"), "s").unwrap();
    assert!(place.open("read", open::How::Read).is_err());
    assert!(place.remove().is_err());
    assert!(outer.path().join("a.txt").exists());
}

#[test]
fn a_recipe_reaches_what_it_declares_and_the_files_that_a_person_names() {
    let (outer, script) = folder();
    fs::write(outer.path().join("work/a.txt"), "a").unwrap();
    let outside = outer.path().join("secret").display().to_string();
    let none = script.narrowed();
    none.limit(Access::Nothing, "tag");
    let error = none.read("a.txt", &Budget::default()).map(|text| text.bytes().to_vec()).unwrap_err();
    assert_eq!(error.to_string(), "forbidden: cannot read a.txt: the recipe tag declares files = \"none\"");
    assert_eq!(error.advice_text(), Some("have the recipe declare files = \"read\""));
    none.open(outside.clone().into());
    assert_eq!(none.read(&outside, &Budget::default()).map(|text| text.bytes().to_vec()).unwrap(), b"s");
    assert_eq!(none.write(&outside, b"x", false).unwrap_err().kind(), Kind::Forbidden);
    let nested = none.narrowed();
    nested.limit(Access::Write, "inner");
    assert!(
        nested.read("a.txt", &Budget::default()).map(|text| text.bytes().to_vec()).is_err()
            && nested.read(&outside, &Budget::default()).map(|text| text.bytes().to_vec()).is_err()
    );
    let write = script.narrowed();
    write.limit(Access::Write, "tag");
    write.open(outside.clone().into());
    write.write(&outside, b"x", false).unwrap();
    write.write("b.txt", b"x", false).unwrap();
    script.forbid_writing("--read-only was given");
    assert!(write.write("b.txt", b"x", false).is_err());
    for hidden in [".hidden", "id_rsa"] {
        let hidden = outer.path().join(hidden);
        fs::write(&hidden, "s").unwrap();
        write.open(hidden.clone());
        assert!(
            write
                .read(hidden.to_str().unwrap(), &Budget::default())
                .map(|text| text.bytes().to_vec())
                .is_err()
        );
    }
}

#[test]
fn says_what_the_system_refuses() {
    let (_outer, files) = folder();
    assert_eq!(
        files.read("no", &Budget::default()).map(|text| text.bytes().to_vec()).unwrap_err().to_string(),
        "not_found: cannot read no: there is no such file or folder"
    );
    assert_eq!(
        files.read("sub", &Budget::default()).map(|text| text.bytes().to_vec()).unwrap_err().to_string(),
        "config: cannot read sub: it is a folder"
    );
    files.forbid_writing("the recipe 'list' only reads");
    let error = files.write("a", b"", false).unwrap_err();
    assert_eq!(error.to_string(), "forbidden: cannot write a: the recipe 'list' only reads");
}

#[test]
fn an_absolute_path_is_reached_where_it_leads_inside_and_everywhere_with_trust() {
    let (outer, files) = folder();
    files.write("a.txt", b"a", false).unwrap();
    let place = |files: &Files, path: &str| files.place(path, Access::Read).map(|place| place.full);
    let inside = place(&files, "a.txt").unwrap();
    assert_eq!(place(&files, inside.to_str().unwrap()).unwrap(), inside);
    let outside = outer.path().join("secret").display().to_string();
    assert_eq!(place(&files, &outside).unwrap_err().kind(), Kind::Usage);
    let trusted = Files { trust: true, ..files };
    assert_eq!(place(&trusted, &outside).unwrap(), Path::new(&outside));
}
