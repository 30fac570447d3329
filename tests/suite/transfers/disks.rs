//! Disks that are really full, or read-only: small ones of their own, in a namespace where anybody may mount
//! them.
//!
//! Where a system allows no such namespaces, that is said, and what `downloads` does with limits has to do.

use std::fs;
use std::process::Command;

use crate::world::{Told, World, command, told};

/// Bytes of the image, twice as many as the disk has.
const SIZE: usize = 4 << 20;
/// The disk's options.
const SMALL: &str = "size=2m";

/// What every script begins with: the disk, and `get`, which downloads onto it and tells the exit code.
const BEGIN: &str = r#"
mount -t tmpfs -o "$1" none disk || exit 99
export HOME="$PWD"
lunette() { "$BINARY" --no-token-cache --os-cloud project-a -e "$1"; echo "ends $?"; }
get() { lunette "cloud:image('big'):download{ file = 'disk/down'${1:-} }"; }
left() { ls disk; }
"#;

/// A sandbox with the image `big`, its data in the file `up`, and a folder for the disk.
fn world() -> World {
    let world = World::new();
    let data: Vec<u8> = (0..SIZE).map(|place| u8::try_from(place * 7 % 251).unwrap()).collect();
    fs::write(world.path("up"), data).unwrap();
    fs::create_dir(world.path("disk")).unwrap();
    let create =
        "cloud:create_image{ name = 'big', disk_format = 'raw', container_format = 'bare', file = 'up' }";
    world.a(&["-e", create]).ends(0);
    world
}

/// Runs a script beside a disk with those options, which is gone with it. `None` where that is not allowed
/// here.
#[allow(clippy::print_stderr, reason = "nobody would know otherwise what was not tested")]
fn on_disk(world: &World, options: &str, script: &str) -> Option<Told> {
    let binary = command(&world.path("")).get_program().to_owned();
    // By a shell, for there are systems without that command too.
    let mut shell = Command::new("sh");
    let within = "exec unshare --map-root-user --mount sh -c \"$1\" sh \"$2\"";
    shell.args(["-c", within, "sh", &format!("{BEGIN}{script}"), options]);
    shell.current_dir(world.path("")).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    let told = told(shell.env("BINARY", binary));
    if told.code == 0 {
        return Some(told);
    }
    assert!(told.out.is_empty(), "{told:?}");
    eprintln!("not tested on a disk of its own, which this system does not allow: {}", told.err.trim());
    None
}

#[test]
fn a_full_disk_keeps_the_part_and_the_next_run_resumes() {
    let world = world();
    for ranges in [", ranges = 1", ", ranges = 4", ""] {
        let script = format!(
            "get '{ranges}'; left; get '{ranges}'; left; mount -o remount,size=16m disk; get '{ranges}'; left; cmp up disk/down"
        );
        let Some(told) = on_disk(&world, SMALL, &script) else { return };
        let stays = "ends 2\ndown.part\ndown.part.json\n";
        assert_eq!(told.out, format!("{stays}{stays}{SIZE}\nends 0\ndown\n"), "{ranges}: {}", told.err);
        let told = told.says(&[
            "usage: cannot write ",
            "disk/down.part: No space left on device",
            "make room for ",
            " MiB on the disk, then run it again: it goes on with the ",
            " of 4.0 MiB in ",
            "big: going on with ",
        ]);
        assert_eq!(told.err.matches("going on with").count(), 2, "{}", told.err);
    }
}

#[test]
fn a_full_disk_is_reported_with_the_missing_bytes() {
    let world = world();
    let Some(told) = on_disk(&world, SMALL, "head -c 2m /dev/zero > disk/other; get; left") else { return };
    assert_eq!(told.out, "ends 2\nother\n");
    told.says(&["disk/down.part: No space left on device", "make room for 4.0 MiB on the disk"]);
}

#[test]
fn a_disk_without_inodes_is_reported_and_the_last_one_suffices() {
    let world = world();
    // One of the names is that of the disk itself.
    for (names, code, left) in [(1, 2, ""), (2, 2, ""), (3, 0, "down\n")] {
        let options = format!("size=16m,nr_inodes={names}");
        let Some(told) = on_disk(&world, &options, "get; left") else { return };
        let size = if code == 0 { format!("{SIZE}\n") } else { String::new() };
        assert_eq!(told.out, format!("{size}ends {code}\n{left}"), "{names}: {}", told.err);
        if code > 0 {
            told.says(&["disk/down.part", ": No space left on device", "make room"]);
        }
    }
}

#[test]
fn a_read_only_disk_is_reported_before_the_first_request() {
    let world = world();
    let script = "get; left; mount -o remount,ro disk; get; left";
    let mut told = None;
    let requests = world.requests_of(|world| told = on_disk(world, SMALL, script));
    let Some(told) = told else { return };
    let stays = "ends 2\ndown.part\ndown.part.json\n";
    assert_eq!(told.out, format!("{stays}{stays}"), "{}", told.err);
    told.says(&["Read-only file system", "choose a folder you may write to"]);
    assert_eq!(requests.iter().filter(|line| line.contains("/file")).count(), 1, "{requests:?}");
}

#[test]
fn an_upload_goes_on_where_its_mark_cannot_be_kept_and_says_what_that_means() {
    let world = world();
    let create =
        "cloud:create_image{ disk_format = \"raw\", container_format = \"bare\", file = \"up\" }.size";
    let script = |spoil: &str| {
        format!(
            "{spoil}; export HOME=\"$PWD/disk\"; lunette 'print({create}) print({create})'; find disk -type f"
        )
    };
    for (spoil, words) in [
        ("head -c 2m /dev/zero > disk/other", "No space left on device"),
        ("touch disk/other; mount -o remount,ro disk", "Read-only file system"),
    ] {
        let Some(told) = on_disk(&world, SMALL, &script(spoil)) else { return };
        assert_eq!(told.out, format!("{SIZE}\n{SIZE}\nends 0\ndisk/other\n"), "{}", told.err);
        let told = told.says(&[
            "Cannot write to ",
            "/disk/.local/state/lunette/unfinished (",
            words,
            "if this run is killed, its unfinished images stay in the cloud",
        ]);
        assert_eq!(told.err.lines().count(), 1, "it is said once: {}", told.err);
    }
}
