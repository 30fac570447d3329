//! How fast a file goes up, verified, beside `curl -T` of the same file to the same server in the same run,
//! and how much memory that takes.
//!
//! To the sandbox, and to the cloud of `LUNETTE_BENCH_CLOUDS` (a clouds.yaml with project-a) where that is
//! set. The file has `LUNETTE_BENCH_MIB` MiB (1024). Each goes up by turns, and the best time of each counts:
//! the machine is shared with the server, and often with others.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use lunette::sandbox::{Options, Sandbox};
use serde_json::{Value, json};

const ROUNDS: usize = 4;
const MIB: u64 = 1 << 20;

fn main() {
    let mib = std::env::var("LUNETTE_BENCH_MIB").map_or(1024, |mib| mib.parse().unwrap());
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("disk");
    fill(&file, mib);
    println!(
        "{:<24}{:>12}{:>12}{:>8}{:>14}",
        format!("{mib} MiB to"),
        "curl MiB/s",
        "ours MiB/s",
        "ratio",
        "memory MiB"
    );

    let sandbox = Sandbox::start(Options { format_check: false, ..Options::default() }).unwrap();
    let clouds = place.path().join("sandbox.yaml");
    fs::write(&clouds, sandbox.clouds_yaml()).unwrap();
    compare("the sandbox", &Cloud::of(place.path(), clouds, &sandbox.auth_url()), &file, mib);
    if let Some(clouds) = std::env::var_os("LUNETTE_BENCH_CLOUDS").map(PathBuf::from) {
        let text = fs::read_to_string(&clouds).unwrap();
        let url = text.lines().find_map(|line| line.trim().strip_prefix("auth_url: ")).unwrap().to_owned();
        compare("the cloud", &Cloud::of(place.path(), clouds, &url), &file, mib);
    }
}

/// Data that no two parts of are alike, so that nothing on the way can cheat.
fn fill(file: &Path, mib: u64) {
    let mut file = fs::File::create(file).unwrap();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut part = vec![0; usize::try_from(MIB).unwrap()];
    for _ in 0..mib {
        for word in part.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_le_bytes());
        }
        file.write_all(&part).unwrap();
    }
    file.sync_all().unwrap();
}

fn compare(name: &str, cloud: &Cloud, file: &Path, mib: u64) {
    let (mut curl, mut ours, mut memory) = (Duration::MAX, Duration::MAX, 0);
    for _ in 0..ROUNDS {
        curl = curl.min(cloud.curl(file));
        let (time, peak) = cloud.lunette(file);
        (ours, memory) = (ours.min(time), memory.max(peak));
    }
    let rate = |time: Duration| u64::try_from(u128::from(mib) * 1000 / time.as_millis()).unwrap();
    let ratio = curl.as_secs_f64() / ours.as_secs_f64();
    println!("{name:<24}{:>12}{:>12}{ratio:>8.2}{:>14}", rate(curl), rate(ours), memory / MIB);
}

/// Where the file goes.
struct Cloud {
    place: PathBuf,
    clouds: PathBuf,
    endpoint: String,
    token: String,
}

impl Cloud {
    fn of(place: &Path, clouds: PathBuf, auth_url: &str) -> Self {
        let mut cloud = Self { place: place.into(), clouds, endpoint: String::new(), token: token(auth_url) };
        cloud.endpoint = cloud.eval("cloud.endpoint");
        cloud
    }

    /// `curl -T`, the upload alone.
    fn curl(&self, file: &Path) -> Duration {
        let id = self.image();
        let url = format!("{}/v2/images/{id}/file", self.endpoint.trim_end_matches('/'));
        let began = Instant::now();
        let mut command = Command::new("curl");
        command.args(["-sS", "--fail", "-T"]).arg(file).arg(url);
        command.args(["-H", "Content-Type: application/octet-stream", "-H"]);
        ended(command.arg(format!("X-Auth-Token: {}", self.token)));
        let took = began.elapsed();
        self.delete(&id);
        took
    }

    /// The whole run, from start to end, and the most memory it took.
    fn lunette(&self, file: &Path) -> (Duration, u64) {
        let id = self.image();
        let began = Instant::now();
        let code = format!("cloud:image('{id}'):upload{{ file = '{}' }}", file.display());
        let mut command = self.command(&code);
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        let mut peak = 0;
        let status = loop {
            peak = peak.max(peak_memory(child.id()));
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            thread::sleep(Duration::from_millis(5));
        };
        assert!(status.success());
        let took = began.elapsed();
        self.delete(&id);
        (took, peak)
    }

    fn image(&self) -> String {
        self.eval("cloud:create_image{ name = 'bench', disk_format = 'raw', container_format = 'bare' }.id")
    }

    fn delete(&self, id: &str) {
        self.eval(&format!("cloud:image('{id}'):delete()"));
    }

    fn eval(&self, code: &str) -> String {
        let output = ended(&mut self.command(code));
        String::from_utf8(output.stdout).unwrap().trim().trim_matches('"').to_owned()
    }

    fn command(&self, code: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lunette"));
        command.env_clear().env("HOME", &self.place).env("OS_CLIENT_CONFIG_FILE", &self.clouds);
        command
            .current_dir(&self.place)
            .args(["--no-progress", "--os-cloud", "project-a", "-e", code])
            .stdin(Stdio::null());
        command
    }
}

fn ended(command: &mut Command) -> Output {
    let output = command.stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "{command:?}");
    output
}

/// The most memory that a process had so far, in bytes.
fn peak_memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or_default() * 1024
}

fn token(auth_url: &str) -> String {
    let domain = json!({ "name": "Default" });
    let user = json!({ "name": "alice", "password": "secret", "domain": domain });
    let identity = json!({ "methods": ["password"], "password": { "user": user } });
    let scope = json!({ "project": { "name": "project-a", "domain": domain } });
    let body: Value = json!({ "auth": { "identity": identity, "scope": scope } });
    let mut command = Command::new("curl");
    command.args([
        "-sS",
        "--fail",
        "-D",
        "-",
        "-o",
        "/dev/null",
        "-H",
        "Content-Type: application/json",
        "-d",
    ]);
    let output =
        ended(command.arg(body.to_string()).arg(format!("{}/auth/tokens", auth_url.trim_end_matches('/'))));
    let head = String::from_utf8(output.stdout).unwrap();
    let line = head.lines().find_map(|line| {
        line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("x-subject-token"))
    });
    line.unwrap().1.trim().to_owned()
}
