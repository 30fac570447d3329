//! By name: a member, tag, task or definition whose creation was cut off is named once, and removed by
//! nobody.
//!
//! On the sandbox, and on the real cloud of `LUNETTE_FAULTS_CLOUD` where it is set.

use serde_json::json;

use super::ground::Who;
use super::place::{LONG, Place, TASK, fault, on_each_cloud};
use super::proxy::{Fault, Harm};
use crate::world::Told;

/// A write: the operation, its script, and how messages name it or its object.
pub(super) struct Case {
    pub(super) operation: &'static str,
    pub(super) script: String,
    pub(super) name: String,
}

/// One creation of each kind, in a namespace and on an image that exist.
fn cases(place: &Place<'_>) -> Vec<Case> {
    let prefix = &place.prefix;
    let fields =
        json!({ "name": format!("{prefix}-there"), "disk_format": "raw", "container_format": "bare" });
    let image = place.ground.make(Who::Alice, &fields, None);
    let space = json!({ "namespace": format!("{prefix}-space") });
    let answer = place.ground.ask(Who::Admin, "POST", "/v2/metadefs/namespaces").json(&space).send();
    assert_eq!(answer.status, 201);
    let case = |operation, script: String, name: String| Case { operation, script, name };
    let admin = "local admin = require 'glance'.connect 'admin'";
    let within = |call: &str| format!("{admin} admin:namespace '{prefix}-space':{call}");
    let project = place.ground.project(Who::Bob);
    vec![
        case(
            "add",
            format!("cloud:image('{image}'):add_member '{project}'"),
            format!("Member {project} of image {image} may exist"),
        ),
        case(
            "tag",
            format!("cloud:image('{image}'):add_tag 'red'"),
            format!("Tag red of image {image} may exist"),
        ),
        case(
            "task",
            format!("{admin} admin:create_task {TASK}"),
            "A new task of type api_image_import may exist".to_owned(),
        ),
        case(
            "definition",
            within("create_object { name = 'o' }"),
            format!("Object o of namespace {prefix}-space may exist"),
        ),
        case(
            "definition",
            within("create_property { name = 'p', type = 'string', title = 'P' }"),
            format!("Property p of namespace {prefix}-space may exist"),
        ),
        case("definition", within("create_tag 't'"), format!("Tag t of namespace {prefix}-space may exist")),
        case(
            "definition",
            within("create_tags { 'u', 'v' }"),
            format!("Tags u, v of namespace {prefix}-space may exist"),
        ),
        case(
            "definition",
            within("add_resource_type { name = 'OS::Nova::Flavor' }"),
            format!("Resource type OS::Nova::Flavor of namespace {prefix}-space may exist"),
        ),
        case(
            "add",
            format!("cloud:request('POST', '/v2/images/{image}/members', {{ json = {{ member = 'x' }} }})"),
            format!("Request POST /v2/images/{image}/members may have been carried out"),
        ),
    ]
}

/// Fails unless exactly one line names the object.
#[track_caller]
fn is_named_once(told: &Told, case: &Case) {
    let lines = told.err.lines().filter(|line| line.contains(&case.name)).count();
    assert_eq!(lines, 1, "{}: {told:?}", case.name);
    assert_eq!(told.err.matches("may ").count(), 1, "{}: {told:?}", case.name);
}

#[test]
fn a_signal_during_a_creation_names_what_may_exist_once() {
    on_each_cloud("in-flight", |place| {
        for (case, signal) in cases(place).iter().zip(["INT", "TERM", "HUP"].into_iter().cycle()) {
            place.proxy.harm(&[fault(case.operation, Harm::SlowAnswer(1_000), 1)]);
            let mut running = place.start(&case.script);
            place.proxy.wait_for(case.operation, true, LONG);
            assert!(running.signal(signal));
            is_named_once(&running.end().ends(130), case);
            assert!(place.proxy.has_done(case.operation), "{}", case.name);
        }
    });
}

/// Calls `work` beside a task that fails as soon as the cloud has carried out what `work` sends (`cut_off` on
/// the proxy).
const CUT_OFF: &str = "pcall(task.parallel, { 1, 2 }, function(i)
    if i == 2 then cloud:request('GET', '/v2/after') error 'x' end
    work()
  end)";

/// The faults for `CUT_OFF`: the answer to the operation never comes.
fn cut_off(operation: &'static str) -> [Fault; 2] {
    [fault(operation, Harm::NoAnswer, 1), fault("after", Harm::After(operation), 1)]
}

#[test]
fn a_failing_task_during_a_creation_names_what_may_exist_once() {
    on_each_cloud("in-flight-sibling", |place| {
        for case in cases(place) {
            place.proxy.harm(&cut_off(case.operation));
            let script = format!("local function work() {} end print({CUT_OFF})", case.script);
            let told = place.script(&script).ends(0);
            assert!(told.out.starts_with("false"), "{told:?}");
            is_named_once(&told, &case);
            assert!(place.proxy.has_done(case.operation), "{}", case.name);
        }
    });
}

#[test]
fn a_time_limit_during_a_creation_names_what_may_exist_once() {
    on_each_cloud("in-flight-limit", |place| {
        for case in cases(place) {
            // On a machine with much to do, a limit may run out before the request is sent: then a longer
            // one.
            for limit in [1, 2, 4, 8, 16] {
                place.proxy.harm(&[fault(case.operation, Harm::NoAnswer, 1)]);
                let script = format!("print(pcall(task.timeout, {limit}, function() {} end))", case.script);
                let told = place.script(&script).ends(0);
                assert!(told.out.starts_with("false"), "{told:?}");
                place.proxy.settle();
                if place.proxy.has_arrived(case.operation) || limit == 16 {
                    assert!(place.proxy.has_done(case.operation), "{}: {told:?}", case.name);
                    is_named_once(&told, &case);
                    break;
                }
            }
        }
    });
}

#[test]
fn a_lost_answer_to_a_creation_names_what_may_exist_once() {
    on_each_cloud("in-flight-lost", |place| {
        for case in cases(place) {
            // A tag of an image is set again until an answer comes.
            let count = if case.operation == "tag" { 9 } else { 1 };
            for harm in [Harm::Status(500), Harm::LateStatus(500), Harm::LateHangUp] {
                place.proxy.harm(&[fault(case.operation, harm, count)]);
                let told = place.script(&case.script).ends(
                    if case.operation == "add"
                        && harm == Harm::LateHangUp
                        && !case.name.starts_with("Request")
                    {
                        3
                    } else {
                        4
                    },
                );
                let name = case.name.to_lowercase();
                let may = told.err.to_lowercase().matches(&name).count();
                let is_conflict =
                    told.code == 3 && told.err.contains("whether this call added it cannot be known");
                assert_eq!(may, usize::from(!is_conflict), "{harm:?}: {told:?}");
            }
        }
    });
}

#[test]
fn a_creation_that_was_not_sent_or_was_answered_is_not_named() {
    on_each_cloud("in-flight-not", |place| {
        let cases = cases(place);
        let case = &cases[0];
        // The service asks to wait before it takes the request: the run is stopped in that pause.
        place.proxy.harm(&[fault("add", Harm::Wait, 1)]);
        let mut running = place.start(&case.script);
        place.proxy.wait_for("add", false, LONG);
        std::thread::sleep(std::time::Duration::from_millis(300));
        assert!(running.signal("INT"));
        let told = running.end().ends(130);
        assert!(!told.err.contains("may exist"), "{told:?}");
        // The same member is added in the end: the second answer tells that it exists.
        place.proxy.harm(&cut_off("add"));
        let again = format!("local function work() {} end {CUT_OFF} print(pcall(work))", case.script);
        let told = place.script(&again).ends(0);
        assert!(told.out.contains("conflict") && told.err.is_empty(), "{told:?}");
    });
}

#[test]
fn a_process_that_ends_without_clean_up_names_what_may_exist() {
    on_each_cloud("in-flight-loop", |place| {
        let case = &cases(place)[0];
        place.proxy.harm(&cut_off("add"));
        let script = format!(
            "local function work() {} end {CUT_OFF} pcall(cloud.request, cloud, 'GET', '/v2/then') while true do end",
            case.script
        );
        let mut running = place.start(&script);
        place.proxy.wait_for("then", true, LONG);
        assert!(place.proxy.has_done("add"));
        assert!(running.signal("TERM"));
        is_named_once(&running.end().ends(130), case);
    });
}
