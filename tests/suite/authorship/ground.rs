//! A cloud that is asked in raw HTTP: the sandbox, or a real one.

use std::collections::BTreeMap;
use std::{fmt, fs};

use lunette::sandbox::{Options, Sandbox};
use serde_json::{Value, json};

use crate::sandbox::cloud::password;
use crate::sandbox::raw::{Answer, Ask};

/// The cloud, and two of its users logged in.
pub(crate) struct Ground {
    /// Ends with this.
    _sandbox: Option<Sandbox>,
    pub(crate) auth_url: String,
    pub(crate) image_url: String,
    alice: Login,
    bob: Login,
    admin: Login,
}

struct Login {
    token: String,
    project: String,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    Alice,
    Bob,
    Admin,
}

/// An image as it was: its record, its data, its members.
#[derive(Clone, PartialEq)]
pub(crate) struct Snapshot {
    record: Value,
    data: Option<Vec<u8>>,
    members: Option<Value>,
}

impl Snapshot {
    pub(crate) fn name(&self) -> &str {
        self.record["name"].as_str().unwrap_or_default()
    }

    /// Whether it is the same. An image that runs share and tag (`is_used`) may have other members and tags.
    pub(crate) fn is_like(&self, other: &Snapshot, is_used: bool) -> bool {
        let record = |snapshot: &Snapshot| {
            let mut record = snapshot.record.clone();
            for key in ["tags", "updated_at"].into_iter().filter(|_| is_used) {
                record[key] = Value::Null;
            }
            record
        };
        record(self) == record(other) && self.data == other.data && (is_used || self.members == other.members)
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Snapshot { record, data, members } = self;
        write!(f, "{record} with {:?} bytes, {members:?}", data.as_ref().map(Vec::len))
    }
}

impl Ground {
    /// A fresh sandbox.
    pub(crate) fn sandbox() -> Ground {
        let sandbox = Sandbox::start(Options::default()).unwrap();
        let (auth_url, image_url) = (sandbox.auth_url(), sandbox.image_url());
        Ground::of(Some(sandbox), auth_url, image_url)
    }

    /// The real cloud of that clouds.yaml, whose entries are JSON and whose users are the sandbox's.
    pub(crate) fn real(clouds_yaml: &str) -> Ground {
        let text = fs::read_to_string(clouds_yaml).unwrap();
        let entry = text.lines().find_map(|line| line.trim().strip_prefix("project-a: ")).unwrap();
        let entry: Value = serde_json::from_str(entry).unwrap();
        let auth_url = entry["auth"]["auth_url"].as_str().unwrap().to_owned();
        let answer = log_in(&auth_url, "alice", "project-a");
        let catalogue = answer.json()["token"]["catalog"].clone();
        let image = catalogue.as_array().unwrap().iter().find(|service| service["type"] == "image").unwrap();
        let endpoints = image["endpoints"].as_array().unwrap();
        let public = endpoints.iter().find(|endpoint| endpoint["interface"] == "public").unwrap();
        let image_url = public["url"].as_str().unwrap().trim_end_matches('/').to_owned();
        Ground::of(None, auth_url, image_url)
    }

    fn of(sandbox: Option<Sandbox>, auth_url: String, image_url: String) -> Ground {
        let login = |user, project| {
            let answer = log_in(&auth_url, user, project);
            Login {
                token: answer.header("x-subject-token").unwrap().to_owned(),
                project: answer.json()["token"]["project"]["id"].as_str().unwrap().to_owned(),
            }
        };
        let (alice, bob) = (login("alice", "project-a"), login("bob", "project-b"));
        let admin = login("admin", "admin");
        Ground { _sandbox: sandbox, auth_url, image_url, alice, bob, admin }
    }

    /// A clouds.yaml that leads to that Glance.
    pub(crate) fn clouds_yaml(&self, image_url: &str) -> String {
        let entry = |user: &str, project: &str| {
            json!({
                "auth": {
                    "auth_url": self.auth_url, "username": user, "password": "secret", "project_name": project,
                    "user_domain_name": "Default", "project_domain_name": "Default",
                },
                "region_name": "RegionOne", "image_endpoint_override": image_url,
            })
        };
        let (a, b) = (entry("alice", "project-a"), entry("bob", "project-b"));
        let admin = entry("admin", "admin");
        format!("clouds:\n  project-a: {a}\n  project-b: {b}\n  admin: {admin}\n")
    }

    pub(crate) fn project(&self, who: Who) -> &str {
        &self.login(who).project
    }

    fn login(&self, who: Who) -> &Login {
        match who {
            Who::Alice => &self.alice,
            Who::Bob => &self.bob,
            Who::Admin => &self.admin,
        }
    }

    pub(crate) fn ask(&self, who: Who, method: &str, path: &str) -> Ask {
        let ask = Ask::new(method, &format!("{}{path}", self.image_url));
        ask.header("X-Auth-Token", &self.login(who).token).header("Content-Type", "application/json")
    }

    /// Sends data to a path.
    pub(crate) fn put(&self, who: Who, path: &str, data: &str) -> Answer {
        let put = Ask::new("PUT", &format!("{}{path}", self.image_url));
        let put = put.header("X-Auth-Token", &self.login(who).token);
        put.header("Content-Type", "application/octet-stream").body(data).send()
    }

    /// Makes an image, with data where there are any.
    pub(crate) fn make(&self, who: Who, fields: &Value, data: Option<&str>) -> String {
        let answer = self.ask(who, "POST", "/v2/images").json(fields).send();
        assert_eq!(answer.status, 201, "{}", answer.text());
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        if let Some(data) = data {
            let answer = self.put(who, &format!("/v2/images/{id}/file"), data);
            assert_eq!(answer.status, 204, "{}", answer.text());
        }
        id
    }

    pub(crate) fn show(&self, who: Who, id: &str) -> Option<Value> {
        let answer = self.ask(who, "GET", &format!("/v2/images/{id}")).send();
        (answer.status == 200).then(|| answer.json())
    }

    pub(crate) fn data(&self, who: Who, id: &str) -> Vec<u8> {
        unchunked(self.ask(who, "GET", &format!("/v2/images/{id}/file")).send())
    }

    pub(crate) fn members(&self, who: Who, id: &str) -> Option<Value> {
        let answer = self.ask(who, "GET", &format!("/v2/images/{id}/members")).send();
        (answer.status == 200).then(|| answer.json())
    }

    pub(crate) fn snapshot(&self, who: Who, id: &str) -> Option<Snapshot> {
        let record = self.show(who, id)?;
        let data = (record["status"] == "active").then(|| self.data(who, id));
        Some(Snapshot { record, data, members: self.members(who, id) })
    }

    /// Whether an image of A's is shared with B.
    pub(crate) fn is_shared(&self, id: &str) -> bool {
        let members = self.members(Who::Alice, id).unwrap_or_default();
        let members = members["members"].as_array().cloned().unwrap_or_default();
        members.iter().any(|member| member["member_id"] == self.project(Who::Bob))
    }

    /// The user's own images whose name begins so, by their IDs.
    pub(crate) fn images(&self, who: Who, prefix: &str) -> BTreeMap<String, Value> {
        let prefix = format!("{prefix}-");
        let mut found = BTreeMap::new();
        let mut next = format!("/v2/images?limit=500&owner={}", self.project(who));
        loop {
            let answer = self.ask(who, "GET", &next).send().json();
            for image in answer["images"].as_array().unwrap() {
                if image["name"].as_str().unwrap_or_default().starts_with(&prefix) {
                    found.insert(image["id"].as_str().unwrap().to_owned(), image.clone());
                }
            }
            match answer["next"].as_str() {
                Some(path) => path.clone_into(&mut next),
                None => return found,
            }
        }
    }

    /// Deletes the images and namespaces whose name begins so.
    pub(crate) fn sweep(&self, prefix: &str) {
        self.ask(Who::Admin, "DELETE", &format!("/v2/metadefs/namespaces/{prefix}-space")).send();
        for who in [Who::Alice, Who::Bob, Who::Admin] {
            for (id, image) in self.images(who, prefix) {
                let path = format!("/v2/images/{id}");
                if image["protected"] == true {
                    let change = json!([{ "op": "replace", "path": "/protected", "value": false }]);
                    let ask = Ask::new("PATCH", &format!("{}{path}", self.image_url));
                    let ask = ask.header("X-Auth-Token", &self.login(who).token);
                    ask.header("Content-Type", "application/openstack-images-v2.1-json-patch")
                        .json(&change)
                        .send();
                }
                self.ask(who, "DELETE", &path).send();
            }
        }
    }
}

fn log_in(auth_url: &str, user: &str, project: &str) -> Answer {
    let ask = Ask::new("POST", &format!("{auth_url}/auth/tokens")).header("Content-Type", "application/json");
    ask.json(&password(user, Some(project))).send()
}

/// The body of an answer, whose chunks are put together.
fn unchunked(answer: Answer) -> Vec<u8> {
    if answer.header("transfer-encoding") != Some("chunked") {
        return answer.body;
    }
    let (mut whole, mut rest) = (Vec::new(), &answer.body[..]);
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap().trim(), 16).unwrap();
        if length == 0 {
            break;
        }
        whole.extend_from_slice(&rest[end + 2..end + 2 + length]);
        rest = &rest[end + 4 + length..];
    }
    whole
}
