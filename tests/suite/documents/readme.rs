//! README.md is executed: each line of a `console` block that begins with `$` runs as it stands, and what it
//! prints must be what stands below it. What stands behind the prompt in a `repl` block is typed into a REPL.
//!
//! All blocks share one folder and one sandbox, in the order of the page. `LUNETTE_BLESS=1` writes what was
//! printed.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use lunette::sandbox::{Options, Sandbox};

#[test]
fn does_what_it_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let page = fs::read_to_string(&file).unwrap();
    let place = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(Options::default()).unwrap();
    fs::write(place.path().join("clouds.yaml"), sandbox.clouds_yaml()).unwrap();

    let (mut told, mut commands) = (String::new(), 0);
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        writeln!(told, "{line}").unwrap();
        if let Some(name) = line.strip_prefix("```lua ") {
            let text: Vec<_> = std::iter::from_fn(|| lines.next_if(|line| *line != "```")).collect();
            fs::write(place.path().join(name.trim()), text.join("\n") + "\n").unwrap();
            writeln!(told, "{}", text.join("\n")).unwrap();
        }
        if line == "```repl" {
            let shown: Vec<_> = std::iter::from_fn(|| lines.next_if(|line| *line != "```")).collect();
            let typed: Vec<_> = shown.iter().filter_map(|line| line.strip_prefix(PROMPT)).collect();
            commands += typed.len();
            told.push_str(&session(&typed, place.path()));
        }
        if line != "```console" {
            continue;
        }
        while let Some(line) = lines.next_if(|line| *line != "```") {
            if let Some(command) = line.strip_prefix("$ ") {
                commands += 1;
                write!(told, "{line}\n{}", run(command, place.path())).unwrap();
            }
        }
    }
    assert!(commands > 5, "README.md shows only {commands} commands");
    if std::env::var_os("LUNETTE_BLESS").is_some() {
        fs::write(&file, &told).unwrap();
    }
    let (page, told) = (plain(&page), plain(&told));
    assert!(page == told, "README.md differs from what its commands print:\n{}", differences(&page, &told));
}

#[test]
fn its_test_command_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("README.md")).unwrap();
    assert!(page.contains("\ntests/run\n"));
    assert!(fs::read_to_string(root.join(".ci/run")).unwrap().contains("tests/run"));
}

/// The prompt in the page.
const PROMPT: &str = "lunette project-a> ";

/// What a REPL shows where these lines are typed, as it stands on the screen.
fn session(lines: &[&str], place: &Path) -> String {
    const MARK: &str = "-- the next line --";
    let typed = lines.iter().fold(String::new(), |text, line| text + line + &format!("\nprint('{MARK}')\n"));
    fs::write(place.join("typed"), typed).unwrap();
    let told = run("lunette --os-cloud project-a repl < typed", place);
    let mark = format!("{MARK}\n");
    let answers = told.split(&mark);
    let pairs = lines.iter().zip(answers);
    pairs.fold(String::new(), |text, (line, answer)| text + &format!("{PROMPT}{line}\n{answer}"))
}

/// Runs one line in a shell; standard output and error as a terminal would mix them.
fn run(command: &str, place: &Path) -> String {
    let binary = assert_cmd::cargo::cargo_bin("lunette");
    let command = command.replace("cargo run --release --", "lunette");
    let path =
        std::env::join_paths([binary.parent().unwrap(), Path::new("/usr/bin"), Path::new("/bin")]).unwrap();
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!("exec 2>&1; {command}"))
        .env_clear()
        .env("PATH", path)
        .env("HOME", place)
        .env("COLUMNS", "110")
        .current_dir(place)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Without what differs from run to run: IDs of new things, times, ports.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for word in text.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '-' || c == ':')) {
        let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        let uuid = bare.len() == 36 && bare.chars().filter(|c| *c == '-').count() == 4;
        let time = bare.len() == 20 && bare.starts_with("20") && bare.ends_with('Z');
        if uuid || time {
            plain.push_str(if uuid { "UUID" } else { "TIME" });
            plain.push_str(&word[bare.len()..]);
        } else {
            plain.push_str(word);
        }
    }
    plain
}

fn differences(page: &str, told: &str) -> String {
    let pairs = page.lines().zip(told.lines()).filter(|(page, told)| page != told);
    pairs.take(12).fold(String::new(), |text, (page, told)| text + &format!("- {page}\n+ {told}\n"))
}
