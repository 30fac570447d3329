//! What the screen shows: colours, hints, help, tables.

use super::screen::Screen;
use crate::world::World;

#[test]
fn lua_has_colours_while_it_is_typed() {
    let world = World::new();
    let mut screen = Screen::of(&world);
    screen.types("local x = 'a' .. 12 -- why");
    screen.sees("-- why");
    insta::assert_snapshot!(screen.painted(), @r"\u{1b}[32mlunette project-a>\u{1b}[m \u{1b}[35mlocal\u{1b}[m x = \u{1b}[32m\'a\'\u{1b}[m .. \u{1b}[36m12\u{1b}[m \u{1b}[2m-- why");
}

#[test]
fn without_colours_no_hints_are_shown() {
    let world = World::new();
    let mut screen = Screen::new(&world, &["--os-cloud", "project-a"], &[("NO_COLOR", "1")]);
    screen.asks("lunette project-a> ");
    screen.types("local x = cloud:image(");
    screen.sees("image(");
    assert_eq!(screen.painted(), "lunette project-a> local x = cloud:image(");
}

#[test]
fn a_dumb_terminal_has_plain_lines() {
    let world = World::new();
    let mut screen = Screen::new(&world, &["--os-cloud", "project-a"], &[("TERM", "dumb")]);
    screen.asks("lunette project-a> ");
    screen.takes("local x = 41");
    screen.takes("x + 1");
    assert!(screen.text().contains("\n42\n"), "{}", screen.text());
    assert_eq!(screen.painted(), "lunette project-a>");
}

#[test]
fn the_prompt_has_another_colour_where_changes_may_leave() {
    let world = World::new();
    let mut screen = Screen::of(&world);
    insta::assert_snapshot!(screen.painted(), @r"\u{1b}[32mlunette project-a>\u{1b}[m");
    screen.takes(".write on");
    insta::assert_snapshot!(screen.painted(), @r"\u{1b}[33;1mlunette project-a>\u{1b}[m");
}

#[test]
fn a_hint_tells_how_what_is_typed_is_called_and_what_was_typed_before() {
    let world = World::new();
    let mut screen = Screen::of(&world);
    screen.takes("earlier = 1");
    screen.types("cloud:image(");
    screen.sees("Cloud:image(ref)");
    insta::assert_snapshot!(screen.painted(), @r"\u{1b}[32mlunette project-a>\u{1b}[m cloud:image(\u{1b}[2m  Cloud:image(ref)");
    screen.control('c');
    screen.asks("lunette project-a> ");
    screen.types("earl");
    screen.sees("> earlier = 1");
    screen.types("\x1b[C .. '!'"); // the right arrow takes it
    screen.shows("lunette project-a> earlier = 1 .. '!'");
}

#[test]
fn history_is_searched() {
    let world = World::new();
    let mut screen = Screen::of(&world);
    screen.takes("first = 'needle'");
    screen.takes("second = 2");
    screen.control('r');
    screen.types("need");
    screen.reads_until(|row| row.contains("need") && row.contains("first = 'needle'"));
    screen.enters();
    screen.asks("lunette project-a> ");
    screen.takes("first");
    insta::assert_snapshot!(screen.text(), @r#"
    Lunette 0.2.0, Lua 5.4. .help helps, ^D ends. Only reads leave; .write on allows changes.
    lunette project-a> first = 'needle'
    lunette project-a> second = 2
    lunette project-a> first = 'needle'
    lunette project-a> first
    "needle"
    lunette project-a>
    "#);
}

#[test]
fn pasted_lines_are_one_input() {
    let world = World::new();
    let mut screen = Screen::of(&world);
    screen.types("\x1b[200~for i = 1, 2 do\nprint(i * 100)\nend\x1b[201~");
    screen.sees("print(i * 100)\nend");
    screen.enters();
    screen.asks("lunette project-a> ");
    insta::assert_snapshot!(screen.text(), @r"
    Lunette 0.2.0, Lua 5.4. .help helps, ^D ends. Only reads leave; .write on allows changes.
    lunette project-a> for i = 1, 2 do
    print(i * 100)
    end
    100
    200
    lunette project-a>
    ");
}

#[test]
fn commands_and_recipes_are_pasted_a_line_each() {
    let world = World::new();
    let mut screen = Screen::of(&world);
    let pasted =
        "list -f value -c name\nlist{\n  offers = true\n}\nlocal x = 1\nlocal y = x + 1\nprint('y is ' .. y)";
    screen.types(&format!("\x1b[200~.format json\n{pasted}\x1b[201~"));
    screen.sees("print('y is ' .. y)");
    screen.enters();
    screen.sees("\npfsense\n[]\ny is 2\n");
    screen.asks("lunette project-a> ");
    screen.types("\x1b[200~.clod\nprint('be' .. 'low')\x1b[201~");
    screen.sees("print('be' .. 'low')");
    screen.enters();
    screen.sees("what was pasted below it was not run");
    screen.asks("lunette project-a> ");
    assert!(!screen.text().contains("below\n"), "{}", screen.text());
}

#[test]
fn pasted_bytes_that_are_no_text_are_not_run() {
    let world = World::new();
    let mut screen = Screen::of(&world);
    screen.takes("x = 1");
    for (told, bytes) in [(1, &b"\x1b[200~x = 'caf\xff\xfe'\x1b[201~\r"[..]), (2, b"x = 2 -- \xc3\x28\r")] {
        screen.sends(bytes);
        screen.sees_times("that line is not UTF-8 text; it was not run", told);
        screen.asks("lunette project-a> ");
    }
    screen.takes("'x is ' .. x");
    screen.sees("\"x is 1\"");
}

#[test]
fn help_is_beside_what_is_typed() {
    let world = World::new();
    let mut screen = Screen::of(&world);
    screen.takes("?images.first");
    screen.takes("local image = cloud:image 'pfsense'");
    screen.takes("image.min_ram?");
    screen.takes(".clod");
    insta::assert_snapshot!(screen.text(), @r"
    Lunette 0.2.0, Lua 5.4. .help helps, ^D ends. Only reads leave; .write on allows changes.
    lunette project-a> ?images.first
    Images:first()

    The next one, or nil.

    Returns:
      Image|nil
    lunette project-a> local image = cloud:image 'pfsense'
    lunette project-a> image.min_ram?
    Image.min_ram: integer

    MiB
    lunette project-a> .clod
    lunette: usage: there is no .clod
      did you mean .cloud?
    lunette project-a>
    ");
}

#[test]
fn a_terminal_that_is_resized_is_filled_to_its_new_width() {
    let world = World::new();
    let mut screen = Screen::of(&world);
    screen.resizes(&world, 60);
    screen.takes("cloud:image('pfsense')");
    screen.asks("lunette project-a> ");
    let widest = screen.text().lines().map(|line| line.trim_end().chars().count()).max().unwrap();
    assert!((40..=60).contains(&widest), "{widest} columns:\n{}", screen.text());
}
