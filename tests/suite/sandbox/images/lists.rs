//! Listing: what is shown to whom, filters, order and pages.

use serde_json::{Value, json};

use crate::sandbox::cloud::{Cloud, PFSENSE};

/// The names of the images that a query shows.
fn names(cloud: &Cloud, who: &str, query: &str) -> Vec<String> {
    let answer = cloud.ask(who, "GET", &format!("/v2/images?{query}")).send();
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    let images = answer.json()["images"].as_array().unwrap().clone();
    images.iter().map(|image| image["name"].as_str().unwrap().to_owned()).collect()
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

#[test]
fn a_share_is_listed_by_what_the_member_says_of_it() {
    let cloud = Cloud::start();
    for status in ["pending", "accepted", "rejected"] {
        let id = cloud.image("a", &json!({ "name": status }));
        cloud.share("a", &id, "b");
        cloud.say("b", &id, status);
    }
    let a = cloud.project("a");
    let cases: [(String, &[&str]); 9] = [
        (String::new(), &["accepted"]),
        ("visibility=shared".into(), &["accepted"]),
        ("visibility=all".into(), &["accepted"]),
        ("member_status=pending".into(), &["pending"]),
        ("member_status=rejected&visibility=shared".into(), &["rejected"]),
        ("member_status=all".into(), &["accepted", "pending", "rejected"]),
        (format!("owner={a}"), &["accepted"]),
        ("visibility=private".into(), &[]),
        ("owner=nobody".into(), &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(sorted(names(&cloud, "b", &query)), expected, "{query}");
    }
    assert_eq!(names(&cloud, "a", "member_status=rejected").len(), 4, "own images always show");
    assert_eq!(names(&cloud, "admin", "").len(), 4, "an admin sees all");
    assert_eq!(names(&cloud, "c", "member_status=all"), Vec::<String>::new());
}

#[test]
fn community_images_show_when_asked_for_and_hidden_ones_too() {
    let cloud = Cloud::start();
    cloud.image("a", &json!({ "name": "community", "visibility": "community" }));
    cloud.image("a", &json!({ "name": "hidden", "visibility": "community", "os_hidden": true }));
    assert_eq!(names(&cloud, "b", ""), Vec::<String>::new());
    assert_eq!(names(&cloud, "b", "visibility=community"), ["community"]);
    assert_eq!(names(&cloud, "b", "visibility=all"), ["community"]);
    assert_eq!(names(&cloud, "b", "visibility=all&os_hidden=true"), ["hidden"]);
    assert_eq!(names(&cloud, "a", "visibility=community"), ["community"]);
}

#[test]
fn a_filter_shows_what_it_says() {
    let cloud = Cloud::start();
    let small = cloud.raw_image("a", "small", "abc");
    cloud.raw_image("a", "with,comma", "abcdefghij");
    cloud.image(
        "a",
        &json!({ "name": "a:b", "tags": ["x", "y"], "os_distro": "bsd", "protected": true, "min_disk": 5 }),
    );
    cloud.image("a", &json!({ "name": "tagged", "tags": ["x"] }));
    let md5 = "900150983cd24fb0d6963f7d28e17f72";
    let cases: [(String, &[&str]); 22] = [
        ("name=small".into(), &["small"]),
        ("name=Small".into(), &[]),
        ("name=eq:a:b".into(), &["a:b"]),
        ("name=in:small,%22with,comma%22".into(), &["small", "with,comma"]),
        (format!("id={small}"), &["small"]),
        (format!("id=in:{small},{PFSENSE}"), &["pfsense", "small"]),
        ("status=queued".into(), &["a:b", "tagged"]),
        ("status=nope".into(), &[]),
        ("disk_format=raw".into(), &["small", "with,comma"]),
        ("container_format=in:bare,ova".into(), &["pfsense", "small", "with,comma"]),
        ("tag=x".into(), &["a:b", "tagged"]),
        ("tag=x&tag=y".into(), &["a:b"]),
        ("os_distro=bsd".into(), &["a:b"]),
        ("image_type=snapshot".into(), &["pfsense"]),
        ("nope=1".into(), &[]),
        ("protected=true".into(), &["a:b"]),
        ("size_min=4&size_max=100".into(), &["with,comma"]),
        ("size=3".into(), &["small"]),
        ("min_disk=5".into(), &["a:b"]),
        (format!("checksum={md5}"), &["small"]),
        ("created_at=lt:2020-01-01T00:00:00Z".into(), &[]),
        ("updated_at=gte:2020-01-01T00:00:00Z&tag=y".into(), &["a:b"]),
    ];
    for (query, expected) in cases {
        assert_eq!(sorted(names(&cloud, "a", &query)), expected, "{query}");
    }
}

#[test]
fn a_marker_that_another_owns_is_forbidden() {
    let cloud = Cloud::start();
    let answer = cloud.ask("c", "GET", &format!("/v2/images?marker={PFSENSE}")).send();
    assert_eq!(answer.status, 403);
    assert_eq!(answer.message(), format!("Forbidding request, image {PFSENSE} not visible"));
}

#[test]
fn a_query_that_makes_no_sense_says_why() {
    let cloud = Cloud::start();
    let keys = "It must be one of the following: name, status, container_format, disk_format, size, id, created_at, updated_at.";
    let unknown_key = format!("Invalid sort key: nope. {keys}");
    let boolean = "filter. Valid values are 'true' or 'false'.";
    let (protected, hidden) = (
        format!("Invalid value 'False' for 'protected' {boolean}"),
        format!("Invalid value 'maybe' for 'os_hidden' {boolean}"),
    );
    let cases = [
        ("limit=-1", 400, "limit param must be positive"),
        ("limit=abc", 400, "limit param must be an integer"),
        ("limit=", 400, "limit param must be an integer"),
        ("marker=nope", 400, "No image found with ID nope"),
        ("sort=nope", 400, &unknown_key),
        ("sort_key=nope", 400, &unknown_key),
        ("sort=name:up", 400, "Invalid sort direction: up"),
        ("sort=name:asc&sort_key=name", 400, "Old and new sorting syntax cannot be combined"),
        (
            "sort_key=name&sort_dir=asc&sort_dir=desc",
            400,
            "Number of sort dirs does not match the number of sort keys",
        ),
        ("visibility=nope", 400, "Invalid visibility value: nope"),
        ("member_status=nope", 400, "Invalid status: nope"),
        ("size_min=x", 400, "Unable to filter on a range with a non-numeric value."),
        ("protected=False", 400, &protected),
        ("os_hidden=maybe", 400, &hidden),
        (
            "created_at=gte:nope",
            400,
            "Bad \"created_at\" query filter format. Use ISO 8601 DateTime notation.",
        ),
        ("created_at=zz:2020-01-01T00:00:00Z", 400, "Unable to filter on a unknown operator."),
        ("changes-since=1", 400, "The \"changes-since\" filter is no longer available on v2."),
        ("name=a:b", 400, "Unable to filter by unknown operator 'a'."),
        ("name=neq:x", 400, "Unable to filter by unknown operator 'neq'."),
        ("name=in:%22a", 400, "Invalid filter value \"a. The quote is not closed."),
        ("shoe_min=1", 500, "The server has either erred"),
    ];
    for (query, status, message) in cases {
        cloud.expect(&[("a", "GET", format!("/v2/images?{query}"), Value::Null, status, message)]);
    }
}

#[test]
fn lists_start_with_the_newest_by_default() {
    let cloud = Cloud::start();
    for (name, data) in [("b", "12345"), ("a", "1"), ("c", "123")] {
        cloud.raw_image("a", name, data);
    }
    let cases: [(&str, &[&str]); 6] = [
        ("", &["c", "a", "b", "pfsense"]),
        ("sort_dir=asc", &["pfsense", "b", "a", "c"]),
        ("sort_key=name&sort_dir=asc", &["a", "b", "c", "pfsense"]),
        ("sort=size:asc", &["a", "c", "b", "pfsense"]),
        ("sort=disk_format:desc,name:asc", &["a", "b", "c", "pfsense"]),
        ("sort_key=container_format&sort_key=name&sort_dir=desc&sort_dir=asc", &["a", "b", "c", "pfsense"]),
    ];
    for (query, expected) in cases {
        assert_eq!(names(&cloud, "a", query), expected, "{query}");
    }
}

/// Follows `next` to the end, and gives the size of each page.
fn pages(cloud: &Cloud, query: &str) -> Vec<usize> {
    let mut path = Some(format!("/v2/images?{query}"));
    let mut sizes = Vec::new();
    while let Some(here) = path {
        let page = cloud.ask("a", "GET", &here).send().json();
        sizes.push(page["images"].as_array().unwrap().len());
        path = page["next"].as_str().map(str::to_owned);
    }
    sizes
}

#[test]
fn a_full_page_has_a_next_one_though_it_be_empty() {
    let cloud = Cloud::start();
    for number in 0..3 {
        cloud.image("a", &json!({ "name": format!("{number}") }));
    }
    assert_eq!(pages(&cloud, "limit=2"), [2, 2, 0]);
    assert_eq!(pages(&cloud, "limit=3&sort=name:asc"), [3, 1]);
    assert_eq!(pages(&cloud, "limit=0"), [0]);
    assert_eq!(pages(&cloud, ""), [4]);
}

/// The links are made of Python's `dict` of the query, and every client that follows them lists too much.
#[test]
fn the_next_link_drops_repeated_keys() {
    let cloud = Cloud::start();
    for name in ["one", "two"] {
        cloud.image("a", &json!({ "name": name, "tags": ["x", "y"] }));
    }
    cloud.image("a", &json!({ "name": "without x", "tags": ["y"] }));
    let page = cloud.ask("a", "GET", "/v2/images?tag=x&limit=1&tag=y&sort=name:desc,size").send().json();
    let two = page["images"][0]["id"].as_str().unwrap();
    let query = "tag=y&limit=1&sort=name%3Adesc%2Csize";
    assert_eq!(page["first"], format!("/v2/images?{query}"));
    assert_eq!(page["next"], format!("/v2/images?{query}&marker={two}"));
    assert_eq!(page["schema"], "/v2/schemas/images");
    assert_eq!(names(&cloud, "a", "tag=y&limit=1&sort=name:asc"), ["one"]);
}

#[test]
fn a_list_has_25_images_by_default() {
    let cloud = Cloud::start();
    for number in 0..29 {
        cloud.image("a", &json!({ "name": format!("{number}") }));
    }
    assert_eq!(pages(&cloud, ""), [25, 5]);
    assert_eq!(pages(&cloud, "limit=5000"), [30]);
}

#[test]
fn a_query_that_is_no_utf_8_is_refused_where_it_is_read() {
    let cloud = Cloud::start();
    let undecodable = "Error decoding your request.";
    let forbidden = "You are not authorized to complete tasks_api_access action.";
    let cases = [
        ("a", "/v2/images?name=%FF", 400, undecodable),
        ("a", "/v2/images?%ff=x", 400, undecodable),
        ("a", "/v2/images?name=%ED%A0%80", 400, undecodable),
        ("a", "/v2/metadefs/namespaces?sort_dir=%FF", 400, undecodable),
        ("admin", "/v2/tasks?status=%FF", 400, undecodable),
        ("a", "/v2/tasks?status=%FF", 403, forbidden),
        ("a", "/v2/schemas/member?name=%FF", 200, ""),
        ("a", "/v2/images?name=%C3%BC", 200, ""),
        ("a", "/v2/images?name=%ZZ%", 200, ""),
    ];
    cloud.expect(
        &cases.map(|(who, path, status, message)| (who, "GET", path.into(), json!(null), status, message)),
    );
}
