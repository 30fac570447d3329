//! Downloads through the binary, on a sandbox that fails as real clouds do, and with a process that is
//! stopped or killed.

use std::fs;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::world::{World, command, told};

/// Bytes of the image that is downloaded.
const SIZE: usize = 300_000;
/// An image that takes so long that it can be stopped on its way.
const SLOW: &str = "image-download slow=200000 count=1";
const GET: &str = "cloud:image('disk'):download{ file = 'down' }";
const USAGE: i32 = 2;
const REFUSED: i32 = 3;
const BROKEN: i32 = 4;

/// A sandbox with the image `disk` in project A, and its data in the file `up`.
fn world() -> World {
    let world = World::new();
    let data: Vec<u8> = (0..SIZE).map(|place| u8::try_from(place * 7 % 251).unwrap()).collect();
    fs::write(world.path("up"), data).unwrap();
    let create =
        "cloud:create_image{ name = 'disk', disk_format = 'raw', container_format = 'bare', file = 'up' }";
    world.a(&["-e", create]).ends(0);
    world
}

/// From now on these faults strike, and no others.
fn strike(world: &World, faults: &[&str]) {
    world.sandbox().clear_faults();
    for fault in faults {
        world.sandbox().add_fault(fault.parse().unwrap());
    }
}

/// The file is there as it was uploaded, and nothing else of it.
#[track_caller]
fn arrived(world: &World) {
    assert!(fs::read(world.path("down")).unwrap() == fs::read(world.path("up")).unwrap(), "other data");
    nothing_left(world);
    fs::remove_file(world.path("down")).unwrap();
}

#[track_caller]
fn nothing_left(world: &World) {
    for name in ["down.part", "down.part.json"] {
        assert!(!world.path(name).exists(), "{name} is left behind");
    }
}

#[test]
fn download_resumes_after_a_cut_at_any_byte() {
    let world = world();
    for cut in [0, 1, 4095, 65_536, 131_073, SIZE - 1] {
        strike(&world, &[&format!("image-download cut={cut} count=1")]);
        let requests = world.requests_of(|world| drop(world.a(&["-e", GET]).ends(0)));
        let of_data = requests.iter().filter(|line| line.contains("/file"));
        let statuses: Vec<_> = of_data.map(|line| &line[line.len() - 3..]).collect();
        assert_eq!(statuses, ["200", if cut == 0 { "200" } else { "206" }], "cut after {cut} bytes");
        arrived(&world);
    }
}

#[test]
fn download_completes_through_many_cuts_while_it_makes_progress() {
    let world = world();
    strike(&world, &["image-download cut=50000"]);
    let text = "print(#cloud:image('disk'):download())";
    assert_eq!(world.a(&["-e", text]).ends(0).out, format!("{SIZE}\n"));
}

#[test]
fn data_that_stop_coming_are_asked_for_again_from_where_they_stopped() {
    let world = world();
    let get = |world: &World| world.a(&["--timeout", "0.5", "-e", GET]);
    strike(&world, &["image-download stall=100000 count=1"]);
    let requests = world.requests_of(|world| drop(get(world).ends(0)));
    let of_data: Vec<_> = requests.iter().filter(|line| line.contains("/file")).collect();
    assert!(of_data.len() == 2 && of_data[1].ends_with("206"), "{of_data:?}");
    arrived(&world);
    strike(&world, &["image-download stall=100000 count=1", "image-download stall=0 after=1"]);
    get(&world).ends(BROKEN).says(&[
        "unavailable: the answer of 127.0.0.1:",
        "said nothing for 0.5 s; 4 attempts brought nothing after byte 100000",
        "run it again: it goes on with the 97.7 KiB of 293.0 KiB in",
    ]);
    strike(&world, &[]);
    get(&world).ends(0).says(&["disk: going on with 97.7 KiB of 293.0 KiB"]);
    arrived(&world);
}

#[test]
fn a_cloud_that_is_busy_when_the_rest_is_asked_for_is_asked_again() {
    let world = world();
    for busy in
        ["status=503", "status=503 retry-after=0", "status=429 retry-after=0", "status=502", "status=504"]
    {
        strike(
            &world,
            &["image-download cut=100000 count=1", &format!("image-download {busy} after=1 count=2")],
        );
        world.a(&["-e", GET]).ends(0);
        arrived(&world);
    }
}

#[test]
fn a_token_that_ends_on_the_way_is_renewed() {
    let world = world();
    strike(&world, &["image-download cut=100000 count=1", "image-download end-token after=1 count=1"]);
    let requests = world.requests_of(|world| drop(world.a(&["-e", GET]).ends(0)));
    assert!(requests.iter().any(|line| line.ends_with("/file 401")), "{requests:?}");
    arrived(&world);
}

#[test]
fn download_keeps_its_part_when_the_cloud_is_gone_and_resumes() {
    let world = world();
    strike(&world, &["image-download cut=100000 count=1", "image-download cut=0 after=1"]);
    world.a(&["-e", GET]).ends(BROKEN).says(&[
        "unavailable",
        "4 attempts brought nothing after byte 100000",
        "run it again: it goes on with the 97.7 KiB of 293.0 KiB in",
        "down.part",
    ]);
    strike(&world, &[]);
    world.a(&["-e", GET]).ends(0).says(&["disk: going on with 97.7 KiB of 293.0 KiB"]);
    arrived(&world);
}

#[test]
fn download_that_fails_before_the_first_byte_leaves_nothing() {
    let world = world();
    strike(&world, &["image-download status=503 retry-after=1000"]);
    world.a(&["-e", GET]).ends(BROKEN);
    nothing_left(&world);
    strike(&world, &["image-download wrong-hash"]);
    world.a(&["-e", GET]).ends(REFUSED).says(&["integrity"]);
    nothing_left(&world);
}

#[test]
fn download_reports_a_deleted_image_and_completes_a_changed_one() {
    let world = world();
    let script = |change: &str| {
        format!("image = cloud:image('disk'); image:download{{ to = function() {change} end }}")
    };
    world.sandbox().advance(Duration::from_secs(5));
    strike(&world, &["image-download cut=200000 count=1"]);
    let change = script("if not done then done = true image:update{ properties = { seen = 'yes' } } end");
    let told = world
        .a(&["-e", "done = false", "-e", &change, "-e", "print(image:refresh().properties.seen)"])
        .ends(0);
    assert_eq!(told.out, "yes\n");
    strike(&world, &["image-download cut=200000 count=1"]);
    let delete = script("if not done then done = true image:delete() end");
    world
        .a(&["-e", "done = false", "-e", &delete])
        .ends(REFUSED)
        .says(&["not_found", "was deleted during the download"]);
}

#[test]
fn data_for_a_pipe_are_nothing_but_the_data() {
    let world = world();
    let mut child = spawned(&world, "cloud:image('disk'):download{ stdout = true }");
    let mut data = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut data).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(data == fs::read(world.path("up")).unwrap());
    // Whoever reads only the first of them has what they wanted.
    let mut child = spawned(&world, "cloud:image('disk'):download{ stdout = true }");
    child.stdout.take().unwrap().read_exact(&mut [0; 10]).unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn download_checks_its_target_before_the_first_request() {
    let world = world();
    world.write("kept", "mine");
    world.write("foreign.part", "mine");
    fs::create_dir(world.path("folder")).unwrap();
    for (file, words) in [
        ("kept", "is there already"),
        ("foreign", "foreign.part is there, and not from a download like this one"),
        ("folder", "is a folder"),
        ("missing/down", "create its folder first"),
        ("/sys/down", "choose a folder you may write to"),
    ] {
        let get = format!("cloud:image('disk'):download{{ file = '{file}' }}");
        let requests =
            world.requests_of(|world| drop(world.a(&["--trust", "-e", &get]).ends(USAGE).says(&[words])));
        assert!(!requests.iter().any(|line| line.contains("/file")), "{file}: {requests:?}");
    }
    assert_eq!(fs::read_to_string(world.path("foreign.part")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(world.path("kept")).unwrap(), "mine");
}

#[test]
fn download_to_a_full_disk_is_reported_and_leaves_nothing() {
    let world = world();
    let lunette = command(world.path("").as_path()).get_program().to_owned();
    let mut limited = Command::new("bash");
    // The signal of that limit would end the process, which a full disk does not.
    let script = "trap '' XFSZ; ulimit -f 100; exec \"$@\"";
    limited.args(["-c", script, "bash"]).arg(lunette).args([
        "--no-token-cache",
        "--os-cloud",
        "project-a",
        "-e",
        GET,
    ]);
    limited.current_dir(world.path("")).env_clear().env("PATH", "/usr/bin:/bin").env("HOME", world.path(""));
    told(&mut limited).ends(USAGE).says(&["cannot write", "down.part", "too large"]);
    nothing_left(&world);
    world.a(&["-e", GET]).ends(0);
    arrived(&world);
}

#[test]
fn download_refuses_a_file_that_another_one_writes() {
    let world = world();
    strike(&world, &["image-download slow=1000000"]);
    let both = "local task, try = require 'task', require 'std.try'
        local image = cloud:image('disk')
        task.parallel({ 1, 2 }, function()
          local size, err = try(image.download, image, { file = 'down' })
          print(size or err.message:match 'another download')
        end)";
    let told = world.a(&["-e", both]).ends(0);
    assert_eq!(told.out, format!("another download\n{SIZE}\n"));
    arrived(&world);
}

/// A run that is on its way, in project A.
fn spawned(world: &World, code: &str) -> Child {
    let mut command = command(world.path("").as_path());
    command.args(["--os-cloud", "project-a", "-e", code]).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Waits until some of the file is there.
fn wait_for_some(world: &World) {
    let began = Instant::now();
    // Only a full block shows: the file is as long as the image from the start.
    while fs::metadata(world.path("down.part"))
        .map_or(0, |about| std::os::unix::fs::MetadataExt::blocks(&about))
        == 0
    {
        assert!(began.elapsed() < Duration::from_secs(30), "nothing came");
        thread::yield_now();
    }
}

#[test]
fn download_resumes_after_a_killed_run() {
    let world = world();
    strike(&world, &[SLOW]);
    let mut child = spawned(&world, GET);
    wait_for_some(&world);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(world.path("down.part").exists() && !world.path("down").exists());
    world.a(&["-e", GET]).ends(0);
    arrived(&world);
}

#[test]
fn download_resumes_after_an_interrupt_and_says_so() {
    let world = world();
    strike(&world, &[SLOW]);
    let child = spawned(&world, GET);
    wait_for_some(&world);
    let pressed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(pressed.success());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("run it again: it goes on with"), "{said}");
    world.a(&["-e", GET]).ends(0).says(&["disk: going on with"]);
    arrived(&world);
}
