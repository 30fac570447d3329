//! Properties of what a Glance answers, and of marks that others wrote.
#![allow(clippy::unwrap_used)]

use std::fs;

use proptest::collection::vec;
use proptest::prelude::*;
use serde::de::DeserializeOwned;

use super::location::model::Location;
use super::member::Member;
use super::service::image_cache::Cache;
use super::service::info::{Store, Usage, Version};
use super::task::Task;
use super::unfinished::marks::{Found, Marks, Owner};
use super::{Image, image_path};
use crate::fuzz::{bytes, config, json, near, object, soon, text};

const IMAGES: &[&str] = &[
    r#"{"id": "1bea47ed-f6a9-463b-b423-14b9cca9ad27", "name": "pfsense", "status": "active", "visibility": "shared", "size": 9,
      "virtual_size": null, "min_disk": 0, "min_ram": -1, "protected": false, "os_hidden": "x", "tags": ["b", 1, null], "checksum": "e7b9",
      "os_hash_algo": "sha512", "os_hash_value": "ddaf", "created_at": "2026-01-31T12:00:00Z", "updated_at": 5, "locations": [{"url": "a",
      "metadata": {}}], "properties": "odd", "os_distro": "freebsd", "owner": "81a6", "self": "/v2/images/1", "file": "/f", "schema": "/s"}"#,
    r#"{"id": "x", "size": 18446744073709551616, "min_ram": 1e300, "tags": {"a": 1}, "": "", "\u0000": "\u001b[2J"}"#,
];

const OTHERS: &[&str] = &[
    r#"{"image_id": "1", "member_id": "2", "status": "pending", "created_at": "", "updated_at": "", "schema": "/v2/schemas/member"}"#,
    r#"{"id": "1", "type": "api_image_import", "status": "success", "owner": "a", "input": {"a": 1}, "result": null, "message": "",
      "created_at": "x", "updated_at": "y", "expires_at": null, "image_id": "i", "request_id": "r", "user_id": "u"}"#,
    r#"{"id": "fast", "description": "x", "default": "true", "read-only": true, "type": "file", "weight": 1, "properties": {}}"#,
    r#"{"limit": -1, "usage": 18446744073709551615}"#,
    r#"{"id": "v2.17", "status": "CURRENT", "links": []}"#,
    r#"{"url": "file:///x", "metadata": {"store": "fast"}, "validation_data": {}}"#,
    r#"{"image_id": "1", "hits": 1, "last_accessed": 1.5, "last_modified": 2, "size": 9}"#,
];

const MARKS: &[&str] = &[
    r#"{"version":2,"service":"http://cloud","project":"81a6","seed":null}"#,
    r#"{"version":2,"service":"http://cloud","project":"81a6","seed":"00112233445566778899aabbccddeeff"}"#,
    r#"{"version":1,"service":"http://cloud","project":"81a6","seed":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}"#,
];

/// Name of a file that may be a mark.
fn marked() -> impl Strategy<Value = String> {
    prop_oneof![Just("1bea47ed-f6a9-463b-b423-14b9cca9ad27".to_owned()), Just("x".to_owned()), text()]
}

/// Reads an answer as that type; nothing may come of it but a value or an error.
fn read<T: DeserializeOwned + std::fmt::Debug>(text: &str) {
    if let Ok(value) = soon(|| serde_json::from_str::<T>(text)) {
        drop(format!("{value:?}"));
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_answer_is_an_image_or_refused(answer in prop_oneof![near(IMAGES), object(Image::FIELDS).prop_map(|json| json.to_string())]) {
        let Ok(image) = soon(|| serde_json::from_str::<Image>(&answer)) else { return Ok(()) };
        prop_assert!(!image.id.is_empty());
        prop_assert!(image.tags.is_sorted());
        prop_assert!(Image::FIELDS.iter().all(|field| image.field(field).is_none_or(|value| !value.is_null())));
        let shown = serde_json::to_value(&image).unwrap();
        let flat: serde_json::Map<_, _> = shown.as_object().unwrap().iter().filter(|(key, _)| *key != "properties")
            .map(|(key, value)| (key.clone(), value.clone())).collect();
        let again: Image = serde_json::from_value(flat.into()).unwrap();
        for field in Image::FIELDS.iter().filter(|field| **field != "properties") {
            prop_assert_eq!(image.field(field), again.field(field), "{}", field);
        }
    }

    #[test]
    fn any_answer_is_another_record_or_refused(answer in prop_oneof![near(OTHERS), json().prop_map(|json| json.to_string())]) {
        read::<Member>(&answer);
        read::<Task>(&answer);
        read::<Store>(&answer);
        read::<Usage>(&answer);
        read::<Version>(&answer);
        read::<Location>(&answer);
        read::<Cache>(&answer);
    }

    #[test]
    fn no_id_leads_a_path_elsewhere(id in text(), part in text()) {
        let Ok(path) = image_path(&id, &["members", &part]) else { return Ok(()) };
        let url = url::Url::parse("http://cloud/glance").unwrap().join(&format!("/glance{path}")).unwrap();
        prop_assert!(url.path().starts_with("/glance/v2/images/"), "{}", url);
        prop_assert_eq!(url.host_str(), Some("cloud"));
        prop_assert_eq!(url.path().matches('/').count(), 6, "{}", url);
        prop_assert!(url.query().is_none() && url.fragment().is_none(), "{}", url);
    }

    #[test]
    fn a_mark_that_others_wrote_proves_nothing(files in vec((marked(), prop_oneof![near(MARKS).prop_map(String::into_bytes),
        bytes()]), 0..6)) {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let name: String = name.chars().filter(|c| !matches!(c, '/' | '\0')).take(40).collect();
            if !matches!(name.as_str(), "" | "." | "..") {
                let _ = fs::write(folder.path().join(name), content);
            }
        }
        let marks = Marks::new(folder.path().into());
        let owner = Owner { service: "http://cloud".into(), project: "81a6".into() };
        let found = || marks.files().iter().map(|file| marks.open(file, &owner)).collect::<Vec<_>>();
        for found in soon(found) {
            if let Found::Left(left) = found {
                prop_assert!(uuid::Uuid::try_parse(&left.id).is_ok() && left.proof.is_none(), "{}", left.id);
            }
        }
    }
}
