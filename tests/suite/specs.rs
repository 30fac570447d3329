//! The Lua specs of `tests/specs`, through the binary: against a fresh sandbox each, or against a real cloud.
//!
//! `LUNETTE_TEST_CLOUDS=FILE` names a clouds.yaml with project-a, project-b and project-c; the specs then run there.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use lunette::sandbox::{Options, Sandbox};

#[test]
fn guide() {
    run("guide_spec");
}

#[test]
fn images() {
    run("images_spec");
}

#[test]
fn members() {
    run("members_spec");
}

#[test]
fn data() {
    run("data_spec");
}

#[test]
fn projects() {
    run("projects_spec");
}

#[test]
fn every_spec_file_is_run() {
    let here = include_str!("specs.rs");
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        if let Some(spec) = name.strip_suffix(".lua").filter(|spec| spec.ends_with("_spec")) {
            assert!(here.contains(&format!("run(\"{spec}\")")), "{name} is run by no test");
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs")
}

/// Runs one spec file; its own report is the failure's text.
fn run(spec: &str) {
    let place = tempfile::tempdir().unwrap();
    let (clouds, _sandbox) = clouds(place.path());
    let output = Command::cargo_bin("lunette")
        .unwrap()
        .env_clear()
        .env("OS_CLIENT_CONFIG_FILE", clouds)
        .env("HOME", place.path())
        .current_dir(place.path())
        .arg("run")
        .arg(folder().join("run.lua"))
        .arg(spec)
        .output()
        .unwrap();
    let told =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}");
    assert!(told.contains(" passed, 0 failed"), "{told}");
}

/// The clouds.yaml to use, and the sandbox behind it where it is one.
fn clouds(place: &Path) -> (PathBuf, Option<Sandbox>) {
    if let Some(file) = std::env::var_os("LUNETTE_TEST_CLOUDS") {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        assert!(file.is_file(), "LUNETTE_TEST_CLOUDS: there is no {}", file.display());
        return (file, None);
    }
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let file = place.join("clouds.yaml");
    fs::write(&file, sandbox.clouds_yaml()).unwrap();
    (file, Some(sandbox))
}
