//! A sandbox that is kept in a file: what it remembers, and what it never writes to.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use lunette::sandbox::{Options, Sandbox};
use serde_json::{Value, json};

use crate::sandbox::cloud::{Cloud, PFSENSE};
use crate::sandbox::images::imports;

fn kept_in(file: &Path) -> Options {
    Options { state: Some(file.to_owned()), ..Options::default() }
}

fn data(file: &Path) -> Vec<PathBuf> {
    let folder = format!("{}.data", file.display());
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| !path.ends_with("lock") && !path.ends_with("state.new")).collect()
}

#[test]
fn a_saved_state_is_restored() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("cloud.json");
    let cloud = Cloud::with(kept_in(&file));
    let id = cloud.raw_image("a", "disk", "some bytes");
    cloud.share("a", &id, "b");
    cloud.set("a", &id, "hue", &json!("red"));
    let gone = cloud.image("a", &json!({}));
    assert_eq!(cloud.ask("a", "DELETE", &format!("/v2/images/{gone}")).send().status, 204);
    let token = cloud.token("a");
    let before = cloud.show("a", &id);
    drop(cloud);

    let cloud = Cloud::with(kept_in(&file));
    assert_eq!(cloud.show("a", &id), before);
    assert_eq!(cloud.ask("a", "GET", &format!("/v2/images/{id}/file")).send().text(), "some bytes");
    assert_eq!(cloud.say("b", &id, "accepted").status, 200);
    // Its token of the last run still counts, and an ID is never given twice.
    let ask = cloud.ask("-", "GET", &format!("/v2/images/{id}")).header("X-Auth-Token", &token);
    assert_eq!(ask.send().status, 200);
    assert_eq!(cloud.ask("a", "POST", "/v2/images").json(&json!({ "id": gone })).send().status, 409);
}

#[test]
fn data_go_with_their_image_and_not_before_that_is_written() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("cloud.json");
    let cloud = Cloud::with(kept_in(&file));
    let id = cloud.raw_image("a", "disk", "some bytes");
    assert_eq!(data(&file).len(), 2);
    drop(cloud);

    let cloud = Cloud::with(kept_in(&file));
    assert_eq!(cloud.ask("a", "DELETE", &format!("/v2/images/{id}")).send().status, 204);
    drop(cloud);
    assert_eq!(data(&file).len(), 1);
    let left_by_a_crash = "0b6c2a52-6b7e-4d0e-9d3e-2f6b0e1d9c11";
    for name in [left_by_a_crash, "notes.txt"] {
        fs::write(format!("{}.data/{name}", file.display()), "x").unwrap();
    }
    let cloud = Cloud::with(kept_in(&file));
    assert_eq!(cloud.show("a", PFSENSE)["status"], json!("active"));
    let left = data(&file);
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left.iter().any(|path| path.ends_with("notes.txt")), "somebody's own file stays");
}

#[test]
fn a_data_folder_that_no_sandbox_made_is_refused_and_left_as_it_is() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("proj");
    let folder = place.path().join("proj.data");
    fs::create_dir(&folder).unwrap();
    for path in [folder.join("thesis.txt"), place.path().join("proj.new")] {
        fs::write(path, "mine").unwrap();
    }
    let error = Sandbox::start(kept_in(&file)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert!(error.to_string().contains("proj.data exists, and no sandbox made it"), "{error}");
    assert!(!file.exists());
    fs::rename(&folder, place.path().join("elsewhere")).unwrap();
    drop(Cloud::with(kept_in(&file)));
    assert_eq!(fs::read_to_string(place.path().join("proj.new")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(place.path().join("elsewhere/thesis.txt")).unwrap(), "mine");
}

#[test]
fn a_sandbox_that_is_killed_loses_little() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("cloud.json");
    let cloud = Cloud::with(kept_in(&file));
    let id = cloud.raw_image("a", "disk", "some bytes");
    let written = || fs::read_to_string(&file).unwrap_or_default();
    let patience = std::time::Instant::now();
    while !written().contains(&id) && patience.elapsed().as_secs() < 20 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(written().contains(&id));
}

#[test]
fn a_file_that_is_no_state_is_reported_and_kept() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("cloud.json");
    drop(Cloud::with(kept_in(&file)));
    let good: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let with = |change: fn(&mut Value)| {
        let mut state = good.clone();
        change(&mut state);
        state.to_string()
    };
    let cases = [
        (String::new(), "is damaged"),
        ("{\"format\": ".into(), "is damaged"),
        ("{}".into(), "is damaged, or no state of a sandbox"),
        (with(|state| state["version"] = json!(99)), "its version is 99, this one reads"),
        (with(|state| state["regions"][1]["images"] = json!(3)), "is damaged"),
    ];
    for (text, told) in cases {
        fs::write(&file, &text).unwrap();
        let error = Sandbox::start(kept_in(&file)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData, "{error}");
        assert!(error.to_string().contains(told) && error.to_string().contains("cloud.json"), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
    fs::write(&file, good.to_string()).unwrap();
    for path in data(&file) {
        fs::remove_file(path).unwrap();
    }
    let error = Sandbox::start(kept_in(&file)).unwrap_err();
    assert!(error.to_string().contains("there are no data at"), "{error}");
}

#[test]
fn two_sandboxes_do_not_share_a_file() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("cloud.json");
    let _first = Cloud::with(kept_in(&file));
    let error = Sandbox::start(kept_in(&file)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ResourceBusy);
    assert!(error.to_string().contains("in use by another sandbox"), "{error}");
}

#[test]
fn an_import_goes_on_and_both_regions_are_kept_with_their_clock() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("cloud.json");
    let slow = || Options { import_time: imports::IMPORT_TIME, ..kept_in(&file) };
    let cloud = Cloud::with(slow());
    let id = imports::raw(&cloud);
    assert_eq!(imports::stage(&cloud, "a", &id, "some bytes").status, 204);
    let direct = json!({ "method": { "name": "glance-direct" } });
    assert_eq!(imports::import(&cloud, "a", &id, &direct).status, 202);
    let two = |cloud: &Cloud| {
        let url = format!("{}/v2/images", cloud.sandbox.image_url_two());
        crate::sandbox::raw::Ask::new("POST", &url).header("X-Auth-Token", &cloud.token("a"))
    };
    let far = two(&cloud).json(&json!({ "name": "far" })).send().json()["id"].clone();
    cloud.sandbox.advance(std::time::Duration::from_secs(30));
    let time = cloud.sandbox.time();
    drop(cloud);

    let cloud = Cloud::with(slow());
    assert!(cloud.sandbox.time() >= time);
    assert_eq!(two(&cloud).json(&json!({ "id": far })).send().status, 409);
    assert_eq!(imports::settled(&cloud, &id)["status"], "active");
    assert_eq!(cloud.ask("a", "GET", &format!("/v2/images/{id}/file")).send().text(), "some bytes");
}
