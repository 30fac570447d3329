//! What is said about what is wrong: the file, the line, the cloud, the key, and what to do.
//!
//! Long, because every complaint stands here word for word.

use super::*;
use crate::error::Kind;

/// The whole complaint: message, then advice below it, the folder left out.
fn complaint(
    files: &[(&str, &str)],
    env: &[(&str, &str)],
    name: Option<&str>,
    options: &[(&str, &str)],
) -> String {
    let given = Given { files, env };
    let (folder, inputs) = given.inputs();
    let overrides = options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let error = Config::read(inputs).and_then(|config| config.cloud(name, &overrides)).unwrap_err();
    let folder = folder.path().display().to_string();
    let whole = format!("{error}\n{}", error.advice_text().expect("every complaint has advice"));
    whole.replace(&format!("{folder}/"), "").replace(&folder, ".")
}

/// The complaint about the cloud `a` of this clouds.yaml.
fn about(yaml: &str) -> String {
    complaint(&[("clouds.yaml", yaml)], &[], Some("a"), &[])
}

#[test]
fn a_broken_file_is_reported_by_line_and_column() {
    for (files, told) in [
        (
            [("clouds.yaml", "clouds:\n  a:\n    auth: {password: hush\n")],
            "config: clouds.yaml:3:11: unclosed bracket '{'\nclose it, or put the value in quotes if it is text",
        ),
        (
            [("clouds.yaml", "clouds:\n\ta: 1\n")],
            "config: clouds.yaml:2:2: tabs disallowed within this context (block indentation)\nindent with spaces",
        ),
        (
            [("secure.yaml", "clouds:\n  a: x: y\n")],
            "config: secure.yaml:2:7: mapping values are not allowed in this context\n\
             a value with a colon and a space in it needs quotes",
        ),
        (
            [("clouds.yaml", "- a\n")],
            "config: clouds.yaml:1: this is a list, not a mapping\n\
             begin the file with `clouds:`, and the clouds indented below",
        ),
        (
            [("clouds.yaml", "clouds: [a]\n")],
            "config: clouds.yaml:1: clouds must be a mapping, not a list\nwrite each cloud's name below it, indented",
        ),
        (
            [("clouds.yaml", "clouds:\n  a: text\n")],
            "config: clouds.yaml:2: cloud a must be a mapping, not text\nwrite its keys one a line below it, indented",
        ),
        (
            [("clouds.yaml", "clouds:\n  a:\n    auth: text\n")],
            "config: clouds.yaml:3: cloud a: auth must be a mapping, not text\n\
             write its keys one a line below it, indented",
        ),
    ] {
        assert_eq!(complaint(&files, &[], Some("a"), &[]), told, "{files:?}");
    }
}

#[test]
fn an_unknown_cloud_is_reported_with_the_nearest_and_the_searched_files() {
    let two = [("clouds.yaml", "clouds:\n  project-a:\n  project-b:\n")];
    for (env, name, told) in [
        (
            &[][..],
            Some("projct-b"),
            "config: no cloud is called projct-b: clouds.yaml has 2 others\ndid you mean project-b?",
        ),
        (
            &[],
            Some("x"),
            "config: no cloud is called x: clouds.yaml has 2 others\nname one of project-a, project-b",
        ),
        (
            &[],
            Some(""),
            "config: no cloud is called '': clouds.yaml has 2 others\nname one of project-a, project-b",
        ),
        (
            &[("OS_CLOUD", "x")],
            None,
            "config: no cloud is called x (OS_CLOUD): clouds.yaml has 2 others\nname one of project-a, project-b",
        ),
        (
            &[("OS_CLIENT_CONFIG_FILE", "gone.yaml")],
            Some("x"),
            "config: no cloud is called x: clouds.yaml has 2 others (gone.yaml, named by OS_CLIENT_CONFIG_FILE, was \
             passed over: No such file or directory (os error 2))\nname one of project-a, project-b",
        ),
        (
            &[],
            None,
            "config: clouds.yaml has 2 clouds, and none is chosen\n\
             choose by --os-cloud NAME or OS_CLOUD: project-a, project-b",
        ),
    ] {
        assert_eq!(complaint(&two, env, name, &[]), told);
    }
}

#[test]
fn missing_configuration_is_reported_with_the_searched_places() {
    for (files, told) in [
        (
            &[][..],
            "config: no cloud is configured: no clouds.yaml in ., user, and no OS_AUTH_URL in the environment\n\
             source your openrc or write clouds.yaml; --sandbox needs neither",
        ),
        (
            &[("clouds.yaml", "a:\n  auth: {}\n")],
            "config: no cloud is configured: clouds.yaml has none below `clouds:`\n\
             write one there, or source your openrc; --sandbox needs neither",
        ),
    ] {
        for name in [None, Some("a")] {
            assert_eq!(complaint(files, &[], name, &[]), told, "{name:?}");
        }
    }
}

#[test]
fn a_missing_setting_is_reported_with_the_place_to_add_it() {
    for (auth, told) in [
        (
            "username: u, password: p",
            "config: clouds.yaml: cloud a has no auth_url\nadd auth_url under auth in the entry a there",
        ),
        (
            "auth_url: https://k, password: p",
            "config: clouds.yaml: cloud a has no username\nadd username under auth in the entry a there",
        ),
        (
            "auth_url: https://k, username: u",
            "config: clouds.yaml: cloud a has no password\n\
             add password under auth in the entry a there, or in a secure.yaml beside it",
        ),
        (
            "auth_url: https://k, application_credential_id: i",
            "config: clouds.yaml: cloud a has no application_credential_secret\n\
             add application_credential_secret under auth in the entry a there, or in a secure.yaml beside it",
        ),
    ] {
        assert_eq!(about(&format!("clouds:\n  a:\n    auth: {{{auth}}}\n")), told, "{auth}");
    }
    assert_eq!(
        complaint(&[], &[("OS_AUTH_URL", "https://k"), ("OS_USERNAME", "u")], None, &[]),
        "config: OS_PASSWORD is not set, though other OS_* variables are\n\
         source your openrc (again), or export OS_PASSWORD; --os-cloud NAME takes clouds.yaml instead"
    );
    assert_eq!(
        complaint(&[], &[], None, &[("auth_url", "https://k")]),
        "config: no cloud is configured, and no username is given\n\
         source your openrc, write a clouds.yaml, or give what is missing as an option"
    );
}

#[test]
fn a_wrong_value_is_reported_by_file_line_cloud_and_key() {
    for (lines, told) in [
        ("verify: perhaps", "verify must be true or false"),
        ("api_timeout: soon", "api_timeout must be a number of seconds above 0"),
        ("api_timeout: 0", "api_timeout must be a number of seconds above 0"),
        ("connect_retries: -1", "connect_retries must be a whole number, 0 or more"),
        ("interface: pubic", "interface must be public, internal or admin, not pubic"),
        ("interface: {a: b}", "interface must be text, not a mapping"),
        (
            "image_endpoint_override: i.example",
            "image_endpoint_override must begin with https:// (or http://)",
        ),
        (
            "image_endpoint_override: https://u:hunter2@i.example",
            "image_endpoint_override must not have a user or password in it; username and password are for that",
        ),
        (
            "image_endpoint_override: 'https://{regoin}'",
            "image_endpoint_override has {regoin} in it, and there is no regoin to put there",
        ),
        (
            "image_endpoint_override: 'https://{password}'",
            "image_endpoint_override has {password} in it, and there is no password to put there",
        ),
        ("password: [p]", "password must be text, not a list"),
        ("system_scope: some", "system_scope can only be all"),
        ("auth_type: v2password", "auth_type is v2password, but Keystone's API v2 is gone: use v3password"),
        (
            "auth_type: v3pasword",
            "auth_type is v3pasword, which is not among password, v3password, token, v3token, v3applicationcredential, \
             v3totp, v3multifactor, v3oidcaccesstoken, v3oidcclientcredentials, none; did you mean v3password?",
        ),
    ] {
        let yaml = format!("clouds:\n  a:\n    {lines}\n    auth: {{auth_url: https://k, username: u}}\n");
        let yaml = if lines.starts_with("password") { yaml } else { yaml.replace("u}", "u, password: p}") };
        let key = lines.split(':').next().unwrap();
        let advice = format!("correct {key} there");
        assert_eq!(about(&yaml), format!("config: clouds.yaml:3: cloud a: {told}\n{advice}"), "{lines}");
    }
    let env = [("OS_AUTH_URL", "k.example"), ("OS_USERNAME", "u"), ("OS_PASSWORD", "p")];
    assert_eq!(
        complaint(&[], &env, None, &[]),
        "config: OS_AUTH_URL must begin with https:// (or http://)\n\
         correct OS_AUTH_URL, or unset it"
    );
    assert_eq!(
        complaint(&[], &env, None, &[("auth_url", "https://k"), ("interface", "nope")]),
        "config: interface must be public, internal or admin, not nope\n\
         it was given as an option: --os-interface, or interface in Lua"
    );
}

#[test]
fn an_unknown_auth_key_is_reported_with_the_nearest() {
    for (key, told) in [
        ("pasword: p", "config: clouds.yaml:5: cloud a: auth has no key pasword\ndid you mean password?"),
        (
            "colour: red",
            "config: clouds.yaml:5: cloud a: auth has no key colour\n\
             take colour out; keys of auth are such as auth_url, username, project_id",
        ),
        (
            "region_name: R",
            "config: clouds.yaml:5: cloud a: region_name does not belong under auth\n\
             move region_name out of auth, to the level of auth itself",
        ),
    ] {
        assert_eq!(
            about(&format!("clouds:\n  a:\n    auth:\n      auth_url: https://k\n      {key}\n")),
            told
        );
    }
}

#[test]
fn an_unlisted_region_is_reported_with_the_list() {
    let files =
        [("clouds.yaml", "clouds:\n  a:\n    regions: [GRA11, SBG5]\n    auth: {auth_url: https://k}\n")];
    assert_eq!(
        complaint(&files, &[], Some("a"), &[("region_name", "GRA1")]),
        "config: cloud a has no region GRA1; it has GRA11, SBG5\n\
         did you mean GRA11? Names of regions are case sensitive"
    );
    assert_eq!(
        complaint(&files, &[("OS_CLOUD", "a"), ("OS_REGION_NAME", "DE")], None, &[]),
        "config: cloud a has no region DE (OS_REGION_NAME); it has GRA11, SBG5\n\
         name one of these, or add the region to the entry's regions"
    );
    assert_eq!(
        complaint(
            &[("clouds.yaml", "clouds:\n  a:\n    region_name: R1,R2\n")],
            &[],
            Some("a"),
            &[("region_name", "R3")]
        ),
        "config: cloud a has no region R3; it has R1, R2\ndid you mean R1? Names of regions are case sensitive"
    );
    assert_eq!(
        about("clouds:\n  a:\n    regions:\n    - R1\n    - values: {}\n"),
        "config: clouds.yaml:5: cloud a: a region without a name\n\
         an item of regions is a name, or a mapping of name and values"
    );
}

#[test]
fn an_unknown_profile_is_reported_and_no_url_is_fetched() {
    assert_eq!(
        about("clouds:\n  a:\n    profile: ovh\n"),
        "config: clouds.yaml:3: cloud a: unknown profile ovh: there is no clouds-public.yaml in ., user\n\
         write the cloud's auth_url and region_name into the entry and take profile out; Lunette ships no profiles"
    );
    assert_eq!(
        complaint(
            &[
                ("clouds.yaml", "clouds:\n  a:\n    profile: oh\n"),
                ("clouds-public.yaml", "public-clouds: {ovh: {}}\n")
            ],
            &[],
            Some("a"),
            &[]
        ),
        "config: clouds.yaml:3: cloud a: unknown profile oh: it is not among the public-clouds of clouds-public.yaml\n\
         did you mean ovh?"
    );
    assert_eq!(
        about("clouds:\n  a:\n    profile: https://vexxhost.com\n"),
        "config: clouds.yaml:3: cloud a: the profile https://vexxhost.com is a URL, which is not fetched\n\
         copy what https://vexxhost.com/.well-known/openstack/api says into the entry, and take profile out"
    );
}

#[test]
fn contradicting_scopes_are_reported_by_key() {
    let yaml = "clouds:\n  a:\n    auth:\n      auth_url: https://k\n      username: u\n      password: p\n      \
                domain_name: D\n      system_scope: all\n";
    assert_eq!(
        about(yaml),
        "config: cloud a asks for more than one scope: domain_name (clouds.yaml:7) and system_scope (clouds.yaml:8)\n\
         a token is good for one project, domain, trust or system: keep one of these (the user's own domain is \
         user_domain_name or user_domain_id)"
    );
}

#[test]
fn a_name_that_file_and_environment_both_have_is_refused() {
    assert_eq!(
        complaint(&[("clouds.yaml", "clouds: {envvars: }\n")], &[("OS_AUTH_URL", "https://k")], None, &[]),
        "config: clouds.yaml has a cloud envvars, which is also what OS_* makes\n\
         rename the entry, set OS_CLOUD_NAME to another name, or unset the OS_* variables"
    );
}

#[test]
fn an_unknown_option_is_a_usage_error() {
    for (key, told) in [
        ("projct_id", "usage: unknown cloud setting projct_id\ndid you mean project_id?"),
        (
            "--colour",
            "usage: unknown cloud setting __colour\nsettings have clouds.yaml's names, such as region_name or project_id",
        ),
    ] {
        assert_eq!(complaint(&[], &[], None, &[(key, "x")]), told);
    }
    let error = Given::default().cloud(None, &[("projct_id", "x")]).unwrap_err();
    assert_eq!(error.kind(), Kind::Usage);
}
