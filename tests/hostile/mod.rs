//! A corpus of hostile scripts, recipes, files and servers, and what must not happen, seen from outside.
//!
//! `scripts/` holds a case a file, `case.rs` reads one, `world.rs` runs it, `server.rs` is the cloud that
//! misbehaves. `HOSTILE=NAME cargo test --test suite hostile` runs those whose names contain NAME.
#![allow(
    clippy::format_collect,
    clippy::print_stdout,
    reason = "tests: short texts, and a line for each case"
)]

mod case;
mod endless;
mod modes;
mod server;
mod world;

use std::sync::Mutex;
use std::thread;

use lunette::sandbox::{Options, Sandbox};

use case::Case;
use server::{PASSWORD, Server, TOKEN};
use world::{Ended, Place};

/// How many cases run at once.
const AT_ONCE: usize = 3;

#[test]
fn every_hostile_case_is_harmless() {
    let wanted = std::env::var("HOSTILE").unwrap_or_default();
    let cases: Vec<Case> = case::all().into_iter().filter(|case| case.name.contains(&wanted)).collect();
    assert!(!cases.is_empty(), "no case is named {wanted}");
    let (waiting, failed) = (Mutex::new(cases.iter()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = { waiting.lock().unwrap().next() } {
                    let faults = tried(case);
                    if faults.is_empty() {
                        println!("PASS {}", case.name);
                    } else {
                        let told = format!("FAIL {} ({}):\n  {}", case.name, case.tries, faults.join("\n  "));
                        println!("{told}");
                        failed.lock().unwrap().push(told);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{} of {} cases:\n{}", failed.len(), cases.len(), failed.join("\n"));
}

#[test]
fn the_corpus_has_at_least_sixty_cases() {
    assert!(case::all().len() >= 60);
}

/// The names of all cases, for the claims of SECURITY.md.
pub(crate) fn names() -> Vec<String> {
    case::all().into_iter().map(|case| case.name).collect()
}

/// Runs a case, and tells what happened that must not.
fn tried(case: &Case) -> Vec<String> {
    let foreign = Server::start("foreign", "");
    let hostile = case.server.as_deref().map(|mode| Server::start(mode, &foreign.url));
    let sandbox = hostile.is_none().then(|| Sandbox::start(Options::default()).unwrap());
    let clouds_yaml = match (&hostile, &sandbox) {
        (Some(server), _) => server.clouds_yaml(),
        (None, Some(sandbox)) => sandbox.clouds_yaml(),
        (None, None) => unreachable!(),
    };
    for fault in &case.faults {
        sandbox.as_ref().unwrap().add_fault(fault.parse().unwrap());
    }
    let url = hostile.as_ref().map(|server| server.url.clone());
    let url = url.or_else(|| sandbox.as_ref().map(Sandbox::image_url)).unwrap();
    let fill = |text: &str| text.replace("%F", &foreign.url).replace("%S", &url);
    let place = Place::new(case, &clouds_yaml, &fill);
    let before = place.snapshot();
    let ended: Vec<Ended> = case
        .runs
        .iter()
        .map(|args| {
            let args: Vec<String> = args.iter().map(|arg| fill(arg)).collect();
            place.run(case, &args, "project-a")
        })
        .collect();
    let log = match (&hostile, &sandbox) {
        (Some(server), _) => server.log(),
        (None, Some(sandbox)) => sandbox.requests(),
        (None, None) => unreachable!(),
    };
    let mut faults = of_runs(case, &ended);
    faults.extend(of_requests(case, &log));
    faults.extend(of_files(case, &place, &before));
    faults.extend(of_secrets(case, &place, &ended));
    let stolen = foreign.log().into_iter().filter(|line| line.contains("with a secret"));
    faults.extend(stolen.map(|line| format!("a foreign host got {line}")));
    faults
}

fn of_runs(case: &Case, ended: &[Ended]) -> Vec<String> {
    let mut faults = Vec::new();
    let told = ended.iter().map(|run| format!("{}{}", run.out, run.err)).collect::<String>();
    let short = |text: &str| text.chars().take(1200).collect::<String>().replace('\n', "\n    ");
    for run in ended {
        if run.is_fat {
            faults.push(format!("it took {} MiB of memory and was ended", run.peak_kib >> 10));
        } else if run.is_late {
            faults.push(format!("it runs for more than {} s", case.seconds));
        } else if run.code.is_none() || run.code == Some(101) || run.err.contains("panicked at") {
            faults.push(format!("it ended by {:?}: {}", run.code, short(&run.err)));
        }
        if let Some(mib) = case.memory_mib.filter(|mib| run.peak_kib > (mib + 64) << 10) {
            faults.push(format!("it took {} MiB of memory with --max-memory {mib}M", run.peak_kib >> 10));
        }
    }
    let last = ended.last().unwrap();
    if !last.is_late && !last.is_fat && last.code.is_some_and(|code| !case.exits.contains(&code)) {
        faults.push(format!("exit code {:?}, expected {:?}; {}", last.code, case.exits, short(&told)));
    }
    for word in case.says.iter().filter(|word| !told.contains(word.as_str())) {
        faults.push(format!("'{word}' is not said: {}", short(&told)));
    }
    for word in case.never.iter().filter(|word| told.contains(word.as_str())) {
        faults.push(format!("'{word}' is said: {}", short(&told)));
    }
    // Colours are only for terminals, and nothing here is one.
    if told.contains('\u{1b}') || told.contains('\u{7}') || told.contains('\u{9b}') {
        faults.push(format!("a control character is printed: {:?}", short(&told)));
    }
    faults
}

fn of_requests(case: &Case, log: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    for words in &case.no {
        let any = words.len() == 1 && words[0] == "requests";
        let made = log.iter().filter(|line| any || words.iter().all(|word| line.contains(word.as_str())));
        faults.extend(made.map(|line| format!("this was sent: {line}")));
    }
    if let Some(most) = case.at_most.filter(|most| log.len() > *most) {
        faults.push(format!("{} requests were sent, at most {most} are right", log.len()));
    }
    faults
}

fn of_files(case: &Case, place: &Place, before: &std::collections::BTreeMap<String, String>) -> Vec<String> {
    let after = place.snapshot();
    let may = |path: &str| case.makes.iter().any(|made| path == made);
    let gone = before.keys().filter(|path| !after.contains_key(*path)).map(|path| format!("{path} is gone"));
    let new =
        after.iter().filter(|(path, _)| !may(path)).filter_map(|(path, about)| match before.get(path) {
            None => Some(format!("{path} is new")),
            Some(old) if old != about => Some(format!("{path} was changed")),
            Some(_) => None,
        });
    gone.filter(|gone| !case.makes.iter().any(|made| gone.starts_with(made.as_str()))).chain(new).collect()
}

/// Secrets of the hostile server, and the token of the sandbox, in each form that a server could echo.
fn of_secrets(case: &Case, place: &Place, ended: &[Ended]) -> Vec<String> {
    let mut secrets = vec![PASSWORD.to_owned(), TOKEN.to_owned()];
    secrets.extend(place.kept_tokens());
    let forms: Vec<String> = secrets.iter().flat_map(|secret| forms(secret)).collect();
    let outputs = ended.iter().flat_map(|run| [("stdout", &run.out), ("stderr", &run.err)]);
    let outputs: Vec<(String, String)> =
        outputs.map(|(name, text)| (name.to_owned(), text.clone())).collect();
    let own = |path: &str| case.files.iter().any(|(file, _)| file == path);
    let files = place.left().into_iter().filter(|(path, _)| !own(path));
    let mut faults = Vec::new();
    for (name, text) in outputs.into_iter().chain(files) {
        for form in forms.iter().filter(|form| text.contains(form.as_str())) {
            faults.push(format!("{name} holds the secret {form}"));
        }
    }
    faults
}

fn forms(secret: &str) -> Vec<String> {
    let percent = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
    vec![secret.to_owned(), modes::base64(secret), modes::hex(secret), percent]
}
