//! By name: an import or an upload into an image that existed before, and that was cut off, is named with
//! what is known.
//!
//! On the sandbox, and on the real cloud of `LUNETTE_FAULTS_CLOUD` where it is set.

use std::time::{Duration, Instant};

use serde_json::json;

use super::ground::Who;
use super::place::{LONG, Place, fault, on_each_cloud};
use super::proxy::Harm;
use crate::world::Told;

/// Data of which the first part is sent, and the last never comes.
const ENDLESS: &str = "data = function()
    if has_sent then task.sleep(600) end
    has_sent = true
    return 'data'
  end";

/// An image without data.
fn queued(place: &Place<'_>) -> String {
    let name = format!("{}-there", place.prefix);
    let fields = json!({ "name": name, "disk_format": "raw", "container_format": "bare" });
    place.ground.make(Who::Alice, &fields, None)
}

/// The only line that says something of the image.
#[track_caller]
fn only_line<'t>(told: &'t Told, id: &str) -> &'t str {
    let lines: Vec<&str> = told.err.lines().filter(|line| line.contains(id)).collect();
    assert_eq!(lines.len(), 1, "{told:?}");
    lines[0]
}

/// Waits until the image has that status: a real Glance takes a moment to notice that an upload was cut off.
#[track_caller]
fn becomes(place: &Place<'_>, id: &str, status: &str) {
    let end = Instant::now() + LONG;
    loop {
        let image = place.ground.show(Who::Alice, id).unwrap();
        if image["status"] == status {
            return;
        }
        assert!(Instant::now() < end, "it is not {status}: {image}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_signal_during_an_import_says_that_it_may_have_begun() {
    on_each_cloud("import-in-flight", |place| {
        for signal in ["INT", "TERM", "HUP"] {
            let id = queued(place);
            let staged = place.ground.put(Who::Alice, &format!("/v2/images/{id}/stage"), "data");
            assert_eq!(staged.status, 204, "{}", staged.text());
            place.proxy.harm(&[fault("import", Harm::NoAnswer, 1)]);
            let mut running =
                place.start(&format!("cloud:image('{id}'):import {{ method = 'glance-direct' }}"));
            place.proxy.wait_for("import", true, LONG);
            assert!(running.signal(signal));
            let told = running.end().ends(130);
            let said =
                "may have begun in cloud project-a: the work was stopped before the cloud confirmed it.";
            assert_eq!(
                only_line(&told, &id),
                format!("Import into image {id} {said} Look: cloud:image(\"{id}\"):tasks()")
            );
            assert!(place.proxy.has_done("import"));
            becomes(place, &id, "active");
        }
    });
}

#[test]
fn a_signal_during_an_upload_says_that_the_image_has_none_of_the_data() {
    on_each_cloud("upload-in-flight", |place| {
        for (call, operation, name) in [("upload", "upload", "Upload"), ("stage", "stage", "Staging")] {
            let id = queued(place);
            place.proxy.forget();
            let mut running =
                place.start(&format!("has_sent = false cloud:image('{id}'):{call} {{ {ENDLESS} }}"));
            place.proxy.wait_for(operation, false, LONG);
            assert!(running.signal("INT"));
            let told = running.end().ends(130);
            let said = "was cut off before all data were sent: the image has none of them.";
            assert_eq!(
                only_line(&told, &id),
                format!("{name} to image {id} in cloud project-a {said} Look: cloud:image(\"{id}\").status")
            );
            place.proxy.settle();
            becomes(place, &id, "queued");
            assert!(!place.proxy.has_done(operation));
        }
    });
}

#[test]
fn a_signal_after_all_data_were_sent_says_that_the_upload_may_have_been_carried_out() {
    on_each_cloud("upload-sent", |place| {
        for (call, name, status) in [("upload", "Upload", "active"), ("stage", "Staging", "uploading")] {
            let id = queued(place);
            place.proxy.harm(&[fault(call, Harm::NoAnswer, 1)]);
            let mut running = place.start(&format!("cloud:image('{id}'):{call} {{ data = 'data' }}"));
            place.proxy.wait_for(call, true, LONG);
            assert!(running.signal("TERM"));
            let told = running.end().ends(130);
            let said = format!("{name} to image {id} may have been carried out in cloud project-a");
            assert!(only_line(&told, &id).contains(&said), "{told:?}");
            assert!(place.proxy.has_done(call));
            becomes(place, &id, status);
        }
    });
}

#[test]
fn an_upload_that_is_answered_in_the_end_is_not_named() {
    on_each_cloud("upload-known", |place| {
        let id = queued(place);
        place.proxy.harm(&[]);
        let told = place.script(&format!(
            "has_sent = false
             local image = cloud:image '{id}'
             print(pcall(task.parallel, {{ 1, 2 }}, function(i)
               if i == 1 then image:upload {{ {ENDLESS} }} end
               while not has_sent do task.sleep(0.01) end
               error 'mine'
             end))
             print(image:upload {{ data = 'data' }}.status)"
        ));
        let told = told.ends(0);
        assert!(told.out.starts_with("false") && told.out.contains("mine"), "{told:?}");
        assert!(told.out.ends_with("active\n") && !told.err.contains("cut off"), "{told:?}");
    });
}

#[test]
fn an_upload_or_import_that_was_refused_is_not_named() {
    on_each_cloud("upload-refused", |place| {
        for (operation, call) in
            [("upload", "upload { data = 'x' }"), ("import", "import { method = 'glance-direct' }")]
        {
            let id = queued(place);
            place.proxy.harm(&[fault(operation, Harm::Status(400), 1)]);
            let told = place.script(&format!("cloud:image('{id}'):{call}"));
            assert!(place.proxy.has_arrived(operation) && told.code != 0, "{told:?}");
            assert!(!told.err.contains("may have") && !told.err.contains("cut off"), "{told:?}");
        }
    });
}

#[test]
fn an_import_whose_answer_is_lost_is_named_by_the_error() {
    on_each_cloud("import-lost", |place| {
        let id = queued(place);
        place.proxy.harm(&[fault("import", Harm::Status(500), 9)]);
        let told = place.script(&format!("cloud:image('{id}'):import {{ method = 'glance-direct' }}"));
        let told = told.ends(4);
        let said = format!("import into image {id} may have begun");
        assert_eq!(told.err.matches(&said).count(), 1, "{told:?}");
    });
}
