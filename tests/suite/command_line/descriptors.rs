//! Few file descriptors, and standard streams that are closed.

use std::process::Command;

use crate::world::{Told, World, command, told};

/// Runs a line of bash in which `$0` is the binary, with no descriptors but the usual three.
fn shell(world: &World, line: &str) -> Told {
    let binary = command(&world.path("")).get_program().to_owned();
    let close = "for fd in /proc/$$/fd/*; do fd=${fd##*/}; [ $fd -lt 3 ] || eval \"exec $fd>&-\"; done";
    let mut shell = Command::new("bash");
    shell.current_dir(world.path("")).env_clear().env("HOME", world.path("")).env("PATH", "/usr/bin:/bin");
    shell.args(["-c", &format!("{close}\n{line}")]).arg(binary);
    told(&mut shell)
}

#[test]
fn too_few_descriptors_are_an_error_that_names_the_limit() {
    let world = World::new();
    world.write("disk.raw", "abc");
    let runs = [
        "\"$0\" --sandbox list",
        "\"$0\" list --sandbox",
        "\"$0\" --sandbox -e 'print(1)'",
        "echo 1 | \"$0\" --sandbox repl",
        "\"$0\" --sandbox -e 'cloud:image(\"pfsense\"):download { file = \"out.raw\", overwrite = true }'",
        "\"$0\" --sandbox -e 'cloud:create_image { name = \"x\", disk_format = \"raw\", container_format = \"bare\", \
         file = \"disk.raw\" }'",
        "\"$0\" --os-cloud project-a list",
        "\"$0\" recipes",
    ];
    for inherited in ["", "exec 3</dev/null 4</dev/null 5</dev/null 6</dev/null 7</dev/null 8</dev/null; "] {
        for run in runs {
            let mut codes = Vec::new();
            for limit in [10, 12, 15, 18, 21, 24, 27, 30, 33, 40] {
                let ended = shell(&world, &format!("{inherited}ulimit -n {limit}; {run}"));
                codes.push(ended.code);
                match ended.code {
                    0 => {}
                    // What the shell itself cannot open is not this binary's.
                    _ if ended.err.contains(": line ") || ended.err.contains("pipe error") => {}
                    4 => drop(ended.says(&["Too many open files", "ulimit -n"])),
                    code => panic!("{limit} {inherited}{run}: {code}\n{}", ended.err),
                }
            }
            assert!(codes.contains(&4) && codes.last() == Some(&0), "{inherited}{run}: {codes:?}");
        }
    }
}

#[test]
fn closed_output_is_an_error_where_something_was_to_be_printed() {
    let world = World::new();
    for (run, code) in [
        ("\"$0\" -e 'print(1)' >&-", 1),
        ("\"$0\" -e 'return 1' >&-", 2),
        ("\"$0\" -e 'print(1)' 1</dev/null", 1),
        ("\"$0\" -e 'print(1)' 0<&- 1>&- 2>&-", 1),
        ("\"$0\" -e 'print(1)' > /dev/full", 1),
        ("\"$0\" -e 'return 1' > /dev/full", 2),
        ("\"$0\" --help >&-", 2),
        ("\"$0\" help >&-", 2),
        ("\"$0\" -h >&-", 2),
        ("\"$0\" help list >&-", 2),
        ("\"$0\" --sandbox list >&-", 2),
        ("\"$0\" --sandbox -e 'cloud:image(\"pfsense\"):download { stdout = true }' >&-", 2),
        ("\"$0\" -e 'local x = 1' >&-", 0),
        ("\"$0\" -e 'print(1)' 2>&-", 0),
        ("\"$0\" -e 'print(1)' <&-", 0),
        ("\"$0\" -e 'print(1)' > /dev/null", 0),
        ("\"$0\" -e 'print(1)' 1<> /dev/null", 0),
    ] {
        let ended = shell(&world, run).ends(code);
        if code != 0 && !run.contains("2>&-") {
            ended.says(&[if run.contains("full") {
                "No space left"
            } else {
                "standard output cannot be written"
            }]);
        }
    }
}

#[test]
fn no_message_gets_into_a_file_where_the_streams_are_closed() {
    let world = World::new();
    let run = |line: &str| shell(&world, line).code;
    let download = "local n = cloud:image(\"pfsense\"):download { file = \"out.raw\" }";
    assert_eq!(run(&format!("\"$0\" --sandbox -v --debug -e '{download}' <&- >&- 2>&-")), 0);
    let whole = std::fs::read(world.path("out.raw")).unwrap();
    assert!(whole.starts_with(b"QFI") && whole.len() == 262_144, "{} bytes", whole.len());
    assert_eq!(run("\"$0\" -e 'fs.write(\"a.txt\", \"a\") io = 1 error(\"no\")' <&- >&- 2>&-"), 1);
    assert_eq!(std::fs::read_to_string(world.path("a.txt")).unwrap(), "a");
}

#[test]
fn a_sandbox_whose_files_may_not_grow_is_an_error_that_names_the_limit() {
    let world = World::new();
    for run in ["\"$0\" --sandbox list", "\"$0\" list --sandbox", "\"$0\" sandbox"] {
        shell(&world, &format!("ulimit -f 1; {run}")).ends(4).says(&["File too large", "ulimit -f"]);
    }
}
