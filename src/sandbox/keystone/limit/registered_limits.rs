//! Limits by default: what every project may use. All may see them, and admins set them.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use crate::sandbox::cloud::{Cloud, Shared};
use crate::sandbox::keystone::answer;
use crate::sandbox::keystone::auth::asker::Asker;
use crate::sandbox::keystone::body::Fields;
use crate::sandbox::keystone::fault::Fault;
use crate::sandbox::keystone::{body, catalog, schema};
use crate::sandbox::reply;
use crate::sandbox::state::limits::{Kept, Registered};
use crate::sandbox::state::seed::{REGION, REGION_TWO};

/// `GET /v3/registered_limits`.
pub(crate) async fn index(State(cloud): State<Shared>, _: Asker, uri: Uri) -> Result<Response, Fault> {
    let wanted = read_filters(&uri)?;
    let state = cloud.state();
    let kept = state.limits.lock();
    let found = kept.registered.iter().filter(|limit| is_wanted(limit, &wanted));
    let found: Vec<Value> = found.map(|limit| view(&cloud, limit)).collect();
    Ok(answer::list(&cloud, "registered_limits", &uri, &found))
}

/// `GET /v3/registered_limits/{id}`.
pub(crate) async fn show(
    State(cloud): State<Shared>,
    _: Asker,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let state = cloud.state();
    let kept = state.limits.lock();
    let limit = kept.find_registered(&id).ok_or_else(|| unknown_fault(&id))?;
    Ok(answer::item("registered_limit", &view(&cloud, limit)))
}

/// `POST /v3/registered_limits`: several at once, or none of them.
pub(crate) async fn create(
    State(cloud): State<Shared>,
    asker: Asker,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Fault> {
    let key = "registered_limits";
    let item = json!({
        "type": "object",
        "required": ["service_id", "resource_name", "default_limit"],
        "properties": properties(),
        "additionalProperties": false,
    });
    let schema = schema::nest(key, &json!({ "type": "array", "minItems": 1, "items": item }));
    let wanted = body::read(&headers, sent, key, &schema).await?;
    asker.require_admin("create_registered_limits")?;
    let state = cloud.state();
    let mut kept = state.limits.lock();
    let mut new: Vec<Registered> = Vec::new();
    for fields in wanted.as_array().into_iter().flatten().filter_map(Value::as_object) {
        let limit = read(&cloud, fields)?;
        let is_same = |other: &Registered| {
            (&other.service, &other.region, &other.resource)
                == (&limit.service, &limit.region, &limit.resource)
        };
        if kept.registered.iter().chain(&new).any(is_same) {
            return Err(duplicate());
        }
        new.push(limit);
    }
    let views: Vec<Value> = new.iter().map(|limit| view(&cloud, limit)).collect();
    kept.registered.extend(new);
    Ok(reply::json(StatusCode::CREATED, &json!({ key: views })))
}

/// `PATCH /v3/registered_limits/{id}`, unless a project has another instead.
pub(crate) async fn update(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Fault> {
    let key = "registered_limit";
    let fields = json!({ "type": "object", "properties": properties(), "additionalProperties": false });
    let wanted = body::fields(&headers, sent, key, &schema::nest(key, &fields)).await?;
    asker.require_admin("update_registered_limit")?;
    let state = cloud.state();
    let mut kept = state.limits.lock();
    kept.find_registered(&id).ok_or_else(|| unknown_fault(&id))?;
    check_unused(&kept, &id)?;
    check_place(&cloud, &wanted)?;
    let limit = kept.registered.iter_mut().find(|limit| limit.id == id).ok_or_else(|| unknown_fault(&id))?;
    limit.service = body::text(&wanted, "service_id").unwrap_or_else(|| limit.service.clone());
    body::change(&mut limit.region, &wanted, "region_id");
    limit.resource = body::text(&wanted, "resource_name").unwrap_or_else(|| limit.resource.clone());
    limit.limit = number(&wanted, "default_limit").unwrap_or(limit.limit);
    body::change(&mut limit.description, &wanted, "description");
    Ok(answer::item(key, &view(&cloud, limit)))
}

/// `DELETE /v3/registered_limits/{id}`, unless a project has another instead.
pub(crate) async fn delete(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    asker.require_admin("delete_registered_limit")?;
    let state = cloud.state();
    let mut kept = state.limits.lock();
    kept.find_registered(&id).ok_or_else(|| unknown_fault(&id))?;
    check_unused(&kept, &id)?;
    kept.registered.retain(|limit| limit.id != id);
    Ok(reply::no_content())
}

/// The service, region and resource that a list is of.
pub(crate) fn read_filters(uri: &Uri) -> Result<[Option<String>; 3], Fault> {
    let wanted = ["service_id", "region_id", "resource_name"].map(|key| answer::query_value(uri, key));
    let asked = json!({ "service_id": wanted[0].clone().unwrap_or_else(|| "0".repeat(32)) });
    schema::check(&json!({ "properties": { "service_id": service() } }), &asked)?;
    Ok(wanted)
}

/// Whether a list is of this limit, too.
pub(crate) fn is_wanted(limit: &Registered, [service, region, resource]: &[Option<String>; 3]) -> bool {
    service.as_ref().is_none_or(|service| *service == limit.service)
        && region.as_ref().is_none_or(|region| Some(region) == limit.region.as_ref())
        && resource.as_ref().is_none_or(|resource| *resource == limit.resource)
}

/// The schema of a service's ID.
pub(crate) fn service() -> Value {
    json!({ "type": "string", "format": "uuid" })
}

/// The schema of an amount.
pub(crate) fn amount() -> Value {
    json!({ "type": "integer", "minimum": -1, "maximum": i32::MAX })
}

/// An amount that is set, if it is.
pub(crate) fn number(fields: &Fields, name: &str) -> Option<i64> {
    fields.get(name).and_then(Value::as_i64)
}

/// The 409 of a limit that there is already.
fn duplicate() -> Fault {
    Fault::conflict("registered_limit", "Duplicate entry.")
}

fn unknown_fault(id: &str) -> Fault {
    Fault::not_found(&format!("Could not find registered limit for {id}."))
}

fn check_unused(kept: &Kept, id: &str) -> Result<(), Fault> {
    if !kept.is_in_use(id) {
        return Ok(());
    }
    Err(Fault::refused(&format!(
        "Unable to update or delete registered limit {id} because there are project limits associated with it."
    )))
}

/// Whether the service and the region are there.
fn check_place(cloud: &Cloud, fields: &Fields) -> Result<(), Fault> {
    let services = catalog::entries(cloud);
    let is_service =
        |id: &Value| services.as_array().is_some_and(|all| all.iter().any(|one| one["id"] == *id));
    if fields.get("service_id").is_some_and(|id| !is_service(id)) {
        return Err(Fault::expected("service_id", "registered_limit"));
    }
    let is_region = |id: &Value| id.is_null() || [REGION, REGION_TWO].iter().any(|region| id == region);
    if fields.get("region_id").is_some_and(|id| !is_region(id)) {
        return Err(Fault::expected("region_id", "registered_limit"));
    }
    Ok(())
}

fn read(cloud: &Cloud, fields: &Fields) -> Result<Registered, Fault> {
    check_place(cloud, fields)?;
    Ok(Registered {
        id: body::new_id(),
        service: body::text_or_empty(fields, "service_id"),
        region: body::text(fields, "region_id"),
        resource: body::text_or_empty(fields, "resource_name"),
        limit: number(fields, "default_limit").unwrap_or_default(),
        description: body::text(fields, "description"),
    })
}

fn view(cloud: &Cloud, limit: &Registered) -> Value {
    json!({
        "id": limit.id,
        "service_id": limit.service,
        "region_id": limit.region,
        "resource_name": limit.resource,
        "default_limit": limit.limit,
        "description": limit.description,
        "links": { "self": format!("{}/registered_limits/{}", cloud.auth_url(), limit.id) },
    })
}

fn properties() -> Value {
    json!({
        "service_id": service(),
        "region_id": schema::text(),
        "resource_name": schema::name(255),
        "default_limit": amount(),
        "description": schema::text(),
    })
}
