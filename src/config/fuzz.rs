//! Properties of configuration files and variables that others wrote.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use tempfile::TempDir;

use super::files::document::{self, Node};
use super::{Config, Inputs, Overrides};
use crate::fuzz::{config, config_of_slow_cases, json, near, repeated, soon, text};

const CLOUDS: &[&str] = &[
    "clouds:\n  a:\n    auth_type: password\n    auth: {auth_url: 'http://cloud:5000/v3', username: alice, password: hunter2-Zq81,\n      \
     project_name: p, user_domain_name: Default, project_domain_id: default}\n    regions: [GRA11, {name: SBG5, values: {interface: admin}}]\n  \
     b: &b\n    profile: ovh\n    auth:\n      token: hunter2-Zq81\n  c:\n    <<: *b\n    verify: false\n    cacert: ~/ca.pem\n",
    r#"{"clouds": {"a": {"auth_type": "v3applicationcredential", "auth": {"auth_url": "https://cloud/v3",
      "application_credential_id": "0bae", "application_credential_secret": "hunter2-Zq81"}, "image_endpoint_override": "http://glance",
      "image_api_version": 2, "api_timeout": 1e3, "verify": "no"}}}"#,
    "clouds:\n  m:\n    auth_type: v3multifactor\n    auth_methods: [v3password, v3totp]\n    auth: {auth_url: http://c, user_id: 1,\n      \
     password: hunter2-Zq81, passcode: '012345'}\npublic-clouds:\n  x:\n    auth: {auth_url: \"http://{region_name}.c\"}\n",
    "clouds:\n  o: {auth_type: v3oidcclientcredentials, auth: {auth_url: http://c, identity_provider: i, protocol: openid,\n      \
     client_id: x, client_secret: hunter2-Zq81, discovery_endpoint: http://d}}\ncache:\n  expiration: 5\n",
];

const SECRET: &str = "hunter2-Zq81";

const VARIABLES: &[&str] = &[
    "OS_CLOUD",
    "OS_AUTH_URL",
    "OS_USERNAME",
    "OS_PASSWORD",
    "OS_PROJECT_NAME",
    "OS_PROJECT_ID",
    "OS_USER_DOMAIN_NAME",
    "OS_TOKEN",
    "OS_AUTH_TYPE",
    "OS_REGION_NAME",
    "OS_INTERFACE",
    "OS_SYSTEM_SCOPE",
    "OS_TRUST_ID",
    "OS_CACERT",
    "OS_INSECURE",
    "OS_IMAGE_ENDPOINT_OVERRIDE",
    "OS_APPLICATION_CREDENTIAL_ID",
    "OS_APPLICATION_CREDENTIAL_SECRET",
    "OS_PASSCODE",
    "OS_",
];

const KEYS: &[&str] = &[
    "auth_url",
    "project_id",
    "project_name",
    "region_name",
    "interface",
    "cacert",
    "timeout",
    "username",
    "x",
];

fn inputs(folder: &TempDir, files: &[(&str, &str)], environment: BTreeMap<String, String>) -> Inputs {
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    Inputs { environment, folder: folder.path().to_owned(), folders: Vec::new(), clouds_yaml: None }
}

fn leaves(node: &Node) -> usize {
    match &node.value {
        document::Value::Null | document::Value::Text(_) => 1,
        document::Value::List(items) => items.iter().map(leaves).sum(),
        document::Value::Map(entries) => entries.iter().map(|(_, node)| leaves(node)).sum(),
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_text_is_a_document_or_broken_at_a_place_in_it(text in prop_oneof![near(CLOUDS), text()]) {
        match soon(|| document::parse(&text)) {
            Ok(node) => prop_assert!(leaves(&node) <= 100_000),
            Err(broken) => {
                prop_assert!(!broken.message.contains('\n') && !broken.advice().is_empty());
                let lines = text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count() as u64;
                prop_assert!(broken.place.is_none_or(|(line, _)| line <= lines + 1), "{:?} of {}", broken, lines);
            }
        }
    }

    #[test]
    fn json_texts_are_read_as_they_are_written(fields in btree_map("[a-z]{1,6}", "[ -~]{0,12}", 0..6)) {
        let node = document::parse(&serde_json::to_string(&fields).unwrap()).unwrap();
        for (key, text) in &fields {
            let read = node.get(key).map(|node| &node.value);
            prop_assert!(matches!(read, Some(document::Value::Text(read)) if read == text), "{}", key);
        }
    }

    #[test]
    fn any_files_and_variables_give_settings_or_a_plain_error(
        clouds in prop_oneof![3 => near(CLOUDS), 1 => json().prop_map(|json| json.to_string())],
        secure in prop_oneof![near(CLOUDS), text()],
        environment in btree_map(select(VARIABLES).prop_map(str::to_owned), text(), 0..8),
        overrides in btree_map(select(KEYS).prop_map(str::to_owned), text(), 0..3),
    ) {
        let folder = TempDir::new().unwrap();
        let inputs = inputs(&folder, &[("clouds.yaml", &clouds), ("secure.yaml", &secure)], environment);
        let Ok(config) = soon(|| Config::read(inputs)) else { return Ok(()) };
        let names = config.names();
        for name in names.iter().map(|name| Some(name.as_str())).chain([None]) {
            match soon(|| config.cloud(name, &overrides)) {
                Ok(settings) => prop_assert!(!settings.interfaces.is_empty()),
                Err(error) => prop_assert!(!error.message().is_empty()),
            }
            let _ = config.entries_for_project(name.unwrap_or("p"));
        }
    }

    #[test]
    fn no_debug_output_shows_a_secret(cloud in 0..CLOUDS.len(), given in select(vec!["password", "token", "passcode"])) {
        let folder = TempDir::new().unwrap();
        let environment = [("OS_PASSWORD".to_owned(), SECRET.to_owned())].into();
        let config = Config::read(inputs(&folder, &[("clouds.yaml", CLOUDS[cloud])], environment)).unwrap();
        let overrides = Overrides::from([(given.to_owned(), SECRET.to_owned())]);
        for name in config.names() {
            for overrides in [&Overrides::new(), &overrides] {
                let told = format!("{:?} {config:?}", config.cloud(Some(&name), overrides));
                prop_assert!(!told.contains(SECRET), "{}", told);
            }
        }
    }
}

proptest! {
    #![proptest_config(config_of_slow_cases())]

    #[test]
    fn a_long_document_of_one_fragment_takes_no_time(text in repeated(64 << 10)) {
        drop(soon(|| document::parse(&text)));
    }

    #[test]
    fn deep_brackets_never_end_the_stack(depth in 1..50_000_usize, open in select(vec!["[", "{a: ", "- ", "? "])) {
        drop(soon(|| document::parse(&open.repeat(depth))));
    }

    #[test]
    fn no_list_of_documents_is_taken_for_one(texts in vec(near(CLOUDS), 2..4)) {
        drop(soon(|| document::parse(&texts.join("\n---\n"))));
    }
}

#[test]
fn a_document_of_nested_aliases_is_refused() {
    for (levels, width) in [(8, 4), (6, 9), (29, 11)] {
        let mut bomb = "a0: &a0 [x, x, x, x]\n".to_owned();
        for level in 1..=levels {
            let items = vec![format!("*a{}", level - 1); width].join(", ");
            let _ = writeln!(bomb, "a{level}: &a{level} [{items}]");
        }
        assert!(soon(|| document::parse(&bomb)).is_err(), "{levels} levels of {width}");
    }
}
