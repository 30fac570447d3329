//! Sharing: who may add, see, answer and remove, and what lists then show.

use serde_json::{Value, json};

use crate::sandbox::cloud::Cloud;

fn shared(cloud: &Cloud) -> (String, String) {
    let id = cloud.image("a", &json!({ "name": "x" }));
    let path = format!("/v2/images/{id}/members");
    (id, path)
}

fn members(cloud: &Cloud, who: &str, path: &str) -> Vec<(Value, Value)> {
    let answer = cloud.ask(who, "GET", path).send().json();
    let members = answer["members"].as_array().unwrap();
    members.iter().map(|member| (member["member_id"].clone(), member["status"].clone())).collect()
}

#[test]
fn a_member_is_pending_until_it_answers() {
    let cloud = Cloud::start();
    let (id, path) = shared(&cloud);
    let (b, c) = (cloud.project("b"), cloud.project("c"));
    let body = json!({ "member": b, "status": "accepted" });
    let answer = cloud.ask("a", "POST", &path).json(&body).send();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("location"), None);
    let member = answer.json();
    let keys: Vec<&String> = member.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["member_id", "image_id", "status", "created_at", "updated_at", "schema"]);
    assert_eq!((&member["member_id"], &member["status"]), (&json!(b), &json!("pending")));

    cloud.share("a", &id, "c");
    for status in ["accepted", "accepted", "rejected", "pending"] {
        let answer = cloud.say("b", &id, status);
        assert_eq!((answer.status, &answer.json()["status"]), (200, &json!(status)));
    }
    cloud.say("b", &id, "accepted");
    let all = vec![(json!(b), json!("accepted")), (json!(c), json!("pending"))];
    for who in ["a", "r", "admin"] {
        assert_eq!(members(&cloud, who, &path), all, "{who}");
    }
    assert_eq!(members(&cloud, "b", &path), all[..1], "a member sees itself alone");
    assert_eq!(members(&cloud, "c", &path), all[1..]);
}

#[test]
fn anything_but_nothing_can_be_a_member() {
    let cloud = Cloud::start();
    let (_, path) = shared(&cloud);
    let owner = cloud.project("a");
    for member in [json!(owner), json!("not an id"), json!("x".repeat(256)), json!(5)] {
        let answer = cloud.ask("a", "POST", &path).json(&json!({ "member": member })).send();
        assert_eq!((answer.status, &answer.json()["member_id"]), (200, &member));
    }
    let stored = members(&cloud, "a", &path);
    assert_eq!(stored[3].0, "5", "a number is answered as such and kept as text");
    cloud.expect(&[
        ("a", "POST", path.clone(), json!({ "member": "" }), 400, "Member can't be empty"),
        ("a", "POST", path.clone(), json!({}), 400, "Member to be added not specified"),
        (
            "a",
            "POST",
            path.clone(),
            json!([]),
            400,
            "Expected a member in the form: {\"member\": \"image_id\"}",
        ),
        ("a", "POST", path.clone(), Value::Null, 400, "Body expected in request."),
        ("a", "POST", path, json!({ "member": [5] }), 500, "The server has either erred"),
    ]);
}

#[test]
fn a_member_is_added_once_and_by_the_owner() {
    let cloud = Cloud::start();
    let (id, path) = shared(&cloud);
    let b = cloud.project("b");
    cloud.share("a", &id, "b");
    let duplicate = format!("Member {b} is duplicated for image {id}");
    let missing = format!("Image {id} not found.");
    let forbidden = "You are not authorized to complete add_member action.";
    let body = json!({ "member": b });
    cloud.expect(&[
        ("a", "POST", path.clone(), body.clone(), 409, &duplicate),
        ("b", "POST", path.clone(), body.clone(), 403, forbidden),
        ("r", "POST", path.clone(), body.clone(), 403, forbidden),
        ("c", "POST", path, body, 404, &missing),
    ]);
}

#[test]
fn only_shared_images_have_members() {
    let cloud = Cloud::start();
    let (id, path) = shared(&cloud);
    cloud.share("a", &id, "b");
    let one = format!("{path}/{}", cloud.project("b"));
    let refused = |what: &str| format!("Not allowed to {what} members for image {id}");
    for visibility in ["private", "community"] {
        cloud.set("a", &id, "visibility", &json!(visibility));
        cloud.expect(&[
            ("a", "POST", path.clone(), json!({ "member": "x" }), 403, &format!("{}.", refused("create"))),
            (
                "a",
                "GET",
                path.clone(),
                Value::Null,
                403,
                &format!("{}: Only shared images have members.", refused("list")),
            ),
            ("a", "GET", one.clone(), Value::Null, 404, "Only shared images have members."),
            (
                "a",
                "PUT",
                one.clone(),
                json!({ "status": "accepted" }),
                403,
                &format!("{}.", refused("update")),
            ),
            ("a", "DELETE", one.clone(), Value::Null, 403, &format!("{}.", refused("delete"))),
        ]);
    }
    cloud.set("a", &id, "visibility", &json!("private"));
    assert_eq!(cloud.ask("b", "GET", &format!("/v2/images/{id}")).send().status, 404);
    cloud.set("a", &id, "visibility", &json!("shared"));
    assert_eq!(members(&cloud, "b", &path).len(), 1, "members outlast it");
}

#[test]
fn only_the_member_or_an_admin_answers() {
    let cloud = Cloud::start();
    let (id, path) = shared(&cloud);
    cloud.share("a", &id, "b");
    let (b, c) = (format!("{path}/{}", cloud.project("b")), format!("{path}/{}", cloud.project("c")));
    let accepted = json!({ "status": "accepted" });
    let forbidden = "You are not authorized to complete modify_member action.";
    let unknown = format!("{} not found in the member list of the image {id}.", cloud.project("c"));
    let invisible = format!("Image {id} not found.");
    let bad = "Incorrect request: Status must be \"pending\", \"accepted\" or \"rejected\".";
    cloud.expect(&[
        ("a", "PUT", b.clone(), accepted.clone(), 403, forbidden),
        ("c", "PUT", c.clone(), accepted.clone(), 404, &invisible),
        ("b", "PUT", c.clone(), accepted.clone(), 404, &unknown),
        ("a", "PUT", c, accepted.clone(), 404, &unknown),
        ("admin", "PUT", b.clone(), accepted, 200, ""),
        ("b", "PUT", b.clone(), json!({ "status": "maybe" }), 400, bad),
        ("b", "PUT", b.clone(), json!({ "status": null }), 400, bad),
        ("b", "PUT", b.clone(), json!({}), 400, "Status not specified"),
        ("b", "PUT", b, json!([]), 400, "Expected a status in the form: {\"status\": \"status\"}"),
    ]);
}

#[test]
fn an_owner_who_shares_with_itself_cannot_answer() {
    let cloud = Cloud::start();
    let (id, _) = shared(&cloud);
    cloud.share("a", &id, "a");
    let answer = cloud.say("a", &id, "accepted");
    assert_eq!(
        (answer.status, answer.message().as_str()),
        (403, "You are not authorized to complete modify_member action.")
    );
}

#[test]
fn a_member_cannot_leave() {
    let cloud = Cloud::start();
    let (id, path) = shared(&cloud);
    cloud.share("a", &id, "b");
    let b = format!("{path}/{}", cloud.project("b"));
    let forbidden = "You are not authorized to complete delete_member action.";
    let unknown = format!("{} not found in the member list of the image {id}.", cloud.project("b"));
    cloud.expect(&[
        ("b", "DELETE", b.clone(), Value::Null, 403, forbidden),
        ("r", "DELETE", b.clone(), Value::Null, 403, forbidden),
        ("c", "DELETE", b.clone(), Value::Null, 404, "Image "),
        ("a", "DELETE", b.clone(), Value::Null, 204, ""),
        ("a", "DELETE", b.clone(), Value::Null, 404, &unknown),
        ("a", "GET", b, Value::Null, 404, &unknown),
    ]);
    assert_eq!(cloud.ask("b", "GET", &format!("/v2/images/{id}")).send().status, 404);
}

#[test]
fn a_member_goes_without_a_content_type() {
    let cloud = Cloud::start();
    let (id, path) = shared(&cloud);
    cloud.share("a", &id, "b");
    let answer = cloud.ask("a", "DELETE", &format!("{path}/{}", cloud.project("b"))).send();
    assert_eq!((answer.status, answer.header("content-type")), (204, None));
}

#[test]
fn the_129th_member_is_one_too_many() {
    let cloud = Cloud::start();
    let (id, path) = shared(&cloud);
    for number in 0..128 {
        let answer = cloud.ask("a", "POST", &path).json(&json!({ "member": format!("p{number}") })).send();
        assert_eq!(answer.status, 200);
    }
    let message = format!(
        "Image member limit exceeded for image {id}: The limit has been exceeded on the number of allowed image members for this \
         image. Attempted: 129, Maximum: 128:"
    );
    cloud.expect(&[("a", "POST", path.clone(), json!({ "member": "one more" }), 413, &message)]);
    assert_eq!(members(&cloud, "a", &path).len(), 128);
}
