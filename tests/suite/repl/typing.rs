//! Lines typed on a terminal, and ^C.
//!
//! Each step waits for what the one before it printed; nothing waits for a time to pass.

use std::io::Read;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use super::terminal::{PROMPT, Terminal};
use crate::world::{World, command};

#[test]
fn answers_each_line_and_asks_for_more_until_a_chunk_is_whole() {
    let world = World::new();
    let mut terminal = Terminal::repl(&world);
    terminal.answers("6 * 7", "42");
    terminal.answers("_ + 1", "43");
    terminal.answers("for i = 1, 2 do\rprint(i * 100)\rend", "100\r*\n\r*200");
    terminal.answers("cloud.name", "\"project-a\"");
    terminal.answers("nme", r"lunette: repl:1: unknown global 'nme'");
    terminal.answers("cloud:images{ name = 'no' }", r"\(nothing\)");
    terminal.types("if true then\r");
    terminal.interrupt();
    terminal.reads(PROMPT);
    terminal.answers("'forgotten'", "\"forgotten\"");
    terminal.quits();
}

#[test]
fn completes_the_names_of_existing_images() {
    let world = World::new();
    let mut terminal = Terminal::repl(&world);
    terminal.lists("cloud:ima\t", "image +images", "cloud:image");
    terminal.answers("cloud.project_n\t .. '!'", "\"project-a!\"");
    terminal.takes("image = cloud:image 'pfsense'");
    terminal.answers("image.min_d\t * 10", "100");
    terminal.answers("image.properties.boot\t", "\"reader,member\"");
    terminal.lists("image:memb\t", "member +members", "image:member");
    terminal.quits();
}

#[test]
fn an_interrupt_stops_what_runs_and_keeps_the_session() {
    let world = World::new();
    let mut terminal = Terminal::repl(&world);
    terminal.takes("kept = 41");
    for endless in
        ["while true do end", "while true do pcall(function() while true do end end) end", "task.sleep(3600)"]
    {
        terminal.types(&format!("print('ru' .. 'ns') {endless}\r"));
        terminal.reads("\nruns");
        terminal.interrupt();
        terminal.reads("lunette: interrupted");
        terminal.reads(PROMPT);
    }
    terminal.answers("kept + 1", "42");
    terminal.quits();
}

#[test]
fn an_interrupt_while_a_value_is_shown_is_for_that_alone() {
    let world = World::new();
    let mut terminal = Terminal::repl(&world);
    terminal.takes("shows = { __tostring = function() print('sh' .. 'own') while true do end end }");
    terminal.types("setmetatable({}, shows)\r");
    terminal.reads("\nshown");
    terminal.interrupt();
    terminal.reads("tostring failed: interrupted");
    terminal.reads(PROMPT);
    terminal.answers("6 * 7", "42");
    terminal.takes("x = 1");
    terminal.answers("x + 1", "2");
    terminal.quits();
}

#[test]
fn an_interrupt_stops_a_request_that_nobody_answers() {
    let world = World::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let auth_url = format!("http://{}/v3", silent.local_addr().unwrap());
    let login = format!("{{ auth_url: '{auth_url}', username: u, password: p, project_id: '1' }}");
    let clouds = format!("{}  silent: {{ auth: {login} }}\n", world.sandbox().clouds_yaml());
    world.write("clouds.yaml", &clouds);
    let mut terminal = Terminal::repl(&world);
    terminal.types("print('as' .. 'king') require('glance').connect 'silent'\r");
    terminal.reads("\nasking");
    let (mut asked, _) = silent.accept().unwrap();
    asked.read_exact(&mut [0; 4]).unwrap();
    terminal.interrupt();
    terminal.reads("lunette: interrupted");
    terminal.reads(PROMPT);
    assert!(asked.read_to_end(&mut Vec::new()).is_ok(), "the connection is closed");
    terminal.answers("6 * 7", "42");
    terminal.quits();
}

#[test]
fn an_interrupt_ends_a_script_with_130() {
    let world = World::new();
    for endless in ["while true do end", "task.sleep(3600)", "while true do pcall(task.sleep, 3600) end"] {
        world.write("job.lua", &format!("print 'runs' {endless}"));
        let mut command = command(&world.path(""));
        command.args(["run", "job.lua"]);
        let mut terminal = Terminal::new(command);
        terminal.reads("runs");
        terminal.interrupt();
        terminal.reads("lunette: interrupted");
        assert_eq!(terminal.ends(), 130, "{endless}");
    }
}

#[test]
fn the_history_is_its_owners_and_holds_no_secret() {
    let world = World::new();
    let mut terminal = Terminal::repl(&world);
    terminal.answers("'first'", "\"first\"");
    terminal.takes("secret = 'hunter2'");
    terminal.answers("#'hunter2' -- my password", "7");
    terminal.answers("for i = 1, 1 do\rprint('se' .. 'cond')\rend", "second");
    terminal.quits();
    let file = world.path(".local/state/lunette/history");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let kept = std::fs::read_to_string(&file).unwrap();
    assert!(kept.contains("'first'") && kept.contains("cond"), "{kept}");
    assert!(!kept.contains("hunter2"), "{kept}");

    let mut terminal = Terminal::repl(&world);
    terminal.answers("\x1b[A", "second"); // up: a chunk comes back whole
    terminal.quits();
}

#[test]
fn an_unwritable_history_is_reported_once() {
    let world = World::new();
    world.write(".local", "no folder");
    let mut terminal = Terminal::repl(&world);
    terminal.answers("1", "the history is not kept: [^\n]*\r\n1");
    terminal.answers("2", "2");
    terminal.quits();
}
