//! Keystone v3, as far as the clients of an image service ask it. Only routes stand here; what they do stands beside it.

mod body;
mod catalog;
mod credentials;
mod directory;
mod fault;
mod grants;
mod login;
mod projects;
mod schema;
mod services;
mod tokens;
mod users;
mod versions;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get};
use uuid::Uuid;

use super::cloud::{Cloud, Shared};
use super::state::token::Token;
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
            get(tokens::show)
                .post(tokens::create)
                .delete(tokens::revoke)
                .fallback(async || Fault::method_not_allowed()),
        )
        .route("/v3/auth/catalog", get(catalog::show))
        .route("/v3/auth/projects", get(directory::my_projects))
        .route("/v3/auth/domains", get(directory::my_domains))
        .route("/v3/auth/system", get(directory::my_system))
        .route("/v3/users/{id}/projects", get(directory::projects_of))
        .route("/v3/roles/{id}", read_only(get(directory::role)))
        .route("/v3/domains", read_only(get(directory::domains)))
        .route("/v3/domains/{id}", read_only(get(directory::domain)))
        .route("/v3/roles", read_only(get(directory::roles)))
        .route("/v3/regions", read_only(get(directory::regions)))
        .route("/v3/services", read_only(get(services::services)))
        .route("/v3/endpoints", read_only(get(services::endpoints)))
        .merge(administration())
        .fallback(elsewhere)
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

/// What an admin makes, changes and deletes, and the application credentials that everybody may.
fn administration() -> Router<Shared> {
    Router::new()
        .route("/v3/projects", all(get(directory::projects).post(projects::create)))
        .route(
            "/v3/projects/{id}",
            all(get(directory::project).patch(projects::update).delete(projects::delete)),
        )
        .route("/v3/users", all(get(directory::users).post(users::create)))
        .route("/v3/users/{id}", all(get(directory::user).patch(users::update).delete(users::delete)))
        .route("/v3/projects/{project}/users/{user}/roles", all(get(grants::index)))
        .route(
            "/v3/projects/{project}/users/{user}/roles/{role}",
            all(get(grants::check).put(grants::add).delete(grants::remove)),
        )
        .route("/v3/role_assignments", all(get(grants::assignments)))
        .route(
            "/v3/users/{user}/application_credentials",
            all(get(credentials::index).post(credentials::create)),
        )
        .route(
            "/v3/users/{user}/application_credentials/{id}",
            all(get(credentials::show).delete(credentials::delete)),
        )
}

/// These methods, and no others.
fn all(routes: MethodRouter<Shared>) -> MethodRouter<Shared> {
    routes.fallback(async || Fault::method_not_allowed())
}

/// Keystone writes here too; the sandbox does not yet.
fn read_only(routes: MethodRouter<Shared>) -> MethodRouter<Shared> {
    routes.fallback(async || Fault::not_emulated())
}

/// What the real one has and this one lacks must not look as if it were not there.
async fn elsewhere(uri: Uri) -> Fault {
    const RESOURCES: [&str; 12] = [
        "auth",
        "users",
        "projects",
        "domains",
        "roles",
        "regions",
        "groups",
        "limits",
        "credentials",
        "policies",
        "role_assignments",
        "registered_limits",
    ];
    let resource = uri.path().strip_prefix("/v3/").and_then(|path| path.split('/').next());
    match resource {
        Some(name) if RESOURCES.contains(&name) || name.starts_with("OS-") => Fault::not_emulated(),
        _ => Fault::no_such_url(),
    }
}

/// What holds for every request: a slash at the end means nothing, and every answer has an ID of the server's own.
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

/// Whoever asks: the token in `X-Auth-Token`, and the text that stands for it.
struct Asker {
    text: String,
    token: Token,
}

impl Asker {
    fn is_admin(&self) -> bool {
        self.token.roles.iter().any(|role| role.name == "admin")
    }
}

impl FromRequestParts<Shared> for Asker {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, cloud: &Shared) -> Result<Self, Fault> {
        let text = reply::text(&parts.headers, "x-auth-token").ok_or_else(Fault::unauthorized)?;
        let state = cloud.state();
        let token = state.identity.token(text, state.clock.now()).cloned();
        token.map(|token| Self { text: text.to_owned(), token }).ok_or_else(Fault::unauthorized)
    }
}
