//! The bit of Nova that tells which servers run from an image.

use lunette::sandbox::Options;
use serde_json::json;

use crate::sandbox::cloud::{Cloud, PFSENSE};
use crate::sandbox::raw::{Answer, Ask};

fn servers(cloud: &Cloud, who: &str, query: &str) -> Answer {
    let root = cloud.sandbox.image_url().replace("/image", "/compute/v2.1");
    Ask::new("GET", &format!("{root}/servers/detail{query}")).header("X-Auth-Token", &cloud.token(who)).send()
}

#[test]
fn a_server_of_project_b_runs_from_pfsense() {
    let cloud = Cloud::with(Options { compute: true, ..Options::default() });
    let names = |who: &str, query: &str| {
        let servers = servers(&cloud, who, query).json()["servers"].as_array().unwrap().clone();
        servers.iter().map(|server| server["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names("b", &format!("?image={PFSENSE}")), [json!("fw-1")]);
    assert_eq!(names("b", "?image=another"), Vec::<serde_json::Value>::new());
    assert_eq!(names("a", ""), Vec::<serde_json::Value>::new());
}

#[test]
fn the_compute_service_exists_only_on_request() {
    let cloud = Cloud::start();
    assert_eq!(servers(&cloud, "b", "").status, 404);
}
