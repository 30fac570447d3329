//! Keystone v3, as far as the clients of an image service ask it. Only routes stand here; what they do stands
//! beside it.

pub(in crate::sandbox) mod admin;
mod answer;
pub(in crate::sandbox) mod auth;
mod body;
mod catalog;
mod directory;
mod fault;
pub(in crate::sandbox) mod limit;
mod not_served;
mod schema;
mod services;
mod versions;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get};
use uuid::Uuid;

use super::cloud::{Cloud, Shared};
use super::state::identity::{Domain, Group, Project, Role, User};
use super::{escape, reply};
use fault::Fault;

/// Everything under `/identity`.
pub(crate) fn service(cloud: Shared) -> Router {
    let routes = Router::new()
        .route("/", get(versions::list))
        .route("/healthcheck", get(versions::health))
        .route("/v3", get(versions::show))
        .route(
            "/v3/auth/tokens",
            get(auth::tokens::show)
                .post(auth::tokens::create)
                .delete(auth::tokens::revoke)
                .fallback(async || Fault::method_not_allowed()),
        )
        .route("/v3/auth/catalog", get(catalog::show))
        .route("/v3/auth/projects", get(directory::my_projects))
        .route("/v3/auth/domains", get(directory::my_domains))
        .route("/v3/auth/system", get(directory::my_system))
        .route("/v3/users/{id}/projects", get(directory::projects_of))
        .route("/v3/users/{id}/groups", get(admin::membership::groups_of))
        .merge(things())
        .merge(people())
        .merge(limits())
        .fallback(not_served::answer)
        .with_state(Arc::clone(&cloud));
    Router::new().fallback_service(routes).layer(middleware::from_fn_with_state(cloud, door))
}

/// An answer that says no for no reason of the request's own, as when the service is down.
pub(crate) fn refusal(cloud: &Cloud, status: StatusCode) -> Response {
    let fault = match status {
        StatusCode::UNAUTHORIZED => Fault::unauthorized(),
        status => Fault::of_status(status),
    };
    finish(cloud, fault.into_response())
}

/// What an admin makes, changes and deletes, and what of it others may see.
fn things() -> Router<Shared> {
    Router::new()
        .route("/v3/domains", allow_only(get(admin::domains::index).post(admin::resource::create::<Domain>)))
        .route(
            "/v3/domains/{id}",
            allow_only(
                get(admin::domains::show)
                    .patch(admin::resource::update::<Domain>)
                    .delete(admin::resource::delete::<Domain>),
            ),
        )
        .route("/v3/projects", allow_only(get(directory::projects).post(admin::resource::create::<Project>)))
        .route(
            "/v3/projects/{id}",
            allow_only(
                get(directory::project)
                    .patch(admin::resource::update::<Project>)
                    .delete(admin::resource::delete::<Project>),
            ),
        )
        .route("/v3/roles", allow_only(get(admin::roles::index).post(admin::resource::create::<Role>)))
        .route(
            "/v3/roles/{id}",
            allow_only(
                get(admin::resource::show::<Role>)
                    .patch(admin::resource::update::<Role>)
                    .delete(admin::resource::delete::<Role>),
            ),
        )
        .route("/v3/role_assignments", allow_only(get(admin::assignments::index)))
        .route("/v3/regions", get(directory::regions).fallback(not_served::answer))
        .route("/v3/services", get(services::services).fallback(not_served::answer))
        .route("/v3/endpoints", get(services::endpoints).fallback(not_served::answer))
}

/// Users and groups, what they may do, and the application credentials that all make for themselves.
fn people() -> Router<Shared> {
    Router::new()
        .route("/v3/users", allow_only(get(directory::users).post(admin::resource::create::<User>)))
        .route(
            "/v3/users/{id}",
            allow_only(
                get(directory::user)
                    .patch(admin::resource::update::<User>)
                    .delete(admin::resource::delete::<User>),
            ),
        )
        .route("/v3/groups", allow_only(get(admin::groups::index).post(admin::resource::create::<Group>)))
        .route(
            "/v3/groups/{id}",
            allow_only(
                get(admin::resource::show::<Group>)
                    .patch(admin::resource::update::<Group>)
                    .delete(admin::resource::delete::<Group>),
            ),
        )
        .route("/v3/groups/{id}/users", allow_only(get(admin::membership::users_of)))
        .route(
            "/v3/groups/{group}/users/{user}",
            allow_only(
                get(admin::membership::check).put(admin::membership::add).delete(admin::membership::remove),
            ),
        )
        .route("/v3/projects/{project}/{kind}/{holder}/roles", allow_only(get(admin::grants::index)))
        .route(
            "/v3/projects/{project}/{kind}/{holder}/roles/{role}",
            allow_only(get(admin::grants::check).put(admin::grants::add).delete(admin::grants::remove)),
        )
        .route(
            "/v3/users/{user}/application_credentials",
            allow_only(get(auth::credentials::index).post(auth::credentials::create)),
        )
        .route(
            "/v3/users/{user}/application_credentials/{id}",
            allow_only(get(auth::credentials::show).delete(auth::credentials::delete)),
        )
}

/// What projects may use.
fn limits() -> Router<Shared> {
    Router::new()
        .route(
            "/v3/registered_limits",
            allow_only(get(limit::registered_limits::index).post(limit::registered_limits::create)),
        )
        .route(
            "/v3/registered_limits/{id}",
            allow_only(
                get(limit::registered_limits::show)
                    .patch(limit::registered_limits::update)
                    .delete(limit::registered_limits::delete),
            ),
        )
        .route(
            "/v3/limits",
            allow_only(get(limit::project_limits::index).post(limit::project_limits::create)),
        )
        .route("/v3/limits/model", allow_only(get(limit::project_limits::model)))
        .route(
            "/v3/limits/{id}",
            allow_only(
                get(limit::project_limits::show)
                    .patch(limit::project_limits::update)
                    .delete(limit::project_limits::delete),
            ),
        )
}

/// These methods, and no others.
fn allow_only(routes: MethodRouter<Shared>) -> MethodRouter<Shared> {
    routes.fallback(async || Fault::method_not_allowed())
}

/// What holds for every request: a slash at the end means nothing, and every answer has an ID of the server's
/// own.
async fn door(State(cloud): State<Shared>, mut request: Request, next: Next) -> Response {
    // What is no text stands there as the sign for it.
    let path = String::from_utf8_lossy(&escape::bytes(request.uri().path())).into_owned();
    let trimmed = path.trim_end_matches('/');
    if !trimmed.is_empty() {
        reply::move_to(&mut request, &escape::path(trimmed.as_bytes()));
    }
    finish(&cloud, next.run(request).await)
}

fn finish(cloud: &Cloud, mut response: Response) -> Response {
    if response.extensions().get::<reply::Tripped>().is_some() {
        return response;
    }
    let status = response.status();
    let headers = response.headers_mut();
    reply::set(headers, "vary", "X-Auth-Token");
    reply::set(headers, "x-openstack-request-id", &format!("req-{}", Uuid::new_v4()));
    if status == StatusCode::UNAUTHORIZED {
        let challenge = format!("Keystone uri=\"{}\"", cloud.auth_url());
        reply::set(headers, header::WWW_AUTHENTICATE.as_str(), &challenge);
    }
    response
}
