//! Keystone's things as JSON, field by field as the real one writes them.

use serde_json::{Map, Value, json};

use super::super::cloud::Cloud;
use super::super::state::clock::microseconds;
use super::super::state::identity::{Credential, Domain, Group, Identity, Project, Role, User};
use super::super::state::token::{Scope, Token};
use super::catalog;

/// What a token says, as `POST /v3/auth/tokens` answers it. `catalog` is whether the services are listed too.
pub(crate) fn token(cloud: &Cloud, identity: &Identity, token: &Token, catalog: bool) -> Value {
    let user = identity.user(&token.user);
    let (name, domain) = (user.map(|user| &user.name), user.map(|user| user.domain.as_str()));
    let mut view = Map::new();
    view.insert("methods".into(), json!(token.methods));
    view.insert(
        "user".into(),
        json!({ "domain": domain_reference(identity, domain), "id": token.user, "name": name, "password_expires_at": null }),
    );
    view.insert("audit_ids".into(), json!(token.audit_ids));
    view.insert("expires_at".into(), json!(microseconds(token.expires_at)));
    view.insert("issued_at".into(), json!(microseconds(token.issued_at)));
    match &token.scope {
        Scope::Project(id) => {
            let project = identity.project(id);
            let (name, domain) =
                (project.map(|project| &project.name), project.map(|project| project.domain.as_str()));
            let domain = domain_reference(identity, domain);
            view.insert("project".into(), json!({ "domain": domain, "id": id, "name": name }));
            view.insert("is_domain".into(), json!(false));
        }
        Scope::System => {
            view.insert("system".into(), json!({ "all": true }));
        }
        Scope::Unscoped => {}
    }
    if token.scope != Scope::Unscoped {
        let roles: Vec<Value> =
            token.roles.iter().filter_map(|id| identity.role(id)).map(role_reference).collect();
        view.insert("roles".into(), roles.into());
        if catalog {
            view.insert("catalog".into(), catalog::entries(cloud));
        }
    }
    if let Some(credential) = token.credential.as_deref().and_then(|id| identity.credential(id)) {
        let reference = json!({ "id": credential.id, "name": credential.name, "restricted": credential.unrestricted != Some(true) });
        view.insert("application_credential".into(), reference);
    }
    json!({ "token": view })
}

/// A project. Whoever changes one is also told what else is kept of it, which is nothing.
pub(crate) fn project(auth_url: &str, project: &Project, changed: bool) -> Value {
    let mut view = fields(json!({
        "id": project.id,
        "name": project.name,
        "domain_id": project.domain,
        "description": project.description,
        "enabled": project.enabled,
        "parent_id": project.domain,
        "is_domain": false,
        "tags": [],
    }));
    if changed {
        view.insert("extra".into(), json!({}));
    }
    view.insert("options".into(), json!({}));
    view.insert("links".into(), json!({ "self": format!("{auth_url}/projects/{}", project.id) }));
    Value::Object(view)
}

/// A user. Whoever changes one is told twice what else is kept of them.
pub(crate) fn user(auth_url: &str, user: &User, changed: bool) -> Value {
    let mut view = user.extra.clone();
    let enabled = user.enabled;
    view.extend(fields(
        json!({ "id": user.id, "name": user.name, "domain_id": user.domain, "enabled": enabled }),
    ));
    if let Some(project) = &user.default_project {
        view.insert("default_project_id".into(), json!(project));
    }
    view.insert("password_expires_at".into(), Value::Null);
    if changed {
        view.insert("extra".into(), user.extra.clone().into());
    }
    view.insert("options".into(), json!({}));
    view.insert("links".into(), json!({ "self": format!("{auth_url}/users/{}", user.id) }));
    Value::Object(view)
}

fn fields(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// An application credential. Its secret is told once, to whoever makes it.
pub(crate) fn credential(
    auth_url: &str,
    identity: &Identity,
    credential: &Credential,
    secret: Option<&str>,
) -> Value {
    let roles = credential.roles.iter().filter_map(|id| identity.role(id));
    let roles: Vec<Value> = roles.map(bare_role).collect();
    let mut view = json!({
        "id": credential.id,
        "name": credential.name,
        "description": credential.description,
        "user_id": credential.user,
        "project_id": credential.project,
        "system": null,
        "expires_at": credential.expires_at.map(|end| microseconds(end).replace('Z', "")),
        "unrestricted": credential.unrestricted,
        "roles": roles,
    });
    if let Some(secret) = secret {
        view["secret"] = json!(secret);
    }
    view["links"] = json!({ "self": format!("{auth_url}/application_credentials/{}", credential.id) });
    view
}

/// A role.
pub(crate) fn role(auth_url: &str, role: &Role) -> Value {
    let mut view = bare_role(role);
    view["links"] = json!({ "self": format!("{auth_url}/roles/{}", role.id) });
    view
}

fn bare_role(role: &Role) -> Value {
    let mut view = role.extra.clone();
    view.extend(fields(json!({
        "id": role.id,
        "name": role.name,
        "domain_id": role.domain,
        "description": role.description,
        "options": role.immutable.map_or_else(|| json!({}), |flag| json!({ "immutable": flag })),
    })));
    Value::Object(view)
}

/// A domain.
pub(crate) fn domain(auth_url: &str, domain: &Domain) -> Value {
    let mut view = domain.extra.clone();
    view.extend(fields(json!({
        "id": domain.id,
        "name": domain.name,
        "description": domain.description,
        "enabled": domain.enabled,
        "tags": [],
        "options": {},
        "links": { "self": format!("{auth_url}/domains/{}", domain.id) },
    })));
    Value::Object(view)
}

/// A group. Among a user's groups each says how long the user is in it, which is for ever.
pub(crate) fn group(auth_url: &str, group: &Group, of_user: bool) -> Value {
    let mut view = group.extra.clone();
    view.extend(fields(json!({
        "id": group.id,
        "name": group.name,
        "domain_id": group.domain,
        "description": group.description,
        "links": { "self": format!("{auth_url}/groups/{}", group.id) },
    })));
    if of_user {
        view.insert("membership_expires_at".into(), Value::Null);
    }
    Value::Object(view)
}

/// A list under its name, with the links that every list has.
pub(crate) fn list(name: &str, url: &str, things: &[Value]) -> Value {
    json!({ name: things, "links": { "next": null, "self": url, "previous": null } })
}

/// A domain in few words.
pub(crate) fn domain_reference(identity: &Identity, id: Option<&str>) -> Value {
    let name = id.and_then(|id| identity.domain(id)).map(|domain| &domain.name);
    json!({ "id": id, "name": name })
}

fn role_reference(role: &Role) -> Value {
    json!({ "id": role.id, "name": role.name })
}
