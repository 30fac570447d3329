//! By name: what exists is kept, whatever goes wrong.
//!
//! On the sandbox, and on the real cloud of `LUNETTE_FAULTS_CLOUD` where it is set.

use serde_json::json;

use super::ground::{Snapshot, Who};
use super::place::{LONG, Place, fault, on_each_cloud, uploading};
use super::proxy::Harm;

/// An image that exists.
fn there(place: &Place<'_>, fields: &serde_json::Value, data: Option<&str>) -> (String, Snapshot) {
    let mut all = json!({ "name": format!("{}-there", place.prefix), "disk_format": "raw", "container_format": "bare" });
    for (key, value) in fields.as_object().unwrap() {
        all[key] = value.clone();
    }
    let id = place.ground.make(Who::Alice, &all, data);
    let snapshot = place.ground.snapshot(Who::Alice, &id).unwrap();
    (id, snapshot)
}

fn is_as_before(place: &Place<'_>, id: &str, before: &Snapshot) -> bool {
    place.ground.snapshot(Who::Alice, id).is_some_and(|now| now.is_like(before, false))
}

#[test]
fn create_image_keeps_an_existing_image_whatever_answer_is_lost() {
    on_each_cloud("existing", |place| {
        for (fields, data) in [
            (json!({}), Some("precious data")),
            (json!({}), None),
            (json!({ "protected": true }), Some("precious data")),
        ] {
            let (id, before) = there(place, &fields, data);
            for harm in
                [Harm::HangUp, Harm::LateHangUp, Harm::Status(502), Harm::LateStatus(504), Harm::Delay(10)]
            {
                for what in ["", "data = 'mine'", "data = 'mine', import = { method = 'glance-direct' }"] {
                    place.proxy.harm(&[fault("create", harm, 4)]);
                    let told = place.script(&format!("cloud:create_image {{ id = '{id}', NAME, {what} }}"));
                    assert!([3, 4].contains(&told.code), "{harm:?} {what}: {told:?}");
                    assert!(told.err.contains(&id), "{harm:?} {what}: {told:?}");
                    assert!(is_as_before(place, &id, &before), "{harm:?} {what}: {told:?}");
                }
            }
        }
    });
}

#[test]
fn a_run_that_is_stopped_keeps_an_existing_image() {
    on_each_cloud("stopped", |place| {
        let (id, before) = there(place, &json!({}), Some("precious data"));
        for name in ["INT", "TERM", "HUP", "KILL"] {
            place.proxy.harm(&[fault("create", Harm::SlowAnswer(300), 1)]);
            let mut running =
                place.start(&format!("cloud:create_image {{ id = '{id}', NAME, data = 'mine' }}"));
            place.proxy.wait_for("create", true, LONG);
            assert!(running.signal(name));
            let told = running.end();
            assert_eq!(told.code, if name == "KILL" { -1 } else { 130 }, "{told:?}");
            place.proxy.settle();
            place.next_run();
            assert!(is_as_before(place, &id, &before), "{name}: {told:?}");
        }
    });
}

#[test]
fn a_recipe_that_may_only_write_deletes_no_existing_image() {
    on_each_cloud("recipe", |place| {
        let (id, before) = there(place, &json!({}), Some("precious data"));
        std::fs::create_dir_all(place.path("recipes")).unwrap();
        let recipe = format!(
            "--- Creates.\nreturn {{ effects = 'write', run = function(cloud)\n return cloud:create_image {{ id = '{id}', \
             NAME, data = 'mine' }} end }}"
        );
        std::fs::write(place.path("recipes/remake.lua"), place.filled(&recipe)).unwrap();
        place.proxy.harm(&[fault("create", Harm::LateStatus(502), 1)]);
        let told = place.run(&["remake"]).ends(3);
        assert!(is_as_before(place, &id, &before), "{told:?}");
    });
}

#[test]
fn a_planted_mark_deletes_nothing_and_is_named_once() {
    on_each_cloud("planted", |place| {
        let (id, before) = there(place, &json!({ "protected": true }), None);
        let folder = place.path(".local/state/lunette/unfinished");
        // A mark of this run's own shows what one looks like.
        let mut running = uploading(place, "");
        let real = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
        let text = std::fs::read_to_string(&real).unwrap();
        running.signal("INT");
        running.end();
        let older = format!("{} {}", place.proxy.url, place.ground.project(Who::Alice));
        for planted in [text, older, "{}".into()] {
            std::fs::write(folder.join(&id), planted).unwrap();
            place.next_run().says(&[&id, "is not a valid note of an unfinished image"]);
            assert!(is_as_before(place, &id, &before));
            assert_eq!(place.next_run().err, "");
        }
    });
}
