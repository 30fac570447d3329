//! Uploads as a person starts them: from a pipe, from a terminal, interrupted, killed. The rest is in
//! tests/specs.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use lunette::sandbox::{Options, Quota};

use crate::world::{Told, World, command};

const USAGE: i32 = 2;
const REFUSED: i32 = 3;

/// Creates an image named `piped` from standard input.
const PIPED: &str = r#"
local image = cloud:create_image {
  name = "piped", disk_format = "raw", container_format = "bare", stdin = true,
}
print(image.size, image.os_hash_value)
"#;

/// Tells what images of that name there are.
fn images(world: &World, name: &str) -> String {
    world
        .a(&["-e", &format!("for image in cloud:images{{ name = '{name}' }} do print(image.status) end")])
        .ends(0)
        .out
}

/// A run in the world's folder as project A, with that standard input.
fn piped(world: &World, args: &[&str], data: &[u8]) -> Told {
    let mut command = command(&world.path(""));
    command.args(["--os-cloud", "project-a"]).args(args);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may have refused and gone by now.
    let _ = child.stdin.take().unwrap().write_all(data);
    let output = child.wait_with_output().unwrap();
    Told {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap_or(-1),
    }
}

#[test]
fn create_uploads_from_standard_input() {
    let world = World::new();
    world.write("pipe.lua", PIPED);
    let data = vec![7; 3 << 20];
    let told = piped(&world, &["pipe.lua"], &data).ends(0);
    assert!(told.out.starts_with("3145728\t"), "{}", told.out);
    assert_eq!(images(&world, "piped"), "active\n");
}

#[test]
fn an_empty_pipe_is_refused_and_creates_nothing() {
    let world = World::new();
    world.write("pipe.lua", PIPED);
    let requests = world.requests_of(|world| {
        piped(world, &["pipe.lua"], b"").ends(USAGE).says(&["standard input is empty", "allow_empty"]);
    });
    assert!(!requests.iter().any(|line| line.starts_with("POST /image")), "{requests:?}");
}

#[test]
fn a_script_that_comes_by_the_pipe_itself_cannot_read_data_from_it() {
    let world = World::new();
    for args in [&["run", "-"][..], &[], &["repl"]] {
        let told = piped(&world, args, b"cloud:create_image{ name = 'piped', stdin = true }\n");
        told.says(&["the script itself came by standard input", "lunette FILE.lua < DATA"]);
    }
    assert_eq!(images(&world, "piped"), "");
}

#[test]
fn a_terminal_is_no_source_of_data() {
    let world = World::new();
    world.write("pipe.lua", PIPED);
    // Not as everywhere here: its standard input is to be the terminal's.
    let mut typed = Command::new(assert_cmd::cargo::cargo_bin("lunette"));
    typed.current_dir(world.path("")).env_clear().env("HOME", world.path("")).stdin(Stdio::inherit());
    typed.args(["--os-cloud", "project-a", "pipe.lua"]);
    let mut terminal = rexpect::session::spawn_command(typed, Some(30_000)).unwrap();
    terminal.exp_string("standard input is a terminal").unwrap();
    assert_eq!(images(&world, "piped"), "");
}

#[test]
fn a_named_pipe_is_read_once_and_verified() {
    let world = World::new();
    assert!(Command::new("mkfifo").arg(world.path("fifo")).status().unwrap().success());
    let (fifo, code) = (
        world.path("fifo"),
        "cloud:create_image{ disk_format = 'raw', container_format = 'bare', file = 'fifo' }.size",
    );
    let writing = std::thread::spawn(move || std::fs::write(fifo, vec![7; 1 << 20]).unwrap());
    assert_eq!(world.a(&["-e", code]).ends(0).out, "1048576\n");
    writing.join().unwrap();
}

#[test]
fn upload_to_a_full_server_is_reported_and_leaves_no_image() {
    let world = World::new();
    world.write("disk", &"x".repeat(64 << 20));
    let code =
        "cloud:create_image{ name = 'big', disk_format = 'raw', container_format = 'bare', file = 'disk' }";
    world.sandbox().add_fault("image-upload stall=1000000".parse().unwrap());
    world.a(&["--timeout", "0.5", "-e", code]).ends(4).says(&[
        "unavailable: the image was created, and deleted again without its data: 127.0.0.1:",
        "took no more of the data for 0.5 s, after ",
        "wait longer with --timeout",
    ]);
    assert_eq!(images(&world, "big"), "");
}

#[test]
fn upload_over_quota_is_reported_and_leaves_no_image() {
    let quota = Quota { image_size_total_mib: 1, ..Quota::default() };
    let world = World::with(Options { quota, ..Options::default() });
    world.write("disk", &"x".repeat(64 << 20));
    let code =
        "cloud:create_image{ name = 'big', disk_format = 'raw', container_format = 'bare', file = 'disk' }";
    world.a(&["-e", code]).ends(REFUSED).says(&["413 limit", "deleted again", "ask the cloud's operators"]);
    assert_eq!(images(&world, "big"), "");
}

/// Starts an upload that never ends into an image named `begun`, and waits until it is under way.
fn begin(world: &World, options: &str) -> Child {
    let code = "local sent = false
        cloud:create_image { name = 'begun', disk_format = 'raw', container_format = 'bare', data = function()
          if sent then print 'under way' task.sleep(600) end
          sent = cloud:images({ name = 'begun', status = 'saving' }):first() ~= nil
          return 'data'
        end, OPTIONS }";
    let mut command = command(&world.path(""));
    command.args(["--os-cloud", "project-a", "-e", &code.replace("OPTIONS", options)]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "under way\n");
    child
}

#[test]
fn an_interrupted_create_leaves_no_image() {
    let world = World::new();
    let child = begin(&world, "");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(String::from_utf8(output.stderr).unwrap().contains("was deleted again"));
    assert_eq!(images(&world, "begun"), "");
}

#[test]
fn the_next_create_deletes_the_image_of_a_killed_one() {
    let world = World::new();
    let mut child = begin(&world, "");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(images(&world, "begun").lines().count(), 1);
    // A run of another project's, and one that only looks, change nothing.
    let create = "cloud:create_image{ name = 'next', disk_format = 'raw', container_format = 'bare', data = 'abc' }.size";
    world.b(&["-e", create]).ends(0);
    assert_eq!(images(&world, "begun").lines().count(), 1);
    world.a(&["-e", create]).ends(0);
    assert_eq!(images(&world, "begun"), "");
    assert_eq!(images(&world, "next"), "active\n");
}

#[test]
fn a_resumable_create_survives_a_kill_but_not_an_interrupt() {
    let world = World::new();
    let mut child = begin(&world, "resumable = true");
    child.kill().unwrap();
    child.wait().unwrap();
    let create = "cloud:create_image{ name = 'next', disk_format = 'raw', container_format = 'bare', data = 'abc' }.size";
    world.a(&["-e", create]).ends(0);
    let delete = "for image in cloud:images{ name = 'begun' } do image:delete() end";
    assert_eq!(images(&world, "begun").lines().count(), 1);
    world.a(&["-e", delete]).ends(0);
    let child = begin(&world, "resumable = true");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
    assert_eq!(images(&world, "begun"), "");
}
