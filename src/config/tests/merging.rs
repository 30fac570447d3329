//! Which of several values counts.
//!
//! Long, because it is tables: one line for each thing a user may write.

use std::time::Duration;

use super::*;

/// An entry with these lines beside `auth`, and these within it.
fn entry(beside: &str, auth: &str) -> String {
    let indent =
        |lines: &str, by: &str| lines.lines().map(|line| by.to_owned() + line + "\n").collect::<String>();
    format!(
        "clouds:\n  a:\n{}    auth:\n      auth_url: https://k\n      username: u\n      password: p\n{}",
        indent(beside, "    "),
        indent(auth, "      ")
    )
}

#[test]
fn keys_and_their_synonyms_mean_what_they_mean_to_openstacksdk() {
    for (beside, auth, told) in [
        ("", "", "a: u@#default with p at https://k"),
        ("", "user_domain_name: D", "a: u@D with p at https://k"),
        ("", "user_domain_id: d\nuser_domain_name: D", "a: u@#d with p at https://k"),
        ("", "user-domain-name: D", "a: u@D with p at https://k"),
        ("", "default_domain_id: d", "a: u@#d with p at https://k"),
        ("default_domain: d", "", "a: u@#d with p at https://k"),
        ("", "user_id: i", "a: #i with p at https://k"),
        // Projects, by all their names. What stands beside `auth` wins here, and the new name over the old
        // one.
        ("", "project_id: i\nproject_name: n", "a: u@#default with p for project #i at https://k"),
        ("", "tenant_id: t", "a: u@#default with p for project #t at https://k"),
        ("", "tenant_id: t\nproject_id: i", "a: u@#default with p for project #i at https://k"),
        ("tenant_id: t", "project_id: i", "a: u@#default with p for project #i at https://k"),
        ("project_id: o", "project_id: i", "a: u@#default with p for project #o at https://k"),
        ("", "tenant_name: n\nproject_domain_name: P", "a: u@#default with p for project n@P at https://k"),
        ("", "project_name: n", "a: u@#default with p for project n@#default at https://k"),
        // A domain is shared by user and project, or else the scope.
        ("", "project_name: n\ndomain_name: D", "a: u@D with p for project n@D at https://k"),
        ("domain_id: d", "project_id: i", "a: u@#d with p for project #i at https://k"),
        ("", "domain_name: D\nuser_domain_name: U", "a: u@U with p for domain D at https://k"),
        ("domain_id: d", "", "a: u@#default with p for domain #d at https://k"),
        // Keys in the wrong place; `auth` wins there.
        ("username: o\npassword: q", "", "a: u@#default with p at https://k"),
        ("user_domain_name: D\ntrust_id: t", "", "a: u@D with p for trust t at https://k"),
        // Interfaces.
        ("interface: internal", "", "a: u@#default with p at https://k by internal"),
        ("interface: [internal, publicURL]", "", "a: u@#default with p at https://k by internal,public"),
        ("interface: internal\nendpoint_type: adminURL", "", "a: u@#default with p at https://k by admin"),
        ("interface:", "", "a: u@#default with p at https://k"),
        // Regions.
        ("region_name: R1", "", "a: u@#default with p at https://k in R1"),
        ("region-name: R1", "", "a: u@#default with p at https://k in R1"),
        ("region_name: R1,R2", "", "a: u@#default with p at https://k in R1"),
        ("regions: [R1, R2]", "", "a: u@#default with p at https://k in R1"),
        ("regions: []", "", "a: u@#default with p at https://k"),
        ("regions: [R1, R2]\nregion_name: R2", "", "a: u@#default with p at https://k in R1"),
        (
            "region_name: R1",
            "auth_url: https://k.{region_name}/v3",
            "a: u@#default with p at https://k.R1/v3 in R1",
        ),
        // What is of no concern here.
        (
            "networks:\n- name: n\nfloating_ip_source: None\nx_y: {z: 1}",
            "",
            "a: u@#default with p at https://k",
        ),
        ("identity_api_version: 3\nimage_api_version: '2'", "", "a: u@#default with p at https://k"),
    ] {
        let yaml = entry(beside, auth);
        let given = Given { files: &[("clouds.yaml", &yaml)], ..Given::default() };
        assert_eq!(given.told(Some("a"), &[]), told, "{yaml}");
    }
}

#[test]
fn auth_wins_over_the_same_key_beside_it() {
    let yaml = entry("username: o", "user_name: u").replace("      username: u\n", "");
    let given = Given { files: &[("clouds.yaml", &yaml)], ..Given::default() };
    assert_eq!(given.told(Some("a"), &[]), "a: u@#default with p at https://k");
}

#[test]
fn values_are_taken_as_they_are_written() {
    for (written, password) in [
        ("0123", "0123"),
        ("'0123'", "0123"),
        ("1e3", "1e3"),
        ("yes", "yes"),
        ("\"no\"", "no"),
        ("True", "True"),
        ("'{x}'", "{x}"),
        ("12_3", "12_3"),
    ] {
        let given_yaml = entry("", "").replace("password: p", &format!("password: {written}"));
        let given = Given { files: &[("clouds.yaml", &given_yaml)], ..Given::default() };
        assert_eq!(given.told(None, &[]), format!("a: u@#default with {password} at https://k"), "{written}");
    }
}

#[test]
fn anchors_and_merge_keys_are_followed() {
    let yaml = "base: &base\n  auth: &auth {auth_url: https://k, username: u, password: p}\n  region_name: R1\n\
                clouds:\n  a: *base\n  b:\n    <<: *base\n    region_name: R2\n    auth:\n      <<: *auth\n      \
                username: v\n";
    let given = Given { files: &[("clouds.yaml", yaml)], ..Given::default() };
    assert_eq!(given.told(Some("a"), &[]), "a: u@#default with p at https://k in R1");
    assert_eq!(given.told(Some("b"), &[]), "b: v@#default with p at https://k in R2");
}

#[test]
fn a_regions_own_values_hold_in_that_region() {
    let yaml = entry(
        "interface: admin\nregions:\n- name: R1\n  values:\n    interface: internal\n    auth:\n      project_id: one\n\
         - R2\n- name: R3\n  values:\n    interface:\n",
        "project_id: any",
    );
    let given = Given { files: &[("clouds.yaml", &yaml)], ..Given::default() };
    for (region, told) in [
        ("R1", "a: u@#default with p for project #one at https://k in R1 by internal"),
        ("R2", "a: u@#default with p for project #any at https://k in R2 by admin"),
        ("R3", "a: u@#default with p for project #any at https://k in R3 by admin"),
    ] {
        assert_eq!(given.told(Some("a"), &[("region_name", region)]), told);
    }
}

#[test]
fn secure_yaml_wins_and_may_be_in_another_folder() {
    let yaml = entry("region_name: R1", "").replace("      password: p\n", "");
    let secure = "clouds:\n  a:\n    auth:\n      password: hidden\n  b:\n    auth: {auth_url: https://b}\n";
    let given = Given { files: &[("user/clouds.yaml", &yaml), ("secure.yml", secure)], ..Given::default() };
    assert_eq!(given.told(Some("a"), &[]), "a: u@#default with hidden at https://k in R1");
    let (_folder, inputs) = given.inputs();
    let config = Config::read(inputs).unwrap();
    assert_eq!(config.names(), ["a", "b"]);
    assert_eq!(config.files().len(), 2);
    assert!(config.files()[0].ends_with("user/clouds.yaml"));
}

#[test]
fn a_profile_lies_below_its_entry() {
    let public = "public-clouds:\n  p:\n    auth: {auth_url: 'https://{region_name}.p', user_domain_name: P}\n    \
                  regions: [R1, R2]\n    interface: internal\n";
    for (lines, told) in [
        ("profile: p", "a: u@P with p at https://R1.p in R1 by internal"),
        ("cloud: p", "a: u@P with p at https://R1.p in R1 by internal"),
        ("profile: p\ninterface: admin", "a: u@P with p at https://R1.p in R1 by admin"),
        ("profile: p\nregion_name: R2", "a: u@P with p at https://R2.p in R2 by internal"),
    ] {
        let yaml = entry(lines, "").replace("      auth_url: https://k\n", "");
        let files = [("clouds.yaml", yaml.as_str()), ("user/clouds-public.yaml", public)];
        assert_eq!(Given { files: &files, ..Given::default() }.told(None, &[]), told, "{lines}");
    }
}

#[test]
fn options_count_more_than_all_and_take_their_rivals_back() {
    let yaml = entry(
        "region_name: R1\nendpoint_type: admin",
        "project_id: i\nproject_domain_name: P\nuser_domain_id: d\nuser_id: x",
    );
    let given = Given { files: &[("clouds.yaml", &yaml)], ..Given::default() };
    for (options, told) in [
        (&[("project_id", "o")][..], "a: #x with p for project #o at https://k in R1 by admin"),
        (&[("project_name", "o")], "a: #x with p for project o@P at https://k in R1 by admin"),
        (&[("os-project-name", "o")], "a: #x with p for project o@P at https://k in R1 by admin"),
        (&[("tenant_name", "o")], "a: #x with p for project o@P at https://k in R1 by admin"),
        (&[("system_scope", "all")], "a: #x with p for system all at https://k in R1 by admin"),
        (&[("domain_name", "o")], "a: #x with p for domain o at https://k in R1 by admin"),
        (&[("username", "o")], "a: o@#d with p for project #i at https://k in R1 by admin"),
        (
            &[("username", "o"), ("user_domain_name", "O")],
            "a: o@O with p for project #i at https://k in R1 by admin",
        ),
        (
            &[("interface", "internal,public")],
            "a: #x with p for project #i at https://k in R1 by internal,public",
        ),
        (&[("region", "R9")], "a: #x with p for project #i at https://k in R9 by admin"),
        (&[("region_name", "")], "a: #x with p for project #i at https://k in R1 by admin"),
        (
            &[("auth_url", "https://o"), ("password", "q")],
            "a: #x with q for project #i at https://o in R1 by admin",
        ),
        (&[("token", "t")], "a: token t for project #i at https://k in R1 by admin"),
        (
            &[("application_credential_id", "c"), ("application_credential_secret", "s")],
            "a: credential c with s at https://k in R1 by admin",
        ),
    ] {
        assert_eq!(given.told(Some("a"), options), told, "{options:?}");
    }
}

/// The answers are those of the `openstack` command wherever it takes the option; tests/clients/scopes.py
/// compares them.
#[test]
fn another_scope_keeps_the_domain_of_the_user() {
    let told = |auth: &str, options: &[(&str, &str)]| {
        let yaml =
            format!("clouds:\n  a:\n    auth: {{auth_url: https://k, username: u, password: p, {auth}}}\n");
        Given { files: &[("clouds.yaml", &yaml)], ..Given::default() }.told(Some("a"), options)
    };
    let named = "domain_name: D, project_name: n";
    let by_id = "domain_id: d, project_id: i";
    let each = "user_domain_name: U, project_domain_name: P, project_id: i, project_name: n";
    let on_domain = "domain_name: D";
    for (auth, options, expected) in [
        (named, &[][..], "u@D with p for project n@D"),
        (named, &[("project_name", "o")], "u@D with p for project o@D"),
        (named, &[("project_id", "o")], "u@D with p for project #o"),
        (named, &[("project_name", "o"), ("project_domain_name", "Q")], "u@D with p for project o@Q"),
        (named, &[("project_domain_name", "Q")], "u@D with p for project n@Q"),
        (named, &[("user_domain_name", "V")], "u@V with p for project n@D"),
        (named, &[("username", "v")], "v@D with p for project n@D"),
        (named, &[("username", "v"), ("user_domain_name", "V")], "v@V with p for project n@D"),
        (named, &[("user_id", "v")], "#v with p for project n@D"),
        (named, &[("project_name", "o"), ("default_domain", "x")], "u@D with p for project o@D"),
        (named, &[("trust_id", "t")], "u@D with p for trust t"),
        (named, &[("system_scope", "all")], "u@D with p for system all"),
        (named, &[("domain_name", "O")], "u@D with p for domain O"),
        (by_id, &[("project_name", "o")], "u@#d with p for project o@#d"),
        (by_id, &[("project_id", "o")], "u@#d with p for project #o"),
        (by_id, &[("trust_id", "t")], "u@#d with p for trust t"),
        (by_id, &[("domain_id", "o")], "u@#d with p for domain #o"),
        (each, &[("project_name", "o")], "u@U with p for project o@P"),
        (each, &[("project_id", "o")], "u@U with p for project #o"),
        (each, &[("trust_id", "t")], "u@U with p for trust t"),
        (each, &[("system_scope", "all")], "u@U with p for system all"),
        (on_domain, &[], "u@#default with p for domain D"),
        (on_domain, &[("project_name", "o")], "u@D with p for project o@D"),
        (on_domain, &[("project_id", "o")], "u@D with p for project #o"),
        (on_domain, &[("domain_name", "O")], "u@#default with p for domain O"),
        ("user_domain_name: U, domain_name: D", &[("project_name", "o")], "u@U with p for project o@D"),
        ("user_domain_name: U, trust_id: t", &[("project_name", "o")], "u@U with p for project o@#default"),
        ("user_domain_name: U, system_scope: all", &[("project_id", "o")], "u@U with p for project #o"),
        ("default_domain_id: x, project_name: n", &[("project_name", "o")], "u@#x with p for project o@#x"),
    ] {
        assert_eq!(told(auth, options), format!("a: {expected} at https://k"), "{auth} {options:?}");
    }
    let twice = told(each, &[("project_name", "o"), ("domain_name", "O")]);
    assert!(twice.contains("more than one scope: project_name (option) and domain_name (option)"), "{twice}");
}

#[test]
fn a_general_option_counts_for_every_service() {
    let lines = "region_name: R1\nimage_region_name: R2\nimage_interface: internal\nimage_status_code_retries: 7\n\
                 image_timeout: 9";
    let yaml = entry(lines, "");
    let given = Given { files: &[("clouds.yaml", &yaml)], ..Given::default() };
    let options =
        [("region_name", "R3"), ("interface", "admin"), ("status_code_retries", "1"), ("api_timeout", "2")];
    let settings = given.cloud(Some("a"), &options).unwrap();
    assert_eq!((settings.region.as_deref(), settings.interfaces), (Some("R3"), vec!["admin".to_owned()]));
    assert_eq!(settings.services.get("image").cloned().unwrap_or_default(), Service::default());
    assert_eq!((settings.status_code_retries, settings.timeout), (Some(1), Some(Duration::from_secs(2))));
    let both = given.cloud(Some("a"), &[("region_name", "R3"), ("image_region_name", "R4")]).unwrap();
    assert_eq!(both.services["image"].region.as_deref(), Some("R4"));
}

#[test]
fn a_region_that_an_endpoint_override_hides_is_refused() {
    let told = |lines: &str, region: &str| {
        let yaml = entry(lines, "");
        Given { files: &[("clouds.yaml", &yaml)], ..Given::default() }
            .told(Some("a"), &[("region_name", region)])
    };
    let fixed = "region_name: R1\nimage_endpoint_override: https://i";
    assert!(
        told(fixed, "R2").contains("region R2 does not count: image_endpoint_override names the endpoint")
    );
    assert_eq!(told(fixed, "R1"), "a: u@#default with p at https://k in R1");
    let open = "region_name: R1\nimage_endpoint_override: https://i.{region_name}";
    assert_eq!(told(open, "R2"), "a: u@#default with p at https://k in R2");
}

#[test]
fn tls_is_read_from_all_its_keys() {
    let plain = Tls::default();
    for (lines, tls) in [
        ("verify: no", Tls { insecure: true, ..plain.clone() }),
        ("verify: false", Tls { insecure: true, ..plain.clone() }),
        ("verify: yes", plain.clone()),
        ("insecure: 'True'", Tls { insecure: true, ..plain.clone() }),
        ("insecure: false\nverify: true", plain.clone()),
        ("cacert: ~/ca.pem", Tls { ca_file: Some("/home/me/ca.pem".into()), ..plain.clone() }),
        ("cacert: /ca.pem", Tls { ca_file: Some("/ca.pem".into()), ..plain.clone() }),
        (
            "cert: /c.pem\nkey: ~/k.pem",
            Tls {
                cert_file: Some("/c.pem".into()),
                key_file: Some("/home/me/k.pem".into()),
                ..plain.clone()
            },
        ),
        ("key: /k.pem", plain.clone()),
    ] {
        let yaml = entry(lines, "");
        let given = Given { files: &[("clouds.yaml", &yaml)], env: &[("HOME", "/home/me")] };
        assert_eq!(given.cloud(Some("a"), &[]).unwrap().tls, tls, "{lines}");
    }
}

#[test]
fn trust_asked_for_by_hand_is_not_undone_by_the_file() {
    let yaml = entry("insecure: true", "");
    let given = Given { files: &[("clouds.yaml", &yaml)], ..Given::default() };
    for (options, insecure) in
        [(&[][..], true), (&[("verify", "true")], false), (&[("insecure", "true")], true)]
    {
        assert_eq!(given.cloud(Some("a"), options).unwrap().tls.insecure, insecure, "{options:?}");
    }
}

#[test]
fn services_may_have_settings_of_their_own() {
    let lines = "region_name: R1\nimage_endpoint_override: https://i.{region_name}\nimage_interface: internal\n\
                 image_region_name: R2\nimage_endpoint: https://old\nblock-storage-service-name: cinder\nidentity_endpoint: https://e\n\
                 compute_endpoint_type: admin\ncompute_service_type: cloud";
    let yaml = entry(lines, "");
    let given = Given { files: &[("clouds.yaml", &yaml)], ..Given::default() };
    let services = given.cloud(Some("a"), &[]).unwrap().services;
    let image = Service {
        endpoint_override: Some("https://i.R1".into()),
        interfaces: Some(vec!["internal".into()]),
        region: Some("R2".into()),
        ..Service::default()
    };
    assert_eq!(services["image"], image);
    assert_eq!(services["block-storage"].service_name.as_deref(), Some("cinder"));
    assert_eq!(services["identity"].endpoint_override.as_deref(), Some("https://e"));
    assert_eq!(services["compute"].interfaces.as_deref(), Some(&["admin".to_owned()][..]));
    assert_eq!(services["compute"].service_type.as_deref(), Some("cloud"));
    assert_eq!(services.len(), 4);
}

#[test]
fn patience_is_read_in_seconds_and_times() {
    for (lines, timeout, connect, status) in [
        ("api_timeout: 30\nconnect_retries: 2\nstatus_code_retries: '3'", Some(30.0), Some(2), Some(3)),
        ("api_timeout: 1.5\nimage_status_code_retries: 7\nstatus_code_retries: 3", Some(1.5), None, Some(7)),
        ("image_timeout: 9\napi_timeout: 30", Some(9.0), None, None),
        ("", None, None, None),
    ] {
        let yaml = entry(lines, "");
        let given = Given { files: &[("clouds.yaml", &yaml)], ..Given::default() };
        let settings = given.cloud(Some("a"), &[]).unwrap();
        assert_eq!(settings.timeout, timeout.map(Duration::from_secs_f64), "{lines}");
        assert_eq!((settings.connect_retries, settings.status_code_retries), (connect, status), "{lines}");
    }
}

#[test]
fn every_key_says_where_it_came_from_and_no_secret_is_shown() {
    let yaml = entry("profile: p\nregion_name: R1", "project_name: n");
    let files = [
        ("clouds.yaml", yaml.as_str()),
        ("secure.yaml", "clouds:\n  a:\n    auth:\n      password: hush\n"),
        ("clouds-public.yaml", "public-clouds:\n  p:\n    interface: internal\n"),
    ];
    let given = Given { files: &files, ..Given::default() };
    let settings =
        given.cloud(Some("a"), &[("cacert", "/o.pem"), ("token", "hush"), ("auth_type", "token")]).unwrap();
    let told: Vec<String> = settings
        .origins
        .iter()
        .map(|(key, (value, origin))| {
            let origin = origin.rsplit('/').next().unwrap();
            format!("{key} = {value} <- {origin}")
        })
        .collect();
    assert_eq!(
        told,
        [
            "auth_type = token <- option",
            "auth_url = https://k <- clouds.yaml:6",
            "cacert = /o.pem <- option",
            "interface = internal <- clouds-public.yaml:3",
            "password = (redacted) <- secure.yaml:4",
            "profile = p <- clouds.yaml:3",
            "project_domain_id = default <- default",
            "project_name = n <- clouds.yaml:9",
            "region_name = R1 <- clouds.yaml:4",
            "token = (redacted) <- option",
            "user_domain_id = default <- default",
            "username = u <- clouds.yaml:7",
        ]
    );
    let (_folder, mut inputs) = given.inputs();
    inputs.environment.insert("OS_PASSWORD".into(), "hush".into());
    let shown = format!("{settings:?} {inputs:?} {:?}", Config::read(inputs.clone()).unwrap());
    assert!(!shown.contains("hush"), "{shown}");
}
