//! Properties of what a Keystone answers and of tokens kept on disk, which others may have written to.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use proptest::prelude::*;
use proptest::sample::select;

use super::catalog::{Wanted, base};
use super::token::access::{Grant, Granted};
use super::token::cache::Cache;
use crate::config::{Login, Scope, Settings, Tls};
use crate::fuzz::{bytes, config, json, near, object, text};

const GRANTS: &[&str] = &[
    r#"{"token": {"expires_at": "2026-11-24T21:00:00.000000Z", "issued_at": "2026-11-24T20:00:00Z", "methods": ["password"],
      "user": {"id": "1", "name": "alice", "domain": {"id": "default", "name": "Default"}}, "project": {"id": "81a6", "name": "a"},
      "roles": [{"id": "2", "name": "member"}], "catalog": [{"type": "image", "name": "glance", "endpoints":
      [{"interface": "public", "region_id": "GRA11", "region": "GRA11", "url": "http://cloud:9292", "id": "3"}]}]}}"#,
    r#"{"token": {"expires_at": "-009999-01-02T01:59:59Z", "issued_at": "9999-12-30T22:00:00.999999999Z", "catalog": []}}"#,
];

fn settings() -> Settings {
    Settings {
        name: "test".into(),
        auth_url: Some("http://cloud/v3".into()),
        login: Login::None,
        scope: Scope::Default,
        region: None,
        interfaces: vec!["public".into()],
        services: BTreeMap::new(),
        tls: Tls::default(),
        timeout: None,
        connect_retries: None,
        status_code_retries: None,
        claims: Vec::new(),
        origins: BTreeMap::new(),
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_answer_to_a_login_is_a_token_or_refused(
        answer in prop_oneof![near(GRANTS), json().prop_map(|json| json.to_string())],
        service in prop_oneof![select(vec!["image", "identity", "volume", "block-storage"]).prop_map(str::to_owned), text()],
        region in prop::option::of(text()),
        interface in text(),
    ) {
        let Ok(grant) = serde_json::from_str::<Grant>(&answer) else { return Ok(()) };
        let now = "2026-11-24T23:00:00Z".parse().unwrap();
        let granted = Granted::new("hunter2-Zq81".to_owned().into(), grant, now);
        let told = format!("{granted:?}");
        prop_assert!(!told.contains("hunter2"));
        let interfaces = [interface];
        let wanted = Wanted { service: &service, name: None, interfaces: &interfaces, region: region.as_deref() };
        if let Err(error) = wanted.find(&granted.access.catalog) {
            prop_assert!(!error.message().is_empty());
        }
    }

    #[test]
    fn an_endpoint_loses_its_version_once(
        service in select(vec!["image", "identity", "compute"]),
        url in prop_oneof![near(&["http://cloud/v2.1/", "http://cloud:9292/image//v2/", "v3", "/v1"]), text()],
    ) {
        let once = base(service, &url);
        prop_assert!(url.starts_with(once) && !once.ends_with('/'));
    }

    #[test]
    fn a_kept_token_is_read_back_or_not_used(file in prop_oneof![bytes(), near(GRANTS).prop_map(String::into_bytes)]) {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("tokens");
        let cache = Cache::new(place.clone(), &settings());
        let grant: Grant = serde_json::from_str(GRANTS[0]).unwrap();
        let now = "2026-11-24T20:00:00Z".parse().unwrap();
        let granted = Granted::new("gAAAA".to_owned().into(), grant, now);
        cache.save(&granted);
        let read = cache.load(now).unwrap();
        prop_assert_eq!(read.good_until, granted.good_until);
        prop_assert_eq!(&read.access.catalog, &granted.access.catalog);
        let kept = fs::read_dir(&place).unwrap().next().unwrap().unwrap().path();
        fs::write(&kept, &file).unwrap();
        prop_assert!(cache.load(now).is_none(), "what is no kept token");
        cache.save(&granted);
        fs::set_permissions(&kept, Permissions::from_mode(0o644)).unwrap();
        prop_assert!(cache.load(now).is_none(), "others could read it");
    }

    #[test]
    fn a_kept_token_that_was_damaged_never_ends_the_run(edits in near(&["{\"token\":\"g\",\"good_until\":\"2027-01-01T00:00:00Z\",\
        \"expires_at\":null,\"user\":{\"id\":\"1\",\"name\":\"a\"},\"project\":null,\"roles\":[],\"catalog\":[]}"]), odd in object(&["token",
        "good_until", "expires_at", "user", "project", "roles", "catalog"])) {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("tokens");
        let cache = Cache::new(place.clone(), &settings());
        let now = "2026-11-24T20:00:00Z".parse().unwrap();
        cache.save(&Granted::nobody());
        let kept = fs::read_dir(&place).unwrap().next().unwrap().unwrap().path();
        for text in [edits, odd.to_string()] {
            fs::write(&kept, text).unwrap();
            if let Some(granted) = cache.load(now) {
                prop_assert!(granted.good_until > now);
            }
        }
    }
}
