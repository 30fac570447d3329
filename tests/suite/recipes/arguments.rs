//! Arguments that come from the environment, and secret ones, which nothing prints.

use std::process::Command;

use crate::repl::terminal::{PROMPT, Terminal};
use crate::world::{World, command, told};

/// A secret that is a word, so that only its declaration hides it.
const SECRET: &str = "hunter";

/// Shows its arguments wherever it can: in rows, a nested table, an error, what it prints and traces.
const SHOWS: &str = r#"return { effects = "read", args = {
    { "how" },
    { "--pin", env = "APP_PIN", secret = true, value = "PIN", help = "PIN of the application" },
    { "--count", type = "integer", env = "APP_COUNT", help = "how many" } },
  run = function(cloud, args)
    if args.how == "error" then error("wrong PIN x" .. args.pin .. "y: " .. args.pin) end
    if args.how == "fail" then require("std.fail").because(select(2, pcall(cloud.image, cloud, "no")), "failed: " .. args.pin, args.pin) end
    if args.how == "call" then return cloud:image(args.pin) end
    if args.how == "print" then print(args.pin) return {} end
    if args.how == "warn" then require("ui").note("the PIN is " .. args.pin) return {} end
    if args.how == "send" then
      cloud:request("GET", "/v2/images?name=" .. args.pin .. "&x=1", { headers = { ["X-App"] = args.pin } })
      return {}
    end
    if args.how == "length" then return { { length = #args.pin, count = args.count } } end
    return { { pin = args.pin, text = "x" .. args.pin .. "y", list = { args.pin }, [args.pin] = 1 } }
  end }"#;

fn world() -> World {
    let world = World::new();
    world.write("recipes/shows.lua", SHOWS);
    world
}

#[test]
fn a_variable_gives_an_argument_that_the_line_does_not_give() {
    let world = world();
    let count = |args: &[&str], value: &str| {
        let args = [&["--os-cloud", "project-a", "shows", "length", "-f", "json"], args].concat();
        world.run(&args, &[("APP_PIN", SECRET), ("APP_COUNT", value)])
    };
    for (args, value, given) in
        [(&[][..], "3", Some("3")), (&["--count", "4"], "3", Some("4")), (&[], "", None)]
    {
        let out = count(args, value).ends(0).out;
        let shown =
            out.split("\"count\": ").nth(1).map(|rest| rest.split(['\n', ',']).next().unwrap_or_default());
        assert_eq!(shown, given, "{out}");
    }
    count(&[], "three").ends(2).says(&["the environment variable APP_COUNT is 'three', not a whole number"]);
    let help = world.a(&["shows", "--help"]).ends(0).out;
    assert!(help.contains("PIN of the application [env: APP_PIN]"), "{help}");
    world
        .a(&["-e", "return require('std.recipe').run('shows', cloud, { how = 'length' })"])
        .ends(2)
        .says(&["needs 'pin'"]);
}

#[test]
fn a_secret_argument_is_in_no_output() {
    let world = world();
    for how in ["rows", "error", "fail", "call", "print", "warn", "send"] {
        for options in
            [&["-v"][..], &["--debug", "--timing"], &["-f", "json"], &["-f", "csv"], &["--max-width", "60"]]
        {
            for given in [&["--pin", SECRET][..], &[]] {
                let args = [&["--os-cloud", "project-a"], options, &["shows", how], given].concat();
                let told = world.run(&args, &[("APP_PIN", if given.is_empty() { SECRET } else { "" })]);
                let all = format!("{}{}", told.out, told.err);
                assert!(!all.contains("hunt") && !all.contains("unter"), "{args:?}\n{all}");
                assert!(how == "send" || all.contains("redacted"), "{args:?}\n{all}");
            }
        }
    }
    let script = format!(
        "return require('std.recipe').run('shows', cloud, {{ how = 'error', pin = '{SECRET}', no = 1 }})"
    );
    let told = world.a(&["-v", "-e", &script]);
    assert!(!told.err.contains(SECRET) && told.err.contains("unknown argument 'no'"), "{}", told.err);
}

#[test]
fn a_secret_that_nobody_gives_is_a_usage_error_that_says_how() {
    let world = world();
    world.a(&["shows", "length"]).ends(2).says(&["shows needs --pin", "APP_PIN=$(cat FILE)", "terminal"]);
    world.write(
        "recipes/plain.lua",
        "return { effects = 'read', args = { { 'pin', secret = true } }, run = print }",
    );
    world.a(&["plain"]).ends(2).says(&["plain needs pin", "\"$(cat FILE)\"", "ps"]);
    world.a(&["plain", "abc"]).ends(2).says(&["a secret has 4 characters or more"]);
    world.write(
        "recipes/zone.lua",
        "return { effects = 'read', args = { { 'zone', env = 'ZONE' } }, run = print }",
    );
    world.a(&["zone"]).ends(2).says(&["zone needs zone", "set the environment variable ZONE"]);
    world.write(
        "recipes/bad.lua",
        "return { effects = 'read', args = { { 'a', env = 'OS_PASSWORD' } }, run = print }",
    );
    world.a(&["bad"]).ends(2).says(&["variables that begin with OS_ are closed to recipes"]);
}

#[test]
fn a_variable_that_is_no_text_is_named() {
    use std::os::unix::ffi::OsStrExt;
    let world = world();
    let mut run = command(&world.path(""));
    run.args(["--os-cloud", "project-a", "shows", "length"]);
    run.env("APP_PIN", std::ffi::OsStr::from_bytes(b"\xff\xfe\xfd\xfc"));
    told(&mut run).ends(2).says(&["the environment variable APP_PIN is not UTF-8 text"]);
}

#[test]
fn a_person_is_asked_for_a_secret_which_the_terminal_does_not_show() {
    let world = world();
    let binary = command(&world.path("")).get_program().to_owned();
    // A terminal of the tests shows nothing that is typed unless it is told to.
    let start = |around: &str| {
        let mut shell = Command::new("bash");
        shell
            .current_dir(world.path(""))
            .env_clear()
            .env("HOME", world.path(""))
            .env("PATH", "/usr/bin:/bin");
        let run = "--os-cloud project-a shows length -f value -c length";
        let line = format!("stty echo; {}", around.replace("RUN", run));
        shell.args(["-c", &line]).arg(&binary);
        let mut terminal = Terminal::new(shell);
        terminal.reads(r"--pin of shows \(it is not shown while you type\): ");
        terminal
    };
    let plain = "exec \"$0\" RUN";
    let mut terminal = start(plain);
    terminal.types("huntex\u{7f}r\r");
    terminal.reads("^\r\n6\r\n");
    assert_eq!(terminal.ends(), 0);
    let mut terminal = start(plain);
    terminal.types("hunt\u{3}");
    terminal.reads("^\r\nlunette: interrupted");
    assert_eq!(terminal.ends(), 130);
    let mut terminal = start(plain);
    terminal.types("abc\r");
    terminal.reads("^\r\nlunette: usage: --pin: a secret has 4 characters or more");
    assert_eq!(terminal.ends(), 2);
    // The terminal shows what is typed again after the question, also where another process ends the run.
    let mut terminal = start(
        "sh -c 'echo $$ > pid; exec \"$0\" RUN' \"$0\"; stty -a | grep -q ' echo ' && echo it-is-shown",
    );
    let pid = std::fs::read_to_string(world.path("pid")).unwrap();
    assert!(Command::new("kill").arg(pid.trim()).status().unwrap().success());
    terminal.reads("interrupted\r\nit-is-shown");
}

#[test]
fn the_repl_keeps_no_line_that_gives_a_secret() {
    let world = world();
    let mut terminal = Terminal::repl(&world);
    terminal.takes("local t = 'zebras-7' local again = require('std.recipe').run");
    terminal.answers("t", "\"zebras-7\"");
    for line in [
        "shows length --pin zebras-1",
        "shows length --bogus --pin zebras-2",
        "shows{ how = 'length', pin = 'zebras-3' }",
        "r = shows{ how = 'length', pin = 'zebras-4' }",
        "again('shows', cloud, { pin='zebras-5', how='length' })",
        ".time shows length --pin zebras-6",
        "shows{ how = 'length', pin = t }",
    ] {
        terminal.takes(line);
    }
    terminal.types("shows length\r");
    terminal.reads(r"--pin of shows \(it is not shown while you type\): ");
    terminal.types("zebras-8\r");
    terminal.reads(PROMPT);
    terminal.takes(".save session.lua");
    terminal.quits();
    let history = std::fs::read_to_string(world.path(".local/state/lunette/history")).unwrap();
    let saved = std::fs::read_to_string(world.path("session.lua")).unwrap();
    assert!(!history.contains("zebras") && !saved.contains("zebras"), "{history}\n---\n{saved}");
    assert!(history.contains("shows length\n"), "{history}");
}
