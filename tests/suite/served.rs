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
        let mut command = command(place);
        command.args(["sandbox", "--clouds-yaml", "clouds.yaml"]).stdout(Stdio::piped());
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
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        self.child.wait().unwrap().code()
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
fn somebody_elses_clouds_yaml_is_left_as_it_is() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("clouds.yaml");
    fs::write(&file, "clouds: {mine: {}}\n").unwrap();
    told(command(place.path()).args(["sandbox", "--clouds-yaml", "clouds.yaml"]))
        .ends(2)
        .says(&["clouds.yaml is there", "name another file"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "clouds: {mine: {}}\n");
}
