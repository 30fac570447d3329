//! How an entry says to log in, and for what.

use super::*;

/// An entry whose `auth` has an URL and these keys, and these lines beside it.
fn told(beside: &str, auth: &str) -> String {
    let yaml = format!("clouds:\n  a:\n    {beside}\n    auth: {{auth_url: https://k, {auth}}}\n");
    Given { files: &[("clouds.yaml", &yaml)], ..Given::default() }.told(Some("a"), &[])
}

#[test]
fn every_way_to_log_in_is_understood() {
    for (kind, auth, expected) in [
        ("password", "username: u, password: p", "a: u@#default with p at https://k"),
        ("v3password", "user_id: i, password: p", "a: #i with p at https://k"),
        ("token", "token: t, project_id: i", "a: token t for project #i at https://k"),
        ("v3token", "auth_token: t", "a: token t at https://k"),
        (
            "v3applicationcredential",
            "application_credential_id: i, application_credential_secret: s, project_id: x, domain_id: y",
            "a: credential i with s for project #x at https://k",
        ),
        (
            "v3applicationcredential",
            "application_credential_name: n, application_credential_secret: s, username: u, user_domain_name: D",
            "a: credential n of u@D with s at https://k",
        ),
        (
            "v3totp",
            "username: u, user_domain_id: d, passcode: 012345",
            "a: u@#d by passcode 012345 at https://k",
        ),
        (
            "v3multifactor\n    auth_methods: [v3password, v3totp]",
            "username: u, user_domain_id: d, password: p, passcode: '1', project_id: i",
            "a: u@#d with p and u@#d by passcode 1 for project #i at https://k",
        ),
        (
            "v3multifactor\n    auth_methods: password,totp",
            "user_id: u, password: p, passcode: '1'",
            "a: #u with p and #u by passcode 1 at https://k",
        ),
        (
            "v3oidcaccesstoken",
            "identity_provider: idp, protocol: openid, access_token: t, project_id: i",
            "a: openid of idp with t for project #i at https://k",
        ),
        (
            "v3oidcclientcredentials",
            "identity_provider: idp, protocol: openid, client_id: c, client_secret: s, discovery_endpoint: https://d",
            "a: openid of idp as c with s by https://d for openid profile at https://k",
        ),
        (
            "v3oidcclientcredentials",
            "identity_provider: idp, protocol: openid, client_id: c, client_secret: s, openid_scope: all, \
             access_token_endpoint: https://t",
            "a: openid of idp as c with s by https://t for all at https://k",
        ),
    ] {
        assert_eq!(told(&format!("auth_type: {kind}"), auth), expected, "{kind}");
    }
}

#[test]
fn without_auth_type_what_is_given_decides() {
    for (auth, expected) in [
        ("username: u, password: p, token: t", "a: u@#default with p at https://k"),
        ("token: t", "a: token t at https://k"),
        ("username: u, token: t", "a: token t at https://k"),
        (
            "application_credential_id: i, application_credential_secret: s",
            "a: credential i with s at https://k",
        ),
        ("username: u, password: p, application_credential_id: i", "a: u@#default with p at https://k"),
    ] {
        assert_eq!(told("", auth), expected, "{auth}");
    }
}

#[test]
fn no_log_in_at_all_needs_only_the_endpoint() {
    for kind in ["none", "None", "null", "''"] {
        for lines in ["image_endpoint_override: https://i", "auth: {endpoint: https://i}"] {
            let yaml = format!("clouds:\n  a:\n    auth_type: {kind}\n    {lines}\n");
            let given = Given { files: &[("clouds.yaml", &yaml)], ..Given::default() };
            let settings = given.cloud(Some("a"), &[]).unwrap();
            assert_eq!(tell(&settings), "a: nobody", "{yaml}");
            assert_eq!(settings.services["image"].endpoint_override.as_deref(), Some("https://i"));
        }
    }
}

#[test]
fn a_token_is_good_for_one_scope() {
    for (auth, expected) in [
        ("project_id: i", "a: u@#default with p for project #i at https://k"),
        ("domain_id: i", "a: u@#default with p for domain #i at https://k"),
        ("domain_name: n, user_domain_name: D", "a: u@D with p for domain n at https://k"),
        ("system_scope: all", "a: u@#default with p for system all at https://k"),
        ("trust_id: t", "a: u@#default with p for trust t at https://k"),
    ] {
        assert_eq!(told("", &format!("username: u, password: p, {auth}")), expected, "{auth}");
    }
}
