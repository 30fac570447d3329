//! What goes wrong before or between the requests: one clear error, what to do next, the right exit code,
//! nothing lost.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::world::{World, command, told};

const USAGE: i32 = 2;
const REFUSED: i32 = 3;
const BROKEN: i32 = 4;

#[test]
fn no_configuration_at_all_says_where_was_looked() {
    let place = tempfile::tempdir().unwrap();
    told(command(place.path()).arg("list")).ends(USAGE).says(&["config", "clouds.yaml", "openrc"]);
}

#[test]
fn a_broken_clouds_yaml_is_reported_by_file_and_line() {
    let world = World::new();
    world.write("clouds.yaml", "clouds:\n  project-a:\n    auth: [unclosed\n");
    world.a(&["list"]).ends(USAGE).says(&["config", "clouds.yaml:3:11", "unclosed"]);
}

#[test]
fn a_key_of_the_wrong_type_is_reported_by_file_and_key() {
    let world = World::new();
    world.write("clouds.yaml", "clouds:\n  project-a:\n    auth: just-text\n");
    world.a(&["list"]).ends(USAGE).says(&["config", "clouds.yaml", "auth"]);
}

#[test]
fn an_unknown_cloud_names_the_nearest_and_where_was_looked() {
    let world = World::new();
    world.run(&["--os-cloud", "projct-a", "list"], &[]).ends(USAGE).says(&[
        "projct-a",
        "project-a",
        "clouds.yaml",
    ]);
}

#[test]
fn a_wrong_password_is_unauthorized_and_never_shown() {
    let world = World::new();
    let wrong = world.a(&["--os-password", "s3cret-but-wrong", "--no-token-cache", "list"]);
    let told = wrong.ends(REFUSED).says(&["unauthorized", "401"]);
    assert!(!told.err.contains("s3cret-but-wrong"), "{}", told.err);
}

#[test]
fn a_token_that_has_ended_cannot_be_renewed_and_says_so() {
    let world = World::new();
    let auth_url = world.sandbox().auth_url();
    let token = [
        ("OS_AUTH_URL", auth_url.as_str()),
        ("OS_AUTH_TYPE", "token"),
        ("OS_TOKEN", "gAAAAA-ended"),
        ("OS_PROJECT_NAME", "project-a"),
        ("OS_PROJECT_DOMAIN_ID", "default"),
    ];
    fs::remove_file(world.path("clouds.yaml")).unwrap();
    let told = world.run(&["list"], &token).ends(REFUSED).says(&["unauthorized", "token"]);
    assert!(!told.err.contains("gAAAAA-ended"), "{}", told.err);
}

#[test]
fn an_unreachable_endpoint_is_named() {
    let world = World::new();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}/v3");
    world
        .a(&["--os-auth-url", &url, "list"])
        .ends(BROKEN)
        .says(&["unavailable", &format!("127.0.0.1:{port}")]);
}

#[test]
fn a_web_page_in_place_of_keystone_is_seen_for_what_it_is() {
    let world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().take(8) {
            let mut stream = stream.unwrap();
            let mut head = [0; 4096];
            let _ = stream.read(&mut head);
            let page = "<html><head><title>Welcome to our intranet</title></head></html>";
            let length = page.len();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{page}"
            );
        }
    });
    let url = format!("http://127.0.0.1:{port}/v3");
    world.a(&["--os-auth-url", &url, "list"]).ends(USAGE).says(&[
        "config",
        "HTML page titled \"Welcome to our intranet\"",
        &url,
    ]);
}

#[test]
fn an_ambiguous_name_lists_every_id_with_its_date() {
    let world = World::new();
    world.a(&["-e", "for _ = 1, 2 do cloud:create_image{ name = 'twin' } end"]).ends(0);
    let told = world.a(&["share", "twin", "project-b"]).ends(REFUSED).says(&["ambiguous", "20"]);
    let ids = told.err.split_whitespace().filter(|word| word.matches('-').count() == 4).count();
    assert_eq!(ids, 2, "{}", told.err);
}

#[test]
fn share_refuses_an_unverified_project_before_it_changes_anything() {
    let world = World::new();
    let requests = world.requests_of(|world| {
        world.a(&["share", "pfsense", "project-z"]).ends(REFUSED).says(&["not_found", "project-z"]);
    });
    assert!(
        requests.iter().all(|line| !line.starts_with("PATCH") && !line.contains("/members")),
        "{requests:#?}"
    );
}

#[test]
fn an_empty_file_is_refused_and_leaves_no_image() {
    let world = World::new();
    world.write("empty.raw", "");
    let create = "cloud:create_image{ name = 'hollow', disk_format = 'raw', container_format = 'bare', file = 'empty.raw' }";
    world.a(&["-e", create]).ends(USAGE).says(&["usage", "empty.raw"]);
    world.a(&["-e", "assert(not cloud:find_image 'hollow')"]).ends(0);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_wait_for_a_pipe_that_falls_silent_and_leaves_no_image() {
    let world = World::new();
    let pipe = world.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let create = "cloud:create_image{ name = 'hollow', disk_format = 'raw', container_format = 'bare', file = 'pipe' }";
    let mut child = command(&world.path("."));
    let child = child.args(["--os-cloud", "project-a", "-e", create]);
    let child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Held open: the pipe has not come to its end.
    let mut writer = fs::File::options().write(true).open(&pipe).unwrap();
    writer.write_all(b"the beginning").unwrap();
    while !world.sandbox().requests().iter().any(|line| line.starts_with("POST /image/v2/images ")) {
        thread::sleep(Duration::from_millis(10));
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("was deleted again"), "{told}");
    world.a(&["-e", "assert(not cloud:find_image 'hollow')"]).ends(0);
}

#[test]
fn an_interrupt_ends_the_wait_for_a_pipe_that_nobody_writes_to() {
    let world = World::new();
    let pipe = world.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let create = "local _ = cloud.name print 'begun' cloud:create_image{ name = 'hollow', disk_format = 'raw', container_format = 'bare', file = 'pipe' }";
    let mut child = command(&world.path("."));
    let child = child.args(["--os-cloud", "project-a", "-e", create]);
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdout.as_mut().unwrap().read_exact(&mut [0; 6]).unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
    assert!(!world.sandbox().requests().iter().any(|line| line.starts_with("POST /image")));
}

#[test]
fn a_download_target_that_exists_is_left_as_it_is() {
    let world = World::new();
    world.write("disk.qcow2", "precious");
    world
        .a(&["-e", "cloud:image('pfsense'):download{ file = 'disk.qcow2' }"])
        .ends(USAGE)
        .says(&["disk.qcow2", "overwrite = true"]);
    assert_eq!(fs::read_to_string(world.path("disk.qcow2")).unwrap(), "precious");
    assert!(!world.path("disk.qcow2.part").exists());
}

#[test]
fn download_reports_an_unwritable_target_before_the_first_byte() {
    let world = World::new();
    let requests = world.requests_of(|world| {
        let download = "cloud:image('pfsense'):download{ file = 'no/such/folder/disk' }";
        assert_ne!(world.a(&["-e", download]).says(&["no/such/folder"]).code, 0);
    });
    assert!(requests.iter().all(|line| !line.contains("/file")), "{requests:#?}");
}

#[test]
fn data_that_a_script_has_no_room_for_are_not_asked_for() {
    let world = World::new();
    let fill = "fs.write('large', ('x'):rep(20 << 20)); \
                cloud:create_image{ name = 'big', disk_format = 'raw', container_format = 'bare', file = 'large' }";
    world.a(&["-e", fill]).ends(0);
    let requests = world.requests_of(|world| {
        let download = ["--max-memory", "16M", "-e", "cloud:image('big'):download()"];
        world.a(&download).ends(1).says(&["limit: ", "16 MiB", "download{ file", "--max-memory"]);
    });
    assert!(requests.iter().all(|line| !line.contains("/file")), "{requests:#?}");
}

#[test]
fn a_file_outside_the_working_folder_wants_trust() {
    let world = World::new();
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().join("disk");
    let download = format!("cloud:image('pfsense'):download{{ file = '{}' }}", target.display());
    assert_ne!(world.a(&["-e", &download]).says(&["--trust"]).code, 0);
    assert!(!target.exists());
    world.a(&["--trust", "-e", &download]).ends(0);
    assert!(target.exists());
}

#[test]
fn a_closed_pipe_is_success() {
    let world = World::new();
    let mut child = command(&world.path("."))
        .args(["-e", "for i = 1, 100000 do print(i) end"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 2];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success(), "{:?}", output.status);
}

#[test]
fn read_only_refuses_what_would_change_something_before_it_is_sent() {
    let world = World::new();
    let requests = world.requests_of(|world| {
        assert_ne!(world.a(&["--read-only", "share", "pfsense", "project-b"]).says(&["--read-only"]).code, 0);
        world.a(&["--read-only", "-e", "cloud:image('pfsense'):delete()"]).ends(REFUSED).says(&["forbidden"]);
    });
    assert!(
        requests.iter().all(|line| line.starts_with("GET") || line.contains("/auth/tokens")),
        "{requests:#?}"
    );
    world.a(&["--read-only", "list"]).ends(0);
}

#[test]
fn a_script_cannot_send_credentials_elsewhere_unless_it_is_trusted() {
    let world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v3", listener.local_addr().unwrap());
    for key in ["auth_url", "OS-Auth-URL", "image_endpoint_override", "verify"] {
        let connect = format!("require('glance').connect{{ cloud = 'project-a', ['{key}'] = '{url}' }}");
        world.a(&["-e", &connect]).ends(USAGE).says(&[key, "--trust"]);
    }
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "somebody called");
    let auth_url = world.sandbox().auth_url();
    let connect = format!("require('glance').connect{{ cloud = 'project-b', auth_url = '{auth_url}' }}");
    world.a(&["--trust", "-e", &connect]).ends(0);
}

#[test]
fn an_unknown_fault_is_reported_with_the_nearest_name() {
    let place = tempfile::tempdir().unwrap();
    let sandbox = |fault: &str| told(command(place.path()).args(["sandbox", "--fault", fault])).ends(USAGE);
    sandbox("image-downlod status=503").says(&["'image-downlod'", "did you mean image-download?"]);
    sandbox("image-list stutus=503").says(&["'stutus'", "did you mean status?"]);
}

#[test]
fn sandbox_reports_a_damaged_state_and_keeps_it() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("cloud.json"), "{ \"format\": ").unwrap();
    let run = told(command(place.path()).args(["sandbox", "--state", "cloud.json"])).ends(USAGE);
    run.says(&["cloud.json is damaged", "it was left as it is", "--state FILE"]);
    assert_eq!(fs::read_to_string(place.path().join("cloud.json")).unwrap(), "{ \"format\": ");
}

#[test]
fn sandbox_reports_a_port_in_use_with_advice() {
    let place = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let run = told(command(place.path()).args(["sandbox", "--port", &port])).ends(USAGE);
    run.says(&[&format!("port {port} is in use"), "--port"]);
}

/// Runs the binary by a shell that has set a limit of the system's, with no descriptors but the usual three:
/// those that the tests were started with would count too.
fn limited(world: &World, limit: &str, args: &str) -> crate::world::Told {
    let binary = command(&world.path("")).get_program().to_owned();
    let close = "for fd in /proc/$$/fd/*; do fd=${fd##*/}; [ $fd -lt 3 ] || eval \"exec $fd>&-\"; done";
    let mut shell = Command::new("bash");
    shell.current_dir(world.path("")).env_clear().env("HOME", world.path("")).env("PATH", "/usr/bin:/bin");
    shell.args(["-c", &format!("{close}; ulimit {limit}; exec \"$0\" {args}")]).arg(binary);
    told(&mut shell)
}

#[test]
fn a_file_over_the_systems_limit_is_reported() {
    let large = "-e 'fs.write(\"large\", (\"x\"):rep(4 << 20))'";
    limited(&World::new(), "-f 1", large).ends(USAGE).says(&["cannot write large: File too large"]);
}

#[test]
fn a_script_meets_its_limit_before_a_small_address_space_ends() {
    let fill = "-e 'local t = {} for i = 1, 1e9 do t[i] = { i } end'";
    limited(&World::new(), "-v 600000", fill).ends(1).says(&["limit: ", "--max-memory"]);
}

#[test]
fn the_sandbox_needs_few_descriptors_and_names_the_limit_when_they_are_fewer() {
    let world = World::new();
    limited(&world, "-n 8", "--sandbox list").ends(4).says(&["Too many open files", "ulimit"]);
    limited(&world, "-n 32", "--sandbox list").ends(0);
}
