//! By name: the mark of an image that an error names stays until somebody has seen that error.
//!
//! On the sandbox, and on the real cloud of `LUNETTE_FAULTS_CLOUD` where it is set.

use super::place::{LONG, Place, Running, fault, on_each_cloud};
use super::proxy::Harm;

/// What the next run says of an image that an earlier one left.
const REPORTED: &str = "may have been left without its data by an earlier run";

/// The files that mark images.
fn marks(place: &Place<'_>) -> Vec<String> {
    let folder = std::fs::read_dir(place.path(".local/state/lunette/unfinished"));
    folder.into_iter().flatten().map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

/// A creation with an ID of the caller's whose answer is lost, so that nobody can tell who made the image.
fn creation(place: &Place<'_>) -> (String, String) {
    place.proxy.harm(&[fault("create", Harm::LateHangUp, 1)]);
    let id = uuid::Uuid::new_v4().to_string();
    let script = place.filled(&format!("cloud:create_image {{ id = '{id}', NAME, data = 'x' }}"));
    (id, script)
}

/// Starts a script that catches the error of the creation, and goes on.
fn going_on(place: &Place<'_>, creation: &str) -> Running {
    let script = format!(
        "print(pcall(function() {creation} end)) pcall(cloud.request, cloud, 'GET', '/v2/then') task.sleep(600)"
    );
    let running = place.start(&script);
    place.proxy.wait_for("then", true, LONG);
    running
}

#[test]
fn a_killed_run_leaves_the_mark_of_an_image_whose_error_was_not_shown() {
    on_each_cloud("unshown-killed", |place| {
        let (id, script) = creation(place);
        let mut running = going_on(place, &script);
        assert_eq!(marks(place).len(), 1);
        // Another run leaves it alone as long as this one lives.
        assert!(!place.next_run().err.contains(&id));
        assert!(running.signal("KILL"));
        running.end();
        let told = place.next_run().says(&[&id, REPORTED]);
        assert_eq!(told.err.matches(&id).count(), 1, "{told:?}");
        assert!(!place.next_run().err.contains(&id) && marks(place).is_empty());
        assert!(place.images().iter().any(|(image, status)| *image == id && status == "queued"));
    });
}

#[test]
fn an_interrupted_run_names_an_image_whose_error_was_not_shown() {
    on_each_cloud("unshown-stopped", |place| {
        for signal in ["INT", "TERM", "HUP"] {
            let (id, script) = creation(place);
            let mut running = going_on(place, &script);
            assert!(running.signal(signal));
            let told = running.end().ends(130).says(&["cannot tell whether it created it"]);
            assert_eq!(told.err.lines().filter(|line| line.contains(&id)).count(), 1, "{told:?}");
            assert!(marks(place).is_empty());
        }
    });
}

#[test]
fn a_run_that_has_shown_its_error_leaves_no_mark() {
    on_each_cloud("shown-error", |place| {
        let (id, script) = creation(place);
        place.script(&script).ends(4).says(&[&id]);
        assert!(marks(place).is_empty());
        let (_, script) = creation(place);
        place.script(&format!("pcall(function() {script} end)")).ends(0);
        assert!(marks(place).is_empty(), "the error was the script's to report");
        let (_, script) = creation(place);
        let script = format!("pcall(function() {script} end) os.exit(7)");
        place.run(&["--trust", "-e", &script]).ends(7);
        assert!(marks(place).is_empty());
    });
}

#[test]
fn a_session_that_has_shown_its_errors_leaves_no_mark() {
    on_each_cloud("shown-repl", |place| {
        let (id, script) = creation(place);
        std::fs::write(place.path("lines"), format!("{script}\nprint 'then'\n")).unwrap();
        let mut command = place.command(&["repl", "--write", "--yes"]);
        command.stdin(std::fs::File::open(place.path("lines")).unwrap());
        let told = crate::world::told(&mut command);
        assert!(told.err.contains(&id), "{told:?}");
        assert!(marks(place).is_empty());
        assert!(!place.next_run().err.contains(&id));
    });
}
