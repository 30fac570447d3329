//! The walls of the design: which module may use which, and which crate stops where.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::sources::files;

/// Each module with those it may name. What stands right of it in the diagram of `src/lib.rs`, `budget` and
/// `error`.
const MAY_USE: &[(&str, &[&str])] = &[
    ("cli", &["budget", "api", "config", "embed", "error", "host", "http", "sandbox", "secrets"]),
    ("api", &["budget", "config", "error", "glance", "host", "http", "keystone", "secrets"]),
    ("host", &["budget", "embed", "error", "folder_entry", "secrets"]),
    ("glance", &["budget", "error", "folder_entry", "http", "keystone", "secrets"]),
    ("keystone", &["budget", "config", "error", "http", "secrets"]),
    ("http", &["budget", "error", "secrets"]),
    ("config", &["error", "secrets"]),
    ("sandbox", &[]),
    ("embed", &[]),
    ("budget", &["error"]),
    ("error", &["secrets"]),
    ("folder_entry", &[]),
    ("secrets", &[]),
];

/// Third-party crates, and the only modules that may name them.
const STOPS_IN: &[(&str, &[&str])] = &[
    ("anyhow", &["cli"]),
    ("axum", &["sandbox"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("comfy_table", &["cli"]),
    ("csv", &["cli"]),
    ("etcetera", &["cli"]),
    ("include_dir", &["embed"]),
    ("indicatif", &["cli"]),
    ("mlua", &["api", "host"]),
    ("reqwest", &["http"]),
    ("rustls", &["http"]),
    ("rustyline", &["cli"]),
    ("serde_saphyr", &["cli", "config"]),
    ("terminal_size", &["cli"]),
];

#[test]
fn each_module_uses_only_modules_to_its_right() {
    let walls: BTreeMap<_, _> = MAY_USE.iter().copied().collect();
    let mut broken = Vec::new();
    for (module, file, text) in sources() {
        let Some(allowed) = walls.get(module.as_str()) else {
            broken.push(format!("{}: module '{module}' has no place in the design", file.display()));
            continue;
        };
        for used in named_after(&text, "crate::") {
            if used != module && walls.contains_key(used.as_str()) && !allowed.contains(&used.as_str()) {
                broken.push(format!("{}: {module} may not use {used}", file.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn each_crate_stops_where_the_design_says() {
    let mut broken = Vec::new();
    for (module, file, text) in sources() {
        for (name, modules) in STOPS_IN {
            if !modules.contains(&module.as_str()) && names_crate(&text, name) {
                broken.push(format!("{}: {name} belongs in {}", file.display(), modules.join(" and ")));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn only_cli_reads_the_environment_and_prints() {
    let forbidden =
        ["println!", "print!(", "env::var", "env::args", "env::current_dir", "io::stdout", "io::stdin"];
    let mut broken = Vec::new();
    for (module, file, text) in sources().into_iter().filter(|(module, ..)| module != "cli") {
        // What `print` writes to is the host's one door, which the command line may redirect.
        if file == Path::new("host/output.rs") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            for word in forbidden.iter().filter(|word| line.contains(**word)) {
                broken.push(format!("{}:{}: {module} says {word}", file.display(), number + 1));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// mlua polls a future before it knows whether Lua can wait; `host/bindings/waiting.rs` makes that harmless.
#[test]
fn waiting_functions_are_refused_where_lua_cannot_yield() {
    let mut broken = Vec::new();
    for (_, file, text) in sources() {
        // An iterator gives what is at hand at the first poll, and sees to the rest itself.
        if ["host/bindings/waiting.rs", "api/bind/iterator.rs"]
            .iter()
            .any(|allowed| file == Path::new(allowed))
        {
            continue;
        }
        for word in ["add_async_", "create_async_function"].iter().filter(|word| text.contains(**word)) {
            broken.push(format!("{}: {word} may run where Lua cannot wait", file.display()));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_userdata_of_the_api_counts_its_memory() {
    let counted = ["Counted<R>", "Items<S>", "Properties"];
    let mut found = Vec::new();
    for (module, path, text) in sources() {
        if module == "api" && !is_test(&path) {
            let names = text.lines().filter_map(|line| line.split_once(" UserData for "));
            found.extend(names.map(|(_, name)| name.trim_end_matches(" {").to_owned()));
        }
    }
    found.sort();
    assert_eq!(found, counted, "a record reaches Lua as a Counted, so that --max-memory bounds it");
}

#[test]
fn every_file_opens_with_what_it_is() {
    let unsaid = sources().into_iter().filter(|(.., code)| !code.starts_with("//!"));
    let unsaid: Vec<_> = unsaid.map(|(_, file, _)| file).collect();
    assert!(unsaid.is_empty(), "these do not open with //!: {unsaid:?}");
}

/// Every file of src/ but those of the two roots and what is compiled for unit tests only: its module, its
/// path, its text without the unit tests at its end.
fn sources() -> Vec<(String, PathBuf, String)> {
    let mut found = Vec::new();
    for (path, text) in files(&["src"], &["rs"]) {
        let inner = path.strip_prefix("src").unwrap().to_path_buf();
        let first = inner.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        let module = first.trim_end_matches(".rs").to_string();
        if !["lib", "main", "stdout"].contains(&module.as_str()) && !is_test(&inner) {
            let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_string();
            found.push((module, inner, code));
        }
    }
    assert!(found.len() > 20, "the sources were not found");
    found
}

/// `tests.rs`, `testing.rs`, `fuzz.rs`, and what lies in a folder `tests`.
fn is_test(path: &Path) -> bool {
    path.iter().any(|part| ["tests", "tests.rs", "testing.rs", "fuzz.rs"].iter().any(|name| part == *name))
}

/// The names that follow `prefix` outside comments: `crate::{a, b::c}` gives a and b.
fn named_after(text: &str, prefix: &str) -> Vec<String> {
    let code: String =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut names = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        let rest = &code[at + prefix.len()..];
        let inner = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default().split(',').collect(),
            None => vec![rest],
        };
        for name in inner {
            names.push(name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    names
}

/// Whether the code names a crate's path: `mlua::…`, not `my_mlua::`.
fn names_crate(text: &str, name: &str) -> bool {
    let path = format!("{name}::");
    text.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| {
        line.match_indices(&path)
            .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
    })
}

#[test]
fn the_reader_of_walls_sees_grouped_and_plain_names() {
    assert_eq!(
        named_after("use crate::error::Error;\nuse crate::{http, host::raise};", "crate::"),
        ["error", "http", "host"]
    );
    assert!(named_after("// use crate::cli;", "crate::").is_empty());
    assert!(names_crate("use mlua::Lua;", "mlua") && !names_crate("use my_mlua::Lua;", "mlua"));
}
