//! Long work on a terminal and off it: what shows, and that nothing is left of it.

use std::process::Stdio;

use rexpect::session::{Options, spawn_with_options};

use crate::world::{World, command};

/// Downloads for a second and a half, and prints meanwhile.
const SLOW: &str = r#"
require "sandbox".faults { "image-download slow=2000000" }
local image = cloud:create_image {
  name = "big\27[2J", disk_format = "raw", container_format = "bare", data = ("x"):rep(3000000),
}
task.parallel({ 1, 2 }, function(i)
  image:download { file = "disk" .. i }
  print("have " .. i)
end, { progress = "Fetching" })
print "all"
"#;

/// Takes a second and a half to copy.
const COPIES: &str = r#"
require "sandbox".faults { "image-download slow=2000000" }
local image = cloud:create_image {
  name = "single", disk_format = "raw", container_format = "bare", data = ("x"):rep(3000000),
}
require "std.transfer".copy(image, cloud, { name = "double", method = "stream" })
"#;

/// Receives twice what stops coming after a third.
const STALLS: &str = r#"
local sandbox = require "sandbox"
local image = cloud:create_image {
  name = "big", disk_format = "raw", container_format = "bare", data = ("x"):rep(3000000),
}
sandbox.faults { "image-download stall=1000000 count=1" }
image:download { file = "disk" }
sandbox.faults { "image-download stall=1000000 count=1" }
image:download { to = function() end }
print "all"
"#;

/// Waits a second and a half for an import that hangs.
const HANGS: &str = r#"
require "sandbox".faults { "image-import import=hang" }
local image = cloud:create_image { name = "stuck", disk_format = "raw", container_format = "bare" }
image:stage { data = "some bytes" }
print(try(image.import, image, { method = "glance-direct", wait = 1.5 }))
"#;

/// What a terminal of 100 columns is sent.
fn on_terminal(script: &str, args: &[&str]) -> String {
    let world = World::new();
    world.write("slow.lua", script);
    let mut command = command(&world.path(""));
    command.args(["--sandbox"]).args(args).arg("slow.lua").env("TERM", "xterm").stdin(Stdio::inherit());
    let options = Options::new().timeout_ms(Some(60_000)).strip_ansi_escape_codes(false);
    spawn_with_options(command, options).unwrap().exp_eof().unwrap()
}

#[test]
fn progress_disappears_before_the_result_is_printed() {
    let sent = on_terminal(SLOW, &[]);
    // Escapes of others are shown, not sent.
    let bars = [r"Downloading big\u{1b}[2J", " MiB of 2.9 MiB, ", " MiB/s"];
    for words in bars {
        assert!(sent.contains(words), "{words} is not in {sent:?}");
    }
    for words in ["have 1", "have 2", "all"] {
        let before = &sent[..sent.find(words).unwrap()];
        assert!(before.ends_with(['\n', '\r', 'K']), "{words} stands behind something in {sent:?}");
    }
    assert!(!sent[sent.find("all").unwrap()..].contains("ing"), "{sent:?}");
}

#[test]
fn data_of_another_image_are_copied_and_not_uploaded() {
    let sent = on_terminal(COPIES, &[]);
    assert!(sent.contains("Copying double: ") && !sent.contains("double: 0"), "{sent:?}");
}

#[test]
fn progress_says_that_a_transfer_stalled_until_it_moves_again() {
    let sent = on_terminal(STALLS, &["--timeout", "4"]);
    // Twice: into a file, and to a function.
    assert!(sent.matches(" of 2.9 MiB, 33 %, stalled 3 s").count() >= 2, "{sent:?}");
    assert!(sent.contains("all\r\n"), "{sent:?}");
}

#[test]
fn an_import_that_is_waited_for_shows_by_its_time() {
    let sent = on_terminal(HANGS, &[]);
    assert!(sent.contains("Importing stuck") && sent.contains("1 s"), "{sent:?}");
    assert!(sent.contains("is still importing after 1.5 s"), "{sent:?}");
}

#[test]
fn progress_is_hidden_when_unwanted_or_short() {
    let sent = on_terminal(SLOW, &["--no-progress"]);
    assert!(!sent.contains("ing"), "{sent:?}");
    let world = World::new();
    world.write("slow.lua", SLOW);
    let told = world.run(&["--sandbox", "slow.lua"], &[]).ends(0);
    assert_eq!(told.err, "");
}
