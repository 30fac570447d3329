//! Glance v2. Here stands which path does what; what is done stands beside it, a file for each kind of thing.

mod abroad;
mod actions;
mod attributes;
mod body;
mod cache;
mod create;
mod delete;
mod door;
mod fault;
mod file;
mod filter;
mod import;
mod info;
mod legacy;
mod list;
mod locations;
mod lock;
mod members;
mod metadefs;
mod patch;
mod permit;
mod places;
mod query;
mod quota;
mod range;
mod schemas;
mod show;
mod stage;
mod stores;
mod tags;
mod tasks;
mod told;
mod update;
mod versions;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use axum::middleware;
use axum::routing::{MethodRouter, get};

use super::cloud::Shared;
pub(crate) use door::refusal;
use fault::Fault;

/// Everything under `/image`.
pub(crate) fn service(cloud: Shared) -> Router {
    let routes = images()
        .merge(about())
        .merge(cache::routes(only))
        .merge(metadefs::routes())
        .fallback(async || Fault::no_such_resource());
    Router::new()
        .fallback_service(routes.with_state(Arc::clone(&cloud)))
        .layer(middleware::from_fn_with_state(cloud, door::door))
}

fn images() -> Router<Shared> {
    Router::new()
        .route("/v2/images", only("GET, POST").get(list::index).post(create::create))
        .route(
            "/v2/images/{image}",
            only("GET, PATCH, DELETE").get(show::show).patch(update::update).delete(delete::delete),
        )
        .route("/v2/images/{image}/file", only("GET, PUT").get(file::download).put(file::upload))
        .route("/v2/images/{image}/tags/{tag}", only("PUT, DELETE").put(tags::add).delete(tags::remove))
        .route("/v2/images/{image}/members", only("GET, POST").get(members::index).post(members::add))
        .route(
            "/v2/images/{image}/members/{member}",
            only("GET, PUT, DELETE").get(members::show).put(members::update).delete(members::remove),
        )
        .route("/v2/images/{image}/actions/deactivate", only("POST").post(actions::deactivate))
        .route("/v2/images/{image}/actions/reactivate", only("POST").post(actions::reactivate))
        .route("/v2/images/{image}/tasks", nothing_but(get(tasks::of_image)))
        .route("/v2/images/{image}/stage", only("PUT").put(stage::stage))
        .route("/v2/images/{image}/import", only("POST").post(import::import))
        .route("/v2/images/{image}/locations", only("POST").get(locations::index).post(locations::add))
        .route("/v2/stores/{store}/{image}", only("DELETE").delete(stores::delete))
}

fn about() -> Router<Shared> {
    Router::new()
        .route("/v2/info/import", only("GET").get(info::import_methods))
        .route("/v2/info/stores", only("GET").get(stores::index))
        .route("/v2/info/stores/detail", only("GET").get(stores::detail))
        .route("/v2/info/usage", nothing_but(get(info::usage)))
        .route("/v2/schemas/{name}", only("GET").get(schemas::show))
        .route("/v2/schemas/metadefs/{name}", only("GET").get(schemas::show_metadefs))
        .route("/v2/tasks", only("GET, POST").get(tasks::index).post(legacy::create))
        .route("/v2/tasks/{task}", only("GET, DELETE").get(tasks::show).delete(tasks::delete))
}

/// A resource that refuses all methods but those that are added to it, and says which they are.
fn only(allowed: &'static str) -> MethodRouter<Shared> {
    MethodRouter::new().fallback(async move |method: Method| Fault::method_not_allowed(&method, allowed))
}

/// A resource that does not exist for other methods: Glance forgot to refuse them.
fn nothing_but(routes: MethodRouter<Shared>) -> MethodRouter<Shared> {
    routes.fallback(async || Fault::no_such_resource())
}
