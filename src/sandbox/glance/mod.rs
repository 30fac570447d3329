//! Glance v2: which path does what. The handlers are in the files beside, one for each kind of resource.

mod body;
mod cache;
pub(in crate::sandbox) mod data;
mod door;
mod fault;
pub(in crate::sandbox) mod image;
pub(in crate::sandbox) mod import;
pub(in crate::sandbox) mod location;
mod member;
mod metadefs;
mod methods;
mod permit;
mod quota;
pub(in crate::sandbox) mod service;
mod store;
mod task;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::routing::get;

use super::cloud::Shared;
pub(crate) use door::refusal;
use fault::Fault;
use methods::{or_not_found, refuse_others};

/// Everything under `/image`.
pub(crate) fn service(cloud: Shared) -> Router {
    let routes = images()
        .merge(service_routes())
        .merge(cache::routes())
        .merge(metadefs::routes())
        .fallback(async || Fault::no_such_resource());
    Router::new()
        .fallback_service(routes.with_state(Arc::clone(&cloud)))
        .layer(middleware::from_fn_with_state(cloud, door::door))
}

fn images() -> Router<Shared> {
    Router::new()
        .route("/v2/images", refuse_others("GET, POST").get(image::list::index).post(image::create::create))
        .route(
            "/v2/images/{image}",
            refuse_others("GET, PATCH, DELETE")
                .get(image::show::show)
                .patch(image::update::update)
                .delete(image::delete::delete),
        )
        .route(
            "/v2/images/{image}/file",
            refuse_others("GET, PUT").get(data::file::download).put(data::file::upload),
        )
        .route(
            "/v2/images/{image}/tags/{tag}",
            refuse_others("PUT, DELETE").put(image::tags::add).delete(image::tags::remove),
        )
        .route("/v2/images/{image}/members", refuse_others("GET, POST").get(member::index).post(member::add))
        .route(
            "/v2/images/{image}/members/{member}",
            refuse_others("GET, PUT, DELETE").get(member::show).put(member::update).delete(member::remove),
        )
        .route(
            "/v2/images/{image}/actions/deactivate",
            refuse_others("POST").post(image::actions::deactivate),
        )
        .route(
            "/v2/images/{image}/actions/reactivate",
            refuse_others("POST").post(image::actions::reactivate),
        )
        .route("/v2/images/{image}/tasks", or_not_found(get(task::list_of_image)))
        .route("/v2/images/{image}/stage", refuse_others("PUT").put(data::stage::stage))
        .route("/v2/images/{image}/import", refuse_others("POST").post(import::routes::import))
        .route(
            "/v2/images/{image}/locations",
            refuse_others("POST").get(location::routes::index).post(location::routes::add),
        )
        .route("/v2/stores/{store}/{image}", refuse_others("DELETE").delete(store::delete))
}

fn service_routes() -> Router<Shared> {
    Router::new()
        .route("/v2/info/import", refuse_others("GET").get(service::info::import_methods))
        .route("/v2/info/stores", refuse_others("GET").get(store::index))
        .route("/v2/info/stores/detail", refuse_others("GET").get(store::detail))
        .route("/v2/info/usage", or_not_found(get(service::info::usage)))
        .route("/v2/schemas/{name}", refuse_others("GET").get(service::schemas::show))
        .route("/v2/schemas/metadefs/{name}", refuse_others("GET").get(service::schemas::show_metadefs))
        .route("/v2/tasks", refuse_others("GET, POST").get(task::index).post(import::legacy::create))
        .route("/v2/tasks/{task}", refuse_others("GET, DELETE").get(task::show).delete(task::delete))
}
