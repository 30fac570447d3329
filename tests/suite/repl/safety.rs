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
    let told = lines(&world, &["--read-only", "--os-cloud", "project-a"], "share pfsense project-b\n");
    assert!(!told.err.contains(".write on"), "{}", told.err);
    told.says(&["start the REPL without --read-only"]);
    world.run(&["--write", "list"], &[]).ends(2).says(&["--write is for the REPL"]);
    world.run(&["--write", "--read-only", "repl"], &[]).ends(2).says(&["contradict"]);
}

#[test]
fn deletions_ask_first() {
    let world = World::new();
    let mut screen = Screen::new(&world, &["--os-cloud", "project-a", "--write"], &[]);
    screen.asks("lunette project-a> ");
    screen.takes("cloud.name");
    screen.types(&format!("{DELETE}\r"));
    screen.reads_until(|row| row.ends_with("? [y/N/all]"));
    screen.control('c');
    screen.asks("lunette project-a> ");
    assert!(screen.text().contains("was not sent: the"), "{}", screen.text());
    screen.types(&format!("{DELETE}\r"));
    screen.reads_until(|row| row.ends_with("? [y/N/all]"));
    screen.types("y\r");
    screen.asks("lunette project-a> ");
    screen.takes("cloud:find_image 'pfsense'");
    assert!(screen.text().ends_with("nil\nlunette project-a>"), "{}", screen.text());
}

#[test]
fn yes_asks_no_questions() {
    let world = World::new();
    let text = format!("{DELETE}\ncloud:find_image 'pfsense'\n");
    let told = lines(&world, &["--os-cloud", "project-a", "--yes", "--sandbox"], &text).ends(0);
    assert_eq!(told.out, "nil\n");
}

#[test]
fn piped_deletions_need_yes() {
    let world = World::new();
    let text = format!("{DELETE}\ncloud:find_image 'pfsense' == nil\n");
    let on_a_cloud = ["--os-cloud", "project-a", "--write"];
    let told = lines(&world, &on_a_cloud, &text).ends(0);
    assert_eq!(told.out, "false\n");
    told.says(&["confirmation needed: send DELETE /v2/images/", "Add --yes."]);
    for words in [&["--os-cloud", "project-a", "--write", "--yes"][..], &["--sandbox"]] {
        assert_eq!(lines(&world, words, &text).ends(0).out, "true\n", "{words:?}");
    }
}

/// Takes an image away, though it declares that it only writes.
const TAKE: &str = "return { effects = 'write', args = { { 'image' }, { 'project' } },\n\
    run = function(cloud, args) cloud:image(args.image):delete() end }";

#[test]
fn recipes_that_run_at_once_are_each_held_to_what_they_declare() {
    let world = World::new();
    world.write("recipes/take.lua", TAKE);
    let text = format!(
        "local args = {{ image = 'pfsense', project = 'project-b', yes = true }}\n#share(args)\n\
         local told = task.parallel({{ unshare, take }}, function(f) return select(2, pcall(f, args)) end)\n\
         #told[1] .. told[2].kind\n{DELETE}\nx = take(args)\n#unshare(args)\n"
    );
    let told = lines(&world, &["--os-cloud", "project-a", "--write"], &text).ends(0);
    assert_eq!(told.out, "1\n\"1forbidden\"\n0\n", "{}", told.err);
    told.says(&["confirmation needed", "only reads and writes are allowed here", "have the recipe declare"]);
}

#[test]
fn a_recipe_that_asks_nothing_is_asked_about() {
    let world = World::new();
    world.write("recipes/take.lua", &TAKE.replace("'write'", "'delete'"));
    let gone = "cloud:find_image 'pfsense' == nil\n";
    for call in ["take pfsense project-b", "x = take{ image = 'pfsense', project = 'b' }"] {
        let told = lines(&world, &["--os-cloud", "project-a", "--write"], &format!("{call}\n{gone}")).ends(0);
        assert_eq!(told.out, "false\n", "{call}");
        told.says(&["confirmation needed"]);
    }
    let mut screen = Screen::new(&world, &["--os-cloud", "project-a", "--write"], &[]);
    screen.asks("lunette project-a> ");
    screen.types("take pfsense project-b\r");
    screen.reads_until(|row| row.ends_with("? [y/N/all]"));
    screen.types("n\r");
    screen.asks("lunette project-a> ");
    assert!(screen.text().contains("was not sent: the"), "{}", screen.text());
    let text = format!("x = take{{ image = 'pfsense', project = 'b', yes = true }}\n{gone}");
    let told = lines(&world, &["--os-cloud", "project-a", "--write"], &text).ends(0);
    assert_eq!(told.out, "true\n", "{}", told.err);
}
