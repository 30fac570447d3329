//! How fast image data move, hash verification included, beside `curl` with the same data in the same run, and how much
//! memory that takes.
//!
//! On the sandbox, and besides on the cloud of the openrc file that `$LUNETTE_BENCH_OPENRC` names (by password). The image
//! has `$LUNETTE_BENCH_MIB` MiB, 256 unless told. Rates are medians; a ratio above 1 is Lunette's win.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use lunette::sandbox::{Options, Sandbox};
use serde_json::json;

const ROUNDS: usize = 3;
/// Large enough that another connection is worth it.
const FAR_MIB: usize = 96;
const NAME: &str = "lunette-bench";

fn main() {
    let size_mib: usize =
        std::env::var("LUNETTE_BENCH_MIB").ok().and_then(|text| text.parse().ok()).unwrap_or(256);
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let exports = sandbox.exports("project-a").unwrap();
    let here = Cloud::new("the sandbox", &exports);
    here.fill(size_mib);
    compare(&here, size_mib);
    far();
    if let Ok(openrc) = std::env::var("LUNETTE_BENCH_OPENRC") {
        let there = Cloud::new("the cloud", &fs::read_to_string(openrc).unwrap());
        there.fill(size_mib);
        compare(&there, size_mib);
        there.lunette(&format!("cloud:image('{NAME}'):delete()"), Stdio::null());
    }
}

/// Lunette beside curl.
fn compare(cloud: &Cloud, size_mib: usize) {
    println!(
        "{:<44}{:>8}{:>8}{:>10}",
        format!("{size_mib} MiB from {}", cloud.name),
        "MiB/s",
        "ratio",
        "MiB used"
    );
    let (token, url) = (cloud.token(), cloud.data_url());
    let curl = format!("curl -sSf -H 'X-Auth-Token: {token}' '{url}'");
    let place = cloud.place.path().join("down");
    let file = format!("cloud:image('{NAME}'):download{{ file = 'down', overwrite = true }}");
    let pipe = format!("cloud:image('{NAME}'):download{{ stdout = true }}");
    let (mut runs, mut peak_kib) = (vec![Vec::new(); 5], [0; 2]);
    for _ in 0..ROUNDS {
        // All that a download into a file does but its hash; sync, because ours is on the disk when it says so.
        let synced = format!("{curl} -o '{0}' && sync '{0}'", place.display());
        runs[0].push(timed(|| _ = shell(&format!("{curl} -o '{}'", place.display()))));
        runs[1].push(timed(|| _ = shell(&synced)));
        runs[2].push(timed(|| _ = shell(&format!("{curl} | sha512sum > /dev/null"))));
        fs::remove_file(&place).unwrap();
        runs[3].push(timed(|| peak_kib[0] = cloud.lunette(&file, Stdio::null()).max(peak_kib[0])));
        let sink = Stdio::from(File::options().write(true).open("/dev/null").unwrap());
        runs[4].push(timed(|| peak_kib[1] = cloud.lunette(&pipe, sink).max(peak_kib[1])));
        fs::remove_file(&place).unwrap();
    }
    let rates: Vec<f64> = runs.into_iter().map(|times| rate(size_mib, times)).collect();
    for (name, rate) in ["curl -o", "curl -o, sync", "curl | sha512sum"].iter().zip(&rates) {
        println!("  {name:<42}{rate:>8.0}");
    }
    for (name, ours, used) in
        [("lunette, to a file", rates[3], peak_kib[0]), ("lunette, to a pipe", rates[4], peak_kib[1])]
    {
        println!("  {name:<42}{ours:>8.0}{:>18}", used >> 10);
        for (peer, theirs) in ["curl -o", "curl -o, sync", "curl | sha512sum"].iter().zip(&rates) {
            println!("    beside {peer:<35}{:>16.2}", ours / theirs);
        }
    }
}

/// A cloud whose connections are slow: one beside as many as help.
fn far() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let cloud = Cloud::new("a far cloud", &sandbox.exports("project-a").unwrap());
    cloud.fill(FAR_MIB);
    sandbox.add_fault("image-download slow=10000000".parse().unwrap());
    println!("{:<44}{:>8}{:>8}", format!("{FAR_MIB} MiB from {}", cloud.name), "MiB/s", "ratio");
    let download = |ranges: &str| {
        let code = format!("cloud:image('{NAME}'):download{{ file = 'down', overwrite = true{ranges} }}");
        rate(FAR_MIB, vec![timed(|| _ = cloud.lunette(&code, Stdio::null()))])
    };
    let (one, many) = (download(", ranges = 1"), download(""));
    println!("  {:<42}{one:>8.1}", "one connection");
    println!("  {:<42}{many:>8.1}{:>8.2}", "as many as help", many / one);
}

/// A cloud by the variables of an openrc file, and a folder to work in.
struct Cloud {
    name: &'static str,
    variables: Vec<(String, String)>,
    place: tempfile::TempDir,
}

impl Cloud {
    fn new(name: &'static str, openrc: &str) -> Cloud {
        // Beside the binary rather than in memory, where some systems have their temporary files.
        let place = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        fs::write(place.path().join("openrc"), openrc).unwrap();
        let variables = shell(&format!("env -i bash -c '. {}/openrc; env'", place.path().display()));
        let variables = variables.lines().filter(|line| line.starts_with("OS_"));
        let pairs = variables.filter_map(|line| line.split_once('='));
        let variables = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Cloud { name, variables, place }
    }

    /// Creates the image, of data that no disk and no network can make smaller.
    fn fill(&self, size_mib: usize) {
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
    fn lunette(&self, code: &str, out: Stdio) -> u64 {
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
        command.args(["--no-token-cache", "-e", code]).current_dir(self.place.path());
        command.env_clear().env("HOME", self.place.path()).envs(self.variables.iter().cloned());
        command.stdin(Stdio::null());
        command
    }

    /// Where the image's data are.
    fn data_url(&self) -> String {
        let code = format!("print(cloud.endpoint .. '/v2/images/' .. cloud:image('{NAME}').id .. '/file')");
        let output = self.command(&code).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// A token of its own: Lunette never shows the one it has.
    fn token(&self) -> String {
        let variable = |name: &str| {
            let found = self.variables.iter().find(|(known, _)| known == name);
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
}

/// The most memory that a process has had so far, in KiB.
fn peak(status: &Path) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok())
}

fn shell(script: &str) -> String {
    let output = Command::new("bash").args(["-o", "pipefail", "-c", script]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn timed(run: impl FnOnce()) -> Duration {
    let began = Instant::now();
    run();
    began.elapsed()
}

#[allow(clippy::cast_precision_loss)]
fn rate(size_mib: usize, mut times: Vec<Duration>) -> f64 {
    times.sort();
    size_mib as f64 / times[times.len() / 2].as_secs_f64()
}
