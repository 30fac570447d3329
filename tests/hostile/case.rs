//! One hostile case: a Lua file whose head says what is tried, how it is run, and what must not happen.
//!
//! Lines that begin with `--: ` are directives (`tests/hostile/README.md`); `--= PATH` begins another file of
//! the case.

use std::fs;
use std::path::Path;

/// What a case tries, and what is expected of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Case {
    /// The file's name without `.lua`.
    pub(crate) name: String,
    /// The first line: what it tries.
    pub(crate) tries: String,
    /// Files to write below the world's folder, in order.
    pub(crate) files: Vec<(String, String)>,
    /// Symbolic links: path and target.
    pub(crate) links: Vec<(String, String)>,
    /// Links that lead to one place and another in turn while it runs.
    pub(crate) swaps: Vec<[String; 3]>,
    /// Files with holes only: path and size.
    pub(crate) sparse: Vec<(String, u64)>,
    /// Command lines, one after another, in the same world.
    pub(crate) runs: Vec<Vec<String>>,
    /// The text that is typed into a REPL.
    pub(crate) typed: Option<String>,
    /// Exit codes of which the last run must have one.
    pub(crate) exits: Vec<i32>,
    /// Texts that an output must hold.
    pub(crate) says: Vec<String>,
    /// Texts that no output and no file may hold.
    pub(crate) never: Vec<String>,
    /// Requests that may not be made: words that one line of the log would hold.
    pub(crate) no: Vec<Vec<String>>,
    /// The most requests that may be made.
    pub(crate) at_most: Option<usize>,
    /// Files that may come to be or change.
    pub(crate) makes: Vec<String>,
    /// MiB of `--max-memory`.
    pub(crate) memory_mib: Option<u64>,
    /// The mode of the hostile server that stands in for the cloud.
    pub(crate) server: Option<String>,
    /// Faults of the sandbox.
    pub(crate) faults: Vec<String>,
    /// Environment variables.
    pub(crate) env: Vec<(String, String)>,
    /// What the shell does before it starts the binary: `ulimit -n 32`, `exec <&-`.
    pub(crate) shell: Vec<String>,
    /// Seconds that all runs may take.
    pub(crate) seconds: u64,
    /// Runs with the home folder as its working folder.
    pub(crate) at_home: bool,
}

/// Every case of the corpus, by name.
pub(crate) fn all() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile/scripts");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Case {
    let text = fs::read_to_string(path).unwrap();
    let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut case = Case { name, seconds: 20, ..Case::default() };
    let mut place = "here/script.lua".to_owned();
    let mut body = String::new();
    let (mut repl, mut exits) = (false, None);
    for line in text.lines() {
        if let Some(next) = line.strip_prefix("--= ") {
            case.files
                .push((std::mem::replace(&mut place, next.trim().to_owned()), std::mem::take(&mut body)));
            continue;
        }
        if case.tries.is_empty() {
            line.trim_start_matches('-').trim().clone_into(&mut case.tries);
        }
        let Some(directive) = line.strip_prefix("--: ") else {
            body.push_str(line);
            body.push('\n');
            continue;
        };
        // A line in the place of the directive, so that lines keep their numbers.
        body.push_str("--\n");
        let (key, value) = directive.split_once(' ').unwrap_or((directive, ""));
        let words = || value.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let pair = || {
            let value = value.replace("\\e", "\u{1b}");
            let (path, text) = value.split_once(' ').unwrap_or((&value, ""));
            (path.to_owned(), text.replace("\\n", "\n").replace("\\e", "\u{1b}"))
        };
        match key {
            "as" => place = format!("here/recipes/{}.lua", value.trim()),
            "run" => case.runs.push(words_in_quotes(value)),
            "repl" => repl = true,
            "exit" => exits = Some(words().iter().map(|code| code.parse().unwrap()).collect()),
            "says" => case.says.push(value.to_owned()),
            "never" => case.never.push(value.to_owned()),
            "no" => case.no.push(words()),
            "at-most" => case.at_most = Some(value.trim().parse().unwrap()),
            "makes" => case.makes.extend(words()),
            "memory" => case.memory_mib = Some(value.trim().parse().unwrap()),
            "server" => case.server = Some(value.trim().to_owned()),
            "fault" => case.faults.push(value.to_owned()),
            "env" => case.env.push(value.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned())).unwrap()),
            "shell" => case.shell.push(value.to_owned()),
            "seconds" => case.seconds = value.trim().parse().unwrap(),
            "at-home" => case.at_home = true,
            "file" => case.files.push(pair()),
            "link" => case.links.push(pair()),
            "swap" => case.swaps.push(words().try_into().unwrap()),
            "sparse" => case.sparse.push((pair().0, pair().1.parse().unwrap())),
            _ => panic!("{}: there is no directive '{key}'", case.name),
        }
    }
    case.files.push((place, body));
    if repl {
        let (_, text) = case.files.iter().find(|(place, _)| place == "here/script.lua").unwrap();
        case.typed = Some(text.clone());
        case.says.push("still alive".to_owned());
    }
    if case.runs.is_empty() {
        let usual = if repl { vec!["repl"] } else { vec!["run", "script.lua"] };
        case.runs.push(usual.into_iter().map(str::to_owned).collect());
    }
    case.exits = exits.unwrap_or_else(|| vec![0]);
    assert!(case.tries.len() > 10, "{}: the first line says what is tried", case.name);
    case
}

/// Words as a shell would split them, with single quotes only.
fn words_in_quotes(line: &str) -> Vec<String> {
    let parts = line.split('\'').enumerate();
    parts
        .flat_map(|(index, part)| {
            if index % 2 == 1 {
                vec![part.to_owned()]
            } else {
                part.split_whitespace().map(str::to_owned).collect()
            }
        })
        .collect()
}
