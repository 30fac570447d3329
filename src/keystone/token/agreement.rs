//! Compares a token with what was asked for: nobody works in another project, or as another user, than was
//! named.
//!
//! Keystone ignores a scope now and then (an application credential is always its own project's), and a proxy
//! or a cache may mix tokens up. Sends nothing. Source: `render_token_response_from_model` in
//! `keystone/common/render_token.py`.

use super::access::{Access, Reference};
use crate::config::{Claim, Login, Named, Scope, Settings};
use crate::error::{Error, Kind, Result};

/// Refuses a token whose scope or user is not what the settings name. Errors: `config` (names both).
pub(in crate::keystone) fn require(access: &Access, settings: &Settings) -> Result<()> {
    if matches!(settings.login, Login::None) {
        return Ok(());
    }
    if !has_scope(access, &settings.scope) {
        return Err(other_scope_error(access, settings));
    }
    match settings.claims.iter().find(|claim| !holds(access, claim)) {
        Some(claim) => Err(other_identity_error(access, settings, claim)),
        None => Ok(()),
    }
}

fn has_scope(access: &Access, scope: &Scope) -> bool {
    let bounds = &access.bounds;
    match scope {
        Scope::Default => true,
        Scope::Project(project) => is(access.project.as_ref(), bounds.project_domain.as_ref(), project),
        Scope::Domain(domain) => is(bounds.domain.as_ref(), None, domain),
        Scope::System(_) => bounds.is_system,
        Scope::Trust(id) => bounds.trust.as_ref() == Some(id),
    }
}

/// Whether Keystone's project or domain is the named one. A domain that Keystone does not tell is not
/// compared.
fn is(found: Option<&Reference>, domain: Option<&Reference>, named: &Named) -> bool {
    let Some(found) = found else { return false };
    match named {
        Named::Id(id) => found.id == *id,
        Named::Name(name, within) => {
            are_one(&found.name, name)
                && within.as_deref().is_none_or(|within| domain.is_none() || is(domain, None, within))
        }
    }
}

fn holds(access: &Access, claim: &Claim) -> bool {
    let (of_user, of_project) = (access.bounds.user_domain.as_ref(), access.bounds.project_domain.as_ref());
    let (found, is_id) = match claim.key {
        "user_id" => (access.user.as_ref(), true),
        "username" => (access.user.as_ref(), false),
        "user_domain_id" => (of_user, true),
        "user_domain_name" => (of_user, false),
        "project_id" => (access.project.as_ref(), true),
        "project_name" => (access.project.as_ref(), false),
        "project_domain_id" => (of_project, true),
        _ => (of_project, false),
    };
    found.is_some_and(
        |found| {
            if is_id { found.id == claim.value } else { are_one(&found.name, &claim.value) }
        },
    )
}

/// Whether two names are one to Keystone: its names are unique, and many of its databases ignore case.
fn are_one(one: &str, other: &str) -> bool {
    one == other || one.trim_end().to_lowercase() == other.trim_end().to_lowercase()
}

fn other_scope_error(access: &Access, settings: &Settings) -> Error {
    let wanted = match &settings.scope {
        Scope::Project(project) => format!("project {}", describe_named(project)),
        Scope::Domain(domain) => format!("domain {}", describe_named(domain)),
        Scope::System(_) => "the system".to_owned(),
        Scope::Trust(id) => format!("trust {id}"),
        Scope::Default => "the default scope".to_owned(),
    };
    let keys = ["project_id", "project_name", "domain_id", "domain_name", "system_scope", "trust_id"];
    let key = keys.into_iter().find(|key| settings.origins.contains_key(*key));
    let asked = key.and_then(|key| Some(format!(" ({key}, {})", settings.origins.get(key)?.1)));
    let message = format!(
        "cloud {}: the token is for {}, not for {wanted}{}",
        settings.name,
        describe_scope(access),
        asked.unwrap_or_default()
    );
    let key = key.unwrap_or("the scope");
    Error::new(Kind::Config, message).advice(match settings.login {
        Login::ApplicationCredential { .. } => format!(
            "an application credential is good for its own project only: leave {key} out, or use that project's own \
             credentials"
        ),
        _ => format!("correct {key}, or ask the cloud's operators why Keystone gives another scope"),
    })
}

fn other_identity_error(access: &Access, settings: &Settings, claim: &Claim) -> Error {
    let Claim { key, value, origin } = claim;
    let nobody = "nobody".to_owned();
    let found = if key.starts_with("user") {
        let domain =
            access.bounds.user_domain.as_ref().map(|domain| format!(" of domain {}", describe(domain)));
        let user = access.user.as_ref().map_or(nobody, |user| format!("user {}", describe(user)));
        user + &domain.unwrap_or_default()
    } else {
        let domain = access.bounds.project_domain.as_ref();
        let domain = domain.map(|domain| format!(" of domain {}", describe(domain)));
        describe_scope(access) + &domain.unwrap_or_default()
    };
    let message =
        format!("cloud {}: the token is for {found}, but {key} ({origin}) is {value}", settings.name);
    Error::new(Kind::Config, message)
        .advice(format!("leave {key} out or correct it, or use credentials that belong to {value}"))
}

/// Names what a token is scoped to.
fn describe_scope(access: &Access) -> String {
    match (&access.project, &access.bounds.domain) {
        (Some(project), _) => format!("project {}", describe(project)),
        (None, Some(domain)) => format!("domain {}", describe(domain)),
        (None, None) if access.bounds.is_system => "the system".to_owned(),
        (None, None) => "no project".to_owned(),
    }
}

fn describe(found: &Reference) -> String {
    format!("{} ({})", found.name, found.id)
}

fn describe_named(named: &Named) -> String {
    match named {
        Named::Id(id) => id.clone(),
        Named::Name(name, Some(domain)) => format!("{name} of domain {}", describe_named(domain)),
        Named::Name(name, None) => name.clone(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::keystone::tests::settings;
    use crate::keystone::token::access::{Bounds, Granted};

    fn reference(id: &str, name: &str) -> Reference {
        Reference { id: id.into(), name: name.into() }
    }

    /// A token of alice (u1, domain Users) for project-a (a1, domain Projects).
    fn access() -> Access {
        let bounds = Bounds {
            user_domain: Some(reference("ud", "Users")),
            project_domain: Some(reference("pd", "Projects")),
            ..Bounds::default()
        };
        let (user, project) = (Some(reference("u1", "alice")), Some(reference("a1", "project-a")));
        Access { user, project, bounds, ..Granted::nobody().access }
    }

    fn name(name: &str, domain: Option<Named>) -> Named {
        Named::Name(name.into(), domain.map(Box::new))
    }

    #[test]
    fn a_token_of_another_scope_is_refused() {
        let domain = Access {
            project: None,
            bounds: Bounds { domain: Some(reference("d1", "Sales")), ..Bounds::default() },
            ..access()
        };
        let system =
            Access { project: None, bounds: Bounds { is_system: true, ..Bounds::default() }, ..access() };
        let trust = Access { bounds: Bounds { trust: Some("t1".into()), ..Bounds::default() }, ..access() };
        let id = |id: &str| Named::Id(id.into());
        for (access, scope, agrees) in [
            (access(), Scope::Default, true),
            (access(), Scope::Project(id("a1")), true),
            (access(), Scope::Project(id("A1")), false),
            (access(), Scope::Project(id("b1")), false),
            (access(), Scope::Project(name("project-a", None)), true),
            (access(), Scope::Project(name("Project-A", None)), true),
            (access(), Scope::Project(name("project-b", None)), false),
            (access(), Scope::Project(name("project-a", Some(id("pd")))), true),
            (access(), Scope::Project(name("project-a", Some(id("xx")))), false),
            (access(), Scope::Project(name("project-a", Some(name("projects", None)))), true),
            (access(), Scope::Project(name("project-a", Some(name("Users", None)))), false),
            (access(), Scope::Domain(id("pd")), false),
            (access(), Scope::System("all".into()), false),
            (access(), Scope::Trust("t1".into()), false),
            (domain.clone(), Scope::Domain(id("d1")), true),
            (domain.clone(), Scope::Domain(name("Sales", None)), true),
            (domain.clone(), Scope::Domain(id("d2")), false),
            (domain, Scope::Project(id("a1")), false),
            (system.clone(), Scope::System("all".into()), true),
            (system, Scope::Project(id("a1")), false),
            (trust.clone(), Scope::Trust("t1".into()), true),
            (trust, Scope::Trust("t2".into()), false),
        ] {
            let settings = Settings { scope: scope.clone(), ..settings("http://cloud") };
            assert_eq!(require(&access, &settings).is_ok(), agrees, "{scope:?} {:?}", access.bounds);
        }
    }

    #[test]
    fn a_token_of_another_user_or_domain_than_was_given_by_hand_is_refused() {
        for (key, value, agrees) in [
            ("user_id", "u1", true),
            ("user_id", "u2", false),
            ("username", "alice", true),
            ("username", "bob", false),
            ("user_domain_id", "ud", true),
            ("user_domain_id", "pd", false),
            ("user_domain_name", "users", true),
            ("user_domain_name", "Projects", false),
            ("project_id", "b1", false),
            ("project_name", "project-b", false),
            ("project_domain_id", "pd", true),
            ("project_domain_name", "Users", false),
        ] {
            let claim = Claim { key, value: value.into(), origin: "option".into() };
            let settings = Settings { claims: vec![claim], ..settings("http://cloud") };
            assert_eq!(require(&access(), &settings).is_ok(), agrees, "{key} = {value}");
        }
    }

    #[test]
    fn the_error_names_both_and_what_to_do() {
        let login =
            Login::ApplicationCredential { id: Some("c".into()), name: None, user: None, secret: "s".into() };
        let origins = [("project_name".to_owned(), ("project-b".to_owned(), "option".to_owned()))].into();
        let scope = Scope::Project(name("project-b", None));
        let settings = Settings { login, scope, origins, ..settings("http://cloud") };
        let error = require(&access(), &settings).unwrap_err();
        assert_eq!(
            error.to_string(),
            "config: cloud test: the token is for project project-a (a1), not for project project-b (project_name, option)"
        );
        assert!(error.advice_text().unwrap().contains("leave project_name out"));
        let claim = Claim { key: "username", value: "bob".into(), origin: "OS_USERNAME".into() };
        let settings = Settings { claims: vec![claim], scope: Scope::Default, ..settings };
        assert_eq!(
            require(&access(), &settings).unwrap_err().message(),
            "cloud test: the token is for user alice (u1) of domain Users (ud), but username (OS_USERNAME) is bob"
        );
    }

    #[test]
    fn a_missing_claim_is_not_compared() {
        let settings = Settings { login: Login::None, ..settings("http://cloud") };
        assert!(require(&Granted::nobody().access, &settings).is_ok());
    }
}
