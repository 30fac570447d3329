//! Glance before its routes: versions, tokens, request IDs, and the form of errors.

use crate::sandbox::cloud::{Cloud, PFSENSE};

#[test]
fn an_error_takes_the_form_that_accept_asks_for() {
    let cloud = Cloud::start();
    let path = "/v2/images/00000000-0000-0000-0000-000000000000";
    let cases = [
        (
            None,
            "text/plain; charset=UTF-8",
            "404 Not Found\n\nNo image found with ID 00000000-0000-0000-0000-000000000000\n\n   ",
        ),
        (
            Some("*/*"),
            "text/html; charset=UTF-8",
            "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n  \
             No image found with ID 00000000-0000-0000-0000-000000000000<br /><br />\n\n\n\n </body>\n</html>",
        ),
        (
            Some("application/json"),
            "application/json",
            "{\"message\":\"No image found with ID 00000000-0000-0000-0000-000000000000<br /><br />\\n\\n\\n\",\
             \"code\":\"404 Not Found\",\"title\":\"Not Found\"}",
        ),
    ];
    for (accept, kind, body) in cases {
        let ask = cloud.plain("a", "GET", path);
        let answer = if let Some(accept) = accept { ask.header("Accept", accept) } else { ask }.send();
        assert_eq!(answer.status, 404);
        assert_eq!(answer.header("content-type"), Some(kind));
        assert_eq!(answer.text(), body);
    }
}

#[test]
fn empty_answers_have_a_content_type() {
    let cloud = Cloud::start();
    let kind = |method: &str, path: &str, accept: &str| {
        let answer = cloud.plain("a", method, path).header("Accept", accept).send();
        answer.header("content-type").map(str::to_owned)
    };
    assert_eq!(kind("HEAD", "/v2/images", "application/json").as_deref(), Some("text/html; charset=UTF-8"));
    assert_eq!(kind("GET", "/healthcheck", "*/*").as_deref(), Some("text/plain; charset=UTF-8"));
    assert_eq!(kind("GET", "/healthcheck", "application/json").as_deref(), Some("application/json"));
}

#[test]
fn html_is_escaped_and_json_is_not() {
    let cloud = Cloud::start();
    let ask = |accept: &str| {
        let ask = cloud.plain("a", "POST", "/v2/images").header("Accept", accept);
        ask.body(r#"{"status": "active"}"#).send()
    };
    assert!(ask("*/*").text().contains("Attribute &#x27;status&#x27; is read-only."));
    assert!(ask("application/json").text().contains("Attribute 'status' is read-only."));
}

#[test]
fn without_a_token_everything_is_401_and_has_no_request_id() {
    let cloud = Cloud::start();
    for path in ["/v2/images", "/v2", "/v2/nothing", "/v2/schemas/image"] {
        for token in [None, Some("rubbish")] {
            let ask = cloud.ask("-", "GET", path);
            let answer = if let Some(token) = token { ask.header("X-Auth-Token", token) } else { ask }.send();
            assert_eq!(answer.status, 401, "{path}");
            let challenge = answer.header("www-authenticate").unwrap();
            assert!(challenge.ends_with("/identity\""), "{challenge}");
            assert_eq!(answer.header("x-openstack-request-id"), None);
            assert!(answer.message().starts_with("This server could not verify that you are authorized"));
        }
    }
}

#[test]
fn a_request_id_of_the_client_is_taken_over() {
    let cloud = Cloud::start();
    for (sent, expected) in [("hello", "req-hello"), ("req-hello", "req-hello")] {
        let answer = cloud.ask("a", "GET", "/v2/images").header("X-Openstack-Request-Id", sent).send();
        assert_eq!(answer.header("x-openstack-request-id"), Some(expected));
    }
    let own = cloud.ask("a", "GET", "/v2/images").send();
    assert_eq!(own.header("x-openstack-request-id").unwrap().len(), "req-".len() + 36);
}

#[test]
fn a_path_means_what_it_means_to_glance() {
    let cloud = Cloud::start();
    let upper = PFSENSE.to_uppercase();
    let cases = [
        ("-", "GET", "/".to_owned(), 300),
        ("-", "GET", String::new(), 300),
        ("-", "GET", "/v1/images".into(), 300),
        ("-", "GET", "/v2.99/images".into(), 300),
        ("-", "GET", "/versions".into(), 200),
        ("-", "GET", "/healthcheck".into(), 200),
        ("-", "OPTIONS", "/v2/images".into(), 200),
        ("a", "GET", "/v2".into(), 302),
        ("a", "GET", "/v2/".into(), 404),
        ("a", "GET", "/v2.15/images".into(), 200),
        ("a", "GET", "//v2/images".into(), 200),
        ("a", "GET", "/v2/images/".into(), 404),
        ("a", "GET", format!("/v2/images/{PFSENSE}/members/"), 404),
        ("a", "GET", format!("/v2/images/{upper}"), 404),
        ("a", "GET", "/v2/nothing".into(), 404),
    ];
    for (who, method, path, status) in cases {
        assert_eq!(cloud.ask(who, method, &path).send().status, status, "{method} {path}");
    }
}

#[test]
fn the_current_version_is_in_the_middle_of_the_list() {
    let cloud = Cloud::start();
    let versions = cloud.ask("-", "GET", "/versions").send().json();
    let versions = versions["versions"].as_array().unwrap();
    let current = versions.iter().position(|version| version["status"] == "CURRENT").unwrap();
    assert_eq!((current, versions.len()), (7, 16));
    assert_eq!(versions[current]["id"], "v2.17");
    let href = versions[current]["links"][0]["href"].as_str().unwrap();
    assert_eq!(href, format!("{}/v2/", cloud.sandbox.image_url()));
}

#[test]
fn a_method_that_is_not_allowed_is_405_with_those_that_are() {
    let cloud = Cloud::start();
    let image = format!("/v2/images/{PFSENSE}");
    let cases = [
        ("HEAD", "/v2/images".to_owned(), "GET, POST"),
        ("PUT", "/v2/images".into(), "GET, POST"),
        ("POST", image.clone(), "GET, PATCH, DELETE"),
        ("HEAD", format!("{image}/file"), "GET, PUT"),
        ("GET", format!("{image}/tags/x"), "PUT, DELETE"),
        ("PUT", format!("{image}/members"), "GET, POST"),
        ("POST", format!("{image}/members/x"), "GET, PUT, DELETE"),
        ("GET", format!("{image}/actions/deactivate"), "POST"),
        ("PUT", "/v2/info/stores".into(), "GET"),
    ];
    for (method, path, allowed) in cases {
        let answer = cloud.ask("a", method, &path).send();
        assert_eq!((answer.status, answer.header("allow")), (405, Some(allowed)), "{method} {path}");
        if method != "HEAD" {
            assert_eq!(answer.message(), format!("The method {method} is not allowed for this resource."));
        }
    }
}

#[test]
fn two_resources_are_missing_for_other_methods() {
    let cloud = Cloud::start();
    for path in [format!("/v2/images/{PFSENSE}/tasks"), "/v2/info/usage".into()] {
        for method in ["HEAD", "PUT"] {
            let answer = cloud.ask("a", method, &path).send();
            assert_eq!((answer.status, answer.header("allow")), (404, None), "{method} {path}");
        }
    }
}

#[test]
fn a_path_is_unescaped_before_it_is_taken_apart() {
    let cloud = Cloud::start();
    let missing = "The resource could not be found.";
    let cases = [
        ("GET", format!("/v2%2Fimages%2f{PFSENSE}"), 200, ""),
        ("GET", format!("/v2/%69mages/{PFSENSE}"), 200, ""),
        ("PUT", format!("/v2/images/{PFSENSE}%2Ftags/a"), 204, ""),
        ("PUT", format!("/v2/images/{PFSENSE}/tags/a%2Fb"), 404, missing),
        ("GET", "/v2/images/a%2Fb".into(), 404, missing),
        ("GET", "/v2/images/a%3Fb".into(), 404, "No image found with ID a?b"),
        ("GET", format!("/v2/images%252F{PFSENSE}"), 404, missing),
        // Glance trips over it, and its server answers with a page of its own.
        ("GET", "/v2/images/%FF".into(), 500, ""),
    ];
    cloud.expect(&cases.map(|(method, path, status, message)| {
        ("a", method, path, serde_json::Value::Null, status, message)
    }));
    assert_eq!(cloud.show("a", PFSENSE)["tags"], serde_json::json!(["a"]));
    assert_eq!(cloud.ask("-", "GET", "/v2/images/%FF").send().status, 500);
    let admin = cloud.token("admin");
    let keystone = |path: &str| cloud.identity("GET", path).header("X-Auth-Token", &admin).send();
    assert_eq!(keystone("/v3/projects%2Fnope").message(), "Could not find project: nope.");
    assert_eq!(keystone("/v3/users/%FF/").message(), "Could not find user: \u{fffd}.");
}
