//! By name: a change or a deletion that was cut off is named once, with what is not known.
//!
//! On the sandbox, and on the real cloud of `LUNETTE_FAULTS_CLOUD` where it is set.

use serde_json::json;

use super::ground::Who;
use super::in_flight::Case;
use super::place::{LONG, Place, fault, on_each_cloud};
use super::proxy::Harm;
use crate::world::Told;

/// One change of each kind, each possible once.
fn cases(place: &Place<'_>) -> Vec<Case> {
    let prefix = &place.prefix;
    let make = |more: &str| {
        let name = format!("{prefix}-{more}");
        let fields = json!({
            "name": name, "disk_format": "raw", "container_format": "bare", "visibility": "shared", "tags": ["red"],
        });
        place.ground.make(Who::Alice, &fields, Some("data"))
    };
    let (image, shared, doomed) = (make("there"), make("shared"), make("doomed"));
    let project = place.ground.project(Who::Bob);
    for id in [&image, &shared] {
        let member = json!({ "member": project });
        let path = format!("/v2/images/{id}/members");
        assert_eq!(place.ground.ask(Who::Alice, "POST", &path).json(&member).send().status, 200);
    }
    let space = json!({
        "namespace": format!("{prefix}-space"), "tags": [{ "name": "t" }, { "name": "u" }],
        "properties": { "p": { "title": "P", "type": "string" } },
    });
    let answer = place.ground.ask(Who::Admin, "POST", "/v2/metadefs/namespaces").json(&space).send();
    assert_eq!(answer.status, 201, "{}", answer.text());
    let case = |operation, script: String, name: String| Case { operation, script, name };
    let within = |call: &str| {
        format!("(require 'glance'.connect 'admin'):namespace '{prefix}-space':{call}")
            .replace("PREFIX", prefix)
    };
    let space = format!("namespace {prefix}-space");
    vec![
        case(
            "update",
            format!("cloud:image('{image}'):update {{ min_ram = 7 }}"),
            format!("Update of image {image}"),
        ),
        case("delete", format!("cloud:image('{doomed}'):delete()"), format!("Deletion of image {doomed}")),
        case("act", format!("cloud:image('{image}'):deactivate()"), format!("Deactivation of image {image}")),
        case(
            "untag",
            format!("cloud:image('{image}'):remove_tag 'red'"),
            format!("Removal of tag red of image {image}"),
        ),
        case(
            "answer",
            format!("(require 'glance'.connect 'project-b'):image('{shared}'):accept()"),
            format!("Update of member {project} of image {shared}"),
        ),
        case(
            "unshare",
            format!("cloud:image('{image}'):remove_member '{project}'"),
            format!("Removal of member {project} of image {image}"),
        ),
        case("redefine", within("update { description = 'd' }"), format!("Update of {space}")),
        case(
            "redefine",
            within("property 'p':update { title = 'Q' }"),
            format!("Update of property p of {space}"),
        ),
        case("redefine", within("tag 't':delete()"), format!("Deletion of tag t of {space}")),
        case("redefine", within("delete()"), format!("Deletion of {space}")),
    ]
}

/// Fails unless exactly one line names the change.
#[track_caller]
fn is_named_once(told: &Told, case: &Case) {
    let said = format!("{} may have been carried out in cloud ", case.name);
    assert_eq!(told.err.matches(&said).count(), 1, "{said}: {told:?}");
    assert_eq!(told.err.matches("may ").count(), 1, "{said}: {told:?}");
}

/// What the other tests here show for some operations then holds for all.
#[test]
fn every_request_to_glance_leaves_by_the_function_that_lists_writes() {
    let mut folders = vec![std::path::PathBuf::from("src/glance")];
    let mut senders = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if ["session.send(", "session().send("]
                .iter()
                .any(|call| std::fs::read_to_string(&path).unwrap().contains(call))
            {
                senders.push(path.file_name().unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    senders.sort();
    assert_eq!(senders, ["dispatch.rs"]);
}

#[test]
fn a_signal_during_a_change_names_it_once() {
    on_each_cloud("changes-signal", |place| {
        for (case, signal) in cases(place).iter().zip(["INT", "TERM", "HUP"].into_iter().cycle()) {
            place.proxy.harm(&[fault(case.operation, Harm::SlowAnswer(1_000), 1)]);
            let mut running = place.start(&case.script);
            place.proxy.wait_for(case.operation, true, LONG);
            assert!(running.signal(signal), "{}", case.name);
            is_named_once(&running.end().ends(130), case);
            assert!(place.proxy.has_done(case.operation), "{}", case.name);
        }
    });
}

#[test]
fn a_time_limit_during_a_change_names_it_once_unless_it_is_made_in_the_end() {
    on_each_cloud("changes-limit", |place| {
        for case in cases(place) {
            place.proxy.harm(&[fault(case.operation, Harm::NoAnswer, 1)]);
            let cut_off = format!(
                "print(pcall(task.parallel, {{ 1, 2 }}, function(i)
                   if i == 2 then cloud:request('GET', '/v2/after') error 'x' end
                   {}
                 end))",
                case.script
            );
            place.proxy.harm(&[
                fault(case.operation, Harm::NoAnswer, 1),
                fault("after", Harm::After(case.operation), 1),
            ]);
            is_named_once(&place.script(&cut_off).ends(0), &case);
        }
    });
    on_each_cloud("changes-made", |place| {
        let cases = cases(place);
        for case in cases.iter().filter(|case| ["update", "act", "answer"].contains(&case.operation)) {
            place.proxy.harm(&[
                fault(case.operation, Harm::NoAnswer, 1),
                fault("after", Harm::After(case.operation), 1),
            ]);
            let script = format!(
                "local function work() {} end
                 print(pcall(task.parallel, {{ 1, 2 }}, function(i)
                   if i == 2 then cloud:request('GET', '/v2/after') error 'x' end
                   work()
                 end))
                 work()",
                case.script
            );
            assert_eq!(place.script(&script).ends(0).err, "", "{}", case.name);
        }
    });
}

#[test]
fn a_change_that_was_answered_is_not_named() {
    on_each_cloud("changes-answered", |place| {
        for case in cases(place) {
            place.proxy.harm(&[]);
            assert_eq!(place.script(&case.script).ends(0).err, "", "{}", case.name);
            assert!(place.proxy.has_done(case.operation), "{}", case.name);
        }
    });
}

#[test]
fn a_change_whose_answer_is_an_error_is_named_by_that_error_alone() {
    on_each_cloud("changes-refused", |place| {
        let cases = cases(place);
        let case = &cases[0];
        for status in [400, 500, 504] {
            place.proxy.harm(&[fault("update", Harm::Status(status), 9)]);
            let told = place.script(&case.script);
            assert!(told.code != 0 && !told.err.contains("the work was stopped"), "{told:?}");
        }
    });
}
