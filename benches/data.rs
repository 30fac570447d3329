//! How fast image data move, hash verification included, beside `curl` with the same data in the same run, and how much
//! memory that takes: down into a file and a pipe, and from one image into another.
//!
//! SHA-512 alone is slower than a loopback, so beside plain curl nothing that verifies can win there: the row `sha512sum`
//! says about how fast it could be at most.
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
const COPY: &str = "lunette-bench-copy";
/// One way to move the data, and what was measured of it.
struct Way {
    name: &'static str,
    times: Vec<Duration>,
    peak_kib: u64,
}

fn main() {
    let size_mib: usize =
        std::env::var("LUNETTE_BENCH_MIB").ok().and_then(|text| text.parse().ok()).unwrap_or(256);
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let exports = sandbox.exports("project-a").unwrap();
    let here = Cloud::new(&exports);
    here.fill(size_mib);
    download(&here, size_mib, "from the sandbox");
    copy(&here, size_mib, "from one image of the sandbox into another");
    far();
    if let Ok(openrc) = std::env::var("LUNETTE_BENCH_OPENRC") {
        let there = Cloud::new(&fs::read_to_string(openrc).unwrap());
        there.fill(size_mib);
        download(&there, size_mib, "from the cloud");
        copy(&there, size_mib, "from one image of the cloud into another");
        there.lunette(&format!("cloud:image('{NAME}'):delete()"), Stdio::null());
    }
}

/// Down into a file and a pipe, over one connection, as curl has.
fn download(cloud: &Cloud, size_mib: usize, what: &str) {
    let (curl, place) = (cloud.curl(NAME), cloud.place.path());
    let down = place.join("down");
    let file = format!("cloud:image('{NAME}'):download{{ file = 'down', overwrite = true, ranges = 1 }}");
    let pipe = format!("cloud:image('{NAME}'):download{{ stdout = true }}");
    let mut peers =
        ["curl -o", "curl -o, sync", "curl | sha512sum", "sha512sum of the file, no network"].map(Way::new);
    let mut ours = ["lunette, to a file", "lunette, to a pipe"].map(Way::new);
    for _ in 0..ROUNDS {
        peers[0].shell(&format!("{curl} -o '{}'", down.display()));
        // All that a download into a file does but its hash: ours is on the disk when it says so.
        peers[1].shell(&format!("{curl} -o '{0}' && sync '{0}'", down.display()));
        fs::remove_file(&down).unwrap();
        peers[2].shell(&format!("{curl} | sha512sum > /dev/null"));
        peers[3].shell(&format!("sha512sum '{}/up' > /dev/null", place.display()));
        ours[0].lunette(cloud, &file, Stdio::null());
        fs::remove_file(&down).unwrap();
        ours[1].lunette(cloud, &pipe, File::options().write(true).open("/dev/null").unwrap().into());
    }
    show(size_mib, what, &peers, &ours);
}

/// From one image into another, through this machine; ours compares the hashes at both ends.
fn copy(cloud: &Cloud, size_mib: usize, what: &str) {
    let create =
        format!("cloud:create_image{{ name = '{COPY}', disk_format = 'raw', container_format = 'bare'");
    let delete = || cloud.lunette(&format!("cloud:image('{COPY}'):delete()"), Stdio::null());
    let mut peers = ["curl | curl -T -", "curl | tee >(sha512sum) | curl -T -"].map(Way::new);
    let mut ours = [Way::new("lunette, an image from another")];
    for _ in 0..ROUNDS {
        for (peer, hash) in peers.iter_mut().zip(["", "tee >(sha512sum > /dev/null) | "]) {
            cloud.lunette(&format!("{create} }}"), Stdio::null());
            let put = format!("{} -T - -H 'Content-Type: application/octet-stream'", cloud.curl(COPY));
            peer.shell(&format!("{} | {hash}{put}", cloud.curl(NAME)));
            delete();
        }
        ours[0].lunette(cloud, &format!("{create}, from = cloud:image('{NAME}') }}"), Stdio::null());
        delete();
    }
    show(size_mib, what, &peers, &ours);
}

impl Way {
    fn new(name: &'static str) -> Way {
        Way { name, times: Vec::new(), peak_kib: 0 }
    }

    fn shell(&mut self, script: &str) {
        self.times.push(timed(|| _ = shell(script)));
    }

    fn lunette(&mut self, cloud: &Cloud, code: &str, out: Stdio) {
        let mut peak_kib = 0;
        self.times.push(timed(|| peak_kib = cloud.lunette(code, out)));
        self.peak_kib = self.peak_kib.max(peak_kib);
    }
}

fn show(size_mib: usize, what: &str, peers: &[Way], ours: &[Way]) {
    println!("{:<56}{:>8}{:>8}{:>10}", format!("{size_mib} MiB {what}"), "MiB/s", "ratio", "MiB used");
    for Way { name, times, .. } in peers {
        println!("  {name:<54}{:>8.0}", rate(size_mib, times));
    }
    for Way { name, times, peak_kib } in ours {
        println!("  {name:<54}{:>8.0}{:>18}", rate(size_mib, times), peak_kib >> 10);
        for peer in peers {
            let ratio = rate(size_mib, times) / rate(size_mib, &peer.times);
            println!("    beside {:<53}{ratio:>8.2}", peer.name);
        }
    }
}

/// A cloud whose connections are slow: one beside as many as help.
fn far() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let cloud = Cloud::new(&sandbox.exports("project-a").unwrap());
    cloud.fill(FAR_MIB);
    sandbox.add_fault("image-download slow=10000000".parse().unwrap());
    println!("{:<56}{:>8}{:>8}", format!("{FAR_MIB} MiB from a far cloud"), "MiB/s", "ratio");
    let download = |ranges: &str| {
        let code = format!("cloud:image('{NAME}'):download{{ file = 'down', overwrite = true{ranges} }}");
        rate(FAR_MIB, &[timed(|| _ = cloud.lunette(&code, Stdio::null()))])
    };
    let (one, many) = (download(", ranges = 1"), download(""));
    println!("  {:<54}{one:>8.1}", "one connection");
    println!("  {:<54}{many:>8.1}{:>8.2}", "as many as help", many / one);
}

/// A cloud by the variables of an openrc file, and a folder to work in.
struct Cloud {
    variables: Vec<(String, String)>,
    /// Of its own, for curl: Lunette never shows the one it has.
    token: String,
    place: tempfile::TempDir,
}

impl Cloud {
    fn new(openrc: &str) -> Cloud {
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
        command.args(["-e", code]).current_dir(self.place.path());
        command.env_clear().env("HOME", self.place.path()).envs(self.variables.iter().cloned());
        command.stdin(Stdio::null());
        command
    }

    /// curl with a token and where the image's data are.
    fn curl(&self, image: &str) -> String {
        let code = format!("print(cloud.endpoint .. '/v2/images/' .. cloud:image('{image}').id .. '/file')");
        let output = self.command(&code).output().unwrap();
        let url = String::from_utf8(output.stdout).unwrap();
        format!("curl -sSf -H 'X-Auth-Token: {}' '{}'", self.token, url.trim())
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
fn rate(size_mib: usize, times: &[Duration]) -> f64 {
    let mut times = times.to_owned();
    times.sort();
    size_mib as f64 / times[times.len() / 2].as_secs_f64()
}
