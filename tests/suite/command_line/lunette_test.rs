//! `lunette test` as a person meets it: what is run, how it is told, what it exits with, what it leaves
//! behind.

use std::fs;

use crate::world::{World, command, told};

const SPEC: &str = r#"
local check = require "std.check"

local specs = {}

function specs.passes(t)
  check.equal(t:active_image().status, "active")
end

function specs.fails()
  print "on the way"
  check.equal(1, 2)
end

function specs.raises()
  std.fail("conflict", "it is there already", { advice = "take another" })
end

function specs.counts(t)
  t.a:image "pfsense"
  local before = #t.sandbox.requests()
  t.sandbox.faults { { "image-show", status = 503, count = 1 } }
  t.a:image("pfsense"):refresh()
  check.truthy(#t.sandbox.requests() > before)
end

function specs.waits(t)
  t:skip "tomorrow"
end

return specs
"#;

/// What was told, with times taken out.
fn timeless(text: &str) -> String {
    let mut words: Vec<&str> = text.split(' ').collect();
    for at in 1..words.len() {
        if words[at].starts_with("s:") && words[at - 1].parse::<f64>().is_ok() {
            words[at - 1] = "N";
        }
    }
    words.join(" ")
}

#[test]
fn tells_each_case_with_the_lines_of_the_script() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("some_spec.lua"), SPEC).unwrap();
    fs::write(place.path().join("wrong_spec.lua"), "return 3").unwrap();
    let told = told(command(place.path()).arg("test")).ends(1).says(&["3 of 6 cases failed"]);
    insta::assert_snapshot!(timeless(&told.out), @r"
    ok      some_spec.lua: counts
    FAILED  some_spec.lua: fails
            some_spec.lua:12: expected 2, got 1
              std/check.lua:13: in upvalue 'refuse'
              std/check.lua:35: in field 'equal'
              some_spec.lua:12: in function <some_spec.lua:10>
            | on the way
    ok      some_spec.lua: passes
    FAILED  some_spec.lua: raises
            conflict: it is there already
              take another
              some_spec.lua:16: in function <some_spec.lua:15>
    skipped some_spec.lua: waits (tomorrow)
    FAILED  wrong_spec.lua: (the file)
            usage: wrong_spec.lua is no spec: it returns no table of named functions
    6 cases in N s: 2 passed, 3 failed, 1 skipped
    ");
}

#[test]
fn speaks_tap_and_junit() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("some_spec.lua"), SPEC).unwrap();
    let told =
        told(command(place.path()).args(["test", "--tap", "--junit", "out.xml", "some_spec.lua"])).ends(1);
    insta::assert_snapshot!(told.out, @r#"
    TAP version 14
    1..5
    ok 1 - some_spec.lua: counts
    not ok 2 - some_spec.lua: fails
      ---
      message: "some_spec.lua:12: expected 2, got 1"
      at:
        - "std/check.lua:13: in upvalue 'refuse'"
        - "std/check.lua:35: in field 'equal'"
        - "some_spec.lua:12: in function <some_spec.lua:10>"
      output:
        - "| on the way"
      ...
    ok 3 - some_spec.lua: passes
    not ok 4 - some_spec.lua: raises
      ---
      message: "conflict: it is there already"
      at:
        - "some_spec.lua:16: in function <some_spec.lua:15>"
      ...
    ok 5 - some_spec.lua: waits # SKIP tomorrow
    "#);
    let xml = fs::read_to_string(place.path().join("out.xml")).unwrap();
    assert!(xml.contains(r#"<testsuite name="some_spec.lua" tests="5" failures="2" skipped="1""#), "{xml}");
}

#[test]
fn runs_what_the_filter_lets_through() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("some_spec.lua"), SPEC).unwrap();
    let test = |filter: &str| told(command(place.path()).args(["test", "--filter", filter]));
    assert!(test("passes").ends(0).out.contains("1 case in"));
    test("pases").ends(2).says(&["no case has 'pases' in its name", "did you mean 'passes'?"]);
}

#[test]
fn test_reports_a_wrong_command_line_before_any_case_runs() {
    let place = tempfile::tempdir().unwrap();
    let test = |args: &[&str]| told(command(place.path()).arg("test").args(args)).ends(2);
    test(&[]).says(&["there is no spec here", "_spec.lua"]);
    test(&["nothing"]).says(&["there is no file or folder nothing"]);
    fs::write(place.path().join("some_spec.lua"), SPEC).unwrap();
    test(&["--clouds", "a,b"]).says(&["--clouds names three entries"]);
}

#[test]
fn a_case_that_never_ends_is_ended() {
    let place = tempfile::tempdir().unwrap();
    let spec = "return { waits = function() require('task').sleep(3600) end }";
    fs::write(place.path().join("some_spec.lua"), spec).unwrap();
    let told = told(command(place.path()).args(["test", "--case-timeout", "0.2"])).ends(1);
    assert!(told.out.contains("the case took longer than 0.2 s"), "{}", told.out);
}

#[test]
fn test_on_three_entries_deletes_its_images_and_skips_sandbox_cases() {
    let world = World::new();
    world.write("some_spec.lua", SPEC);
    let test = ["test", "--clouds", "project-a,project-b,project-c", "--filter"];
    world.run(&[&test[..], &["passes"]].concat(), &[]).ends(0);
    let told = world.run(&[&test[..], &["counts"]].concat(), &[]).ends(0);
    assert!(told.out.contains("(needs the sandbox)"), "{}", told.out);
    assert!(world.a(&["list", "-f", "value", "-c", "name"]).out.trim() == "pfsense");
}

#[test]
fn an_entry_that_may_make_no_projects_says_what_to_do() {
    let world = World::new();
    world.write("some_spec.lua", SPEC);
    // The sandbox has no Keystone to administer yet, or the user is no admin: either way nothing is run.
    let told = world.a(&["test", "some_spec.lua"]);
    assert_eq!(told.code, 3, "{}", told.err);
    told.says(&["may make no projects to test in", "--clouds A,B,C"]);
}
