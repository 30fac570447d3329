//! Operations that a spec cannot reach: those of a cloud with an image cache, and those that may not leave.

use lunette::sandbox::Options;

use crate::world::World;

#[test]
fn a_cache_is_filled_looked_at_and_emptied() {
    let world = World::with(Options { cache: true, ..Options::default() });
    world.write(
        "cache.lua",
        r#"
        local check = require "std.check"
        local cache = cloud:cache()
        check.equal(tostring(cache), "cache (0 cached, 0 queued)")
        local image = cloud:image "pfsense"
        local function queued() return #cache:refresh().queued_images + #cache:refresh().cached_images end

        for _, one in ipairs { image, image.id, image.name } do
          cache:add(one)
          check.equal(queued(), 1)
          cache:remove(one)
          check.equal(queued(), 0)
        end
        check.equal(cache.queued_images, {}, "a record is a snapshot")

        cache:add(image)
        std.wait(function() return #cache:refresh().cached_images == 1 end, { interval = 0.05, timeout = 20 })
        check.equal(cache:nodes(image), { cloud.endpoint })
        check.equal(cache:refresh().cached_images[1].image_id, image.id)
        check.equal(math.type(cache:refresh().cached_images[1].size), "integer")
        cache:delete { target = "queue" }
        check.equal(#cache:refresh().cached_images, 1)
        cache:delete { target = "cache" }
        check.equal(#cache:refresh().cached_images, 0)
        cache:add(image)
        cache:delete()
        check.equal(queued(), 0)

        cache:clean()
        check.equal(cache:prune(), { total_files_pruned = 0, total_bytes_pruned = 0 })
        check.matches(check.raises("usage", cache.delete, cache, { target = "cahce" }).message, "'cache'")
        check.raises("not_found", cache.add, cache, "no image is called so")
        check.raises("not_found", cache.remove, cache, "00000000-0000-0000-0000-000000000000")
        check.raises("usage", cache.add, cache, 3)
        check.raises("invalid", cache.add, cache, cloud:create_image { name = "queued" })
        "#,
    );
    world.run(&["--os-cloud", "admin", "cache.lua"], &[]).ends(0);
}

#[test]
fn what_writes_or_deletes_does_not_leave_where_only_reads_may() {
    let world = World::with(Options { cache: true, ..Options::default() });
    world.write(
        "writes.lua",
        r#"
        local check = require "std.check"
        local image, cache = cloud:image "pfsense", cloud:cache()
        local calls = {
          cloud_create_image = function() cloud:create_image { name = "x" } end,
          cloud_create_task = function() cloud:create_task { type = "import", input = { import_from = "http://a" } } end,
          image_update = function() image:update { name = "x" } end,
          image_delete = function() image:delete() end,
          image_upload = function() image:upload { data = "x" } end,
          image_import = function() image:import { method = "copy-image", all_stores = true } end,
          image_delete_from_store = function() image:delete_from_store "fast" end,
          image_add_location = function() image:add_location { url = "http://127.0.0.1/x" } end,
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
    assert_eq!(told.unwrap().out.lines().count(), 21);
    let not_read = |line: &&String| !line.starts_with("GET ") && !line.contains("/auth/tokens");
    assert_eq!(requests.iter().filter(not_read).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn whatever_reads_leaves_where_only_reads_may() {
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
