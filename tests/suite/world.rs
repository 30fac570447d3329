//! A folder, a sandbox that is served to it, and the binary run in it as a person would.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lunette::sandbox::{Options, Sandbox};
use tempfile::TempDir;

/// What a run printed, and how it ended.
#[derive(Debug)]
pub struct Told {
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
    /// The exit code.
    pub code: i32,
}

impl Told {
    /// Fails unless the run ended with that code.
    #[track_caller]
    pub fn ends(self, code: i32) -> Told {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    /// Fails unless standard error says each of these.
    #[track_caller]
    pub fn says(self, words: &[&str]) -> Told {
        for word in words {
            assert!(self.err.contains(word), "'{word}' is not said in:\n{}", self.err);
        }
        self
    }
}

/// The folder and the sandbox.
pub struct World {
    place: TempDir,
    sandbox: Sandbox,
}

impl World {
    /// A fresh sandbox with its clouds.yaml in a fresh folder.
    pub fn new() -> World {
        World::with(Options::default())
    }

    /// The same with other options.
    pub fn with(options: Options) -> World {
        let place = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::start(options).unwrap();
        fs::write(place.path().join("clouds.yaml"), sandbox.clouds_yaml()).unwrap();
        World { place, sandbox }
    }

    /// The sandbox.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// Writes a file in the folder.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// A run as project A.
    pub fn a(&self, args: &[&str]) -> Told {
        self.run(&[&["--os-cloud", "project-a"], args].concat(), &[])
    }

    /// A run as project B.
    pub fn b(&self, args: &[&str]) -> Told {
        self.run(&[&["--os-cloud", "project-b"], args].concat(), &[])
    }

    /// A run with these variables and no others.
    pub fn run(&self, args: &[&str], variables: &[(&str, &str)]) -> Told {
        let mut command = command(self.place.path());
        command.args(args).envs(variables.iter().copied());
        told(&mut command)
    }

    /// The requests that one run makes: `GET /image/v2/images/… 200`.
    pub fn requests_of(&self, run: impl FnOnce(&World)) -> Vec<String> {
        let before = self.sandbox.requests().len();
        run(self);
        self.sandbox.requests().split_off(before)
    }
}

/// The binary in a folder, with an environment of its own.
pub fn command(place: &Path) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("lunette"));
    command.current_dir(place).env_clear().env("HOME", place).env("PATH", "/usr/bin:/bin");
    command.stdin(std::process::Stdio::null());
    command
}

/// Runs it to its end.
pub fn told(command: &mut Command) -> Told {
    let output = command.output().unwrap();
    Told {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap_or(-1),
    }
}
