//! What may leave, who is asked, and ^C.

use super::lines;
use super::screen::Screen;
use crate::world::World;

const DELETE: &str = "cloud:image 'pfsense':delete()";

#[test]
fn on_a_cloud_only_reads_leave_until_somebody_allows_more() {
    let world = World::new();
    let text = "local image = cloud:image 'pfsense'\nimage:add_tag 'a'\nshare pfsense project-b\n.write on\n\
        image:add_tag 'b'\n.write off\nimage:add_tag 'c'\nimage:refresh().tags\n";
    let told = lines(&world, &["--os-cloud", "project-a"], text).ends(0);
    assert!(told.out.ends_with("{ \"b\" }\n"), "{}", told.out);
    assert_eq!(told.err.matches("only reads are allowed here").count(), 3, "{}", told.err);
    told.says(&["share changes things", ".write on allows it"]);
}

#[test]
fn changes_are_allowed_from_the_start_where_that_was_said() {
    let world = World::new();
    let tags = "local image = cloud:image 'pfsense'\nimage:add_tag 'a'\nimage:refresh().tags\n";
    for (words, variable) in [
        (&["--os-cloud", "project-a", "--write"][..], ""),
        (&["--os-cloud", "project-a"], "1"),
        (&["--sandbox"], ""),
    ] {
        let mut screen = Screen::new(&world, words, &[("LUNETTE_REPL_WRITE", variable)]);
        screen.asks("lunette project-a> ");
        tags.lines().for_each(|line| screen.takes(line));
        assert!(screen.text().contains("{ \"a\" }"), "{words:?}\n{}", screen.text());
    }
    lines(&world, &["--read-only", "--os-cloud", "project-a"], &format!(".write on\n{tags}"))
        .says(&["--read-only was given", "run without --read-only"]);
    world.run(&["--write", "list"], &[]).ends(2).says(&["--write is for the REPL"]);
    world.run(&["--write", "--read-only", "repl"], &[]).ends(2).says(&["contradict"]);
}

#[test]
fn what_is_taken_away_is_asked_about() {
    let world = World::new();
    let mut screen = Screen::new(&world, &["--os-cloud", "project-a", "--write"], &[]);
    screen.asks("lunette project-a> ");
    screen.takes("cloud.name");
    screen.types(&format!("{DELETE}\r"));
    screen.reads_until(|row| row.ends_with("? [y/N/all]"));
    screen.control('c');
    screen.asks("lunette project-a> ");
    assert!(screen.text().contains("was not sent: the answe"), "{}", screen.text());
    screen.types(&format!("{DELETE}\r"));
    screen.reads_until(|row| row.ends_with("? [y/N/all]"));
    screen.types("y\r");
    screen.asks("lunette project-a> ");
    screen.takes("cloud:find_image 'pfsense'");
    assert!(screen.text().ends_with("nil\nlunette project-a>"), "{}", screen.text());
}

#[test]
fn who_said_yes_is_not_asked() {
    let world = World::new();
    let text = format!("{DELETE}\ncloud:find_image 'pfsense'\n");
    let told = lines(&world, &["--os-cloud", "project-a", "--yes", "--sandbox"], &text).ends(0);
    assert_eq!(told.out, "nil\n");
}
