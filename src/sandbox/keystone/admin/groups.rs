//! Groups, which admins make. Who is in them stands in [`super::membership`].

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
use crate::sandbox::state::identity::{Grants, Group, Identity};

/// What Keystone knows of a group; all else is kept as it comes.
const KNOWN: [&str; 3] = ["name", "description", "domain_id"];

/// `GET /v3/groups`, for admins.
pub(crate) async fn index(State(cloud): State<Shared>, asker: Asker, uri: Uri) -> Result<Response, Fault> {
    asker.require_admin("list_groups")?;
    let (name, domain) = (answer::query_value(&uri, "name"), answer::query_value(&uri, "domain_id"));
    let state = cloud.state();
    let found = state.identity.groups.iter().filter(|group| {
        name.as_ref().is_none_or(|name| *name == group.name)
            && domain.as_ref().is_none_or(|domain| *domain == group.domain)
    });
    let found: Vec<Value> = found.map(|group| view::group(&cloud.auth_url(), group, false)).collect();
    Ok(answer::list(&cloud, "groups", &uri, &found))
}

impl Resource for Group {
    const KIND: &'static str = "group";

    fn properties() -> Value {
        json!({ "name": schema::name(255), "description": schema::text(), "domain_id": { "type": "string" } })
    }

    fn create_from(identity: &Identity, wanted: &Fields) -> Result<Self, Fault> {
        let domain = body::domain(identity, wanted, Fault::not_found)?;
        let name = body::text_or_empty(wanted, "name");
        check_free(identity, &name, &domain, &format!(" at domain ID {domain}"))?;
        Ok(Self {
            id: body::new_id(),
            name,
            domain,
            description: body::text_or_empty(wanted, "description"),
            extra: body::extra(wanted, &KNOWN),
            users: Vec::new(),
            grants: Grants::default(),
        })
    }

    fn add(self, identity: &mut Identity) {
        identity.groups.push(self);
    }

    fn found<'a>(identity: &'a Identity, id: &str) -> Option<&'a Self> {
        identity.group(id)
    }

    /// It stays in its domain.
    fn change(identity: &mut Identity, id: &str, wanted: &Fields) -> Result<(), Fault> {
        let old = identity.group(id).ok_or_else(|| unknown::<Self>(id))?;
        if wanted.get("domain_id").is_some_and(|domain| *domain != json!(old.domain)) {
            return Err(Fault::schema("Cannot change Domain ID"));
        }
        if let Some(name) = renamed(wanted, &old.name) {
            check_free(identity, name, &old.domain, "")?;
        }
        let group = identity.group_mut(id).ok_or_else(|| unknown::<Self>(id))?;
        body::replace(&mut group.name, wanted, "name");
        body::replace(&mut group.description, wanted, "description");
        group.extra.extend(body::extra(wanted, &KNOWN));
        Ok(())
    }

    /// The tokens of those who were in it end.
    fn delete(identity: &mut Identity, id: &str) -> Result<(), Fault> {
        identity.delete_group(id);
        Ok(())
    }

    fn view(&self, auth_url: &str, _: bool) -> Value {
        view::group(auth_url, self, false)
    }
}

fn check_free(identity: &Identity, name: &str, domain: &str, place: &str) -> Result<(), Fault> {
    if identity.find_group(name, domain).is_none() {
        return Ok(());
    }
    Err(Fault::conflict("group", &format!("Duplicate entry found with name {name}{place}.")))
}
