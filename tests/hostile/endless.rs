//! ^C during a download without end, wherever the data go.

use std::fs;
use std::io::{self, Read};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::server::{IMAGE, Server};
use crate::world::command;

#[test]
fn control_c_ends_a_download_without_end_within_a_second_wherever_the_data_go() {
    let server = Server::start("data-endless", "");
    for options in ["{ file = 'x.raw' }", "{ to = function() end }", "", "{ stdout = true }"] {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("clouds.yaml"), server.clouds_yaml()).unwrap();
        let before = downloads(&server);
        let code = format!("cloud:image('{IMAGE}'):download({options})");
        let mut lunette = command(place.path());
        lunette.args(["--os-cloud", "project-a", "--max-memory", "16G", "-e", &code]);
        let mut child = lunette.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        let reading = thread::spawn(move || io::copy(&mut out, &mut io::sink()));
        while downloads(&server) == before {
            assert!(child.try_wait().unwrap().is_none(), "{options}: it ended by itself");
            thread::sleep(Duration::from_millis(3));
        }
        // Some of the data is to be on its way.
        thread::sleep(Duration::from_millis(200));
        let pressed = Instant::now();
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        let code = child.wait().unwrap().code();
        let elapsed = pressed.elapsed();
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        reading.join().unwrap().unwrap();
        assert_eq!(code, Some(130), "{options}: {said}");
        // Beyond the second, what a machine under load takes to start and end a process.
        assert!(elapsed < Duration::from_millis(2500), "{options}: {elapsed:?}");
    }
}

fn downloads(server: &Server) -> usize {
    server.log().iter().filter(|line| line.contains("/file")).count()
}
