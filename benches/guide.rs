//! How many requests the guide takes: Lunette's recipes against the `glance` client, on one sandbox.
//!
//! Prints counts and their ratio. The `glance` client is taken from `target/clients` (see tests/clients), or
//! from `$GLANCE`; without it the peer's column says so.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lunette::sandbox::{Options, Sandbox};

/// Image requests and log-ins that a client made.
#[derive(Clone, Copy)]
struct Count {
    image: usize,
    logins: usize,
}

fn main() {
    let ours = count(|_, place, image, _| {
        lunette(place, "project-a", &["share", image, "project-b", "--accept"]);
        lunette(place, "project-a", &["list", "--members", image]);
    });
    println!("{:<28}{:>16}{:>10}", "the guide, by", "image requests", "log-ins");
    println!("{:<28}{:>16}{:>10}", "lunette share, list", ours.image, ours.logins);
    let Some(glance) = glance() else {
        println!("{:<28}{:>16}{:>10}", "glance", "not installed", "");
        return;
    };
    let theirs = count(|sandbox, place, image, project| {
        let run = |cloud, args: &[&str]| peer(&glance, sandbox, place, cloud, args);
        run("project-a", &["image-list"]);
        run("project-a", &["image-update", image, "--visibility", "shared"]);
        run("project-a", &["member-create", image, project]);
        run("project-b", &["member-list", "--image-id", image]);
        run("project-b", &["member-update", image, project, "accepted"]);
        run("project-b", &["image-show", image]);
        run("project-a", &["member-list", "--image-id", image]);
    });
    println!("{:<28}{:>16}{:>10}", "glance, seven commands", theirs.image, theirs.logins);
    println!(
        "{:<28}{:>16}{:>10}",
        "ratio",
        ratio(theirs.image, ours.image),
        ratio(theirs.logins, ours.logins)
    );
}

fn ratio(theirs: usize, ours: usize) -> String {
    let hundredths = theirs * 100 / ours.max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Runs the guide on a fresh sandbox with the ID of `pfsense` and the ID of project B, and counts.
fn count(guide: impl Fn(&Sandbox, &Path, &str, &str)) -> Count {
    let place = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(Options::default()).unwrap();
    fs::write(place.path().join("clouds.yaml"), sandbox.clouds_yaml()).unwrap();
    let image = lunette(place.path(), "project-a", &["list", "-f", "value", "-c", "id"]);
    let project = lunette(place.path(), "project-b", &["-e", "cloud.project_id", "-f", "value"]);
    fs::remove_dir_all(place.path().join("cache")).ok();
    let before = sandbox.requests().len();
    guide(&sandbox, place.path(), image.trim(), project.trim());
    let requests = sandbox.requests();
    let after = &requests[before..];
    Count {
        image: after.iter().filter(|line| line.contains(" /image/")).count(),
        logins: after.iter().filter(|line| line.starts_with("POST /identity/v3/auth/tokens")).count(),
    }
}

fn lunette(place: &Path, cloud: &str, args: &[&str]) -> String {
    run(Command::new(env!("CARGO_BIN_EXE_lunette")).args(["--os-cloud", cloud]).args(args), place)
}

/// The `glance` client reads no clouds.yaml, so it gets the variables of an openrc file.
fn peer(glance: &Path, sandbox: &Sandbox, place: &Path, cloud: &str, args: &[&str]) {
    let exports = sandbox.exports(cloud).unwrap();
    let variables = exports.lines().filter_map(|line| line.strip_prefix("export ")?.split_once('='));
    let variables = variables.map(|(name, value)| (name, value.trim_matches(['\'', '"'])));
    run(Command::new(glance).envs(variables).args(args), place);
}

fn run(command: &mut Command, place: &Path) -> String {
    let output = command
        .current_dir(place)
        .env("OS_CLIENT_CONFIG_FILE", place.join("clouds.yaml"))
        .env("XDG_CACHE_HOME", place.join("cache"))
        .env("HOME", place)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn glance() -> Option<PathBuf> {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients/bin/glance");
    std::env::var_os("GLANCE").map(PathBuf::from).or(Some(installed)).filter(|path| path.is_file())
}
