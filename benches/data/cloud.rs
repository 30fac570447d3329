//! A cloud by the variables of an openrc file, and how `lunette` and `curl` are run on it.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::NAME;
use super::link::Link;

/// A cloud by the variables of an openrc file, and a folder to work in.
pub struct Cloud {
    variables: Vec<(String, String)>,
    /// Of its own, for curl: Lunette never shows the one it has.
    token: String,
    pub place: tempfile::TempDir,
}

impl Cloud {
    pub fn new(openrc: &str) -> Cloud {
        // Beside the binary rather than in memory, where some systems have their temporary files.
        let place = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        fs::write(place.path().join("openrc"), openrc).unwrap();
        let variables = shell(&format!("env -i bash -c '. {}/openrc; env'", place.path().display()));
        let lines = variables.lines().filter(|line| line.starts_with("OS_"));
        let pairs = lines.filter_map(|line| line.split_once('='));
        let variables: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let token = token(&variables);
        Cloud { variables, token, place }
    }

    /// The same, its Image service reached by another address.
    pub fn behind(&self, link: &Link) -> Cloud {
        let url = self.endpoint();
        let (_, rest) = url.split_once("://").unwrap();
        let path = rest.split_once('/').map_or("", |(_, path)| path);
        let mut variables = self.variables.clone();
        variables.push(("OS_IMAGE_ENDPOINT_OVERRIDE".into(), format!("http://{}/{path}", link.address)));
        let place = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        fs::hard_link(self.place.path().join("up"), place.path().join("up")).unwrap();
        Cloud { variables, token: self.token.clone(), place }
    }

    /// Where its Image service stands.
    pub fn endpoint(&self) -> String {
        self.print("cloud.endpoint")
    }

    /// Creates the image, of data that no disk and no network can make smaller.
    pub fn fill(&self, size_mib: usize) {
        let mut file = File::create(self.place.path().join("up")).unwrap();
        let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
        for _ in 0..size_mib {
            let block: Vec<u8> = (0..1 << 17)
                .flat_map(|_| {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    state.to_le_bytes()
                })
                .collect();
            file.write_all(&block).unwrap();
        }
        let create = format!(
            "cloud:create_image{{ name = '{NAME}', disk_format = 'raw', container_format = 'bare', file = 'up' }}"
        );
        self.lunette(&create, Stdio::null());
    }

    /// Runs code, and returns the most memory that took, in KiB.
    pub fn lunette(&self, code: &str, out: Stdio) -> u64 {
        let mut child = self.command(code).stdout(out).spawn().unwrap();
        let status = PathBuf::from(format!("/proc/{}/status", child.id()));
        let mut peak_kib = 0;
        while child.try_wait().unwrap().is_none() {
            peak_kib = peak(&status).unwrap_or(peak_kib);
            thread::sleep(Duration::from_millis(5));
        }
        assert!(child.wait().unwrap().success(), "{code}");
        peak_kib
    }

    fn command(&self, code: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lunette"));
        command.args(["-e", code]).current_dir(self.place.path());
        command.env_clear().env("HOME", self.place.path()).envs(self.variables.iter().cloned());
        command.stdin(Stdio::null());
        command
    }

    fn print(&self, value: &str) -> String {
        let output = self.command(&format!("print({value})")).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// curl with a token and where the image's data are.
    pub fn curl(&self, image: &str) -> String {
        let url =
            self.print(&format!("cloud.endpoint .. '/v2/images/' .. cloud:image('{image}').id .. '/file'"));
        format!("curl -sSf -H 'X-Auth-Token: {}' '{url}'", self.token)
    }
}

/// Logs in by password.
fn token(variables: &[(String, String)]) -> String {
    let variable = |name: &str| {
        let found = variables.iter().find(|(known, _)| known == name);
        found.map_or_else(String::new, |(_, value)| value.clone())
    };
    let domain = json!({ "id": "default" });
    let user =
        json!({ "name": variable("OS_USERNAME"), "password": variable("OS_PASSWORD"), "domain": domain });
    let identity = json!({ "methods": ["password"], "password": { "user": user } });
    let scope = json!({ "project": { "name": variable("OS_PROJECT_NAME"), "domain": domain } });
    let body = json!({ "auth": { "identity": identity, "scope": scope } }).to_string();
    let url = format!("{}/auth/tokens", variable("OS_AUTH_URL"));
    let head = shell(&format!(
        "curl -sSf -o /dev/null -D - -H 'Content-Type: application/json' -d '{body}' '{url}'"
    ));
    let line = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("x-subject-token").then(|| value.trim().to_owned())
    });
    line.unwrap()
}

/// The most memory that a process has had so far, in KiB.
fn peak(status: &Path) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok())
}

/// Runs it, and returns what it printed.
pub fn shell(script: &str) -> String {
    let output = Command::new("bash").args(["-o", "pipefail", "-c", script]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
