//! `/v2/metadefs`: which path does what. The kinds of definition stand beside it, a file each.

mod list;
mod namespaces;
mod objects;
mod permit;
mod properties;
mod read;
mod resource_types;
mod tags;
mod view;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};

use super::super::cloud::Shared;
use super::fault::Fault;
use super::only;

/// Everything under `/v2/metadefs`.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/v2/metadefs/resource_types", only("GET").get(resource_types::all))
        .route("/v2/metadefs/namespaces", only("GET, POST").get(list::index).post(namespaces::create))
        .route(
            "/v2/metadefs/namespaces/{namespace}",
            only("GET, PUT, DELETE").get(namespaces::show).put(namespaces::update).delete(namespaces::delete),
        )
        .merge(contents())
        .layer(middleware::from_fn(no_slash_in_a_name))
}

fn contents() -> Router<Shared> {
    const NAMESPACE: &str = "/v2/metadefs/namespaces/{namespace}";
    Router::new()
        .route(
            &format!("{NAMESPACE}/resource_types"),
            only("GET, POST").get(resource_types::index).post(resource_types::create),
        )
        .route(&format!("{NAMESPACE}/resource_types/{{name}}"), only("DELETE").delete(resource_types::delete))
        .route(
            &format!("{NAMESPACE}/properties"),
            only("GET, POST, DELETE")
                .get(properties::index)
                .post(properties::create)
                .delete(properties::delete_all),
        )
        .route(
            &format!("{NAMESPACE}/properties/{{name}}"),
            only("GET, PUT, DELETE").get(properties::show).put(properties::update).delete(properties::delete),
        )
        .route(
            &format!("{NAMESPACE}/objects"),
            only("GET, POST, DELETE").get(objects::index).post(objects::create).delete(objects::delete_all),
        )
        .route(
            &format!("{NAMESPACE}/objects/{{name}}"),
            only("GET, PUT, DELETE").get(objects::show).put(objects::update).delete(objects::delete),
        )
        .route(
            &format!("{NAMESPACE}/tags"),
            only("GET, POST, DELETE").get(tags::index).post(tags::create_all).delete(tags::delete_all),
        )
        .route(
            &format!("{NAMESPACE}/tags/{{name}}"),
            only("GET, POST, PUT, DELETE")
                .get(tags::show)
                .post(tags::create)
                .put(tags::update)
                .delete(tags::delete),
        )
}

/// Glance decodes a path before it takes it apart, so that a name with a slash is never found.
async fn no_slash_in_a_name(request: Request, next: Next) -> Response {
    if request.uri().path().to_ascii_lowercase().contains("%2f") {
        return Fault::no_such_resource().into_response();
    }
    next.run(request).await
}
