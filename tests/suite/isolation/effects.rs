//! A recipe's declaration holds for all that it starts, finishes or leaves behind.

use super::{recipe, writes};
use crate::world::World;

const READ: &str = "effects = \"read\"";

/// Runs the recipe `zz_left` from a script with all rights, which then does what it got a chance to smuggle
/// out.
fn left_behind(body: &str, afterwards: &str) -> Vec<String> {
    let world = World::new();
    recipe(&world, "zz_left", READ, body);
    let script = format!(
        "local recipe = require 'std.recipe' local image = cloud:image 'pfsense' \
         local ok, given = pcall(recipe.run, 'zz_left', cloud, {{}}) \
         pcall(function() {afterwards} end) collectgarbage() task.sleep(0) collectgarbage()"
    );
    world.write("job.lua", &script);
    writes(&world, |world| drop(world.a(&["--yes", "job.lua"]).ends(0)))
}

#[test]
fn work_left_behind_by_a_recipe_sends_no_change() {
    let delete = "pcall(function() cloud:image('pfsense'):delete() end)";
    for (body, afterwards) in [
        (format!("setmetatable({{}}, {{ __gc = function() {delete} end }})"), ""),
        (format!("return {{ f = function() {delete} end }}"), "given.f()"),
        (format!("return setmetatable({{}}, {{ __index = function() {delete} end }})"), "return given.x"),
        (format!("return coroutine.wrap(function() {delete} end)"), "given()"),
        (format!("error(setmetatable({{}}, {{ __tostring = function() {delete} end }}))"), "tostring(given)"),
        (format!("error(setmetatable({{}}, {{ __index = function() {delete} end }}))"), "return given.kind"),
        (format!("std.list.map = function() {delete} end"), "std.list.map({ 1 }, tostring)"),
        (format!("rawset(std.list, 'map', function() {delete} end)"), "std.list.map({ 1 }, tostring)"),
        (format!("task.parallel = function() {delete} end"), "task.parallel({ 1 }, tostring)"),
        (format!("string.upper = function() {delete} end"), "return ('x'):upper()"),
        (format!("getmetatable('').__index = function() {delete} end"), "return ('x').y"),
        (format!("table.concat = function() {delete} end"), "table.concat { 1 }"),
        (format!("print = function() {delete} end"), "print 'x'"),
        (format!("_G.tostring = function() {delete} end"), "tostring(1)"),
        (format!("require 'ui'.note = function() {delete} end"), "require 'ui'.note 'x'"),
        (
            format!(
                "local _ <close> = setmetatable({{}}, {{ __close = function() {delete} end }}) coroutine.yield()"
            ),
            "",
        ),
        (
            format!(
                "co = coroutine.wrap(function() local _ <close> = setmetatable({{}}, {{ __close = function() {delete} end }}) \
                     task.sleep(9) end) task.timeout(0, co)"
            ),
            "",
        ),
        ("cloud.x = 1".to_owned(), ""),
    ] {
        let writes = left_behind(&body, afterwards);
        assert!(writes.is_empty(), "{body}: {writes:?}");
    }
}

#[test]
fn recipes_run_by_a_read_recipe_only_read() {
    for body in [
        "cloud:image('pfsense'):delete()",
        "task.parallel({ 1 }, function() cloud:image('pfsense'):add_tag 'x' end)",
        "task.timeout(9, function() cloud:image('pfsense'):add_tag 'x' end)",
        "coroutine.wrap(function() cloud:image('pfsense'):add_tag 'x' end)()",
        "require 'std.recipe'.run('unshare', cloud, { image = 'pfsense', all = true, yes = true })",
        "require 'recipes.share'.run(cloud, { image = 'pfsense', project = 'project-b' })",
        "cloud:request('DELETE', '/v2/images/1')",
        "local _ <close> = setmetatable({}, { __close = function() cloud:image('pfsense'):add_tag 'x' end })",
        "require 'glance'.connect('project-a'):image('pfsense'):add_tag 'x'",
    ] {
        let world = World::new();
        recipe(&world, "zz_left", READ, body);
        for command in [&["zz_left"][..], &["-e", "require 'recipes.zz_left'.run(cloud)"]] {
            let command = [&["--yes"], command].concat();
            let writes = writes(&world, |world| drop(world.a(&command)));
            assert!(writes.is_empty(), "{body}: {writes:?}");
        }
    }
}

#[test]
fn records_that_a_recipe_returns_are_the_callers_to_use() {
    let world = World::new();
    recipe(
        &world,
        "zz_find",
        READ,
        "return { image = cloud:image 'pfsense', all = cloud:images(), cloud = cloud }",
    );
    world.write(
        "job.lua",
        "local found = require 'std.recipe'.run('zz_find', cloud) \
         found.image:add_tag 'x' print(found.image:refresh().tags[1], found.all[1].name, found.cloud == cloud)",
    );
    assert_eq!(world.a(&["job.lua"]).ends(0).out, "x\tpfsense\ttrue\n");
}

#[test]
fn a_recipe_does_not_say_yes_to_another_one() {
    let world = World::new();
    recipe(&world, "zz_quiet", "effects = \"delete\"", "cloud:image('pfsense'):delete()");
    let body = "require 'std.recipe'.run('zz_quiet', cloud, { yes = true })";
    recipe(&world, "zz_outer", "effects = \"delete\"", body);
    world.write("lines", "zz_outer\n");
    let mut command = crate::world::command(&world.path(""));
    command.args(["--os-cloud", "project-a", "--write", "repl"]);
    command.stdin(std::fs::File::open(world.path("lines")).unwrap());
    let writes = writes(&world, |_| drop(crate::world::told(&mut command)));
    assert!(writes.is_empty(), "{writes:?}");
}

#[test]
fn a_recipe_that_runs_itself_ends_with_an_error() {
    let world = World::new();
    recipe(&world, "zz_self", READ, "return require 'std.recipe'.run('zz_self', cloud)");
    world.a(&["zz_self"]).says(&["recipes run recipes more than 8 deep"]);
}

#[test]
fn a_recipe_in_lua_needs_a_cloud_of_lunettes() {
    let world = World::new();
    world
        .a(&["-e", "require 'std.recipe'.run('list', { images = print })"])
        .ends(2)
        .says(&["a recipe runs on a cloud"]);
}
