//! What a token is to be good for.
//!
//! Source: keystoneauth1/identity/v3/base.py, `Auth.get_auth_ref`; openstacksdk, openstack/config/loader.py,
//! `_handle_domain_id`.

use super::entry::layer::Origin;
use super::entry::values::Values;
use super::login;
use crate::error::{Error, Kind, Result};

/// A thing of Keystone's that is known by its ID, or by a name within a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// By ID.
    Id(String),
    /// By name, in the domain (ID or name); a domain itself has none.
    Name(String, Option<Box<Named>>),
}

/// What the token is to be good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Whatever Keystone gives: the user's default project, or the application credential's.
    Default,
    /// One project.
    Project(Named),
    /// One domain.
    Domain(Named),
    /// The system (`all`).
    System(String),
    /// A trust, by ID.
    Trust(String),
}

/// With a project to scope to, `domain_id` and `domain_name` only say the user's and the project's domain at
/// once.
pub(super) fn share_domain(values: &mut Values) {
    if !values.has("project_id") && !values.has("project_name") {
        return;
    }
    for key in ["domain_id", "domain_name"] {
        let (user, project) = (format!("user_{key}"), format!("project_{key}"));
        let is_by_hand = matches!(values.origin(key), Some(Origin::Option));
        if is_by_hand && values.has(&user) && values.has(&project) {
            // It says nothing of these two, so it can only be a second scope.
            continue;
        }
        values.fill(&user, key);
        values.fill(&project, key);
        values.remove(key);
    }
}

/// The scope that is asked for. Nobody asks for one without a log-in.
///
/// An application credential is good for its own project, and Keystone refuses a log-in by one that asks for
/// a scope. A project that is named beside it is compared with the token's after the log-in. Errors: `config`
/// (two scopes at once; a `system_scope` other than `all`; a scope that no application credential has).
pub(super) fn build(kind: login::Kind, values: &Values) -> Result<Scope> {
    if kind == login::Kind::None {
        return Ok(Scope::Default);
    }
    let project = ["project_id", "project_name"].into_iter().find(|key| values.has(key));
    let domain = ["domain_id", "domain_name"].into_iter().find(|key| values.has(key));
    let trust = values.has("trust_id").then_some("trust_id");
    let system = values.has("system_scope").then_some("system_scope");
    let asked: Vec<&str> = [project, domain, trust, system].into_iter().flatten().collect();
    if kind == login::Kind::ApplicationCredential
        && let Some(key) = [domain, trust, system].into_iter().flatten().next()
    {
        let error = values.refuse(key, "cannot count: an application credential is good for its own project");
        return Err(error.advice(format!("leave {key} out, or log in with a password")));
    }
    match asked[..] {
        [] => Ok(Scope::Default),
        [key @ "project_id"] => Ok(Scope::Project(Named::Id(values.require(key)?.to_owned()))),
        [key @ "project_name"] => {
            let domain = domain_of("project", values)?.map(Box::new);
            Ok(Scope::Project(Named::Name(values.require(key)?.to_owned(), domain)))
        }
        [key @ "domain_id"] => Ok(Scope::Domain(Named::Id(values.require(key)?.to_owned()))),
        [key @ "domain_name"] => Ok(Scope::Domain(Named::Name(values.require(key)?.to_owned(), None))),
        [key @ "trust_id"] => Ok(Scope::Trust(values.require(key)?.to_owned())),
        [key] => match values.require(key)? {
            "all" => Ok(Scope::System("all".to_owned())),
            _ => Err(values.refuse(key, "can only be all")),
        },
        _ => Err(contradiction(&asked, values)),
    }
}

/// The keys that name the domain of the user or of the project, the strongest first, and which of them are
/// IDs.
fn domain_keys(whose: &str) -> [(String, bool); 5] {
    [
        (format!("{whose}_domain_id"), true),
        (format!("{whose}_domain_name"), false),
        ("default_domain_id".to_owned(), true),
        ("default_domain_name".to_owned(), false),
        ("default_domain".to_owned(), true),
    ]
}

/// Whether the domain of the user or of the project is named. The keys do not count as used by that.
pub(super) fn names_domain(whose: &str, values: &Values) -> bool {
    domain_keys(whose).iter().any(|(key, _)| values.has(key))
}

/// The domain of the user or of the project, where the settings name one.
pub(super) fn domain_of(whose: &str, values: &Values) -> Result<Option<Named>> {
    for (key, is_id) in domain_keys(whose) {
        if let Some(domain) = values.text(&key)? {
            let domain = domain.to_owned();
            return Ok(Some(if is_id { Named::Id(domain) } else { Named::Name(domain, None) }));
        }
    }
    Ok(None)
}

fn contradiction(asked: &[&str], values: &Values) -> Error {
    let origins = values.origins();
    let keys: Vec<String> = asked
        .iter()
        .map(|key| match origins.get(*key) {
            Some((_, origin)) => format!("{key} ({origin})"),
            None => (*key).to_owned(),
        })
        .collect();
    let message = format!("cloud {} asks for more than one scope: {}", values.name(), keys.join(" and "));
    let mut advice = "a token is good for one project, domain, trust or system: keep one of these".to_owned();
    if asked.contains(&"domain_name") || asked.contains(&"domain_id") {
        advice.push_str(" (the user's own domain is user_domain_name or user_domain_id)");
    }
    Error::new(Kind::Config, message).advice(advice)
}
