//! How long until the first Lua line has run, whole process, against other script hosts in the same run.
//!
//! Prints the median of the runs in milliseconds and the ratio of each peer to Lunette.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 60;

fn main() {
    let ours = median(env!("CARGO_BIN_EXE_lunette"), &["-e", "local x = 1"]).unwrap();
    println!("{:<24}{:>10}{:>8}", "start to first line", "ms", "ratio");
    println!("{:<24}{:>10.2}{:>8.2}", "lunette", ms(ours), 1.0);
    let peers: [(&str, &[&str]); 3] =
        [("lua5.4", &["-e", "local x = 1"]), ("python3", &["-c", "x = 1"]), ("node", &["-e", "let x = 1"])];
    for (program, args) in peers {
        match median(program, args) {
            Some(theirs) => println!("{:<24}{:>10.2}{:>8.2}", program, ms(theirs), ms(theirs) / ms(ours)),
            None => println!("{program:<24}{:>10}", "absent"),
        }
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The median of many runs; `None` where the program is not there.
fn median(program: &str, args: &[&str]) -> Option<Duration> {
    let mut times = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let start = Instant::now();
        let status =
            Command::new(program).args(args).stdin(Stdio::null()).stdout(Stdio::null()).status().ok()?;
        assert!(status.success(), "{program} failed");
        times.push(start.elapsed());
    }
    times.sort();
    Some(times[RUNS / 2])
}
