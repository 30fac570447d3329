//! Application credentials: passwords for one project, which users make and delete for themselves.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use jiff::{Timestamp, civil, tz::TimeZone};
use serde_json::{Map, Value, json};

use super::asker::Asker;
use crate::sandbox::cloud::Shared;
use crate::sandbox::keystone::admin::resource::unknown;
use crate::sandbox::keystone::answer;
use crate::sandbox::keystone::fault::Fault;
use crate::sandbox::keystone::{body, schema, view};
use crate::sandbox::reply;
use crate::sandbox::state::identity::{Credential, Identity, Role};
use crate::sandbox::state::token::{Scope, random_secret};

/// `POST /v3/users/{user}/application_credentials`, for the project of the token, and for nobody else.
pub(crate) async fn create(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(user): Path<String>,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Fault> {
    let key = "application_credential";
    let wanted = body::fields(&headers, sent, key, &schema::creation_schema(key, &properties())).await?;
    let (name, unrestricted) = (body::text_or_empty(&wanted, "name"), body::flag(&wanted, "unrestricted")?);
    let project = match &asker.token.scope {
        Scope::Project(project) if asker.token.user == user => project.clone(),
        _ => return Err(Fault::forbidden("create_application_credential")),
    };
    let mut state = cloud.state();
    check_unrestricted(&state.identity, &asker)?;
    let expires_at = expires_at(&wanted, state.clock.now())?;
    let roles = select_roles(&state.identity, &asker, &wanted)?;
    let mut mine = state.identity.credentials.iter().filter(|credential| credential.user == user);
    if mine.any(|credential| credential.name == name) {
        let why = format!("Duplicate entry found with name {name}.");
        return Err(Fault::conflict("application_credential", &why));
    }
    let credential = Credential {
        id: body::new_id(),
        name,
        secret: body::text(&wanted, "secret").unwrap_or_else(random_secret),
        user,
        project,
        roles,
        description: body::text(&wanted, "description"),
        expires_at,
        unrestricted,
    };
    let shown = view::credential(&cloud.auth_url(), &state.identity, &credential, Some(&credential.secret));
    state.identity.credentials.push(credential);
    Ok(reply::json(StatusCode::CREATED, &json!({ "application_credential": shown })))
}

/// `GET` of the same: all of a user's, in whichever project.
pub(crate) async fn index(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(user): Path<String>,
    uri: Uri,
) -> Result<Response, Fault> {
    own(&asker, &user, "list_application_credentials")?;
    let named = answer::query_value(&uri, "name");
    let state = cloud.state();
    let found = state.identity.credentials.iter().filter(|credential| {
        credential.user == user && named.as_ref().is_none_or(|name| *name == credential.name)
    });
    let found: Vec<Value> = found
        .map(|credential| view::credential(&cloud.auth_url(), &state.identity, credential, None))
        .collect();
    Ok(answer::list(&cloud, "application_credentials", &uri, &found))
}

/// `GET /v3/users/{user}/application_credentials/{id}`.
pub(crate) async fn show(
    State(cloud): State<Shared>,
    asker: Asker,
    Path((user, id)): Path<(String, String)>,
) -> Result<Response, Fault> {
    own(&asker, &user, "get_application_credential")?;
    let state = cloud.state();
    let credential = find(&state.identity, &user, &id)?;
    Ok(answer::item(
        "application_credential",
        &view::credential(&cloud.auth_url(), &state.identity, credential, None),
    ))
}

/// `DELETE` of the same. Tokens that were got by it end.
pub(crate) async fn delete(
    State(cloud): State<Shared>,
    asker: Asker,
    Path((user, id)): Path<(String, String)>,
) -> Result<Response, Fault> {
    own(&asker, &user, "delete_application_credential")?;
    let mut state = cloud.state();
    check_unrestricted(&state.identity, &asker)?;
    find(&state.identity, &user, &id)?;
    state.identity.credentials.retain(|credential| credential.id != id);
    state.identity.end_tokens(|token| token.credential.as_deref() == Some(id.as_str()));
    Ok(reply::no_content())
}

fn own(asker: &Asker, user: &str, action: &str) -> Result<(), Fault> {
    if asker.token.user == user { Ok(()) } else { asker.require_admin(action) }
}

fn find<'a>(identity: &'a Identity, user: &str, id: &str) -> Result<&'a Credential, Fault> {
    let unknown = || Fault::not_found(&format!("Could not find Application Credential: {id}."));
    identity.credential(id).filter(|credential| credential.user == user).ok_or_else(unknown)
}

fn check_unrestricted(identity: &Identity, asker: &Asker) -> Result<(), Fault> {
    let by = asker.token.credential.as_deref().and_then(|id| identity.credential(id));
    if by.is_some_and(|credential| credential.unrestricted != Some(true)) {
        return Err(Fault::restricted());
    }
    Ok(())
}

/// Those that are asked for, by ID or by name; else all that the token has.
fn select_roles(
    identity: &Identity,
    asker: &Asker,
    wanted: &Map<String, Value>,
) -> Result<Vec<String>, Fault> {
    let Some(wanted) = wanted.get("roles").and_then(Value::as_array).filter(|roles| !roles.is_empty()) else {
        return Ok(asker.token.roles.clone());
    };
    let roles = wanted.iter().map(|reference| {
        let text = |key| reference.get(key).and_then(Value::as_str);
        let role = match (text("id"), text("name")) {
            (Some(id), _) => identity.role(id).ok_or_else(|| unknown::<Role>(id))?,
            (None, Some(name)) => {
                let unknown = || Fault::not_found(&format!("Role {name} is not defined"));
                identity.find_role(name, None).ok_or_else(unknown)?
            }
            (None, None) => return Err(Fault::expected("id or name", "role")),
        };
        if asker.token.roles.contains(&role.id) {
            return Ok(role.id.clone());
        }
        Err(Fault::schema(
            "Invalid application credential: Cannot create an application credential with unassigned role",
        ))
    });
    roles.collect()
}

fn expires_at(wanted: &Map<String, Value>, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
    let Some(text) = body::text(wanted, "expires_at") else {
        return Ok(None);
    };
    let zoneless = text.trim_end_matches('Z').parse::<civil::DateTime>();
    let time = zoneless.ok().and_then(|time| time.to_zoned(TimeZone::UTC).ok());
    let time = time.ok_or_else(|| Fault::malformed("Timestamp not in expected format."))?.timestamp();
    if time < now {
        return Err(Fault::malformed("The 'expires_at' must not be before now."));
    }
    Ok(Some(time))
}

fn properties() -> Value {
    json!({ "name": schema::name(255), "unrestricted": { "type": ["boolean", "null"] } })
}
