//! By name: however a run ends, no image is left behind unsaid.
//!
//! On the sandbox, and on the real cloud of `LUNETTE_FAULTS_CLOUD` where it is set.

use std::time::Duration;

use super::ground::Ground;
use super::place::{ENDLESS, LONG, Place, Running, fault, on_each_cloud, uploading};
use super::proxy::Harm;

#[test]
fn a_stopped_run_awaits_the_creation_on_its_way_and_removes_the_image() {
    on_each_cloud("on-its-way", |place| {
        for (name, harm) in [
            ("INT", Harm::Delay(400)),
            ("TERM", Harm::SlowAnswer(400)),
            ("HUP", Harm::Delay(400)),
            ("INT", Harm::LateHangUp),
        ] {
            place.proxy.harm(&[fault("create", harm, 1), fault("show", Harm::Delay(400), 1)]);
            let mut running = place.start("cloud:create_image { NAME, data = 'x' }");
            place.proxy.wait_for("create", false, LONG);
            std::thread::sleep(Duration::from_millis(50));
            assert!(running.signal(name));
            let told = running.end().ends(130);
            assert!(place.images().is_empty(), "{harm:?}: {told:?} {:?}", place.images());
            assert!(told.err.contains("was deleted again"), "{harm:?}: {told:?}");
        }
    });
}

#[test]
fn an_image_that_may_still_appear_is_named_and_removed_by_the_next_run() {
    let ground = Ground::sandbox();
    let place = Place::new(&ground, "late");
    // Later than clean-up waits.
    place.proxy.harm(&[fault("create", Harm::Delay(7_000), 1)]);
    let mut running = place.start("cloud:create_image { NAME, data = 'x' }");
    place.proxy.wait_for("create", false, LONG);
    assert!(running.signal("TERM"));
    let told = running.end().ends(130).says(&[
        "got no answer; the cloud may still create it",
        "The next run that changes anything in this project deletes it",
    ]);
    assert!(place.images().is_empty() && !told.err.contains("was deleted"), "{told:?}");
    place.proxy.settle();
    let [(id, _)] = &place.images()[..] else { panic!("it appeared: {:?}", place.images()) };
    assert!(told.err.contains(id.as_str()));
    place.next_run().says(&["was deleted: an earlier run"]);
    assert!(place.images().is_empty());
}

#[test]
fn a_signal_ends_an_upload_and_removes_its_image() {
    on_each_cloud("signals", |place| {
        for name in ["INT", "TERM", "HUP"] {
            let mut running = uploading(place, "");
            // `timeout` sends each signal twice, at once.
            assert!(running.signal(name) && running.signal(name));
            running.end().ends(130).says(&["was deleted again", "interrupted"]);
            assert!(place.images().is_empty(), "{name}");
        }
    });
}

#[test]
fn a_run_that_is_stopped_after_the_data_arrived_keeps_the_image() {
    on_each_cloud("arrived", |place| {
        place.proxy.harm(&[fault("show", Harm::Delay(1_000), 1)]);
        let mut running = place.start("cloud:create_image { NAME, data = 'x' }");
        place.proxy.wait_for("show", false, LONG);
        assert!(running.signal("INT"));
        running.end().ends(130).says(&["was kept, because it has its data"]);
        assert_eq!(place.images().len(), 1);
    });
}

#[test]
fn a_run_that_outlives_its_terminal_goes_on() {
    let ground = Ground::sandbox();
    let place = Place::new(&ground, "nohup");
    place.proxy.harm(&[fault("create", Harm::Delay(300), 1)]);
    let script = place.filled("print(cloud:create_image { NAME, data = 'x' }.status)");
    std::fs::write(place.path("run.lua"), script).unwrap();
    let lunette = env!("CARGO_BIN_EXE_lunette");
    // As a program that starts with a signal ignored.
    let line = format!("trap '' HUP; exec '{lunette}' --os-cloud project-a run.lua");
    let mut command = std::process::Command::new("sh");
    command.current_dir(place.path("")).env_clear().env("HOME", place.path("")).args(["-c", &line]);
    let mut running = Running::of(&mut command);
    place.proxy.wait_for("create", false, LONG);
    assert!(running.signal("HUP"));
    assert_eq!(running.end().ends(0).out, "active\n");
}

#[test]
fn a_second_signal_ends_clean_up_and_names_what_remains() {
    on_each_cloud("twice", |place| {
        place.proxy.harm(&[fault("delete", Harm::Delay(3_000), 9)]);
        let mut running = uploading(place, "");
        let [(id, _)] = &place.images()[..] else { panic!("one image: {:?}", place.images()) };
        assert!(running.signal("INT"));
        place.proxy.wait_for("delete", false, LONG);
        assert!(running.signal("TERM"));
        running.end().ends(130).says(&[id, "was not removed and may still exist without data"]);
    });
}

#[test]
fn a_time_limit_and_a_failing_task_leave_no_image() {
    on_each_cloud("dropped", |place| {
        let endless = ENDLESS.replace("MORE", "");
        for script in [
            format!("print(pcall(task.timeout, 1, function() {endless} end))"),
            format!(
                "print(pcall(task.parallel, {{ 1, 2 }}, function(i) if i == 2 then task.sleep(1) error 'x' end {endless} end))"
            ),
            // Nothing collects a coroutine that a global holds.
            format!(
                "held = coroutine.create(function() {endless} end)
                 print(pcall(task.timeout, 1, function() return coroutine.resume(held) end))"
            ),
            // The creation itself is on its way.
            "print(pcall(task.timeout, 0.02, function() cloud:create_image { NAME } end))".to_owned(),
        ] {
            if script.contains("0.02") {
                place.proxy.harm(&[fault("create", Harm::SlowAnswer(400), 1)]);
            }
            let told = place.script(&script).ends(0);
            assert!(told.out.starts_with("false"), "{told:?}");
            assert!(place.images().is_empty(), "{told:?}");
        }
    });
}

#[test]
fn create_removes_an_image_cut_off_by_a_time_limit_first() {
    let ground = Ground::sandbox();
    let place = Place::new(&ground, "next");
    let endless = ENDLESS.replace("MORE", "");
    let told = place.script(&format!(
        "pcall(task.timeout, 0.5, function() {endless} end)
         local image = cloud:create_image {{ NAME, data = 'next' }}
         for each in cloud:images {{ name = image.name }} do print(each.status) end"
    ));
    assert_eq!(told.ends(0).out, "active\n");
}

#[test]
fn a_killed_run_leaves_its_image_to_the_next_unless_the_caller_chose_the_id() {
    on_each_cloud("killed", |place| {
        let mut running = uploading(place, "");
        running.signal("KILL");
        running.end();
        assert_eq!(place.images().len(), 1);
        place.next_run().says(&["was deleted: an earlier run left it without its data"]);
        assert!(place.images().is_empty());

        let id = uuid::Uuid::new_v4().to_string();
        let mut running = uploading(place, &format!("id = '{id}',"));
        running.signal("KILL");
        running.end();
        let reported = "may have been left without its data by an earlier run";
        place.next_run().says(&[&id, reported]);
        assert!(!place.next_run().err.contains(reported));
        assert_eq!(place.images().len(), 1);
    });
}

#[test]
fn a_run_that_changes_anything_removes_what_a_killed_run_left() {
    on_each_cloud("any-write", |place| {
        let made = place.script("print(cloud:create_image { NAME, data = 'x' }.id)").ends(0).out;
        let id = made.trim();
        for change in ["add_tag 'red'", "update { min_ram = 7 }", "remove_tag 'red'", "delete()"] {
            uploading(place, "").signal("KILL");
            place.proxy.settle();
            assert_eq!(place.images().len(), 2, "{change}");
            // Reading asks for nothing more than before, and neither does what may not write.
            place.proxy.forget();
            let read = format!("print(cloud:image('{id}').id)");
            assert_eq!(place.script(&read).ends(0).out.trim(), id);
            let refused = place.run(&["--read-only", "-e", &format!("cloud:image('{id}'):{change}")]);
            assert_eq!((refused.code, refused.err.contains("was deleted")), (3, false), "{refused:?}");
            assert!(!place.proxy.has_arrived("delete"));
            let told = place.script(&format!("cloud:image('{id}'):{change}")).ends(0);
            let said = "was deleted: an earlier run left it without its data";
            assert_eq!(told.err.matches(said).count(), 1, "{change}: {told:?}");
            assert_eq!(place.images().len(), usize::from(change != "delete()"), "{change}: {told:?}");
        }
    });
}

#[test]
fn a_run_that_only_reads_says_once_what_a_killed_run_left() {
    on_each_cloud("only-reads", |place| {
        uploading(place, "").signal("KILL");
        place.proxy.settle();
        let [(id, _)] = &place.images()[..] else { panic!("one image: {:?}", place.images()) };
        place.proxy.forget();
        let told = place.run(&["--read-only", "list"]).ends(0);
        let said = format!(
            "Image {id} may have been left without its data by an earlier run. The next run that changes"
        );
        assert_eq!(told.err.matches(&said).count(), 1, "{told:?}");
        assert!(!place.run(&["list"]).ends(0).err.contains("earlier run"));
        assert!(!place.proxy.has_arrived("show") && !place.proxy.has_arrived("delete"));
        place.next_run().says(&["was deleted: an earlier run"]);
        assert!(!place.run(&["list"]).ends(0).err.contains("earlier run"));
    });
}

#[test]
fn a_request_that_a_script_writes_itself_removes_what_a_killed_run_left() {
    let ground = Ground::sandbox();
    let place = Place::new(&ground, "raw-write");
    uploading(&place, "").signal("KILL");
    place.proxy.settle();
    let script = "print(pcall(cloud.request, cloud, 'PUT', '/v2/images/1bea/tags/red'))";
    place.script(script).ends(0).says(&["was deleted: an earlier run"]);
    assert!(place.images().is_empty());
}

#[test]
fn a_session_cleans_up_after_each_line_and_at_its_end() {
    let ground = Ground::sandbox();
    let place = Place::new(&ground, "repl");
    let endless = ENDLESS.replace("MORE", "").replace('\n', " ");
    let line = place.filled(&format!("print(pcall(task.timeout, 0.5, function() {endless} end))"));
    let held = place.filled(&format!(
        "held = coroutine.create(function() {endless} end) print(pcall(task.timeout, 0.5, function() return coroutine.resume(held) end))"
    ));
    let count = "print(#cloud:images{ name = 'PREFIX-new' }:collect())".replace("PREFIX", &place.prefix);
    std::fs::write(place.path("lines"), format!("{line}\n{count}\n{held}\n")).unwrap();
    let mut command = place.command(&["repl", "--write", "--yes"]);
    command.stdin(std::fs::File::open(place.path("lines")).unwrap());
    let told = crate::world::told(&mut command).ends(0);
    assert!(told.out.contains("\n0\n"), "{told:?}");
    assert!(place.images().is_empty(), "{told:?}");
}

#[test]
fn a_session_that_is_terminated_cleans_up() {
    for name in ["TERM", "HUP"] {
        let ground = Ground::sandbox();
        let place = Place::new(&ground, "repl-signal");
        let endless = place.filled(&ENDLESS.replace("MORE", "").replace('\n', " "));
        std::fs::write(place.path("lines"), format!("{endless}\n")).unwrap();
        let mut command = place.command(&["repl", "--write", "--yes"]);
        command.stdin(std::fs::File::open(place.path("lines")).unwrap());
        let mut running = Running::of(&mut command);
        place.proxy.wait_for("upload", false, LONG);
        assert!(running.signal(name));
        running.end().ends(130).says(&["was deleted again"]);
        assert!(place.images().is_empty());
    }
}

#[test]
fn a_case_of_a_spec_cleans_up_however_it_ends() {
    let ground = Ground::sandbox();
    let place = Place::new(&ground, "spec");
    let endless = place.filled(&ENDLESS.replace("MORE", "")).replace("cloud:", "t.a:");
    let spec = format!(
        "local task = require 'task'
         return {{ slow = function(t) pcall(task.timeout, 0.5, function() {endless} end) end,
                  late = function(t) {endless} end }}"
    );
    std::fs::write(place.path("one_spec.lua"), spec).unwrap();
    let args = ["test", "--clouds", "project-a,project-b,project-a", "--case-timeout", "1", "one_spec.lua"];
    let told = crate::world::told(crate::world::command(&place.path("")).args(args));
    assert!(place.images().is_empty(), "{told:?}");

    let mut running = Running::of(crate::world::command(&place.path("")).args([
        "test",
        "--clouds",
        "project-a,project-b,project-a",
        "one_spec.lua",
        "--filter",
        "late",
    ]));
    // Longer than a run that has ended would wait before it ends the process.
    place.proxy.harm(&[fault("delete", Harm::Delay(1_500), 1)]);
    place.proxy.wait_for("upload", false, LONG);
    assert!(running.signal("TERM"));
    running.end().ends(130);
    assert!(place.images().is_empty());
}

#[test]
fn an_image_that_cannot_be_deleted_again_is_named_once() {
    let ground = Ground::sandbox();
    let raising = "(function() local n = 0 return function() n = n + 1 if n > 1 then error 'mine' end return 'x' end end)()";
    for data in ["'x'", raising] {
        // A later run from the same folder would name what this one leaves.
        let place = Place::new(&ground, "once");
        place.proxy.harm(&[fault("upload", Harm::Status(400), 9), fault("delete", Harm::Status(403), 9)]);
        let told = place.script(&format!("cloud:create_image {{ NAME, data = {data} }}"));
        assert!(told.code != 0 && told.err.matches("left behind without its data").count() == 1, "{told:?}");
        assert_eq!(told.err.matches("Lunette tried and got").count(), 1, "{told:?}");
        assert_eq!(told.err.contains("mine"), data.contains("mine"));
    }
}

#[test]
fn a_closed_pipe_does_not_keep_an_image() {
    let ground = Ground::sandbox();
    let place = Place::new(&ground, "pipe");
    let endless = ENDLESS.replace("MORE", "");
    std::fs::write(
        place.path("run.lua"),
        place
            .filled(&format!("pcall(task.timeout, 0.5, function() {endless} end) print(('x'):rep(1 << 20))")),
    )
    .unwrap();
    let mut command = place.command(&["run.lua"]);
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
    assert!(place.images().is_empty());
}

#[test]
fn os_exit_leaves_no_image() {
    let ground = Ground::sandbox();
    let place = Place::new(&ground, "exit");
    let endless = ENDLESS.replace("MORE", "");
    let script = place.filled(&format!("pcall(task.timeout, 0.5, function() {endless} end) os.exit(7)"));
    let told = place.run(&["--trust", "-e", &script]).ends(7).says(&["was deleted again"]);
    assert!(place.images().is_empty(), "{told:?}");
}

#[test]
fn a_loop_that_never_lets_go_names_what_remains() {
    let ground = Ground::sandbox();
    let place = Place::new(&ground, "loop");
    let endless = ENDLESS.replace("MORE", "");
    let script =
        format!("pcall(task.timeout, 0.5, function() {endless} end) print 'loops' while true do end");
    let mut running = place.start(&script);
    place.proxy.wait_for("upload", false, LONG);
    std::thread::sleep(Duration::from_secs(1));
    assert!(running.signal("TERM"));
    let told = running.end().ends(130);
    let images = place.images();
    assert!(images.iter().all(|(id, _)| told.err.contains(id.as_str())), "{told:?} {images:?}");
    place.next_run();
    assert!(place.images().is_empty());
}
