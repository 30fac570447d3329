//! `lunette copy` between two clouds that know nothing of each other, as its user sees it.

use std::fmt::Write;
use std::fs;

use lunette::sandbox::{Options, Sandbox};

use crate::world::{Told, World};

/// Makes an image that the other sandbox has not; both have the guide's.
const MAKE: &str =
    "cloud:create_image { name = 'disk', disk_format = 'raw', container_format = 'bare', data = 'x' }";

/// A world whose clouds.yaml has entries of a second sandbox as well, each with `other-` before its name.
fn two() -> (World, Sandbox) {
    let (world, other) = (World::new(), Sandbox::start(Options::default()).unwrap());
    let mut clouds = fs::read_to_string(world.path("clouds.yaml")).unwrap();
    for name in ["project-a", "project-b", "project-a-reader"] {
        clouds += &other.entry(name, &format!("other-{name}")).unwrap();
    }
    world.write("clouds.yaml", &clouds);
    world.a(&["-e", MAKE]).ends(0);
    (world, other)
}

fn id(world: &World) -> String {
    world.a(&["-f", "value", "-e", "cloud:image('disk').id"]).ends(0).out.trim().to_owned()
}

/// The lines of standard error, the image's ID and those of requests left out.
fn said(world: &World, told: &Told) -> String {
    let said = told.err.replace(&id(world), "ID");
    let line = |line: &str| match line.split_once(" (req-") {
        Some((before, _)) => before.to_owned(),
        None => line.to_owned(),
    };
    said.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_copy_is_made_once_and_the_second_run_says_that_it_was_there() {
    let (world, other) = two();
    let copy = ["copy", "disk", "--to", "other-project-a", "-f", "value", "-c", "id", "-c", "status"];
    let first = world.a(&copy).ends(0);
    assert_eq!(first.err, "");
    let id = first.out.lines().next().unwrap().to_owned();
    assert_eq!(first.out, format!("{id}\nactive\n"));
    let before = other.requests().len();
    let again = world.a(&copy).ends(0);
    assert_eq!(again.out, first.out);
    assert_eq!(again.err, format!("nothing to send: an earlier run made this copy, image {id}\n"));
    let requests = other.requests().split_off(before);
    assert!(requests.iter().all(|line| line.starts_with("GET")), "{requests:#?}");
}

#[test]
fn copy_refuses_with_reason_and_advice_before_it_begins() {
    let (world, other) = two();
    world.a(&["share", "disk", "project-c"]).ends(0);
    let before = other.requests().len();
    let mut told = String::new();
    for (args, code) in [
        (["--to", "other-project-a-reader"].as_slice(), 3),
        (&["--to", "other-project-a", "--method", "glance-download"], 2),
        (&["--to", "project-b", "--method", "glance-download"], 2),
        (&["--to", "other-project-a", "--visibility", "public"], 3),
        (&["--to", "other-project-a", "--store", "nope"], 2),
        (&["--to", "other-project-a", "--members", "--visibility", "private"], 2),
        (&["--to", "project-a"], 2),
    ] {
        let run = world.a(&[&["copy", "disk"], args].concat()).ends(code);
        let _ = writeln!(told, "$ copy disk {}\n{}", args.join(" "), said(&world, &run));
    }
    insta::assert_snapshot!(told, @r#"
    $ copy disk --to other-project-a-reader
    lunette: POST /v2/images: 403 forbidden: image ID is not copied to other-project-a-reader: You are not authorized to complete add_image action.
      images are made by members of a project: choose an entry whose user has that role in it
    $ copy disk --to other-project-a --method glance-download
    lunette: usage: image ID is not copied to other-project-a: glance-download cannot do it: by its own Keystone, other-project-a does not see the image in RegionOne
      leave the method out, and the data come through this machine: servers hand an image over only within one Keystone, to a project that sees it
    $ copy disk --to project-b --method glance-download
    lunette: usage: image ID is not copied to project-b: glance-download cannot do it: by its own Keystone, project-b does not see the image in RegionOne
      leave the method out, and the data come through this machine: servers hand an image over only within one Keystone, to a project that sees it
    $ copy disk --to other-project-a --visibility public
    lunette: POST /v2/images: 403 forbidden: image ID is not copied to other-project-a: You are not authorized to complete publicize_image action.
      only an administrator may make an image public; visibility = "community" may do as well
    $ copy disk --to other-project-a --store nope
    lunette: usage: other-project-a has no store 'nope' for data
      it has fast, slow
    $ copy disk --to other-project-a --members --visibility private
    lunette: usage: a copy that is private has no members
      leave visibility out, or members
    $ copy disk --to project-a
    lunette: usage: image ID belongs to project-a already
      name another project by --to, another region by --region, another name by --name, or a --store
    "#);
    let requests = other.requests().split_off(before);
    let writes = requests.iter().filter(|line| !line.starts_with("GET") && !line.contains("/auth/tokens"));
    assert!(writes.clone().all(|line| line.ends_with(" 403")), "{requests:#?}");
    assert_eq!(writes.count(), 2, "the reader's, and the public one");
}

#[test]
fn copy_maps_members_and_names_both_ids_of_an_ambiguous_name() {
    let (world, _other) = two();
    let project = "cloud:request('POST', '/v3/projects', { service = 'identity', json = { project = \
                   { name = 'guests', domain_id = 'default' } } }).body.project.id";
    let guests = world.run(&["--os-cloud", "admin", "-f", "value", "-e", project], &[]).ends(0).out;
    let share = format!(
        "cloud:request('POST', '/v2/images/{}/members', {{ json = {{ member = '{}' }} }}).status",
        id(&world),
        guests.trim()
    );
    world.a(&["-e", &share]).ends(0);
    world
        .a(&["copy", "disk", "--to", "other-project-a", "--members"])
        .ends(3)
        .says(&["a copy in other-project-a cannot be shared with", "another ID: leave members out"]);
    world.a(&["-e", "cloud:create_image { name = 'disk' }"]).ends(0);
    world.a(&["copy", "disk", "--to", "other-project-a"]).ends(3).says(&["2 images are named", "use the ID"]);
}

#[test]
fn a_cloud_that_cannot_be_reached_is_named() {
    let (world, other) = two();
    drop(other);
    let told = world.a(&["copy", "disk", "--to", "other-project-a"]).ends(4);
    told.says(&["/v3/auth/tokens: unavailable", "refuses connections", "auth_url is http://127.0.0.1:"]);
}
