//! Servers that repeat what they were sent: no secret of a log-in comes back in an error.

use super::*;
use crate::http::{Request, Url};

/// Answers with that status, and repeats the body and the token of the request.
struct Echo(u16);

impl Respond for Echo {
    fn respond(&self, request: &wiremock::Request) -> ResponseTemplate {
        let token = request.headers.get("x-auth-token").and_then(|token| token.to_str().ok()).unwrap_or("-");
        let body = String::from_utf8_lossy(&request.body);
        let echo = json!({ "message": format!("<p>no: {body} {token}"), "code": self.0 });
        ResponseTemplate::new(self.0).insert_header("x-openstack-request-id", token).set_body_json(echo)
    }
}

async fn echo(status: u16) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(wiremock::matchers::any()).respond_with(Echo(status)).mount(&server).await;
    server
}

#[tokio::test]
async fn a_keystone_that_echoes_a_log_in_gets_no_password_shown() {
    for (status, password) in [(500, "p\"ss/w\u{f6}rd-9"), (502, "p\"ss/w\u{f6}rd-9"), (503, "word")] {
        let server = echo(status).await;
        let mut settings = settings(&server.uri());
        settings.login = Login::Password { user: alice(), password: password.into() };
        let told = format!("{:?}", session(settings).access().await.unwrap_err());
        assert!(told.contains("(redacted)") && !told.contains("rd-9"), "{told}");
        assert!(!told.contains("\\\"word\\\""), "{told}");
    }
}

#[tokio::test]
async fn a_service_that_echoes_a_token_gets_no_token_shown() {
    let server = echo(403).await;
    let token = "gAAAAABn-a-token_of_length";
    let mut settings = settings(&server.uri());
    settings.login = Login::Token { token: token.into() };
    let session = session(settings);
    let url = Url::parse(&format!("{}/v2/images", server.uri())).unwrap();
    let request = Request::new(Method::GET, url).header("X-Auth-Token", token);
    let error = session.door().send(request).await.unwrap().check().await.err().unwrap();
    assert_eq!(error.message(), "no: (redacted)");
    assert_eq!(error.request_id_value(), Some("(redacted)"));
}
