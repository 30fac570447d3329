//! How fast image data move, hash verification included, beside `curl` with the same data in the same run,
//! and how much memory that takes: down into a file and a pipe, and from one image into another.
//!
//! SHA-512 alone is slower than a loopback, so beside plain curl nothing that verifies can win there: the row
//! `sha512sum` says about how fast it could be at most. What holds on real networks shows over a link that
//! carries as much as they do, down and up, by turns; where client and server share too few processors,
//! beside curl that hashes too.
//!
//! `cargo bench --bench data -- paced` makes that comparison, which takes minutes and is made only when it is
//! asked for; the others are `download`, `copy` and `far`.
//!
//! On the sandbox, and besides on the cloud of the openrc file that `$LUNETTE_BENCH_OPENRC` names (by
//! password). The image has `$LUNETTE_BENCH_MIB` MiB, 256 unless told. Rates are medians; a ratio above 1 is
//! Lunette's win.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, unreachable_pub)]

mod cloud;
mod link;

use std::fs::{self, File};
use std::process::Stdio;
use std::time::{Duration, Instant};

use lunette::sandbox::{Options, Sandbox};

use cloud::{Cloud, shell};
use link::Link;

const ROUNDS: usize = 3;
/// How often each way has its turn on a link that is as fast as real ones.
const TURNS: usize = 5;
/// What such links carry, in Mbit/s.
const LINKS: [u32; 2] = [1000, 2500];
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
    compare(&here, size_mib, "the sandbox");
    if is_wanted("far") {
        far();
    }
    if let Ok(openrc) = std::env::var("LUNETTE_BENCH_OPENRC") {
        let there = Cloud::new(&fs::read_to_string(openrc).unwrap());
        there.fill(size_mib);
        compare(&there, size_mib, "the cloud");
        there.lunette(&format!("cloud:image('{NAME}'):delete()"), Stdio::null());
    }
}

fn compare(cloud: &Cloud, size_mib: usize, what: &str) {
    if is_wanted("download") {
        download(cloud, size_mib, &format!("from {what}"));
    }
    if is_wanted("copy") {
        copy(cloud, size_mib, &format!("from one image of {what} into another"));
    }
    if is_asked_for("paced") {
        paced(cloud, size_mib, what);
    }
}

/// Whether that comparison was asked for, or none was.
fn is_wanted(comparison: &str) -> bool {
    asked().next().is_none() || is_asked_for(comparison)
}

fn is_asked_for(comparison: &str) -> bool {
    asked().any(|word| word == comparison)
}

fn asked() -> impl Iterator<Item = String> {
    std::env::args().skip(1).filter(|word| !word.starts_with('-'))
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

/// Down and up over links that are as fast as real ones.
fn paced(cloud: &Cloud, size_mib: usize, what: &str) {
    for mbits in LINKS {
        let link = Link::to(&cloud.endpoint(), mbits);
        let cloud = cloud.behind(&link);
        let title = format!("{size_mib} MiB, {mbits} Mbit/s, {what}");
        println!(
            "{title:<40}{:>8}{:>8}{:>8}{:>16}{:>16}",
            "curl", "+ hash", "lunette", "beside curl", "beside both"
        );
        down(&cloud, size_mib);
        up(&cloud, size_mib);
    }
}

fn down(cloud: &Cloud, size_mib: usize) {
    let (curl, down) = (cloud.curl(NAME), cloud.place.path().join("down"));
    let mut ways = ["curl -o", "curl | tee | sha512sum", "download"].map(Way::new);
    let code = format!("cloud:image('{NAME}'):download{{ file = 'down' }}");
    for _ in 0..TURNS {
        let [peer, verified, ours] = &mut ways;
        peer.shell(&format!("{curl} -o '{}'", down.display()));
        fs::remove_file(&down).unwrap();
        verified.shell(&format!("{curl} | tee '{}' | sha512sum > /dev/null", down.display()));
        fs::remove_file(&down).unwrap();
        ours.lunette(cloud, &code, Stdio::null());
        fs::remove_file(&down).unwrap();
    }
    turns(size_mib, &ways);
}

fn up(cloud: &Cloud, size_mib: usize) {
    let create =
        format!("cloud:create_image{{ name = '{COPY}', disk_format = 'raw', container_format = 'bare' }}");
    let upload = format!("cloud:image('{COPY}'):upload{{ file = 'up' }}");
    let file = cloud.place.path().join("up");
    let file = file.display();
    let mut ways = ["curl -T", "curl -T and sha512sum", "upload"].map(Way::new);
    for _ in 0..TURNS {
        for (number, way) in ways.iter_mut().enumerate() {
            cloud.lunette(&create, Stdio::null());
            let curl =
                format!("{} -T '{file}' -H 'Content-Type: application/octet-stream'", cloud.curl(COPY));
            match number {
                0 => way.shell(&curl),
                1 => way.shell(&format!("sha512sum '{file}' > /dev/null & {curl} && wait")),
                _ => way.lunette(cloud, &upload, Stdio::null()),
            }
            cloud.lunette(&format!("cloud:image('{COPY}'):delete()"), Stdio::null());
        }
    }
    turns(size_mib, &ways);
}

/// The rates of two peers and of ours; the median, and in brackets the least, of what ours was to each in the
/// same turn.
fn turns(size_mib: usize, ways: &[Way; 3]) {
    let [peer, verified, ours] = ways;
    let beside = |peer: &Way| {
        let pairs = peer.times.iter().zip(&ours.times);
        let mut ratios: Vec<f64> =
            pairs.map(|(peer, ours)| peer.as_secs_f64() / ours.as_secs_f64()).collect();
        ratios.sort_by(f64::total_cmp);
        format!("{:.2} ({:.2})", ratios[ratios.len() / 2], ratios[0])
    };
    print!("  {:<38}", ours.name);
    for way in ways {
        print!("{:>8.0}", rate(size_mib, &way.times));
    }
    println!("{:>16}{:>16}", beside(peer), beside(verified));
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
