//! Questions of recipes: somebody who says yes to one knows when that lets the recipe delete.

use crate::repl::terminal::{PROMPT, Terminal};
use crate::world::{World, command};

/// Asks something harmless, and deletes after a yes.
const HELLO: &str = r#"local ui = require "ui"
return { effects = "EFFECTS", args = { { "image" } },
    run = function(cloud, args) ui.confirm("Say hello?") cloud:image(args.image):delete() return {} end }"#;

/// Goes on after a no.
const STUBBORN: &str = r#"local ui = require "ui"
return { effects = "delete", args = { { "image" } },
    run = function(cloud, args)
      ui.confirm "First?"
      pcall(ui.confirm, "Delete it?")
      cloud:image(args.image):delete()
      return {}
    end }"#;

/// Runs another recipe, which asks.
const OUTER: &str = r#"return { effects = "delete", args = { { "image" } },
    run = function(cloud, args) return require("std.recipe").run("hello", cloud, { image = args.image }) end }"#;

/// Creates an image, and deletes it and the named one.
const OWN: &str = r#"return { effects = "write", args = { { "image" } },
    run = function(cloud, args)
      local made = cloud:create_image { name = "made" }
      local told = select(2, pcall(function() return cloud:image(args.image):delete() end))
      made:delete()
      return { { made = cloud:find_image(made.id) == nil, told = told.kind } }
    end }"#;

/// Hands an image of its own to another recipe, which may not delete it.
const LENDS: &str = r#"local recipe = require "std.recipe"
return { effects = "write",
    run = function(cloud)
      local made = cloud:create_image { name = "made" }
      local told = select(2, pcall(recipe.run, "drops", cloud, { image = made.id }))
      local inner = recipe.run("makes", cloud)
      cloud:image(inner.id):delete()
      made:delete()
      return { { told = told.kind } }
    end }"#;

fn world() -> World {
    let world = World::new();
    world.write("recipes/hello.lua", &HELLO.replace("EFFECTS", "delete"));
    world.write("recipes/writes.lua", &HELLO.replace("EFFECTS", "write"));
    world.write("recipes/stubborn.lua", STUBBORN);
    world.write("recipes/outer.lua", OUTER);
    world.write("recipes/own.lua", OWN);
    world.write("recipes/lends.lua", LENDS);
    let drops = "return { effects = 'write', args = { { 'image' } }, \
                 run = function(cloud, args) cloud:image(args.image):delete() end }";
    world.write("recipes/drops.lua", drops);
    let makes = "return { effects = 'write', run = function(cloud) return { id = cloud:create_image { name = 'x' }.id } end }";
    world.write("recipes/makes.lua", makes);
    world
}

fn is_there(world: &World) -> bool {
    world.a(&["-e", "cloud:find_image 'pfsense' ~= nil"]).ends(0).out == "true\n"
}

fn terminal(world: &World, args: &[&str]) -> Terminal {
    let mut command = command(&world.path(""));
    command.args(["--os-cloud", "project-a"]).args(args);
    Terminal::new(command)
}

const SAYS: &str = r"Say hello\? \(a yes lets the recipe 'hello' delete\) \[y/N\]";

#[test]
fn a_question_of_a_recipe_that_deletes_ends_with_what_a_yes_means() {
    for (args, answer, code) in [
        (&["hello", "pfsense"][..], "y", 0),
        (&["hello", "pfsense"], "n", 130),
        (&["outer", "pfsense"], "y", 0),
    ] {
        let world = world();
        let mut terminal = terminal(&world, args);
        terminal.reads(SAYS);
        terminal.types(&format!("{answer}\r"));
        assert_eq!(terminal.ends(), code, "{args:?}");
        assert_eq!(is_there(&world), answer == "n", "{args:?}");
    }
    let world = world();
    let needed = "confirmation needed: Say hello? (a yes lets the recipe 'hello' delete). Add --yes.";
    for args in [&["hello", "pfsense"][..], &["outer", "pfsense"]] {
        world.a(args).ends(2).says(&[needed]);
    }
    assert!(is_there(&world));
    world.a(&["--yes", "hello", "pfsense"]).ends(0);
    assert!(!is_there(&world));
}

#[test]
fn a_question_of_a_recipe_that_writes_says_nothing_of_deletions() {
    let world = world();
    world.a(&["writes", "pfsense"]).ends(2).says(&["confirmation needed: Say hello? Add --yes."]);
    world.a(&["--yes", "writes", "pfsense"]).ends(3).says(&["only reads and writes are allowed here"]);
    assert!(is_there(&world));
}

#[test]
fn a_no_takes_an_earlier_yes_back() {
    let world = world();
    let mut terminal = terminal(&world, &["stubborn", "pfsense"]);
    terminal.reads(r"First\? \(a yes lets the recipe 'stubborn' delete\) \[y/N\]");
    terminal.types("y\r");
    terminal.reads(r"Delete it\? \[y/N\]");
    terminal.types("n\r");
    terminal.reads(r"this recipe deletes: DELETE /v2/images/[^\n]*\. Go on\? \[y/N\]");
    terminal.types("n\r");
    assert_eq!(terminal.ends(), 130);
    assert!(is_there(&world));
}

#[test]
fn unshare_asks_once() {
    let world = world();
    world.a(&["share", "pfsense", "project-b"]).ends(0);
    let mut terminal = terminal(&world, &["unshare", "pfsense", "project-b"]);
    terminal.reads(
        r"remove project-b's access to image pfsense\? \(a yes lets the recipe 'unshare' delete\) \[y/N\]",
    );
    terminal.types("y\r");
    assert_eq!(terminal.ends(), 0);
    assert_eq!(world.a(&["-e", "#cloud:image('pfsense'):members():collect()"]).ends(0).out, "0\n");
}

#[test]
fn in_the_repl_all_to_a_harmless_question_lets_nothing_be_deleted() {
    let world = world();
    let asks =
        "return { effects = 'write', run = function() require 'ui'.confirm 'Say hello?' return {} end }";
    world.write("recipes/asks.lua", asks);
    let mut command = command(&world.path(""));
    command.args(["--os-cloud", "project-a", "--write"]);
    let mut repl = Terminal::new(command);
    repl.reads(PROMPT);
    repl.types("asks{} asks{} cloud:image('pfsense'):delete()\r");
    repl.reads(r"Say hello\? \[y/N/all\]");
    repl.types("all\r");
    repl.reads(r"Delete the image [^\n]*\? \[y/N/all\]");
    repl.types("n\r");
    repl.reads(&format!("the answer was no[^\n]*{PROMPT}"));
    repl.types("hello pfsense\r");
    repl.reads(r"Say hello\? \(a yes lets the recipe 'hello' delete\) \[y/N/all\]");
    repl.types("n\r");
    repl.reads(PROMPT);
    repl.types("hello{ image = 'pfsense', yes = false }\r");
    repl.reads(r"delete\) \[y/N/all\]");
    repl.types("n\r");
    repl.reads(PROMPT);
    repl.quits();
    assert!(is_there(&world));
}

#[test]
fn a_recipe_that_writes_deletes_what_it_created_and_nothing_else() {
    let world = world();
    let told = world.a(&["own", "pfsense", "-f", "value"]).ends(0);
    assert_eq!(told.out, "true forbidden\n");
    assert!(is_there(&world));
    let told = world.a(&["lends", "-f", "value"]).ends(0);
    assert_eq!(told.out, "forbidden\n");
}

#[test]
fn a_name_that_runs_something_else_is_no_name_for_a_new_recipe() {
    let world = World::new();
    for name in ["test", "help", "run", "repl", "recipes", "sandbox", "completions", "clouds"] {
        world
            .a(&["recipes", "new", name])
            .ends(2)
            .says(&["is a command, so no recipe can have that name", "my-"]);
    }
    for name in ["list", "share", "unshare"] {
        world
            .a(&["recipes", "new", name])
            .ends(2)
            .says(&["runs another recipe of that name (built in)", "my-"]);
    }
    for name in ["a/b", "..", "ä", "1st", "a b", "", "x.lua"] {
        world.a(&["recipes", "new", name]).ends(2).says(&["is no name for a recipe"]);
    }
    assert!(!world.path("recipes").exists());
    world.a(&["recipes", "new", "my-list"]).ends(0).says(&["lunette my-list --help"]);
    world.a(&["my-list", "--help"]).ends(0);
    world.a(&["recipes", "new", "my-list"]).ends(2).says(&["is there already"]);
}

#[test]
fn usages_name_lunette_whatever_the_file_is_called() {
    let world = World::new();
    let binary = command(&world.path("")).get_program().to_owned();
    std::os::unix::fs::symlink(binary, world.path("moon")).unwrap();
    for args in [
        &["recipes", "new"][..],
        &["recipes", "new", "--help"],
        &["list", "--nonsense"],
        &["share", "--help"],
        &["help", "share"],
        &["help", "recipes"],
        &["--nonsense"],
        &["--help"],
        &["test", "--help"],
    ] {
        let mut moon = std::process::Command::new(world.path("moon"));
        let output =
            moon.args(args).current_dir(world.path("")).env("HOME", world.path("")).output().unwrap();
        let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(told.contains("Usage: lunette") && !told.contains("moon"), "{args:?}: {told}");
    }
}

#[test]
fn a_wrong_call_in_a_recipe_names_its_line() {
    let world = World::new();
    for (call, message) in [
        ("cloud:image({})", "bad argument #1 to 'image'"),
        ("task.sleep('x')", "bad argument #1 to 'sleep'"),
        ("cloud.image('x')", "bad argument #1 to 'image'"),
    ] {
        let text = format!("return {{ effects = 'read', run = function(cloud)\n  {call}\nend }}");
        world.write("recipes/wrong.lua", &text);
        let told = world.a(&["wrong"]).ends(2);
        assert!(told.err.contains("recipes/wrong.lua:2: "), "{call}: {}", told.err);
        let _ = message;
    }
}
