//! What Keystone tells of a token.
//!
//! Source: `render_token_response_from_model` in `keystone/common/render_token.py`.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::config::SecretString;
use crate::keystone::catalog::CatalogService;

/// How long before its end a token is replaced: a request on its way must still find it good.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);

/// What Keystone told of a token.
#[derive(Clone, Debug)]
pub struct Access {
    /// The token.
    pub token: SecretString,
    /// When it ends; `None` where there is no token (`none`).
    pub expires_at: Option<Timestamp>,
    /// Who it is.
    pub user: Option<Reference>,
    /// The project it is scoped to.
    pub project: Option<Reference>,
    /// What else the token is bound to.
    pub bounds: Bounds,
    /// Role names.
    pub roles: Vec<String>,
    /// The catalogue.
    pub catalog: Vec<CatalogService>,
}

/// What a token is bound to besides its user and its project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// The domain of the user.
    pub user_domain: Option<Reference>,
    /// The domain of the project.
    pub project_domain: Option<Reference>,
    /// The domain that it is scoped to.
    pub domain: Option<Reference>,
    /// Whether it is scoped to the whole system.
    pub is_system: bool,
    /// The ID of the trust that it comes from.
    pub trust: Option<String>,
}

/// An ID with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The ID.
    pub id: String,
    /// The name.
    pub name: String,
}

/// The body of an answer to a log-in.
#[derive(Debug, Deserialize)]
pub(in crate::keystone) struct Grant {
    token: Token,
}

#[derive(Debug, Deserialize)]
struct Token {
    #[serde(default, deserialize_with = "time")]
    expires_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    issued_at: Option<Timestamp>,
    user: Option<Owned>,
    project: Option<Owned>,
    domain: Option<Value>,
    system: Option<Value>,
    #[serde(rename = "OS-TRUST:trust")]
    trust: Option<Value>,
    #[serde(default)]
    roles: Vec<Reference>,
    #[serde(default)]
    catalog: Vec<CatalogService>,
}

/// A user or a project with its domain, which is read leniently.
#[derive(Debug, Deserialize)]
struct Owned {
    id: String,
    name: String,
    domain: Option<Value>,
}

impl Owned {
    fn split(self) -> (Reference, Option<Reference>) {
        (Reference { id: self.id, name: self.name }, self.domain.and_then(reference))
    }
}

/// An ID with its name, where both are there.
fn reference(value: Value) -> Option<Reference> {
    serde_json::from_value(value).ok()
}

/// An access, and how long it may be used by this machine's clock.
#[derive(Clone, Debug)]
pub(in crate::keystone) struct Granted {
    pub(in crate::keystone) access: Access,
    pub(in crate::keystone) good_until: Timestamp,
}

impl Granted {
    /// The token with what the answer said of it, received `now`.
    ///
    /// Its end is counted from now by its length, so that a clock that is wrong by hours does no harm.
    pub(in crate::keystone) fn new(token: SecretString, grant: Grant, now: Timestamp) -> Granted {
        let Token { expires_at, issued_at, user, project, domain, system, trust, roles, catalog } =
            grant.token;
        let (user, user_domain) = user.map(Owned::split).unzip();
        let (project, project_domain) = project.map(Owned::split).unzip();
        let bounds = Bounds {
            user_domain: user_domain.flatten(),
            project_domain: project_domain.flatten(),
            domain: domain.and_then(reference),
            is_system: system.is_some_and(|system| system.get("all") == Some(&Value::Bool(true))),
            trust: trust.and_then(|trust| Some(trust.get("id")?.as_str()?.to_owned())),
        };
        let good_until = match (expires_at, issued_at) {
            (Some(end), Some(start)) => {
                let length = end.duration_since(start);
                add_length(now, length - MARGIN.min(length / 2))
            }
            (Some(end), None) => add_length(end, -MARGIN),
            (None, _) => Timestamp::MAX,
        };
        let roles = roles.into_iter().map(|role| role.name).collect();
        let access = Access { token, expires_at, user, project, bounds, roles, catalog };
        Granted { access, good_until }
    }

    /// What there is where nobody logs in: no token, for ever.
    pub(in crate::keystone) fn nobody() -> Granted {
        let access = Access {
            token: SecretString::default(),
            expires_at: None,
            user: None,
            project: None,
            bounds: Bounds::default(),
            roles: Vec::new(),
            catalog: Vec::new(),
        };
        Granted { access, good_until: Timestamp::MAX }
    }
}

/// A time; `None` for a text that is none, or lies past the last year: a token of unknown end is used until
/// it is refused.
fn time<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(Option::<String>::deserialize(value)?.and_then(|text| text.parse().ok()))
}

fn add_length(time: Timestamp, length: SignedDuration) -> Timestamp {
    time.checked_add(length).unwrap_or(if length.is_negative() { Timestamp::MIN } else { Timestamp::MAX })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_token_whose_end_cannot_be_read_is_used_until_it_is_refused() {
        for end in [Some("9999-12-31T23:59:59Z"), Some("yesterday"), None] {
            let answer =
                serde_json::json!({"token": {"issued_at": "2026-11-24T20:00:00Z", "expires_at": end}});
            let granted = Granted::new("t".into(), serde_json::from_value(answer).unwrap(), Timestamp::MIN);
            assert_eq!(granted.good_until, Timestamp::MAX, "{end:?}");
        }
    }

    #[test]
    fn a_token_is_replaced_a_minute_before_its_end_whatever_the_clock_says() {
        let table = [
            // an hour's token, by a clock three hours wrong
            (Some("2026-11-24T20:00:00.000000Z"), "2026-11-24T21:00:00.000000Z", "2026-11-24T23:59:00Z"),
            // the last 40 seconds of a token that was rescoped
            (Some("2026-11-24T20:00:00Z"), "2026-11-24T20:00:40Z", "2026-11-24T23:00:20Z"),
            // an answer that does not say when it was made
            (None, "2026-11-24T21:00:00Z", "2026-11-24T20:59:00Z"),
        ];
        let now = "2026-11-24T23:00:00Z".parse().unwrap();
        for (issued_at, expires_at, good_until) in table {
            let answer = serde_json::json!({"token": {"issued_at": issued_at, "expires_at": expires_at}});
            let granted = Granted::new("t".into(), serde_json::from_value(answer).unwrap(), now);
            assert_eq!(granted.good_until.to_string(), good_until);
        }
    }
}
