//! Limits of one project, in the place of those by default. Its own members see them, and admins set them.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::registered_limits::{amount, is_wanted, number, read_filters, service};
use crate::sandbox::cloud::{Cloud, Shared};
use crate::sandbox::keystone::answer;
use crate::sandbox::keystone::auth::asker::Asker;
use crate::sandbox::keystone::body::Fields;
use crate::sandbox::keystone::fault::Fault;
use crate::sandbox::keystone::{body, schema};
use crate::sandbox::reply;
use crate::sandbox::state::Identity;
use crate::sandbox::state::limits::{Kept, Own};
use crate::sandbox::state::token::Scope;

/// `GET /v3/limits/model`: how limits of a project and of those below it go together, which is not at all.
pub(crate) async fn model(_: Asker) -> Response {
    let description = "Limit enforcement and validation does not take project hierarchy into consideration.";
    reply::json(StatusCode::OK, &json!({ "model": { "name": "flat", "description": description } }))
}

/// `GET /v3/limits`: all of them for admins and services, those of the token's project for others.
pub(crate) async fn index(State(cloud): State<Shared>, asker: Asker, uri: Uri) -> Result<Response, Fault> {
    let wanted = read_filters(&uri)?;
    let [project, domain] = ["project_id", "domain_id"].map(|key| answer::query_value(&uri, key));
    let state = cloud.state();
    let kept = state.limits.lock();
    let found = kept.own.iter().filter(|own| {
        let is_visible = asker.is_admin() || asker.has("service") || is_of(&asker, own);
        is_visible
            && (project.is_none() || project == own.project)
            && (domain.is_none() || domain == own.domain)
            && kept.find_registered(&own.registered).is_some_and(|registered| is_wanted(registered, &wanted))
    });
    let found: Vec<Value> = found.map(|own| view(&cloud, &kept, own)).collect();
    Ok(answer::list(&cloud, "limits", &uri, &found))
}

/// `GET /v3/limits/{id}`.
pub(crate) async fn show(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let state = cloud.state();
    let kept = state.limits.lock();
    let own = kept.own.iter().find(|own| own.id == id);
    if !own.is_some_and(|own| is_of(&asker, own)) {
        asker.require_admin("get_limit")?;
    }
    Ok(answer::item("limit", &view(&cloud, &kept, own.ok_or_else(|| unknown_fault(&id))?)))
}

/// `POST /v3/limits`: several at once, or none of them. Each needs one by default.
pub(crate) async fn create(
    State(cloud): State<Shared>,
    asker: Asker,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Fault> {
    let wanted = body::read(&headers, sent, "limits", &creation_schema()).await?;
    asker.require_admin("create_limits")?;
    let state = cloud.state();
    let mut kept = state.limits.lock();
    let mut new: Vec<Own> = Vec::new();
    for fields in wanted.as_array().into_iter().flatten().filter_map(Value::as_object) {
        let own = read(&state.identity, &kept, fields)?;
        let is_same = |other: &Own| {
            (&other.registered, &other.project, &other.domain) == (&own.registered, &own.project, &own.domain)
        };
        if kept.own.iter().chain(&new).any(is_same) {
            return Err(Fault::conflict("limit", "Duplicate entry."));
        }
        new.push(own);
    }
    let views: Vec<Value> = new.iter().map(|own| view(&cloud, &kept, own)).collect();
    kept.own.extend(new);
    Ok(reply::json(StatusCode::CREATED, &json!({ "limits": views })))
}

/// `PATCH /v3/limits/{id}`: how much, and the description.
pub(crate) async fn update(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Fault> {
    let properties = json!({ "resource_limit": amount(), "description": schema::text() });
    let fields = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    let wanted = body::fields(&headers, sent, "limit", &schema::nest("limit", &fields)).await?;
    asker.require_admin("update_limit")?;
    let state = cloud.state();
    let mut kept = state.limits.lock();
    let own = kept.own.iter_mut().find(|own| own.id == id).ok_or_else(|| unknown_fault(&id))?;
    own.limit = number(&wanted, "resource_limit").unwrap_or(own.limit);
    body::change(&mut own.description, &wanted, "description");
    let own = own.clone();
    Ok(answer::item("limit", &view(&cloud, &kept, &own)))
}

/// `DELETE /v3/limits/{id}`: the one by default holds again.
pub(crate) async fn delete(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    asker.require_admin("delete_limit")?;
    let state = cloud.state();
    let mut kept = state.limits.lock();
    let place = kept.own.iter().position(|own| own.id == id).ok_or_else(|| unknown_fault(&id))?;
    kept.own.remove(place);
    Ok(reply::no_content())
}

fn unknown_fault(id: &str) -> Fault {
    Fault::not_found(&format!("Could not find limit for {id}."))
}

/// Whether it is one of the token's project.
fn is_of(asker: &Asker, own: &Own) -> bool {
    matches!((&asker.token.scope, &own.project), (Scope::Project(one), Some(other)) if one == other)
}

fn creation_schema() -> Value {
    let with = |whose: &str| json!({ "required": ["service_id", "resource_name", "resource_limit", whose] });
    let item = json!({
        "type": "object",
        "required": ["service_id", "resource_name", "resource_limit"],
        "oneOf": [with("domain_id"), with("project_id")],
        "additionalProperties": false,
        "properties": {
            "project_id": schema::text(),
            "domain_id": schema::text(),
            "service_id": service(),
            "region_id": schema::text(),
            "resource_name": schema::name(255),
            "resource_limit": amount(),
            "description": schema::text(),
        },
    });
    schema::nest("limits", &json!({ "type": "array", "minItems": 1, "items": item }))
}

fn read(identity: &Identity, kept: &Kept, fields: &Fields) -> Result<Own, Fault> {
    let text = |name| body::text(fields, name);
    let (project, domain) = (text("project_id"), text("domain_id"));
    if project.as_ref().is_some_and(|id| identity.project(id).is_none()) {
        return Err(Fault::expected("project_id", "limit"));
    }
    if domain.as_ref().is_some_and(|id| identity.domain(id).is_none()) {
        return Err(Fault::expected("domain_id", "limit"));
    }
    let (service, region) = (body::text_or_empty(fields, "service_id"), text("region_id"));
    let registered =
        kept.default_of(&service, region.as_deref(), &body::text_or_empty(fields, "resource_name"));
    let none = "Unable to create a limit that has no corresponding registered limit.";
    Ok(Own {
        id: body::new_id(),
        project,
        domain,
        registered: registered.ok_or_else(|| Fault::refused(none))?.id.clone(),
        limit: number(fields, "resource_limit").unwrap_or_default(),
        description: text("description"),
    })
}

fn view(cloud: &Cloud, kept: &Kept, own: &Own) -> Value {
    let registered = kept.find_registered(&own.registered);
    json!({
        "id": own.id,
        "project_id": own.project,
        "domain_id": own.domain,
        "resource_limit": own.limit,
        "description": own.description,
        "service_id": registered.map(|limit| &limit.service),
        "region_id": registered.and_then(|limit| limit.region.as_ref()),
        "resource_name": registered.map(|limit| &limit.resource),
        "links": { "self": format!("{}/limits/{}", cloud.auth_url(), own.id) },
    })
}
