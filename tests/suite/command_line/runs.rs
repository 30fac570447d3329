//! The command line where no cloud is needed: help, values, mistakes and exit codes.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::{contains, is_empty, starts_with};
use tempfile::TempDir;

/// The binary in a folder of its own, with no configuration but what a test makes.
fn lunette(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lunette"));
    command.current_dir(folder.path()).env_clear().env("HOME", folder.path());
    command
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn run(args: &[&str]) -> assert_cmd::assert::Assert {
    lunette(&folder(&[])).args(args).assert()
}

/// A recipe of this folder that needs no cloud.
const GREET: &str = r#"
--- Greets whom it is told to.
---
--- Raises: nothing.
local greet = {
  effects = "write",
  args = {
    { "name", many = true, help = "whom" },
    { "--loud", help = "in capitals" },
    { "--times", type = "integer", default = 1, help = "how often" },
  },
}

function greet.run(_, args)
  local rows = {}
  for _, name in ipairs(args.name) do
    rows[#rows + 1] = { greeting = (args.loud and "HELLO " or "hello ") .. name, times = args.times }
  end
  return rows
end

return greet
"#;

fn greet() -> TempDir {
    folder(&[("recipes/greet.lua", GREET)])
}

#[test]
fn help_goes_to_stdout_and_names_the_commands() {
    run(&["--help"]).success().stdout(contains("recipes").and(contains("--os-cloud"))).stderr(is_empty());
    run(&["help", "sandbox"]).success().stdout(contains("--clouds-yaml"));
    let switches = contains("--no-format-check").and(contains("--cache")).and(contains("--show-locations"));
    run(&["help", "sandbox"]).success().stdout(switches);
}

#[test]
fn version_is_printed() {
    run(&["--version"]).success().stdout(starts_with("lunette "));
}

#[test]
fn an_expression_is_printed() {
    run(&["-e", "1 + 1"]).success().stdout("2\n");
    run(&["-e", "x = 20", "-e", "x + 1"]).success().stdout("21\n");
}

#[test]
fn an_expression_is_printed_in_the_format_asked_for() {
    run(&["-f", "json", "-e", "{ a = 1 }"]).success().stdout("{\n  \"a\": 1\n}\n");
    run(&["-f", "csv", "-e", "{ { a = 1 }, { a = 2 } }"]).success().stdout("a\n1\n2\n");
}

#[test]
fn a_lua_error_names_the_scripts_lines_and_exits_1() {
    let folder = folder(&[("broken.lua", "local function f()\n  error('no')\nend\nf()\n")]);
    lunette(&folder).arg("broken.lua").assert().code(1).stdout(is_empty()).stderr(
        starts_with("lunette: broken.lua:2: no\n").and(contains("broken.lua:4")).and(contains("[C]").not()),
    );
}

#[test]
fn a_syntax_error_exits_1() {
    run(&["-e", "if"]).code(1).stderr(starts_with("lunette: "));
}

#[test]
fn a_script_gets_its_arguments_even_where_they_look_like_options() {
    let folder = folder(&[("args.lua", "#!/usr/bin/env lunette\nprint(...)\n")]);
    for words in [&["args.lua"][..], &["run", "args.lua"]] {
        lunette(&folder)
            .args(words)
            .args(["--help", "-f", "a b"])
            .assert()
            .success()
            .stdout("--help\t-f\ta b\n");
    }
}

#[test]
fn a_script_on_stdin_is_run() {
    for args in [&[][..], &["run", "-"]] {
        lunette(&folder(&[])).args(args).write_stdin("print(6 * 7)").assert().success().stdout("42\n");
    }
}

#[test]
fn a_script_may_hold_any_bytes_and_come_from_anywhere() {
    let script = b"#!/usr/bin/env lunette\nio.write('\xff')".as_slice();
    lunette(&folder(&[])).write_stdin(script).assert().success().stdout(b"\xff".as_slice());
    lunette(&folder(&[])).arg("/dev/stdin").write_stdin(script).assert().success().stdout(b"\xff".as_slice());
}

#[test]
fn trusted_output_keeps_its_order_and_its_end() {
    let script = "print 'a' io.stdout:write 'b\\n' print 'c' io.write 'd' os.exit(7)";
    run(&["--trust", "-e", script]).code(7).stdout("a\nb\nc\nd");
    let script = "io.output 'out' io.write 'x' io.close() return io.open('out'):read 'a'";
    run(&["--trust", "-e", script]).success().stdout("\"x\"\n");
}

#[test]
fn os_exit_ends_with_its_code_while_tasks_wait() {
    let script = "task.parallel({ 1, 2 }, function(i)
        if i == 1 then task.sleep(5) else task.sleep(0.05) os.exit(3, true) end
    end)";
    run(&["--trust", "-e", script]).code(3);
}

#[test]
fn a_warning_goes_to_stderr() {
    run(&["-e", "warn 'look'"]).success().stdout(is_empty()).stderr("warning: look\n");
}

#[test]
fn an_unknown_word_exits_2_and_names_the_nearest() {
    lunette(&greet()).arg("gret").assert().code(2).stderr(contains("did you mean greet?"));
    run(&["sandbx"]).code(2).stderr(contains("did you mean sandbox?"));
    run(&["nowhere.lua"]).code(2).stderr(contains("there is no file nowhere.lua"));
}

#[test]
fn a_recipe_is_a_command_with_global_options_on_both_sides() {
    for words in [
        "--sandbox -f csv greet a b --loud",
        "greet a b --loud -f csv --sandbox",
        "run greet a --sandbox b --loud -f csv",
        "--sandbox -f csv -- greet a b --loud",
        "--sandbox run -f csv -- greet a --loud -- b",
    ] {
        lunette(&greet())
            .args(words.split(' '))
            .assert()
            .success()
            .stdout("greeting,times\nHELLO a,1\nHELLO b,1\n");
    }
}

#[test]
fn a_recipe_tells_its_help_and_its_nearest_option() {
    for words in [["greet", "--help"], ["help", "greet"]] {
        lunette(&greet()).args(words).assert().success().stdout(
            starts_with("Greets whom it is told to.\n")
                .and(contains("Usage: lunette greet [OPTIONS] <NAME>...")),
        );
    }
    lunette(&greet()).args(["greet", "a", "--lod"]).assert().code(2).stderr(contains("--loud"));
    lunette(&greet()).arg("greet").assert().code(2).stderr(contains("<NAME>..."));
}

#[test]
fn a_recipe_that_changes_things_is_refused_under_read_only() {
    for words in [["--read-only", "greet", "a"], ["greet", "a", "--read-only"]] {
        lunette(&greet()).args(words).assert().code(3).stdout(is_empty()).stderr(contains("--read-only"));
    }
}

#[test]
fn recipes_are_listed_with_where_they_come_from() {
    lunette(&greet())
        .args(["recipes", "-f", "csv", "-c", "recipe", "-c", "from"])
        .assert()
        .success()
        .stdout(contains("greet,./recipes\n"));
    lunette(&greet()).args(["recipes", "show", "greet"]).assert().success().stdout(GREET);
    lunette(&greet())
        .args(["recipes", "show", "gret"])
        .assert()
        .code(2)
        .stderr(contains("did you mean greet?"));
}

#[test]
fn an_unknown_column_exits_2() {
    lunette(&greet())
        .args(["--sandbox", "greet", "a", "-c", "greting"])
        .assert()
        .code(2)
        .stderr(contains("did you mean greeting?"));
}

#[test]
fn without_a_configuration_clouds_tells_where_it_looked() {
    run(&["clouds"]).code(2).stderr(contains("no cloud is configured").and(contains("/etc/openstack")));
}

#[test]
fn a_cloud_with_a_flaw_is_listed_with_it() {
    let folder = folder(&[("clouds.yaml", "clouds:\n  a: {auth: {usrname: x}}\n")]);
    lunette(&folder).args(["clouds", "-f", "csv"]).assert().success().stdout(
        starts_with("cloud,auth_url,project,region,problem\na,,,,").and(contains("auth has no key usrname")),
    );
}

#[test]
fn a_cloud_that_is_probed_by_name_answers_or_the_run_fails() {
    let probe = |args: &[&str]| run(&[&["--sandbox", "clouds", "--probe"], args].concat());
    probe(&["project-b", "-f", "value", "-c", "answers"]).success().stdout("yes\n");
    probe(&["project-b", "--os-password", "wrong"])
        .code(3)
        .stdout(is_empty())
        .stderr(contains("refuses user bob"));
    probe(&["projct-b"]).code(2).stdout(is_empty()).stderr(contains("did you mean project-"));
}

#[test]
fn sandbox_reports_a_port_in_use() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    run(&["sandbox", "--port", &port]).code(2).stderr(contains(format!("port {port} is in use")));
}

#[test]
fn the_repl_reads_plain_lines_and_lives_through_errors() {
    lunette(&folder(&[]))
        .arg("repl")
        .write_stdin("1 + 1\n_ + 1\nerror('no')\nfor i = 1, 2 do\n  print(i)\nend\n.quit\nprint('never')\n")
        .assert()
        .success()
        .stdout("2\n3\n1\n2\n")
        .stderr(contains("no"));
}

#[test]
fn the_repl_passes_over_a_line_that_is_no_text() {
    let lines = b"1\n'\xff'\n2\n".as_slice();
    lunette(&folder(&[]))
        .arg("repl")
        .write_stdin(lines)
        .assert()
        .success()
        .stdout("1\n2\n")
        .stderr(contains("UTF-8"));
}

#[test]
fn completions_know_the_commands_the_recipes_and_their_options() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let words =
            contains("lunette").and(contains("clouds-yaml")).and(contains("greet")).and(contains("loud"));
        lunette(&greet()).args(["completions", shell]).assert().success().stdout(words);
    }
}

#[test]
fn a_new_recipe_is_a_command_at_once_and_is_never_overwritten() {
    let place = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| crate::world::told(crate::world::command(place.path()).args(args));
    run(&["recipes", "new", "count-images"]).ends(0).says(&["recipes/count-images.lua"]);
    let counted = run(&["--sandbox", "count-images", "pfsense", "nothing", "-f", "value"]).ends(0).out;
    assert_eq!(counted, "pfsense 1\nnothing 0\n");
    run(&["recipes", "new", "count-images"]).ends(2).says(&["is there already"]);
    run(&["recipes", "new", "../outside"]).ends(2).says(&["is no name for a recipe"]);
}

#[test]
fn the_stock_recipes_are_exported_whole_or_not_at_all() {
    let place = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| crate::world::told(crate::world::command(place.path()).args(args));
    run(&["recipes", "export", "stock"]).ends(0);
    let shown = run(&["recipes", "show", "share"]).ends(0).out;
    assert_eq!(fs::read_to_string(place.path().join("stock/share.lua")).unwrap(), shown);
    fs::remove_file(place.path().join("stock/accept.lua")).unwrap();
    run(&["recipes", "export", "stock"]).ends(2).says(&["is there already"]);
    assert!(!place.path().join("stock/accept.lua").exists());
}
