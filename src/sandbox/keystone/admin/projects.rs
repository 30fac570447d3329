//! Projects, which admins make.

use serde_json::{Value, json};

use super::resource::{Resource, renamed, unknown};
use crate::sandbox::keystone::body::Fields;
use crate::sandbox::keystone::fault::Fault;
use crate::sandbox::keystone::{body, schema, view};
use crate::sandbox::state::identity::{Identity, Project};

impl Resource for Project {
    const KIND: &'static str = "project";

    fn properties() -> Value {
        json!({ "name": schema::name(64), "description": schema::text(), "enabled": schema::flag(), "domain_id": schema::text() })
    }

    fn create_from(identity: &Identity, wanted: &Fields) -> Result<Self, Fault> {
        let domain = body::domain(identity, wanted, Fault::schema)?;
        let (id, name) = (body::new_id(), body::text_or_empty(wanted, "name"));
        if identity.find_project(&name, &domain).is_some() {
            let why = format!(
                "it is not permitted to have two projects with either the same name or same id in the same domain: name is {name}, \
                 project id {id}."
            );
            return Err(Fault::conflict("project", &why));
        }
        Ok(Self {
            id,
            name,
            domain,
            description: body::text_or_empty(wanted, "description"),
            enabled: body::flag(wanted, "enabled")?.unwrap_or(true),
        })
    }

    fn add(self, identity: &mut Identity) {
        identity.projects.push(self);
    }

    fn found<'a>(identity: &'a Identity, id: &str) -> Option<&'a Self> {
        identity.project(id)
    }

    /// Tokens for a project that is disabled end.
    fn change(identity: &mut Identity, id: &str, wanted: &Fields) -> Result<(), Fault> {
        let old = identity.project(id).ok_or_else(|| unknown::<Self>(id))?;
        if renamed(wanted, &old.name).is_some_and(|name| identity.find_project(name, &old.domain).is_some()) {
            // The 409 is for those that are made; here the real one trips.
            return Err(Fault::tripped());
        }
        let project = identity.project_mut(id).ok_or_else(|| unknown::<Self>(id))?;
        body::replace(&mut project.name, wanted, "name");
        body::replace(&mut project.description, wanted, "description");
        project.enabled = body::flag(wanted, "enabled")?.unwrap_or(project.enabled);
        if !project.enabled {
            identity.end_tokens(|token| token.scope.is_project(id));
        }
        Ok(())
    }

    /// Its images stay, and nobody's.
    fn delete(identity: &mut Identity, id: &str) -> Result<(), Fault> {
        identity.delete_project(id);
        Ok(())
    }

    fn view(&self, auth_url: &str, changed: bool) -> Value {
        view::project(auth_url, self, changed)
    }
}
