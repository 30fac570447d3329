//! Which cloud is meant, and where it is found.

use super::*;

const AB: &str = "clouds:\n  a:\n    auth: {auth_url: https://a, username: u, password: p, project_id: one}\n    \
                  region_name: R1\n  b:\n    auth: {auth_url: https://b, username: u, password: p, project_name: two}\n  \
                  c:\n    auth_type: v3applicationcredential\n    auth: {auth_url: https://c, \
                  application_credential_id: i, application_credential_secret: s}\n  d:\n    profile: none-such\n";
const ONLY: &str = "clouds:\n  only:\n    auth: {auth_url: https://o, username: u, password: p}\n";
const OPENRC: [(&str, &str); 3] = [("OS_AUTH_URL", "https://e"), ("OS_USERNAME", "u"), ("OS_PASSWORD", "p")];

/// OPENRC with more.
fn openrc<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    OPENRC.iter().chain(more).copied().collect()
}

#[test]
fn a_cloud_is_chosen_by_name_then_variable_then_environment_then_being_the_only_one() {
    for (yaml, env, name, chosen) in [
        (AB, vec![("OS_CLOUD", "a")], Some("b"), "b"),
        (AB, vec![("OS_CLOUD", "b")], None, "b"),
        (AB, openrc(&[("OS_CLOUD", "b")]), None, "b"),
        (AB, openrc(&[]), None, "envvars"),
        (AB, openrc(&[]), Some("envvars"), "envvars"),
        (AB, openrc(&[("OS_CLOUD_NAME", "mine")]), None, "mine"),
        (ONLY, openrc(&[]), None, "envvars"),
        (ONLY, vec![], None, "only"),
        (ONLY, vec![("OS_CLOUD", "")], None, "only"),
        // These say nothing about logging in, so they do not hide the file.
        (
            ONLY,
            vec![("OS_INTERFACE", "internal"), ("OS_LOG_PATH", "x"), ("OS_REGION_NAME", "R")],
            None,
            "only",
        ),
        (ONLY, vec![("OS_USERNAME", ""), ("OS_PASSWORD", "")], None, "only"),
    ] {
        let given = Given { files: &[("clouds.yaml", yaml)], env: &env };
        assert_eq!(given.cloud(name, &[]).unwrap().name, chosen, "{env:?} {name:?}");
    }
}

#[test]
fn options_alone_make_a_cloud_where_there_is_no_other() {
    let options = [("auth_url", "https://o"), ("username", "u"), ("password", "p")];
    assert_eq!(Given::default().told(None, &options), "defaults: u@#default with p at https://o");
    let none = [("auth_type", "none"), ("image_endpoint_override", "https://i")];
    assert_eq!(Given::default().cloud(None, &none).unwrap().name, "defaults");
}

#[test]
fn a_region_variable_beside_os_cloud_alone_chooses_the_region() {
    for (env, region) in [
        (vec![("OS_CLOUD", "a"), ("OS_REGION_NAME", "R2")], "R2"),
        (openrc(&[("OS_CLOUD", "a"), ("OS_REGION_NAME", "R2")]), "R1"),
    ] {
        let given = Given { files: &[("clouds.yaml", AB)], env: &env };
        assert_eq!(given.cloud(None, &[]).unwrap().region.as_deref(), Some(region));
    }
    let given = Given { files: &[("clouds.yaml", AB)], env: &[("OS_CLOUD", "b"), ("OS_REGION_NAME", "R2")] };
    assert_eq!(given.cloud(Some("a"), &[]).unwrap().region.as_deref(), Some("R1"));
}

#[test]
fn variables_complete_the_cloud_of_the_run_and_no_other() {
    let lacking =
        "clouds:\n  a:\n    auth: {auth_url: https://a, username: u, project_id: one}\n    region_name: R1\n";
    let complete =
        "clouds:\n  a:\n    auth: {auth_url: https://a, username: u, password: p, project_id: one}\n";
    let told = |yaml: &str, env: &[(&str, &str)], is_main: bool| {
        let given = Given { files: &[("clouds.yaml", yaml)], env };
        let (_folder, inputs) = given.inputs();
        let config = Config::read(inputs).unwrap();
        let none = Overrides::new();
        let settings =
            if is_main { config.main_cloud(Some("a"), &none) } else { config.cloud(Some("a"), &none) };
        settings.map_or_else(|error| error.to_string(), |settings| tell(&settings))
    };
    let env = &[("OS_PASSWORD", "q"), ("OS_REGION_NAME", "R2")][..];
    assert_eq!(told(lacking, env, true), "a: u@#default with q for project #one at https://a in R2");
    assert_eq!(told(complete, env, true), "a: u@#default with p for project #one at https://a in R2");
    assert!(told(lacking, env, false).contains("cloud a has no password"));
    let openrc = openrc(&[("OS_REGION_NAME", "R2")]);
    assert!(told(lacking, &openrc, true).contains("cloud a has no password"), "another cloud's password");
    assert_eq!(told(complete, &openrc, true), "a: u@#default with p for project #one at https://a");
}

#[test]
fn the_default_cloud_is_used_when_none_is_named() {
    for (yaml, env, name) in
        [(AB, &[("OS_CLOUD", "b")][..], "b"), (ONLY, &[], "only"), (AB, &OPENRC[..], "envvars")]
    {
        let (_folder, inputs) = Given { files: &[("clouds.yaml", yaml)], env }.inputs();
        assert_eq!(Config::read(inputs).unwrap().usual_cloud(&Overrides::new()).unwrap(), name);
    }
}

#[test]
fn the_first_file_found_is_the_one() {
    let other = |name: &str| ONLY.replace("only", name);
    let (a, b, c, d) = (other("a"), other("b"), other("c"), other("d"));
    let all = [
        ("named.yaml", a.as_str()),
        ("clouds.yml", b.as_str()),
        ("user/clouds.yaml", c.as_str()),
        ("user/clouds.json", d.as_str()),
    ];
    for (files, env, chosen) in [
        (&all[..], &[("OS_CLIENT_CONFIG_FILE", "named.yaml")][..], "a"),
        (&all[..], &[("OS_CLIENT_CONFIG_FILE", "absent.yaml")], "b"),
        (&all[..], &[], "b"),
        (&all[2..], &[], "c"),
        (&all[3..], &[], "d"),
    ] {
        assert_eq!(Given { files, env }.cloud(None, &[]).unwrap().name, chosen);
    }
}

#[test]
fn an_openrc_file_is_understood_whoever_wrote_it() {
    for (env, told) in [
        // Horizon's.
        (
            openrc(&[
                ("OS_PROJECT_ID", "i"),
                ("OS_PROJECT_NAME", "n"),
                ("OS_USER_DOMAIN_NAME", "Default"),
                ("OS_PROJECT_DOMAIN_ID", "default"),
                ("OS_REGION_NAME", "R1"),
                ("OS_INTERFACE", "public"),
                ("OS_IDENTITY_API_VERSION", "3"),
            ]),
            "envvars: u@Default with p for project #i at https://e in R1",
        ),
        // OVHcloud's.
        (
            openrc(&[
                ("OS_TENANT_ID", "i"),
                ("OS_TENANT_NAME", "n"),
                ("OS_USER_DOMAIN_NAME", "Default"),
                ("OS_PROJECT_DOMAIN_NAME", "Default"),
                ("OS_IDENTITY_API_VERSION", "3"),
                ("OS_REGION_NAME", "GRA11"),
            ]),
            "envvars: u@Default with p for project #i at https://e in GRA11",
        ),
        (
            openrc(&[("OS_TENANT_NAME", "n"), ("OS_PROJECT_NAME", "m"), ("OS_DEFAULT_DOMAIN", "d")]),
            "envvars: u@#d with p for project m@#d at https://e",
        ),
        (
            openrc(&[("OS_PROJECT_NAME", "n"), ("OS_DOMAIN_NAME", "D"), ("OS_REGION_NAME", "")]),
            "envvars: u@D with p for project n@D at https://e",
        ),
        (
            openrc(&[("OS_INTERFACE", "internal"), ("OS_ENDPOINT_TYPE", "adminURL")]),
            "envvars: u@#default with p at https://e by admin",
        ),
        (
            vec![
                ("OS_AUTH_TYPE", "v3applicationcredential"),
                ("OS_AUTH_URL", "https://e"),
                ("OS_APPLICATION_CREDENTIAL_ID", "i"),
                ("OS_APPLICATION_CREDENTIAL_SECRET", "s"),
                ("OS_PROJECT_ID", "left over"),
            ],
            "envvars: credential i with s for project #left over at https://e",
        ),
        (
            vec![("OS_AUTH_URL", "https://e"), ("OS_AUTH_TOKEN", "t"), ("OS_PROJECT_ID", "i")],
            "envvars: token t for project #i at https://e",
        ),
    ] {
        assert_eq!(Given { env: &env, ..Given::default() }.told(None, &[]), told, "{env:?}");
    }
    let env =
        openrc(&[("OS_IMAGE_ENDPOINT_OVERRIDE", "https://i"), ("OS_CACERT", "/ca"), ("OS_INSECURE", "true")]);
    let settings = Given { env: &env, ..Given::default() }.cloud(None, &[]).unwrap();
    assert_eq!(settings.services["image"].endpoint_override.as_deref(), Some("https://i"));
    assert_eq!(settings.tls, Tls { ca_file: Some("/ca".into()), insecure: true, ..Tls::default() });
    assert_eq!(settings.origins["username"], ("u".to_owned(), "OS_USERNAME".to_owned()));
}

#[test]
fn names_come_in_the_order_of_the_file_and_the_environment_last() {
    let (_folder, inputs) = Given { files: &[("clouds.yaml", AB)], env: &OPENRC }.inputs();
    assert_eq!(Config::read(inputs).unwrap().names(), ["a", "b", "c", "d", "envvars"]);
}

#[test]
fn a_clouds_yaml_in_memory_replaces_files_and_environment() {
    for (env, chosen) in
        [(openrc(&[]), "a"), (vec![("OS_CLOUD", "b")], "b"), (vec![("OS_CLOUD", "only")], "a")]
    {
        let given = Given { files: &[("clouds.yaml", ONLY), ("secure.yaml", "broken: [")], env: &env };
        let (_folder, mut inputs) = given.inputs();
        inputs.clouds_yaml = Some(AB.to_owned());
        let config = Config::read(inputs).unwrap();
        assert_eq!(config.names(), ["a", "b", "c", "d"]);
        assert_eq!(config.cloud(None, &Overrides::new()).unwrap().name, chosen, "{env:?}");
        assert!(config.files().is_empty());
    }
}

#[test]
fn entries_are_found_by_their_project() {
    let env = openrc(&[("OS_TENANT_NAME", "two")]);
    let (_folder, inputs) = Given { files: &[("clouds.yaml", AB)], env: &env }.inputs();
    let config = Config::read(inputs).unwrap();
    assert_eq!(config.entries_for_project("one"), ["a"]);
    assert_eq!(config.entries_for_project("two"), ["b", "envvars"]);
    assert!(config.entries_for_project("a").is_empty());
}
