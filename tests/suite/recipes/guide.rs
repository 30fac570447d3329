//! The guide by recipes, through the binary: what is printed, what is asked of the cloud, and that it may be
//! repeated.

use lunette::sandbox::Options;

use crate::world::World;

/// The value of one column of one row.
fn value(world: &World, args: &[&str]) -> String {
    world.a(&[args, &["-f", "value"]].concat()).ends(0).out.trim().to_string()
}

#[test]
fn one_line_shares_and_accepts_and_says_so() {
    let world = World::new();
    let told = world.run(&["--sandbox", "share", "pfsense", "project-b", "--accept"], &[]).ends(0);
    assert!(told.out.contains("accepted"), "{}", told.out);
    let told =
        world.run(&["--sandbox", "share", "pfsense", "project-b", "--accept", "-f", "json"], &[]).ends(0);
    let rows: serde_json::Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(rows[0]["status"], "accepted");
    assert_eq!(rows.as_array().unwrap().len(), 1);
}

#[test]
fn a_second_run_changes_nothing_and_ends_well() {
    let world = World::new();
    let first = world.a(&["share", "pfsense", "project-b", "--accept", "-f", "json"]).ends(0).out;
    let requests = world.requests_of(|world| {
        assert_eq!(world.a(&["share", "pfsense", "project-b", "--accept", "-f", "json"]).ends(0).out, first);
    });
    let changes: Vec<_> = requests
        .iter()
        .filter(|line| !line.starts_with("GET") && !line.contains("/auth/tokens") && !line.ends_with(" 409"))
        .collect();
    assert!(changes.is_empty(), "{changes:#?}");
}

#[test]
fn the_guide_takes_six_image_requests_and_two_log_ins() {
    let world = World::new();
    let id = value(&world, &["list", "-c", "id"]);
    let requests = world.requests_of(|world| {
        world.a(&["--no-token-cache", "share", &id, "project-b", "--accept"]).ends(0);
        world.a(&["list", "--members", &id]).ends(0);
    });
    let logins = requests.iter().filter(|line| line.contains("/auth/tokens")).count();
    let image = requests.iter().filter(|line| line.contains(" /image/")).count();
    assert_eq!((image, logins), (6, 2), "{requests:#?}");
}

#[test]
fn both_sides_see_it_come_and_go() {
    let world = World::new();
    world.a(&["share", "pfsense", "project-b"]).ends(0);
    let offers = world.b(&["list", "--offers", "-f", "json"]).ends(0).out;
    let offers: serde_json::Value = serde_json::from_str(&offers).unwrap();
    assert_eq!(offers[0]["name"], "pfsense");
    assert_eq!(offers[0]["member_status"], "pending");
    world.b(&["accept", "pfsense"]).ends(0);
    assert!(
        world
            .b(&["-e", "print(cloud:images{ name = 'pfsense' }:first().status)"])
            .ends(0)
            .out
            .contains("active")
    );
    let shared = world.a(&["list", "--shared", "-f", "value", "-c", "member_status"]).ends(0).out;
    assert_eq!(shared.trim(), "accepted");
    world.a(&["unshare", "pfsense", "project-b", "--yes"]).ends(0).says(&["project-b", "will lose"]);
    assert_eq!(world.b(&["list", "--offers", "-f", "json"]).ends(0).out.trim(), "[]");
}

#[test]
fn unshare_asks_first_and_without_anybody_to_ask_changes_nothing() {
    let world = World::new();
    world.a(&["share", "pfsense", "project-b"]).ends(0);
    world.a(&["unshare", "pfsense", "--all"]).ends(2).says(&["--yes"]);
    assert!(world.a(&["list", "--members", "pfsense"]).ends(0).out.contains("pending"));
    world.a(&["unshare", "pfsense", "--all", "--yes"]).ends(0);
}

#[test]
fn unshare_names_the_servers_that_run_from_the_image() {
    let world = World::with(Options { compute: true, ..Options::default() });
    world.a(&["share", "pfsense", "project-b", "--accept"]).ends(0);
    let told = world.a(&["unshare", "pfsense", "project-b", "--yes"]).ends(0).says(&["fw-1"]);
    assert!(told.out.contains('1'), "{}", told.out);
}

#[test]
fn unshare_says_aloud_where_servers_could_not_be_checked() {
    let world = World::new();
    world.a(&["share", "pfsense", "project-b", "--accept"]).ends(0);
    world.a(&["unshare", "pfsense", "project-b", "--yes"]).ends(0).says(&["could not be checked"]);
}

#[test]
fn share_that_fails_half_way_reports_progress_and_a_second_run_finishes() {
    let world = World::new();
    world.a(&["-e", "cloud:image('pfsense'):update{ visibility = 'shared' }"]).ends(0);
    // 127 members leave room for one more.
    let fill = "local i = cloud:image 'pfsense' for n = 1, 127 do i:add_member(('%032x'):format(n)) end";
    world.a(&["-e", fill]).ends(0);
    let told = world.a(&["share", "pfsense", "project-b", "project-c"]).ends(3);
    let told = told.says(&["limit", "done: project-b", "not done: project-c"]);
    assert!(told.out.is_empty(), "{}", told.out);
    world.a(&["-e", "cloud:image('pfsense'):remove_member(('%032x'):format(1))"]).ends(0);
    world.a(&["share", "pfsense", "project-b", "project-c"]).ends(0);
}

#[test]
fn an_unknown_column_does_not_hide_what_was_done() {
    let world = World::new();
    let told =
        world.a(&["share", "pfsense", "project-b", "-c", "stauts"]).ends(2).says(&["did you mean status?"]);
    assert!(told.out.contains("pending"), "{}", told.out);
}
