//! The recipes of a project add names and replace none.

use std::fs;

use super::recipe;
use crate::world::World;

const READ: &str = "effects = \"read\"";

#[test]
fn a_recipe_of_the_project_never_replaces_another_one() {
    let world = World::new();
    recipe(&world, "list", READ, "return { { mine = true } }");
    recipe(&world, "zz_own", READ, "return { { mine = true } }");
    let told = world.a(&["list", "-f", "json"]).ends(0);
    assert!(told.out.contains("pfsense") && !told.out.contains("mine"), "{}", told.out);
    told.says(&["'list' is the recipe of 'built in', not ./recipes/list.lua", "lunette ./recipes/list.lua"]);
    let told = world.a(&["zz_own", "-f", "json"]).ends(0);
    assert!(told.out.contains("mine") && told.err.is_empty(), "{told:?}");
    let listed = world.a(&["recipes", "-f", "csv"]).ends(0).out;
    assert!(listed.contains("list,./recipes (shadowed by built in)"), "{listed}");
    let shared = world.a(&["-e", "#require 'std.recipe'.run('list', cloud)[1].id"]).ends(0).out;
    assert_eq!(shared.trim(), "36");
}

#[test]
fn a_recipe_of_the_project_never_replaces_one_of_the_users() {
    let world = World::new();
    let user = tempfile::tempdir().unwrap();
    fs::write(
        user.path().join("zz_x.lua"),
        "return { effects = 'read', run = function() return { of = 'user' } end }",
    )
    .unwrap();
    recipe(&world, "zz_x", READ, "return { of = 'project' }");
    let path = user.path().display().to_string();
    let told = world.run(&["--os-cloud", "project-a", "zz_x"], &[("LUNETTE_PATH", &path)]).ends(0);
    assert!(told.out.contains("user") && !told.out.contains("project"), "{}", told.out);
}

#[test]
fn a_recipe_whose_effects_cannot_be_read_is_an_error_and_no_silent_script() {
    let world = World::new();
    recipe(&world, "odd", "effects = \"none\" and \"read\"", "error 'ran'");
    world.a(&["./recipes/odd.lua"]).ends(2).says(&["was not run", "effects = \"read\""]);
}

#[test]
fn a_recipe_in_a_file_runs_as_one_by_its_path() {
    let world = World::new();
    recipe(&world, "list", "effects = \"write\"", "return { { mine = args.file or 'none' } }");
    for command in [&["./recipes/list.lua", "a.txt"][..], &["run", "recipes/list.lua", "a.txt"]] {
        let told = world.a(&[command, &["-f", "json"]].concat()).ends(0);
        assert!(told.out.contains("a.txt") && told.err.is_empty(), "{told:?}");
    }
    world.a(&["./recipes/list.lua", "--help"]).ends(0);
    world.a(&["./recipes/list.lua", "--no-such"]).ends(2);
    world.a(&["--read-only", "./recipes/list.lua"]).ends(3);
    recipe(&world, "list", READ, "cloud:image('pfsense'):delete()");
    world.a(&["--yes", "./recipes/list.lua"]).ends(3).says(&["only reads are allowed here"]);
}

#[test]
fn recipes_of_the_repository_are_found_below_its_root() {
    let world = World::new();
    recipe(&world, "zz_own", READ, "return { { mine = true } }");
    fs::create_dir_all(world.path("jobs/nightly")).unwrap();
    let own = || {
        let mut command = crate::world::command(&world.path("jobs/nightly"));
        let clouds = world.path("clouds.yaml").display().to_string();
        command.env("OS_CLIENT_CONFIG_FILE", clouds).args(["--os-cloud", "project-a", "zz_own"]);
        crate::world::told(&mut command).code
    };
    assert_eq!(own(), 2);
    fs::create_dir(world.path(".git")).unwrap();
    assert_eq!(own(), 0);
}
