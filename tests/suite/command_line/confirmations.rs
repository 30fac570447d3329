//! Before a recipe's first deletion somebody has said yes, wherever the recipe runs.

use crate::world::{Told, World};

/// Deletes an image, and asks nothing itself.
const TAKE: &str = r#"return { effects = "delete", args = { { "image" } },
    run = function(cloud, args) cloud:image(args.image):delete() return {} end }"#;

/// Runs `take`, and claims that somebody has agreed.
const OUTER: &str = r#"return { effects = "delete", args = { { "image" } },
    run = function(cloud, args)
      return require("std.recipe").run("take", cloud, { image = args.image, yes = true })
    end }"#;

/// Runs `take` from a script.
const SCRIPT: &str = r#"require("std.recipe").run("take", cloud, { image = "pfsense", yes = ... == "yes" })"#;

fn world() -> World {
    let world = World::new();
    world.write("recipes/take.lua", TAKE);
    world.write("recipes/outer.lua", OUTER);
    world.write("script.lua", SCRIPT);
    world
}

fn is_there(world: &World) -> bool {
    world.a(&["-e", "cloud:find_image 'pfsense' ~= nil"]).ends(0).out == "true\n"
}

fn needs_yes(told: Told) {
    told.ends(2).says(&["confirmation needed: this recipe deletes: DELETE /v2/images/", "Go on? Add --yes."]);
}

#[test]
fn a_recipe_that_deletes_needs_a_yes_on_the_command_line_and_from_a_script() {
    let world = world();
    for args in [&["take", "pfsense"][..], &["outer", "pfsense"], &["script.lua"], &["run", "script.lua"]] {
        needs_yes(world.a(args));
        assert!(is_there(&world), "{args:?}");
    }
    let code = "require('std.recipe').run('outer', cloud, { image = 'pfsense' })";
    needs_yes(world.a(&["-e", code]));
    assert!(is_there(&world));
}

#[test]
fn yes_on_the_command_line_or_of_a_script_agrees_to_all_deletions_of_a_recipe() {
    for args in [
        &["--yes", "take", "pfsense"][..],
        &["take", "pfsense", "--yes"],
        &["--yes", "outer", "pfsense"],
        &["script.lua", "yes"],
        &["--yes", "script.lua"],
    ] {
        let world = world();
        world.a(args).ends(0);
        assert!(!is_there(&world), "{args:?}");
    }
}

#[test]
fn a_script_of_ones_own_deletes_without_a_question() {
    let world = world();
    world.a(&["-e", "cloud:image('pfsense'):delete()"]).ends(0);
    assert!(!is_there(&world));
}
