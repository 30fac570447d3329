//! Roles, which admins make. Those that every cloud has can be neither changed nor deleted.

use axum::extract::State;
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
use crate::sandbox::state::identity::{Identity, Role};

/// What Keystone knows of a role; all else is kept as it comes.
const KNOWN: [&str; 4] = ["name", "description", "domain_id", "options"];

/// `GET /v3/roles`, for admins: those of one domain, or those of none.
pub(crate) async fn index(State(cloud): State<Shared>, asker: Asker, uri: Uri) -> Result<Response, Fault> {
    let (name, domain) = (answer::query_value(&uri, "name"), answer::query_value(&uri, "domain_id"));
    asker.require_admin(if domain.is_some() { "list_domain_roles" } else { "list_roles" })?;
    let state = cloud.state();
    let found = state
        .identity
        .roles
        .iter()
        .filter(|role| role.domain == domain && name.as_ref().is_none_or(|name| *name == role.name));
    let found: Vec<Value> = found.map(|role| view::role(&cloud.auth_url(), role)).collect();
    Ok(answer::list(&cloud, "roles", &uri, &found))
}

impl Resource for Role {
    const KIND: &'static str = "role";

    fn properties() -> Value {
        json!({
            "name": schema::name(255),
            "description": schema::text(),
            "domain_id": schema::text(),
            "options": schema::options(),
        })
    }

    fn create_rule(wanted: &Fields) -> String {
        let of_domain = body::text(wanted, "domain_id").is_some();
        (if of_domain { "create_domain_role" } else { "create_role" }).to_owned()
    }

    fn create_from(identity: &Identity, wanted: &Fields) -> Result<Self, Fault> {
        let (name, domain) = (body::text_or_empty(wanted, "name"), body::text(wanted, "domain_id"));
        check_free(identity, &name, domain.as_deref())?;
        Ok(Self {
            id: body::new_id(),
            name,
            domain,
            description: body::text(wanted, "description"),
            immutable: immutable(wanted),
            extra: body::extra(wanted, &KNOWN),
        })
    }

    fn add(self, identity: &mut Identity) {
        identity.roles.push(self);
    }

    fn found<'a>(identity: &'a Identity, id: &str) -> Option<&'a Self> {
        identity.role(id)
    }

    /// One that is immutable must first, and by itself, be made mutable.
    fn change(identity: &mut Identity, id: &str, wanted: &Fields) -> Result<(), Fault> {
        let old = identity.role(id).ok_or_else(|| unknown::<Self>(id))?;
        let opens = wanted.len() == 1 && immutable(wanted) == Some(false);
        if old.immutable == Some(true) && !opens {
            return Err(Fault::immutable("update", "role", id));
        }
        if let Some(name) = renamed(wanted, &old.name) {
            check_free(identity, name, old.domain.as_deref())?;
        }
        let role = identity.role_mut(id).ok_or_else(|| unknown::<Self>(id))?;
        body::replace(&mut role.name, wanted, "name");
        body::change(&mut role.description, wanted, "description");
        if wanted.contains_key("options") {
            role.immutable = immutable(wanted);
        }
        role.extra.extend(body::extra(wanted, &KNOWN));
        Ok(())
    }

    /// Nobody has it any longer, and tokens with it end.
    fn delete(identity: &mut Identity, id: &str) -> Result<(), Fault> {
        if identity.role(id).is_some_and(|role| role.immutable == Some(true)) {
            return Err(Fault::immutable("delete", "role", id));
        }
        identity.delete_role(id);
        Ok(())
    }

    fn view(&self, auth_url: &str, _: bool) -> Value {
        view::role(auth_url, self)
    }
}

fn check_free(identity: &Identity, name: &str, domain: Option<&str>) -> Result<(), Fault> {
    if identity.find_role(name, domain).is_none() {
        return Ok(());
    }
    Err(Fault::conflict("role", &format!("Duplicate entry found with name {name}.")))
}

fn immutable(wanted: &Fields) -> Option<bool> {
    wanted.get("options")?.get("immutable")?.as_bool()
}
