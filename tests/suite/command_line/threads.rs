//! Few threads: a clear error, and never a panic.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::world::{World, command, told};

/// A user of no other process: `ulimit -u` counts all of a user.
const NOBODY: &str = "54321";

/// What is run: a script on standard input, and arguments.
const RUNS: [(&str, &str); 9] = [
    ("", "--sandbox list"),
    ("", "list --sandbox"),
    ("", "--os-cloud project-a --no-token-cache list"),
    ("", "recipes"),
    ("", "help list"),
    (
        "local image = cloud:image 'pfsense' image:download { file = 'out.raw', overwrite = true }",
        "--sandbox -",
    ),
    (
        "cloud:create_image { name = 'x', disk_format = 'raw', container_format = 'bare', file = 'disk.raw' }",
        "--sandbox -",
    ),
    ("cloud.name\nlist\ncloud:image 'pfsense'", "--sandbox repl"),
    ("", "test --jobs 2"),
];

#[test]
fn too_few_threads_are_an_error_that_names_the_limit_and_no_panic() {
    let world = World::new();
    let id = Command::new("id").arg("-u").output().unwrap().stdout;
    // Only root can become a user of its own; root itself may have any number of threads.
    if id != b"0\n" || Command::new("setpriv").arg("--version").output().is_err() {
        return;
    }
    let binary = world.path("lunette-copy");
    fs::copy(command(&world.path("")).get_program(), &binary).unwrap();
    world.write("disk.raw", "abc");
    world.write("some_spec.lua", "return { ['a case'] = function(t) t:image() end }");
    // By its name, which has to be looked up.
    let clouds = fs::read_to_string(world.path("clouds.yaml")).unwrap();
    world.write("clouds.yaml", &clouds.replace("127.0.0.1", "localhost"));
    fs::set_permissions(world.path(""), Permissions::from_mode(0o777)).unwrap();
    for (typed, args) in RUNS {
        let mut codes = Vec::new();
        for limit in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20] {
            let line = format!("ulimit -u {limit}; exec ./lunette-copy {args} < typed");
            world.write("typed", typed);
            let mut run = Command::new("setpriv");
            run.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "bash", "-c", &line]);
            run.current_dir(world.path(""))
                .env_clear()
                .env("HOME", world.path(""))
                .env("PATH", "/usr/bin:/bin");
            let ended = told(&mut run);
            let all = format!("{limit} {args} {typed}: {}\n{}{}", ended.code, ended.out, ended.err);
            assert!(!all.contains("panicked") && [0, 1, 4].contains(&ended.code), "{all}");
            // A test that has failed ends the run of the tests with 1.
            if ended.code > 0 {
                assert!(all.contains("no thread can be started") && all.contains("ulimit -u"), "{all}");
            }
            codes.push(ended.code);
        }
        assert_eq!(codes.last(), Some(&0), "{args} {codes:?}");
    }
}
