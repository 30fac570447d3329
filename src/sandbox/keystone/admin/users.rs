//! Users, whom admins make. Without a role in some project they can do nothing yet.

use serde_json::{Value, json};

use super::resource::{Resource, renamed, unknown};
use crate::sandbox::keystone::body::Fields;
use crate::sandbox::keystone::fault::Fault;
use crate::sandbox::keystone::{body, schema, view};
use crate::sandbox::state::identity::{Grants, Identity, User};

/// What Keystone knows of a user; all else is kept as it comes.
const KNOWN: [&str; 7] =
    ["name", "password", "enabled", "domain_id", "default_project_id", "options", "original_password"];

impl Resource for User {
    const KIND: &'static str = "user";

    fn properties() -> Value {
        json!({ "name": schema::name(255), "password": schema::text(), "enabled": schema::flag(), "domain_id": { "type": "string" } })
    }

    fn create_from(identity: &Identity, wanted: &Fields) -> Result<Self, Fault> {
        let domain = body::domain(identity, wanted, Fault::not_found)?;
        let name = body::text_or_empty(wanted, "name");
        check_free(identity, &name, &domain, &format!(" at domain ID {domain}"))?;
        Ok(Self {
            id: body::new_id(),
            name,
            domain,
            password: body::text(wanted, "password"),
            enabled: body::flag(wanted, "enabled")?.unwrap_or(true),
            extra: body::extra(wanted, &KNOWN),
            default_project: body::text(wanted, "default_project_id"),
            grants: Grants::default(),
            system: Vec::new(),
        })
    }

    fn add(self, identity: &mut Identity) {
        identity.users.push(self);
    }

    fn found<'a>(identity: &'a Identity, id: &str) -> Option<&'a Self> {
        identity.user(id)
    }

    /// A new password, and being disabled, end the user's tokens.
    fn change(identity: &mut Identity, id: &str, wanted: &Fields) -> Result<(), Fault> {
        let enabled = body::flag(wanted, "enabled")?;
        let old = identity.user(id).ok_or_else(|| unknown::<Self>(id))?;
        if let Some(name) = renamed(wanted, &old.name) {
            check_free(identity, name, &old.domain, "")?;
        }
        let password = body::text(wanted, "password");
        let ends = password.is_some() || enabled == Some(false);
        let user = identity.user_mut(id).ok_or_else(|| unknown::<Self>(id))?;
        body::replace(&mut user.name, wanted, "name");
        user.password = password.or_else(|| user.password.take());
        user.enabled = enabled.unwrap_or(user.enabled);
        user.default_project =
            body::text(wanted, "default_project_id").or_else(|| user.default_project.take());
        user.extra.extend(body::extra(wanted, &KNOWN));
        if ends {
            identity.end_tokens(|token| token.user == id);
        }
        Ok(())
    }

    fn delete(identity: &mut Identity, id: &str) -> Result<(), Fault> {
        identity.delete_user(id);
        Ok(())
    }

    fn view(&self, auth_url: &str, changed: bool) -> Value {
        view::user(auth_url, self, changed)
    }
}

fn check_free(identity: &Identity, name: &str, domain: &str, place: &str) -> Result<(), Fault> {
    if identity.find_user(name, domain).is_none() {
        return Ok(());
    }
    Err(Fault::conflict("user", &format!("Duplicate entry found with name {name}{place}.")))
}
