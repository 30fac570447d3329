//! `lunette sandbox` as a process: what it prints, what it writes, how it ends.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::world::{command, told};

/// A sandbox that is served from a folder until it is told to end.
struct Served {
    child: Child,
    greeting: String,
}

impl Served {
    fn new(place: &Path) -> Served {
        Served::of(&mut command(place), &[])
    }

    fn of(command: &mut Command, more: &[&str]) -> Served {
        command.args(["sandbox", "--clouds-yaml", "clouds.yaml"]).args(more).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut greeting = String::new();
        for line in lines {
            greeting.push_str(&line);
            greeting.push('\n');
            if line.contains("openstack image list") {
                break;
            }
        }
        Served { child, greeting }
    }

    /// Ends it as an init system would, and returns its exit code.
    fn terminate(mut self) -> Option<i32> {
        self.signal("TERM");
        self.child.wait().unwrap().code()
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn its_exports_and_its_clouds_yaml_lead_to_it_until_it_is_terminated() {
    let place = tempfile::tempdir().unwrap();
    let served = Served::new(place.path());
    let file = place.path().join("clouds.yaml");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(served.greeting.contains("OS_CLIENT_CONFIG_FILE='/"), "{}", served.greeting);
    told(command(place.path()).args(["--os-cloud", "project-b", "list", "--offers"])).ends(0);

    fs::write(place.path().join("openrc"), &served.greeting).unwrap();
    let line = format!(". ./openrc && '{}' list -f value -c name", env!("CARGO_BIN_EXE_lunette"));
    let mut shell = Command::new("sh");
    shell.current_dir(place.path()).env_clear().env("HOME", place.path()).args(["-c", &line]);
    assert_eq!(told(&mut shell).ends(0).out, "pfsense\n");
    assert_eq!(served.terminate(), Some(0));

    // A second run overwrites what the first one wrote.
    assert_eq!(Served::new(place.path()).terminate(), Some(0));
}

#[test]
fn an_existing_clouds_yaml_is_not_overwritten() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("clouds.yaml");
    fs::write(&file, "clouds: {mine: {}}\n").unwrap();
    told(command(place.path()).args(["sandbox", "--clouds-yaml", "clouds.yaml"]))
        .ends(2)
        .says(&["clouds.yaml is there", "name another file"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "clouds: {mine: {}}\n");
}

#[test]
fn a_sandbox_saves_its_state_when_its_terminal_goes() {
    for name in ["HUP", "TERM", "INT"] {
        let place = tempfile::tempdir().unwrap();
        let mut served = Served::of(&mut command(place.path()), &["--state", "state.json"]);
        let create = "cloud:create_image { name = 'kept', disk_format = 'raw', container_format = 'bare', data = 'x' }";
        told(command(place.path()).args(["--os-cloud", "project-a", "-e", create])).ends(0);
        served.signal(name);
        assert_eq!(served.child.wait().unwrap().code(), Some(0), "{name}");
        let served = Served::of(&mut command(place.path()), &["--state", "state.json"]);
        let list = ["--os-cloud", "project-a", "list", "-f", "value", "-c", "name"];
        assert!(told(command(place.path()).args(list)).ends(0).out.contains("kept"), "{name}");
        assert_eq!(served.terminate(), Some(0));
    }
}

#[test]
fn a_sandbox_that_was_started_by_nohup_outlives_its_terminal() {
    let place = tempfile::tempdir().unwrap();
    let mut shell = Command::new("sh");
    shell.current_dir(place.path()).env_clear().env("HOME", place.path());
    shell.args(["-c", "trap '' HUP; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_lunette")]);
    let served = Served::of(&mut shell, &[]);
    served.signal("HUP");
    told(command(place.path()).args(["--os-cloud", "project-a", "list"])).ends(0);
    assert_eq!(served.terminate(), Some(0));
}

#[test]
fn a_sandbox_whose_folder_is_lost_answers_500_and_says_so() {
    let (place, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let served = Served::of(command(place.path()).env("TMPDIR", temporary.path()), &[]);
    for entry in fs::read_dir(temporary.path()).unwrap() {
        fs::remove_dir_all(entry.unwrap().path()).unwrap();
    }
    let create =
        "cloud:create_image { name = 'x', disk_format = 'raw', container_format = 'bare', data = 'x' }";
    for script in [create, "cloud:image('pfsense'):download()"] {
        let run = told(command(place.path()).args(["--os-cloud", "project-a", "-e", script]));
        run.ends(4).says(&["500 unavailable", "folder", "is gone", "start the sandbox again"]);
    }
    // What needs no data goes on.
    told(command(place.path()).args(["--os-cloud", "project-a", "list"])).ends(0);
    assert_eq!(served.terminate(), Some(0));
}
