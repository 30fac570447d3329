//! Lists of images against servers whose pages fail to hang together in every way.

#![allow(clippy::unwrap_used)]
use std::time::Duration;

use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::budget::Budget;
use crate::glance::testing::{asked, glance, glance_with, image};
use crate::http::{Effect, Effects, Options};

async fn answer(server: &MockServer, marker: Option<&str>, template: ResponseTemplate) {
    let mock = Mock::given(method("GET")).and(path("/v2/images"));
    let mock = match marker {
        Some(marker) => mock.and(query_param("marker", marker)),
        None => mock.and(query_param_is_missing("marker")),
    };
    mock.respond_with(template).up_to_n_times(1).mount(server).await;
}

fn page(ids: &[&str], next: Option<&str>) -> ResponseTemplate {
    let images: Vec<Value> = ids.iter().map(|id| image(id)).collect();
    ResponseTemplate::new(200).set_body_json(json!({"images": images, "next": next}))
}

fn gone(id: &str) -> ResponseTemplate {
    let message = format!("No image found with ID {id}<br /><br />\n\n\n");
    ResponseTemplate::new(400).set_body_json(json!({"message": message, "code": "400 Bad Request"}))
}

async fn ids(images: &mut Images) -> Vec<String> {
    images.collect().await.unwrap().iter().map(|image| image.id.to_string()).collect()
}

fn by_two() -> ImageQuery {
    ImageQuery { page_size: Some(2), ..ImageQuery::default() }
}

#[tokio::test]
async fn every_page_is_asked_for_with_all_tags() {
    let server = MockServer::start().await;
    let tagged = |ids: &[&str], next: Option<&str>| {
        let images: Vec<Value> = ids.iter().map(|id| json!({"id": id, "tags": ["x", "y"]})).collect();
        ResponseTemplate::new(200).set_body_json(json!({"images": images, "next": next}))
    };
    answer(&server, None, tagged(&["a", "b"], Some("/v2/images?tag=y&limit=2&marker=b"))).await;
    answer(&server, Some("b"), tagged(&["c"], None)).await;
    let mut images = glance(&server).images(by_two().filter("tag", "x").filter("tag", "y"));
    assert_eq!(ids(&mut images).await, ["a", "b", "c"]);
    let pages = ["GET /v2/images?tag=x&tag=y&limit=2", "GET /v2/images?tag=x&tag=y&limit=2&marker=b"];
    assert_eq!(asked(&server).await, pages);
}

#[tokio::test]
async fn images_that_only_the_database_takes_for_the_wanted_ones_are_left_out_and_do_not_count() {
    let server = MockServer::start().await;
    let named = |names: &[(&str, &str)], next: Option<&str>| {
        let images: Vec<Value> = names.iter().map(|(id, name)| json!({"id": id, "name": name})).collect();
        ResponseTemplate::new(200).set_body_json(json!({"images": images, "next": next}))
    };
    answer(&server, None, named(&[("a", "Web"), ("b", "web ")], Some("/v2/images?marker=b"))).await;
    answer(&server, Some("b"), named(&[("c", "wéb"), ("d", "web")], Some("/v2/images?marker=d"))).await;
    answer(&server, Some("d"), named(&[("e", "web"), ("f", "web")], None)).await;
    let query = ImageQuery { limit: Some(2), ..by_two() };
    assert_eq!(ids(&mut glance(&server).images(query.filter("name", "web"))).await, ["d", "e"]);
}

#[tokio::test]
async fn continues_over_short_and_empty_pages_with_a_next_link() {
    let server = MockServer::start().await;
    answer(&server, None, page(&["a"], Some("/v2/images?marker=a"))).await;
    answer(&server, Some("a"), page(&[], Some("/v2/images?limit=2&marker=hidden"))).await;
    answer(&server, Some("hidden"), page(&["b", "c"], None)).await;
    answer(&server, Some("c"), page(&["d"], None)).await;
    assert_eq!(ids(&mut glance(&server).images(by_two())).await, ["a", "b", "c", "d"]);
    assert_eq!(asked(&server).await.len(), 4);
}

#[tokio::test]
async fn a_page_that_policy_emptied_to_the_last_is_asked_for_again_at_its_largest() {
    let server = MockServer::start().await;
    for ids in [&["a", "b"][..], &[], &["c"]] {
        let mock = Mock::given(path("/v2/images")).respond_with(page(ids, None));
        mock.up_to_n_times(1).mount(&server).await;
    }
    assert_eq!(ids(&mut glance(&server).images(by_two())).await, ["a", "b", "c"]);
    let pages = ["limit=2", "limit=2&marker=b", "limit=1000&marker=b"];
    assert_eq!(asked(&server).await, pages.map(|query| format!("GET /v2/images?{query}")));
}

#[tokio::test]
async fn an_empty_page_at_its_largest_is_the_end_and_so_is_that_of_a_look_up() {
    let server = MockServer::start().await;
    Mock::given(path("/v2/images")).respond_with(page(&[], None)).mount(&server).await;
    let look_up = ImageQuery { limit: Some(1), ..ImageQuery::default() };
    for query in [by_two(), look_up, ImageQuery::default()] {
        assert_eq!(ids(&mut glance(&server).images(query)).await, [""; 0]);
    }
    let pages = ["limit=2", "limit=1000", "limit=1", "limit=1000"];
    assert_eq!(asked(&server).await, pages.map(|query| format!("GET /v2/images?{query}")));
}

#[tokio::test]
async fn a_listing_remembers_only_two_pages() {
    let server = MockServer::start().await;
    let images = |request: &wiremock::Request| {
        let marker = request.url.query_pairs().find(|(key, _)| key == "marker");
        let from = marker.map_or(0, |(_, value)| value.parse::<u32>().unwrap() + 1);
        let ids: Vec<String> = (from..from + 10).map(|id| id.to_string()).collect();
        page(&ids.iter().map(String::as_str).collect::<Vec<_>>(), None)
    };
    Mock::given(path("/v2/images")).respond_with(images).mount(&server).await;
    let mut images = glance(&server).images(ImageQuery { page_size: Some(10), ..ImageQuery::default() });
    for number in 0..500 {
        assert_eq!(*images.next().await.unwrap().unwrap().id, *number.to_string());
        assert!(images.recent.len() <= 20);
    }
}

#[tokio::test]
async fn steps_back_when_the_last_image_was_deleted_meanwhile() {
    let server = MockServer::start().await;
    answer(&server, None, page(&["a", "b"], Some("/v2/images?marker=b"))).await;
    answer(&server, Some("b"), page(&["c", "d"], Some("/v2/images?marker=d"))).await;
    answer(&server, Some("d"), gone("d")).await;
    answer(&server, Some("c"), gone("c")).await;
    answer(&server, Some("b"), page(&["d", "e"], Some("/v2/images?marker=e"))).await;
    answer(&server, Some("e"), page(&["f"], None)).await;
    assert_eq!(ids(&mut glance(&server).images(by_two())).await, ["a", "b", "c", "d", "e", "f"]);
}

#[tokio::test]
async fn begins_anew_when_all_that_was_shown_is_deleted() {
    let server = MockServer::start().await;
    answer(&server, None, page(&["a", "b"], Some("/v2/images?marker=b"))).await;
    answer(&server, Some("b"), gone("b")).await;
    answer(&server, Some("a"), gone("a")).await;
    answer(&server, None, page(&["c"], None)).await;
    assert_eq!(ids(&mut glance(&server).images(by_two())).await, ["a", "b", "c"]);
}

#[tokio::test]
async fn other_refusals_are_errors_and_the_page_can_be_requested_again() {
    let server = MockServer::start().await;
    answer(&server, None, ResponseTemplate::new(400).set_body_string("Invalid sort key: nope.")).await;
    answer(&server, None, page(&["a"], None)).await;
    let mut images = glance(&server).images(by_two());
    assert!(images.next().await.unwrap_err().message().contains("Invalid sort key"));
    assert_eq!(ids(&mut images).await, ["a"]);
}

#[tokio::test]
async fn no_image_comes_twice_and_the_limit_counts_what_comes() {
    let server = MockServer::start().await;
    answer(&server, None, page(&["a", "b"], Some("/v2/images?marker=b"))).await;
    answer(&server, Some("b"), page(&["a", "c"], Some("/v2/images?marker=c"))).await;
    let mut images = glance(&server).images(ImageQuery { limit: Some(3), ..by_two() });
    assert_eq!(ids(&mut images).await, ["a", "b", "c"]);
    assert_eq!(asked(&server).await.len(), 2);
}

/// A server that never ends a listing, and answers each page after a third of the time that it may take.
async fn slow_and_endless(server: &MockServer, name: &'static str) -> Glance {
    const TIMEOUT: Duration = Duration::from_millis(90);
    let endless = move |request: &wiremock::Request| {
        let marker = request.url.query_pairs().find(|(key, _)| key == "marker");
        let next = marker.map_or(0, |(_, value)| value.parse::<u32>().unwrap() + 1).to_string();
        let page =
            json!({"images": [{"id": next, "name": name}], "next": format!("/v2/images?marker={next}")});
        ResponseTemplate::new(200).set_delay(TIMEOUT / 3).set_body_json(page)
    };
    Mock::given(path("/v2/images")).respond_with(endless).mount(server).await;
    let options = Options { read_timeout: TIMEOUT, ..Options::new(Effects::up_to(Effect::Read)) };
    glance_with(server, options)
}

#[tokio::test]
async fn a_look_up_ends_in_time_though_each_page_comes_in_time_and_fits() {
    for name in ["web", "other"] {
        let server = MockServer::start().await;
        let error = slow_and_endless(&server, name).await.find_image("web").await.unwrap_err();
        assert_eq!(error.kind(), Kind::Protocol, "{error}");
        assert!(error.message().contains("has not ended after 0.45 s"), "{error}");
        assert!(asked(&server).await.len() <= 15, "{}", asked(&server).await.len());
    }
}

#[tokio::test]
async fn a_listing_is_limited_in_time_only_while_no_image_fits() {
    let server = MockServer::start().await;
    let glance = slow_and_endless(&server, "web").await;
    let mut listed = glance.images(ImageQuery::default().filter("name", "web"));
    for _ in 0..18 {
        assert!(listed.next().await.unwrap().is_some());
    }
    let mut none = glance.images(ImageQuery::default().filter("name", "other"));
    assert_eq!(none.next().await.unwrap_err().kind(), Kind::Protocol);
}

#[tokio::test]
async fn images_that_are_collected_count_after_their_page_has_gone() {
    let server = MockServer::start().await;
    let large = |request: &wiremock::Request| {
        let marker = request.url.query_pairs().find(|(key, _)| key == "marker");
        let next = marker.map_or(0, |(_, value)| value.parse::<u32>().unwrap() + 1).to_string();
        let page =
            json!({"images": [{"id": next, "x": "x".repeat(1 << 20)}], "next": format!("/?marker={next}")});
        ResponseTemplate::new(200).set_body_json(page)
    };
    Mock::given(path("/v2/images")).respond_with(large).mount(&server).await;
    let options = Options { budget: Budget::of(16 << 20), ..Options::new(Effects::up_to(Effect::Read)) };
    let mut images = glance_with(&server, options).images(ImageQuery::default());
    assert_eq!(images.collect().await.unwrap_err().kind(), Kind::Limit);
    assert!(asked(&server).await.len() < 17);
}
