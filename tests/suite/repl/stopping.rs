//! ^C while a pattern is matched, or a recipe is read, which Lua's own functions would never leave.

use std::time::{Duration, Instant};

use super::terminal::{PROMPT, Terminal};
use crate::world::{World, command};

const SLOW: &str = "('a'):rep(40):find(('a*'):rep(30) .. 'b')";

#[test]
fn an_interrupt_ends_a_pattern_in_scripts_and_recipes_within_a_second() {
    let world = World::new();
    world.write("slow.lua", &format!("print 'begun'; {SLOW}"));
    world.write("caught.lua", &format!("print 'begun'; pcall(function() {SLOW} end) print 'went on'"));
    world.write(
        "recipes/slow.lua",
        &format!("return {{ effects = 'read', run = function() print 'begun'; {SLOW} end }}"),
    );
    let code = format!("print 'begun'; {SLOW}");
    for args in [&["slow.lua"][..], &["run", "slow.lua"], &["slow"], &["-e", &code], &["caught.lua"]] {
        let mut command = command(&world.path(""));
        command.args(["--os-cloud", "project-a"]).args(args);
        let mut terminal = Terminal::new(command);
        terminal.reads("begun");
        let pressed = Instant::now();
        terminal.interrupt();
        assert_eq!(terminal.ends(), 130, "{args:?}");
        assert!(pressed.elapsed() < Duration::from_secs(1), "{args:?}: {:?}", pressed.elapsed());
    }
}

#[test]
fn an_interrupt_of_a_pattern_keeps_the_session() {
    let world = World::new();
    world.write(
        "recipes/slow.lua",
        &format!("return {{ effects = 'read', run = function() print 'begun'; {SLOW} end }}"),
    );
    let mut repl = Terminal::repl(&world);
    repl.takes("local kept = 7");
    let handler = "xpcall(function() print 'begun'; while true do end end, function() while true do end end)";
    let closing = "local x <close> = setmetatable({}, { __close = function() while true do end end }) \
                   print 'begun'; while true do end";
    let coroutine = format!("coroutine.wrap(function() {closing} end)()");
    let pattern = format!("print 'begun'; {SLOW}");
    for line in [pattern.as_str(), "slow", handler, closing, &coroutine] {
        repl.types(&format!("{line}\r"));
        repl.reads("\nbegun\r");
        repl.interrupt();
        repl.reads(&format!("interrupted[^\n]*{PROMPT}"));
        repl.answers("kept", "7");
    }
    repl.quits();
}

#[test]
fn a_recipe_that_cannot_be_read_costs_neither_the_session_nor_an_hour() {
    let world = World::new();
    for (index, text) in
        [SLOW, "xpcall(error, function() while true do end end)", "table.move({}, 1, 1 << 62, 1)"]
            .iter()
            .enumerate()
    {
        world.write(&format!("recipes/zz_{index}.lua"), &format!("{text}\nreturn {{}}"));
    }
    let mut repl = Terminal::repl(&world);
    repl.takes("local kept = 7");
    for line in ["zz_0", ".help zz_1", "x = zz_2{}", "require 'std.recipe'.run('zz_0', cloud)"] {
        repl.types(&format!("{line}\r"));
        repl.reads(&format!("computes too long while it is loaded(?s:.*){PROMPT}"));
    }
    repl.answers("kept", "7");
    repl.quits();
    for args in [&["zz_0", "--help"][..], &["help", "zz_1"], &["zz_2"]] {
        let began = Instant::now();
        world.a(args).ends(1).says(&["computes too long while it is loaded"]);
        assert!(began.elapsed() < Duration::from_secs(8), "{args:?}");
    }
}
