//! The stock recipes in states that surprise: what they refuse, what they leave alone, and what they say.

use std::fs;

use crate::world::World;

/// The IDs of the sandbox's projects.
const A: &str = "81a6b099ae4f4f1ebe3b483842eab373";
const B: &str = "35c9f3f0a6d54d0c8e4b7d1f2a90bab3";

/// Adds an entry to clouds.yaml: project B's, with these lines in place of its region.
fn with_entry(world: &World, name: &str, lines: &[&str]) {
    let clouds = fs::read_to_string(world.path("clouds.yaml")).unwrap();
    let start = clouds.find("  project-b:\n").unwrap();
    let end = clouds.find("  project-c:\n").unwrap();
    let lines = format!("    {}\n", lines.join("\n    "));
    let entry = clouds[start..end].replacen("project-b:", &format!("{name}:"), 1);
    let entry = entry.replace("    region_name: RegionOne\n", &lines);
    world.write("clouds.yaml", &format!("{clouds}{entry}"));
}

/// Makes the first entry of project B log in no more.
fn forget_password_of_b(world: &World) {
    let clouds = fs::read_to_string(world.path("clouds.yaml")).unwrap();
    let (known, lost) = ("username: bob\n      password: secret", "username: bob\n      password: lost");
    world.write("clouds.yaml", &clouds.replacen(known, lost, 1));
}

/// The requests that are neither reads nor log-ins.
fn writes(requests: &[String]) -> Vec<&String> {
    let writes = |line: &&String| !line.starts_with("GET") && !line.contains("/auth/tokens");
    requests.iter().filter(writes).collect()
}

#[test]
fn an_image_is_not_shared_with_its_own_project() {
    let world = World::new();
    let requests = world.requests_of(|world| {
        for own in ["project-a", "project-a-appcred", A] {
            world.a(&["share", "pfsense", own, "project-b"]).ends(2).says(&[own, "owns image"]);
        }
    });
    assert!(writes(&requests).is_empty(), "{requests:#?}");
}

#[test]
fn a_project_that_is_named_twice_is_one() {
    let world = World::new();
    let told = world.a(&["share", "pfsense", "project-b", B, "-f", "jsonl"]).ends(0);
    assert_eq!(told.out.lines().count(), 1, "{}", told.out);
    let told = world.b(&["accept", "pfsense", "pfsense", "-f", "jsonl"]).ends(0);
    assert_eq!(told.out.lines().count(), 1, "{}", told.out);
}

#[test]
fn an_empty_reference_is_a_mistake_in_the_command_line() {
    let world = World::new();
    world.a(&["share", "pfsense", "project-b"]).ends(0);
    for args in [
        ["share", "pfsense", ""].as_slice(),
        &["share", "", "project-b"],
        &["unshare", "pfsense", "", "--yes"],
        &["accept", "--all", "--from", ""],
    ] {
        world.a(args).ends(2).says(&["is empty"]);
    }
}

#[test]
fn an_entry_of_another_region_accepts_in_the_region_of_the_image() {
    let world = World::new();
    with_entry(&world, "b-elsewhere", &["region_name: Elsewhere"]);
    let told = world.a(&["share", "pfsense", "b-elsewhere", "--accept"]).ends(0);
    assert!(told.out.contains("accepted"), "{}", told.out);
}

#[test]
fn an_entry_that_cannot_log_in_gives_way_to_the_next() {
    let world = World::new();
    with_entry(&world, "b-again", &["region_name: RegionOne"]);
    forget_password_of_b(&world);
    let told = world.a(&["share", "pfsense", B, "--accept"]).ends(0);
    assert!(told.out.contains("accepted"), "{}", told.out);
    world.a(&["share", "pfsense", "project-b"]).ends(3).says(&["unauthorized", "entry 'project-b'"]);
}

#[test]
fn a_name_that_two_entries_have_for_two_projects_is_ambiguous() {
    let world = World::new();
    world.write(
        "twin.lua",
        r#"
        local function ask(method, path, json)
          return cloud:request(method, "/v3" .. path, { service = "identity", json = json }).body
        end
        local domain = ask("POST", "/domains", { domain = { name = "Other" } }).domain.id
        local project = { name = "project-b", domain_id = domain }
        local id = ask("POST", "/projects", { project = project }).project.id
        local bob = ask("GET", "/users?name=bob").users[1].id
        local role = ask("GET", "/roles?name=member").roles[1].id
        ask("PUT", ("/projects/%s/users/%s/roles/%s"):format(id, bob, role))
        print(id)
        "#,
    );
    let twin = world.run(&["--os-cloud", "admin", "twin.lua"], &[]).ends(0).out;
    let clouds = fs::read_to_string(world.path("clouds.yaml")).unwrap();
    let (start, end) = (clouds.find("  project-b:\n").unwrap(), clouds.find("  project-c:\n").unwrap());
    let entry = clouds[start..end].replacen("project-b:", "twin:", 1);
    let entry = entry.replace("project_domain_name: Default", "project_domain_name: Other");
    let entry = entry.replace(&format!("      project_id: {B}\n"), "");
    world.write("clouds.yaml", &format!("{}{entry}", clouds.replace("  project-b:\n", "  bee:\n")));
    let told = world.a(&["share", "pfsense", "project-b"]).ends(3);
    told.says(&["2 projects are named 'project-b'", twin.trim(), B]);
    world.a(&["share", "pfsense", B]).ends(0);
}

#[test]
fn an_entry_whose_token_is_for_another_project_than_it_says_is_no_entry_of_that_project() {
    let world = World::new();
    let clouds = fs::read_to_string(world.path("clouds.yaml")).unwrap();
    let clouds = clouds.replace("  project-b:\n", "  bee:\n").replace(
        "    auth_type: v3applicationcredential\n    auth:\n",
        "    auth_type: v3applicationcredential\n    auth:\n      project_name: project-b\n",
    );
    world.write("clouds.yaml", &clouds);
    let told = world.a(&["share", "pfsense", "project-b"]).ends(0);
    assert!(told.out.contains(B) && !told.out.contains(A), "{}", told.out);
    let told = world.run(&["--os-cloud", "project-a-appcred", "list"], &[]).ends(2);
    told.says(&["the token is for project project-a", "not for project project-b", "leave project_name out"]);
}

#[test]
fn share_that_fails_before_accepting_says_what_was_done() {
    let world = World::new();
    let keys = ["image_endpoint_override: http://127.0.0.1:1", "connect_retries: 0"];
    with_entry(&world, "b-cut-off", &keys);
    let told = world.a(&["share", "pfsense", "project-c", "b-cut-off", "--accept"]).ends(4);
    told.says(&[
        "127.0.0.1:1 refuses connections",
        "done: image made shared, project-c accepted, b-cut-off pending; not done: b-cut-off",
    ]);
    world.a(&["share", "pfsense", "project-c", "project-b", "--accept"]).ends(0);
}

#[test]
fn a_share_whose_answer_is_lost_claims_neither_that_it_was_done_nor_that_it_was_not() {
    let world = World::new();
    world.a(&["share", "pfsense", "project-c"]).ends(0);
    let script = |fault: &str, recipe: &str| {
        format!(
            "require 'sandbox'.faults {{ '{fault}' }}
             local ok, e = pcall(require 'std.recipe'.run, {recipe})
             print(e.message)
             require 'sandbox'.faults {{}}"
        )
    };
    let share = "'share', cloud, { image = 'pfsense', project = { 'project-b', 'project-c' } }";
    let lost = script("member-create status=500 late count=9", share);
    let told = world.run(&["--sandbox", "-e", &lost], &[]).ends(0).out;
    assert!(told.contains("; not known: project-b; not done: project-c"), "{told}");
    assert!(!told.contains("nothing was done"), "{told}");
}

#[test]
fn a_share_that_is_refused_does_not_say_that_it_made_the_image_shared() {
    let world = World::new();
    let told = world.run(&["--os-cloud", "project-a-reader", "share", "pfsense", "project-b"], &[]);
    assert!(!told.err.contains("is now shared"), "{}", told.err);
    assert_ne!(told.code, 0);
}

#[test]
fn list_tells_a_member_that_it_sees_only_its_own_row() {
    let world = World::new();
    world.a(&["share", "pfsense", "project-b", "project-c", "--accept"]).ends(0);
    let told = world.b(&["list", "--members", "pfsense"]).ends(0);
    let told =
        told.says(&["only its owner sees all members of image pfsense", "project project-b's own row"]);
    assert!(told.out.contains(B), "{}", told.out);
    for told in [
        world.a(&["list", "--members", "pfsense"]),
        world.run(&["--os-cloud", "admin", "list", "--members", "1bea47ed-f6a9-463b-b423-14b9cca9ad27"], &[]),
    ] {
        assert!(!told.ends(0).err.contains("only its owner"));
    }
}

#[test]
fn a_copy_names_the_properties_that_it_does_not_get() {
    let world = World::new();
    let add = "cloud:image('pfsense'):update{ properties = { instance_uuid = 'x', user_id = 'y', os_distro = 'bsd' } }";
    world.a(&["-e", add]).ends(0);
    let told = world.a(&["copy", "pfsense", "--to", "project-b"]).ends(0);
    told.says(&[
        "is copied without what is valid in its source's cloud only: base_image_ref, ",
        "instance_uuid",
    ]);
    world
        .a(&["-e", "cloud:image('pfsense'):update{ properties = { cinder_encryption_key_id = 'x' } }"])
        .ends(0);
    let told = world.a(&["copy", "pfsense", "--to", "project-c"]).ends(3);
    told.says(&["its data are encrypted", "cinder_encryption_key_id", "--without cinder_encryption_key_id"]);
}

#[test]
fn share_names_who_may_share_an_image_of_another_project() {
    let world = World::new();
    world.a(&["share", "pfsense", "project-b", "--accept"]).ends(0);
    let told = world.b(&["share", "pfsense", "project-c"]).ends(3);
    let told = told.says(&["forbidden", "nothing was done", "only the project that owns the image"]);
    assert!(!told.err.contains("again"), "{}", told.err);
    world.b(&["unshare", "pfsense", "project-b", "--yes"]).ends(3).says(&["a member can but reject"]);
}

#[test]
fn a_hidden_image_is_among_what_is_shared_and_can_be_accepted() {
    let world = World::new();
    world.a(&["-e", "cloud:image('pfsense'):update{ os_hidden = true }"]).ends(0);
    world.a(&["share", "pfsense", "project-b"]).ends(3).says(&["found by its ID only"]);
    let id = world.a(&["-e", "cloud:images({ os_hidden = true }):first().id"]).ends(0).out;
    let id = id.trim().trim_matches('"');
    world.a(&["share", id, "project-b"]).ends(0);
    assert!(world.a(&["list", "--shared"]).ends(0).out.contains(id));
    for name in [id, "pfsense"] {
        assert!(world.b(&["accept", name]).ends(0).out.contains("accepted"));
    }
}

#[test]
fn an_administrator_is_offered_only_what_is_offered_to_it() {
    let world = World::new();
    let admin = |args: &[&str]| world.run(&[&["--os-cloud", "admin"], args].concat(), &[]).ends(0).out;
    world.a(&["share", "pfsense", "project-b"]).ends(0);
    assert_eq!(admin(&["list", "--offers", "-f", "json"]).trim(), "[]");
    assert_eq!(admin(&["accept", "--all", "-f", "json"]).trim(), "[]");
    world.a(&["share", "pfsense", "admin"]).ends(0);
    assert_eq!(admin(&["list", "--offers", "-f", "value", "-c", "member_status"]).trim(), "pending");
    admin(&["accept", "--all"]);
    assert_eq!(admin(&["list", "--offers", "-f", "value", "-c", "member_status"]).trim(), "accepted");
}

#[test]
fn accepting_all_that_is_pending_takes_two_listings_and_one_request_an_image() {
    let world = World::new();
    world.a(&["share", "pfsense", "project-b"]).ends(0);
    let requests = world.requests_of(|world| drop(world.b(&["accept", "--all"]).ends(0)));
    let image = requests.iter().filter(|line| line.contains(" /image/")).count();
    assert_eq!(image, 3, "{requests:#?}");
}

#[test]
fn accept_all_and_list_offers_find_hidden_images_too() {
    let world = World::new();
    world.a(&["share", "pfsense", "project-b"]).ends(0);
    world.a(&["-e", "cloud:image('pfsense'):update { os_hidden = true }"]).ends(0);
    let offers =
        |world: &World| world.b(&["list", "--offers", "-f", "value", "-c", "member_status"]).ends(0).out;
    assert_eq!(offers(&world).trim(), "pending");
    world.b(&["accept", "--all"]).ends(0);
    assert_eq!(offers(&world).trim(), "accepted");
}

#[test]
fn unshare_tells_a_failed_log_in_from_missing_credentials() {
    let world = World::new();
    world.a(&["share", "pfsense", "project-b"]).ends(0);
    // Project B has an entry for each region.
    for _ in 0..2 {
        forget_password_of_b(&world);
    }
    let told = world.a(&["--no-token-cache", "unshare", "pfsense", "--all", "--yes"]).ends(0);
    told.says(&["could not be checked", "entry 'project-b'", "wrong password"]);
}

#[test]
fn members_of_an_image_that_is_not_shared_are_explained() {
    let world = World::new();
    world.a(&["unshare", "pfsense", "project-b"]).ends(3).says(&["forbidden", "shared again"]);
}

#[test]
fn list_passes_over_an_image_that_is_deleted_meanwhile() {
    let script = r#"
local function images(list)
  return function() return table.remove(list, 1) end
end
local function image(name, collect)
  return { id = name, name = name, members = function() return { collect = collect } end }
end
local kept = image("kept", function() return { { member_id = "b", status = "pending" } } end)
local kind = ...
local gone = image("gone", function() std.fail(kind, "gone") end)
local cloud = { images = function(_, query) return images(query.os_hidden and {} or { gone, kept }) end }
for _, row in ipairs((require "stock.list".run(cloud, { shared = true }))) do
  print(row.id, row.member_id, row.member_status)
end
"#;
    let world = World::new();
    world.write("job.lua", script);
    world.a(&["recipes", "export", "stock"]).ends(0);
    let told = world.a(&["job.lua", "not_found"]).ends(0);
    assert_eq!(told.out, "kept\tb\tpending\n");
    world.a(&["job.lua", "forbidden"]).ends(3).says(&["forbidden: gone"]);
}

#[test]
fn copy_goes_to_another_region_or_project_once_and_nowhere_twice() {
    let world = World::new();
    let shown = ["-f", "value", "-c", "id", "-c", "name", "-c", "status"];
    let first = world.a(&[&["copy", "pfsense", "--region", "RegionTwo"][..], &shown].concat()).ends(0);
    assert!(first.out.ends_with("\npfsense\nactive\n"), "{}", first.out);
    let again = world.a(&[&["copy", "pfsense", "--region", "RegionTwo"][..], &shown].concat()).ends(0);
    assert_eq!(again.out, first.out);
    let named =
        ["copy", "pfsense", "--to", "project-b", "--name", "mine", "--method", "stream", "--store", "slow"];
    let other = world.a(&[&named[..], &["-f", "value", "-c", "name", "-c", "stores"]].concat()).ends(0);
    assert_eq!(other.out, "mine\nslow\n");
    world.a(&["copy", "pfsense"]).ends(2).says(&["belongs to project-a already", "--to"]);
}
