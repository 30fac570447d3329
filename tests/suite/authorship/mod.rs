//! Runs that go wrong in every way that a seed draws, judged from outside.
//!
//! A seed draws runs of the binary: what they create, with which ID, whether an image with that ID exists,
//! which answers are lost, delayed or refused on the way, and how the run ends. Then it looks, in raw HTTP
//! and past the proxy, whether
//!
//! * every object that existed before is as it was;
//! * what remains without data is removed by the next run, or was named where the caller chose its ID;
//! * no message says what is not so, and none is silent about what remains.
//!
//! `cargo test` tries 50 seeds on the sandbox. `tests/faults/run --long` tries 1,000 there, and 30 on the
//! real cloud of a clouds.yaml; `SEED=N` tries one. A failure prints the seed, what it draws and what the
//! runs said.

mod changes;
mod data_in_flight;
mod ends;
mod existing;
mod ground;
mod in_flight;
mod judge;
mod place;
mod proxy;
mod sequence;
mod shown;

use std::env;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use self::ground::Ground;
use self::judge::judge;
use self::sequence::Sequence;

/// How many seeds `cargo test` tries.
const SEEDS: u64 = 50;

/// How many are tried at the same time: most of a run is waiting.
const AT_ONCE: u64 = 8;

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok()?.parse().ok()
}

/// Tries these seeds, and fails with what was wrong with any.
fn try_all(ground: impl Fn() -> Arc<Ground> + Send + Sync + 'static, count: u64) {
    let (first, count) = match number("SEED") {
        Some(seed) => (seed, 1),
        None => (0, count),
    };
    let (next, ground) = (Arc::new(AtomicU64::new(first)), Arc::new(ground));
    let wrong = Arc::new(Mutex::new(Vec::new()));
    let work = || {
        let (next, ground, wrong) = (next.clone(), ground.clone(), wrong.clone());
        thread::spawn(move || {
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= first + count {
                    return;
                }
                let sequence = Sequence::of(seed);
                if let Err(why) = judge(&ground(), &sequence) {
                    wrong.lock().unwrap().push(format!("{sequence}{why}"));
                }
            }
        })
    };
    let threads: Vec<_> = (0..AT_ONCE).map(|_| work()).collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let wrong = wrong.lock().unwrap();
    assert!(wrong.is_empty(), "{} of {count} seeds are wrong:\n\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn no_fault_loses_an_image_or_leaves_one_unnamed() {
    try_all(|| Arc::new(Ground::sandbox()), number("SEEDS").unwrap_or(SEEDS));
}

/// On the real cloud of `LUNETTE_FAULTS_CLOUD`, a clouds.yaml; without it, nothing is tried.
#[test]
fn no_fault_of_a_real_cloud_loses_an_image_or_leaves_one_unnamed() {
    let Ok(clouds_yaml) = env::var("LUNETTE_FAULTS_CLOUD") else { return };
    let ground = Arc::new(Ground::real(&clouds_yaml));
    try_all(move || ground.clone(), number("SEEDS_ON_CLOUD").unwrap_or(30));
}
