//! SECURITY.md promises nothing that no test holds.

use std::fs;
use std::path::Path;

use crate::hostile;
use crate::structure::sources::files;

/// The claims: each item of a list, with the names of its tests.
fn claims() -> Vec<(String, Vec<String>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("SECURITY.md");
    let text = fs::read_to_string(path).unwrap();
    let items = text.split("\n- ").skip(1).map(|item| item.split("\n\n").next().unwrap());
    let claim = |item: &str| {
        let (words, tests) = item.split_once("<!-- test: ").unwrap_or((item, ""));
        let tests = tests.split("-->").next().unwrap_or_default();
        (
            words.split_whitespace().collect::<Vec<_>>().join(" "),
            tests.split_whitespace().map(str::to_owned).collect(),
        )
    };
    items.map(claim).collect()
}

#[test]
fn every_claim_of_security_md_has_a_test_that_exists() {
    let cases = hostile::names();
    let sources = files(&["src", "tests"], &["rs"]);
    let exists = |name: &String| {
        let function = format!("fn {name}(");
        cases.contains(name) || sources.iter().any(|(_, text)| text.contains(&function))
    };
    let mut faults = Vec::new();
    for (claim, tests) in claims() {
        if tests.is_empty() {
            faults.push(format!("no test is named for: {claim}"));
        }
        let missing = tests.iter().filter(|name| !exists(name));
        faults.extend(missing.map(|name| format!("there is no test {name}, named for: {claim}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_section_about_what_may_happen_is_a_list_of_claims() {
    assert!(claims().len() >= 30, "{} claims", claims().len());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("SECURITY.md");
    let text = fs::read_to_string(path).unwrap();
    for section in text.split("\n## ").skip(1).filter(|section| !section.starts_with("Reporting")) {
        let body = section.split_once('\n').unwrap().1.trim();
        for paragraph in body.split("\n\n") {
            assert!(paragraph.starts_with("- "), "not a list of claims: {paragraph}");
        }
    }
}
