//! Operations that a spec cannot reach: those of a cloud that lacks something, and those that may not leave.

use lunette::sandbox::Options;

use crate::world::World;

#[test]
fn a_cloud_without_a_cache_says_so() {
    let told = World::new().run(&["--os-cloud", "admin", "-e", "cloud:cache()"], &[]).ends(3);
    told.says(&["not_found", "this cloud has no image cache"]);
}

#[test]
fn a_cloud_that_shows_no_locations_says_so() {
    let world = World::new();
    for call in
        ["locations()", "update_location('http://a', { metadata = {} })", "remove_location 'http://a'"]
    {
        let code = format!("cloud:image('pfsense'):{call}");
        world.a(&["-e", &code]).ends(3).says(&["forbidden", "show"]);
    }
}

#[test]
fn read_only_sends_no_write_or_delete() {
    let world = World::with(Options { cache: true, show_locations: true, ..Options::default() });
    world.write(
        "writes.lua",
        r#"
        local check = require "std.check"
        local image, cache = cloud:image "pfsense", cloud:cache()
        local url = image:locations()[1].url
        local calls = {
          cloud_create_image = function() cloud:create_image { name = "x" } end,
          cloud_create_task = function() cloud:create_task { type = "import", input = { import_from = "http://a" } } end,
          image_update = function() image:update { name = "x" } end,
          image_delete = function() image:delete() end,
          image_upload = function() image:upload { data = "x" } end,
          image_import = function() image:import { method = "copy-image", all_stores = true } end,
          image_delete_from_store = function() image:delete_from_store "fast" end,
          image_add_location = function() image:add_location { url = "http://127.0.0.1/x" } end,
          image_update_location = function() image:update_location(url, { metadata = { x = 1 } }) end,
          image_remove_location = function() image:remove_location(url) end,
          image_deactivate = function() image:deactivate() end,
          image_reactivate = function() image:reactivate() end,
          image_add_tag = function() image:add_tag "x" end,
          image_remove_tag = function() image:remove_tag "x" end,
          image_add_member = function() image:add_member "x" end,
          image_remove_member = function() image:remove_member "x" end,
          image_accept = function() image:accept() end,
          image_reject = function() image:reject() end,
          cache_add = function() cache:add(image) end,
          cache_remove = function() cache:remove(image) end,
          cache_delete = function() cache:delete() end,
          cache_clean = function() cache:clean() end,
          cache_prune = function() cache:prune() end,
        }
        for name, call in pairs(calls) do
          local err = check.raises("forbidden", call)
          check.matches(err.message, "was not sent: only reads are allowed here")
          print(name)
        end
        "#,
    );
    let mut told = None;
    let requests = world.requests_of(|world| {
        told = Some(world.run(&["--os-cloud", "admin", "--read-only", "writes.lua"], &[]).ends(0));
    });
    assert_eq!(told.unwrap().out.lines().count(), 23);
    let not_read = |line: &&String| !line.starts_with("GET ") && !line.contains("/auth/tokens");
    assert_eq!(requests.iter().filter(not_read).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn read_only_sends_every_read() {
    let world = World::with(Options { cache: true, ..Options::default() });
    world.write(
        "reads.lua",
        r#"
        local image, cache = cloud:image "pfsense", cloud:cache()
        cloud:versions(); cloud:import_methods(); cloud:stores { detail = true }; cloud:usage(); cloud:schema "image"
        cloud:tasks():collect(); image:tasks():collect(); image:locations(); image:wait { timeout = 0 }
        cache:nodes(image); cache:refresh(); image:refresh()
        "#,
    );
    world.run(&["--os-cloud", "admin", "--read-only", "reads.lua"], &[]).ends(0);
}

#[test]
fn versions_are_asked_for_without_a_token() {
    let world = World::new();
    let told = world.a(&[
        "--debug",
        "-e",
        "cloud:usage(); for _, v in ipairs(cloud:versions()) do print(v.id, v.status) end",
    ]);
    let told = told.ends(0).says(&["/v2/info/usage", "/versions"]);
    assert!(told.out.contains("v2.17\tCURRENT\n"), "{}", told.out);
    assert_eq!(told.err.matches("> x-auth-token").count(), 1, "{}", told.err);
}
