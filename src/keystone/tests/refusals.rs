//! Log-ins that fail: each says who was refused, or what stands there, and what to do.

#![allow(clippy::unwrap_used)]

use super::*;

/// How a log-in fails where Keystone answers so.
async fn refused(settings: impl FnOnce(&str) -> Settings, answer: ResponseTemplate) -> Error {
    let server = MockServer::start().await;
    Mock::given(path("/v3/auth/tokens")).respond_with(answer).mount(&server).await;
    let error = session(settings(&server.uri())).access().await.unwrap_err();
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    error
}

#[tokio::test]
async fn keystones_refusals_say_who_was_refused_and_what_to_do() {
    let no = || keystone_error(401, "The request you have made requires authentication.");
    let login = |login: Login| move |url: &str| Settings { login, ..settings(url) };
    let credential = || Login::ApplicationCredential {
        id: Some("0bae".into()),
        name: None,
        user: None,
        secret: "hunter2".into(),
    };
    let token = || Login::Token { token: "hunter2".into() };
    let receipt = ResponseTemplate::new(401).set_body_json(
        json!({"receipt": {"methods": ["password"]}, "required_auth_methods": [["password", "totp"]]}),
    );
    let table = [
        (
            refused(settings, no()).await,
            (
                Kind::Unauthorized,
                "refuses user alice (domain Default): wrong password, or unknown user, or no role in project a1",
                "check the password",
            ),
        ),
        (
            refused(login(credential()), keystone_error(404, "Could not find Application Credential: 0bae."))
                .await,
            (
                Kind::Unauthorized,
                "refuses application credential 0bae: Could not find Application Credential: 0bae.",
                "create a new one",
            ),
        ),
        (
            refused(login(credential()), no()).await,
            (
                Kind::Unauthorized,
                "refuses application credential 0bae: wrong secret, or it has ended",
                "create a new one",
            ),
        ),
        (
            refused(login(token()), keystone_error(404, "Could not recognize Fernet token")).await,
            (
                Kind::Unauthorized,
                "cannot be renewed, or no role in project a1 (Could not recognize Fernet token)",
                "get a new token",
            ),
        ),
        (
            refused(login(token()), no()).await,
            (
                Kind::Unauthorized,
                "refuses the token: it has ended, was revoked or is another cloud's, and cannot be renewed",
                "get a new token",
            ),
        ),
        (
            refused(settings, receipt).await,
            (Kind::Unauthorized, "wants password and totp of user alice (domain Default)", "v3multifactor"),
        ),
        (
            refused(
                settings,
                keystone_error(400, "Expecting to find domain in project. The server could not comply."),
            )
            .await,
            (
                Kind::Config,
                "does not understand the log-in: Expecting to find domain in project",
                "OS_PROJECT_DOMAIN_NAME",
            ),
        ),
        (refused(settings, keystone_error(403, "Not allowed")).await, (Kind::Forbidden, "Not allowed", "")),
        (
            refused(settings, ResponseTemplate::new(502)).await,
            (Kind::Unavailable, "the answer gives no reason", "check auth_url, http://127.0.0.1:"),
        ),
    ];
    for (error, (kind, message, advice)) in table {
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.message().contains(message), "{error}");
        assert!(error.advice_text().unwrap_or_default().contains(advice), "{error:?}");
        assert_eq!(error.op_name(), Some("POST /v3/auth/tokens"));
    }
}

#[tokio::test]
async fn an_answer_of_another_service_is_described() {
    let page = || ResponseTemplate::new(200).set_body_string("<html><title>Horizon</title></html>");
    let versions = |list: Value| ResponseTemplate::new(300).set_body_json(list);
    let glance = json!({"versions": [{"id": "v2.15"}]});
    let table = [
        (page(), page(), "it answers an HTML page titled \"Horizon\""),
        (
            ResponseTemplate::new(501).set_body_string("<html><title>Files</title></html>"),
            page(),
            "it answers an HTML page titled \"Files\"",
        ),
        (
            ResponseTemplate::new(404),
            versions(glance),
            "it is another OpenStack service, with versions v2.15",
        ),
        (
            keystone_error(404, "The resource could not be found."),
            versions(json!({"versions": {"values": [{"id": "v2.0"}]}})),
            "the Keystone there speaks only v2.0",
        ),
        (
            ResponseTemplate::new(404),
            versions(
                json!({"versions": {"values": [{"id": "v3.14", "links": [{"href": "http://k/identity/v3"}]}]}}),
            ),
            "it names another URL for that, http://k/identity/v3",
        ),
    ];
    for (answer, root, seems) in table {
        let server = MockServer::start().await;
        Mock::given(path("/v3/auth/tokens")).respond_with(answer).mount(&server).await;
        Mock::given(path("/")).respond_with(root).mount(&server).await;
        let error = session(settings(&server.uri())).access().await.unwrap_err();
        assert_eq!(error.kind(), Kind::Config);
        assert_eq!(error.message(), format!("auth_url {} is no Keystone v3: {seems}", server.uri()));
        assert!(error.advice_text().is_some());
    }
}

#[tokio::test]
async fn settings_that_options_alone_made_are_not_looked_up() {
    let no = || keystone_error(401, "The request you have made requires authentication.");
    for (name, told) in [("a", true), ("defaults", false)] {
        let settings = |url: &str| Settings { name: name.into(), ..settings(url) };
        let advice = refused(settings, no()).await.advice_text().unwrap().to_owned();
        assert_eq!(
            advice.ends_with(&format!("; lunette clouds {name} shows what was used")),
            told,
            "{advice}"
        );
    }
}

#[tokio::test]
async fn an_auth_url_where_nobody_answers_is_named() {
    let error = session(settings("http://127.0.0.1:9/identity")).access().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "POST /identity/v3/auth/tokens: unavailable: 127.0.0.1:9 refuses connections"
    );
    assert!(error.advice_text().unwrap().starts_with("auth_url is http://127.0.0.1:9/identity: "));
}
