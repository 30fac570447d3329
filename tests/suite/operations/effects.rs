//! Each operation under each limit: what is allowed arrives at the server, and nothing else does.

use std::collections::BTreeSet;

use lunette::sandbox::Options;

use crate::operations::all_operations::{OPERATIONS, effects, operation_of};
use crate::world::World;

/// Does every operation by its typed name, or as a raw request, and ignores what each raises.
const RECIPE: &str = r#"--- Does every operation of the Image API, by its typed name or as a raw request, and ignores what each raises.
local try = require "std.try"

local NOTHING = "00000000-0000-4000-8000-000000000000"

--- The operations by their typed names. Those of one line each need no more than what the test prepares.
local function typed(cloud)
  local image, cache, namespace = cloud:image "pfsense", cloud:cache(), cloud:namespace "Kept"
  local calls = {
    function() cloud:versions() end,
    function() cloud:images():collect() end,
    function() cloud:create_image { name = "made" } end,
    function() image:refresh() end,
    function() image:update { min_ram = 1 } end,
    function() cloud:image("doomed"):delete() end,
    function() image:tasks():collect() end,
    function() image:import { method = "copy-image", all_stores = true } end,
    function() image:delete_from_store "fast" end,
    function() image:deactivate() end,
    function() image:reactivate() end,
    function() image:download() end,
    function() cloud:image("queued-1"):upload { data = "x" } end,
    function() cloud:image("queued-2"):stage { data = "x" } end,
    function() cloud:image("queued-3"):add_location { url = "http://127.0.0.1/x" } end,
    function() image:locations() end,
    function() image:add_tag "x" end,
    function() image:remove_tag "x" end,
    function() image:members():collect() end,
    function() image:add_member "project-b" end,
    function() image:member "project-b" end,
    function() image:accept() end,
    function() image:remove_member "project-b" end,
    function() cloud:tasks():collect() end,
    function() cloud:create_task { type = "import", input = { import_from = "http://a" } } end,
    function() cloud:task(NOTHING) end,
    function() cloud:import_methods() end,
    function() cloud:stores() end,
    function() cloud:stores { detail = true } end,
    function() cloud:usage() end,
    function() cache:refresh() end,
    function() cache:nodes(image) end,
    function() cache:add(image) end,
    function() cache:remove(image) end,
    function() cache:clean() end,
    function() cache:prune() end,
    function() cache:delete() end,
    function() cloud:resource_types() end,
    function() cloud:namespaces():collect() end,
    function() cloud:create_namespace { namespace = "Made" } end,
    function() namespace:refresh() end,
    function() namespace:update { description = "x" } end,
    function() namespace:resource_types():collect() end,
    function() namespace:add_resource_type { name = "OS::Glance::Image" } end,
    function() namespace:remove_resource_type "OS::Nova::Server" end,
    function() namespace:properties():collect() end,
    function() namespace:create_property { name = "q", title = "q", type = "string" } end,
    function() namespace:property("p"):update { title = "new" } end,
    function() namespace:property("p"):delete() end,
    function() namespace:delete_properties() end,
    function() namespace:objects():collect() end,
    function() namespace:create_object { name = "n" } end,
    function() namespace:object("o"):update { description = "new" } end,
    function() namespace:object("o"):delete() end,
    function() namespace:delete_objects() end,
    function() namespace:tags():collect() end,
    function() namespace:create_tag "u" end,
    function() namespace:tag("t"):update { name = "v" } end,
    function() (namespace:tag "v"):delete() end,
    function() (namespace:tag "t"):delete() end,
    function() namespace:create_tags { "w", replace = true } end,
    function() namespace:delete_tags() end,
    function() cloud:namespace("Doomed"):delete() end,
  }
  for name in ("image images member members task tasks"):gmatch "%a+" do
    table.insert(calls, 1, function() cloud:schema(name) end)
  end
  for name in ("namespace namespaces resource_type resource_types property properties object objects tag tags"):gmatch "[%a_]+" do
    table.insert(calls, 1, function() cloud:schema("metadefs/" .. name) end)
  end
  return calls
end

--- The same operations as raw requests, for things that do not exist.
local function raw(cloud, operations)
  local calls = {}
  for method, path in operations:gmatch "(%u+) (%S+) %l+\n" do
    local options = { json = { type = "import", name = "x" } }
    if method == "GET" then
      options = nil
    elseif method == "PATCH" then
      local patch = "application/openstack-images-v2.1-json-patch"
      options = { json = { { op = "add", path = "/os_distro", value = "bsd" } }, media_type = patch }
    elseif method == "DELETE" then
      options = {}
    end
    calls[#calls + 1] = function()
      cloud:request(method, (path:gsub("{[%a_]+}", NOTHING)), options)
    end
  end
  return calls
end

return {
  effects = EFFECTS,
  args = { { "how" }, { "operations" } },
  run = function(cloud, args)
    local calls = args.how == "typed" and typed(cloud) or raw(cloud, args.operations)
    for _, call in ipairs(calls) do
      try(call)
    end
    return {}
  end,
}
"#;

/// The limits, the deepest last.
const LIMITS: [&str; 3] = ["read", "write", "delete"];

/// Recipes that do every operation, each with the limit that it is named for.
fn world() -> World {
    let world = World::with(Options { cache: true, show_locations: true, ..Options::default() });
    for limit in LIMITS {
        let text = RECIPE.replace("EFFECTS", &format!("\"{limit}\""));
        world.write(&format!("recipes/do-{limit}.lua"), &text);
    }
    let things = r#"
        for _, name in ipairs { "doomed", "queued-1", "queued-2", "queued-3" } do cloud:create_image { name = name } end
        cloud:create_namespace { namespace = "Doomed" }
        cloud:create_namespace {
          namespace = "Kept", properties = { p = { title = "p", type = "string" } }, objects = { { name = "o" } },
          tags = { "t" }, resource_type_associations = { { name = "OS::Nova::Server" } },
        }
        cloud:image("pfsense"):update({ visibility = "shared" }):add_member "project-b"
    "#;
    world.run(&["--os-cloud", "admin", "-e", things], &[]).ends(0);
    world
}

/// The operations that arrived, as the table names them.
fn arrived(requests: &[String]) -> BTreeSet<&'static str> {
    requests.iter().filter_map(|line| operation_of(line)).collect()
}

/// The operations up to that effect.
fn up_to(limit: &str) -> BTreeSet<&'static str> {
    let depth = |effect: &str| LIMITS.iter().position(|limit| *limit == effect);
    effects().filter(|(_, effect)| depth(effect) <= depth(limit)).map(|(operation, _)| operation).collect()
}

#[test]
fn each_operation_arrives_only_where_its_effect_is_allowed() {
    for how in ["typed", "raw"] {
        for limit in LIMITS {
            let world = world();
            let requests = world.requests_of(|world| {
                let recipe = format!("do-{limit}");
                world.run(&["--os-cloud", "admin", "--yes", &recipe, how, OPERATIONS], &[]).ends(0);
            });
            let (arrived, expected) = (arrived(&requests), up_to(limit));
            let (missing, extra): (Vec<_>, Vec<_>) =
                (expected.difference(&arrived).collect(), arrived.difference(&expected).collect());
            assert!(
                missing.is_empty() && extra.is_empty(),
                "{how} {limit}: missing {missing:?}, extra {extra:?}"
            );
        }
    }
}

#[test]
fn read_only_beats_what_a_recipe_declares_and_what_a_script_sends() {
    let world = world();
    world.write(
        "raw.lua",
        r#"
        local do_delete = require "recipes.do-delete"
        do_delete.run(cloud, { how = "raw", operations = ... })
        "#,
    );
    let requests = world.requests_of(|world| {
        let run = |args: &[&str]| {
            world.run(&[&["--os-cloud", "admin", "--read-only", "--yes"], args].concat(), &[])
        };
        run(&["do-delete", "raw", OPERATIONS]).ends(3);
        run(&["raw.lua", OPERATIONS]).ends(0);
    });
    assert_eq!(arrived(&requests), up_to("read"));
}

#[test]
fn no_header_path_or_query_of_a_raw_request_makes_it_another() {
    let world = World::new();
    world.write(
        "tricks.lua",
        r#"
        local check = require "std.check"
        local function refused(method, path, options)
          check.raises("usage", function() cloud:request(method, path, options) end)
        end
        for _, name in ipairs { "Content-Length", "content_length", "Transfer-Encoding", "Host", "Connection", "Expect",
            "Authorization", "Cookie", "X-Auth-Token", "x_auth_token", "X-Subject-Token", "X-Roles", "X-HTTP-Method-Override",
            "X-Method-Override", "X-HTTP-Method", "Upgrade", "TE", "Proxy-Connection", " Host", "Host ", "Content-Encoding" } do
          refused("GET", "/v2/images", { headers = { [name] = "1" } })
        end
        for _, value in ipairs { true, {}, print } do refused("GET", "/v2/images", { headers = { ["X-A"] = value } }) end
        refused("GET", "/v2/images", { headers = { "X-A" } })
        refused("GET", "/v2/images", { headers = { ["X-A"] = "a\r\nb" } })
        refused("GET", "/v2/images", { headers = { ["X-A"] = "1", ["x-a"] = "2" } })
        refused("GET", "/v2/images", { body = "GET" })
        refused("HEAD", "/v2/images", { json = {} })
        refused("POST", "/v2/images", { body = "x", media_type = "text/plain\r\nHost: x" })
        refused("POST", "/v2/images", { body = "x", json = {} })
        for _, path in ipairs { "//evil/v2", "/v2/../x", "/v2/%2e%2e/x", "/v2/images/a%2ftags%2fb", "/v2\\x", "/v2#x",
            "http://evil/", "/v2\n", "/v2//images", "/v2/%252e%252e/x" } do
          refused("DELETE", path)
        end
        "#,
    );
    let requests = world.requests_of(|world| {
        world.a(&["--read-only", "tricks.lua"]).ends(0);
    });
    let log_in = "POST /identity/v3/auth/tokens 201";
    assert!(requests.iter().all(|line| line == log_in), "{requests:?}");
}
