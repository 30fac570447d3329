//! Callbacks that cannot wait, and finalisers: nothing is sent from them.

use crate::world::{Told, World};

/// Runs a script as project A, and gives the requests other than log-ins and reads.
fn writes(world: &World, options: &[&str], script: &str) -> (Told, Vec<String>) {
    world.write("job.lua", script);
    let before = world.sandbox().requests().len();
    let told = world.a(&[options, &["job.lua"]].concat());
    let requests = world.sandbox().requests().split_off(before);
    let writes = |line: &String| !line.starts_with("GET") && !line.contains("/auth/tokens");
    (told, requests.into_iter().filter(writes).collect())
}

#[test]
fn a_callback_that_cannot_wait_sends_nothing() {
    let world = World::new();
    for callback in [
        "string.gsub('a', 'a', function() image:add_tag 'sent' end)",
        "table.sort({ 1, 2 }, function() image:delete() end)",
        "tostring(setmetatable({}, { __tostring = function() image:delete() end }))",
        "load(function() image:delete() end)",
        "xpcall(error, function() image:delete() end)",
        "table.sort({ 1, 2 }, function() cloud:create_image { name = 'sent' } end)",
        "table.sort({ 1, 2 }, function() image:upload { file = 'job.lua' } end)",
        "table.sort({ 1, 2 }, function() cloud:request('DELETE', '/v2/images/' .. image.id) end)",
        "table.sort({ 1, 2 }, function() recipe.run('unshare', cloud, { image = 'pfsense', all = true }) end)",
    ] {
        let script = format!(
            "local recipe = require 'std.recipe' local image = cloud:image 'pfsense' \
             local ok, err = pcall(function() {callback} end) print(err) task.sleep(0)"
        );
        let (told, writes) = writes(&world, &["--yes"], &script);
        let told = told.ends(0);
        // xpcall and load give the error back; here nobody looks at it.
        let silent = ["xpcall", "load"].iter().any(|name| callback.starts_with(name));
        assert!(silent || told.out.contains("nothing was sent"), "{callback}: {}", told.out);
        assert!(writes.is_empty(), "{callback}: {writes:?}");
    }
}

#[test]
fn a_callback_that_cannot_wait_writes_no_file() {
    let world = World::new();
    let download = "image:download { file = 'sent.raw' }";
    let script = format!(
        "local image = cloud:image 'pfsense' \
         print(pcall(table.sort, {{ 1, 2 }}, function() {download} end)) task.sleep(0)"
    );
    let (told, _) = writes(&world, &[], &script);
    assert!(told.ends(0).out.contains("nothing was sent"));
    assert!(!world.path("sent.raw").exists());
}

#[test]
fn an_iterator_that_could_not_wait_goes_on_afterwards() {
    let world = World::new();
    let script = "local images = cloud:images { name = 'pfsense' } \
                  print(pcall(table.sort, { 1, 2 }, function() return images() end)) \
                  print(images().name)";
    let (told, _) = writes(&world, &[], script);
    let told = told.ends(0);
    assert!(told.out.contains("nothing was sent") && told.out.ends_with("\npfsense\n"), "{}", told.out);
}

#[test]
fn a_finaliser_is_refused_and_with_trust_it_sends_nothing() {
    let world = World::new();
    let finaliser = "local image = cloud:image 'pfsense' \
                     left = setmetatable({}, { __gc = function() image:delete() end })";
    let (told, requests) = writes(&world, &["--yes"], finaliser);
    told.ends(2).says(&["a metatable cannot have '__gc'", "--trust"]);
    assert!(requests.is_empty(), "{requests:?}");
    let (told, requests) = writes(&world, &["--yes", "--trust"], finaliser);
    let told = told.ends(0);
    assert!(!told.err.contains("panicked"), "{}", told.err);
    assert!(requests.is_empty(), "{requests:?}");
}
