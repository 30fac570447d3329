//! A fresh sandbox for one test, and its users logged in.

use std::cell::RefCell;
use std::collections::HashMap;

use lunette::sandbox::{Options, Sandbox};
use serde_json::{Value, json};

use super::raw::{Answer, Ask};

pub(crate) const PATCH: &str = "application/openstack-images-v2.1-json-patch";
pub(crate) const OCTETS: &str = "application/octet-stream";
pub(crate) const PFSENSE: &str = "1bea47ed-f6a9-463b-b423-14b9cca9ad27";

/// A running cloud.
pub(crate) struct Cloud {
    pub(crate) sandbox: Sandbox,
    tokens: RefCell<HashMap<String, (String, String)>>,
}

/// What a table expects of one request: who, method, path, body, status, and how the message begins.
pub(crate) type Row<'a> = (&'a str, &'a str, String, Value, u16, &'a str);

impl Cloud {
    pub(crate) fn start() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn with(options: Options) -> Self {
        Self { sandbox: Sandbox::start(options).unwrap(), tokens: RefCell::default() }
    }

    /// A request to Keystone. Paths begin with `/v3`.
    pub(crate) fn identity(&self, method: &str, path: &str) -> Ask {
        let root = self.sandbox.auth_url().replace("/v3", "");
        Ask::new(method, &format!("{root}{path}")).header("Content-Type", "application/json")
    }

    /// A request to Glance as somebody: `a`, `b` and `c` are members of their projects, `r` a reader of A's,
    /// `-` nobody.
    pub(crate) fn ask(&self, who: &str, method: &str, path: &str) -> Ask {
        self.plain(who, method, path).header("Accept", "application/json")
    }

    /// The same without an `Accept`.
    pub(crate) fn plain(&self, who: &str, method: &str, path: &str) -> Ask {
        let ask = Ask::new(method, &format!("{}{path}", self.sandbox.image_url()));
        if who == "-" { ask } else { ask.header("X-Auth-Token", &self.token(who)) }
    }

    /// Lets everyone log in again before the next request, as after a long time.
    pub(crate) fn forget_tokens(&self) {
        self.tokens.borrow_mut().clear();
    }

    pub(crate) fn token(&self, who: &str) -> String {
        self.login(who).0
    }

    /// The ID of somebody's project.
    pub(crate) fn project(&self, who: &str) -> String {
        self.login(who).1
    }

    fn login(&self, who: &str) -> (String, String) {
        if let Some(known) = self.tokens.borrow().get(who) {
            return known.clone();
        }
        let (user, project) = match who {
            "a" => ("alice", "project-a"),
            "b" => ("bob", "project-b"),
            "c" => ("carol", "project-c"),
            "r" => ("alice-reader", "project-a"),
            "service" => ("glance", "service"),
            _ => ("admin", "admin"),
        };
        let answer = self.identity("POST", "/v3/auth/tokens").json(&password(user, Some(project))).send();
        let token = answer.header("x-subject-token").unwrap().to_owned();
        let project = answer.json()["token"]["project"]["id"].as_str().unwrap().to_owned();
        self.tokens.borrow_mut().insert(who.into(), (token.clone(), project.clone()));
        (token, project)
    }

    /// Makes an image and gives its ID.
    pub(crate) fn image(&self, who: &str, body: &Value) -> String {
        let answer = self.ask(who, "POST", "/v2/images").json(body).send();
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// Makes an image of raw data.
    pub(crate) fn raw_image(&self, who: &str, name: &str, data: &str) -> String {
        let id = self.image(who, &json!({ "name": name, "disk_format": "raw", "container_format": "bare" }));
        assert_eq!(self.upload(who, &id, data).status, 204);
        id
    }

    pub(crate) fn upload(&self, who: &str, id: &str, data: &str) -> Answer {
        self.ask(who, "PUT", &format!("/v2/images/{id}/file"))
            .header("Content-Type", OCTETS)
            .body(data)
            .send()
    }

    pub(crate) fn patch(&self, who: &str, id: &str, body: &Value) -> Answer {
        self.ask(who, "PATCH", &format!("/v2/images/{id}")).header("Content-Type", PATCH).json(body).send()
    }

    pub(crate) fn set(&self, who: &str, id: &str, name: &str, value: &Value) -> Answer {
        self.patch(who, id, &json!([{ "op": "replace", "path": format!("/{name}"), "value": value }]))
    }

    pub(crate) fn show(&self, who: &str, id: &str) -> Value {
        self.ask(who, "GET", &format!("/v2/images/{id}")).send().json()
    }

    /// Shares an image with somebody, who has not answered yet.
    pub(crate) fn share(&self, owner: &str, id: &str, with: &str) {
        let body = json!({ "member": self.project(with) });
        let answer = self.ask(owner, "POST", &format!("/v2/images/{id}/members")).json(&body).send();
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// Says as somebody what they think of a share.
    pub(crate) fn say(&self, who: &str, id: &str, status: &str) -> Answer {
        let path = format!("/v2/images/{id}/members/{}", self.project(who));
        self.ask(who, "PUT", &path).json(&json!({ "status": status })).send()
    }

    /// Asks row by row, and compares status and message.
    #[track_caller]
    pub(crate) fn expect(&self, rows: &[Row<'_>]) {
        for (who, method, path, body, status, message) in rows {
            let mut ask = self.ask(who, method, path);
            if *method == "PATCH" {
                ask = ask.header("Content-Type", PATCH);
            }
            let answer = if body.is_null() { ask.send() } else { ask.json(body).send() };
            let what = format!("{who} {method} {path} {body}: {}", answer.text());
            assert_eq!(answer.status, *status, "{what}");
            assert!(answer.message().starts_with(message), "{what}");
        }
    }
}

/// The body that logs somebody in by password.
pub(crate) fn password(user: &str, project: Option<&str>) -> Value {
    let domain = json!({ "name": "Default" });
    let user = json!({ "name": user, "password": "secret", "domain": domain });
    let mut auth = json!({ "identity": { "methods": ["password"], "password": { "user": user } } });
    if let Some(project) = project {
        auth["scope"] = json!({ "project": { "name": project, "domain": domain } });
    }
    json!({ "auth": auth })
}
