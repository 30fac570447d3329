//! Domains, which admins make.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use serde_json::{Value, json};

use super::resource::{Resource, renamed, unknown};
use crate::sandbox::cloud::Shared;
use crate::sandbox::keystone::answer;
use crate::sandbox::keystone::auth::asker::Asker;
use crate::sandbox::keystone::body::Fields;
use crate::sandbox::keystone::fault::Fault;
use crate::sandbox::keystone::{body, schema, view};
use crate::sandbox::state::identity::{Domain, Identity};
use crate::sandbox::state::token::Scope;

/// What Keystone knows of a domain; all else is kept as it comes.
const KNOWN: [&str; 6] = ["name", "description", "enabled", "tags", "options", "explicit_domain_id"];

/// `GET /v3/domains`, for admins.
pub(crate) async fn index(State(cloud): State<Shared>, asker: Asker, uri: Uri) -> Result<Response, Fault> {
    asker.require_admin("list_domains")?;
    let (name, enabled) = (answer::query_value(&uri, "name"), answer::query_value(&uri, "enabled"));
    let enabled = enabled.map(|word| !["0", "false", "False"].contains(&word.as_str()));
    let state = cloud.state();
    let found = state.identity.domains.iter().filter(|domain| {
        name.as_ref().is_none_or(|name| *name == domain.name)
            && enabled.is_none_or(|flag| flag == domain.enabled)
    });
    let found: Vec<Value> = found.map(|domain| view::domain(&cloud.auth_url(), domain)).collect();
    Ok(answer::list(&cloud, "domains", &uri, &found))
}

/// `GET /v3/domains/{id}`: whoever has a token for a project may see that project's.
pub(crate) async fn show(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let state = cloud.state();
    let own = match &asker.token.scope {
        Scope::Project(project) => state.identity.project(project).map(|project| project.domain.as_str()),
        Scope::Unscoped | Scope::System => None,
    };
    if own != Some(id.as_str()) {
        asker.require_admin("get_domain")?;
    }
    let domain = state.identity.domain(&id).ok_or_else(|| unknown::<Domain>(&id))?;
    Ok(answer::item("domain", &view::domain(&cloud.auth_url(), domain)))
}

impl Resource for Domain {
    const KIND: &'static str = "domain";

    fn properties() -> Value {
        json!({
            "explicit_domain_id": { "type": "string" },
            "name": schema::name(64),
            "description": schema::text(),
            "enabled": schema::flag(),
            "options": schema::options(),
        })
    }

    fn create_from(identity: &Identity, wanted: &Fields) -> Result<Self, Fault> {
        let id = body::text(wanted, "explicit_domain_id").unwrap_or_else(body::new_id);
        if id.len() != 32 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Fault::schema("Domain ID does not conform to required UUID format."));
        }
        let name = body::text_or_empty(wanted, "name");
        check_free(identity, &name)?;
        Ok(Self {
            id,
            name,
            description: body::text_or_empty(wanted, "description"),
            enabled: body::flag(wanted, "enabled")?.unwrap_or(true),
            extra: body::extra(wanted, &KNOWN),
        })
    }

    fn add(self, identity: &mut Identity) {
        identity.domains.push(self);
    }

    fn found<'a>(identity: &'a Identity, id: &str) -> Option<&'a Self> {
        identity.domain(id)
    }

    /// Where it is disabled, the tokens of those in it end.
    fn change(identity: &mut Identity, id: &str, wanted: &Fields) -> Result<(), Fault> {
        let old = identity.domain(id).ok_or_else(|| unknown::<Self>(id))?;
        if let Some(name) = renamed(wanted, &old.name) {
            check_free(identity, name)?;
        }
        let domain = identity.domain_mut(id).ok_or_else(|| unknown::<Self>(id))?;
        body::replace(&mut domain.name, wanted, "name");
        body::replace(&mut domain.description, wanted, "description");
        domain.enabled = body::flag(wanted, "enabled")?.unwrap_or(domain.enabled);
        domain.extra.extend(body::extra(wanted, &KNOWN));
        if !domain.enabled {
            identity.end_tokens_in(id);
        }
        Ok(())
    }

    /// With all that is in it; but first it must be disabled.
    fn delete(identity: &mut Identity, id: &str) -> Result<(), Fault> {
        if identity.is_open(id) {
            let why = "Cannot delete a domain that is enabled, please disable it first.";
            return Err(Fault::refused(why));
        }
        identity.delete_domain(id);
        Ok(())
    }

    fn view(&self, auth_url: &str, _: bool) -> Value {
        view::domain(auth_url, self)
    }
}

fn check_free(identity: &Identity, name: &str) -> Result<(), Fault> {
    if identity.find_domain(name).is_none() {
        return Ok(());
    }
    // To Keystone a domain is a project of a kind.
    let why =
        format!("it is not permitted to have two projects acting as domains with the same name: {name}.");
    Err(Fault::conflict("project", &why))
}
