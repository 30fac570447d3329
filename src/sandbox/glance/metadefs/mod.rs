//! `/v2/metadefs`: which path does what. The kinds of definition stand beside it, a file each.

mod contents;
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
use super::super::state::metadefs::{Association, Object, Property, Tag};
use super::fault::Fault;
use super::methods::refuse_others;

/// Everything under `/v2/metadefs`.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/v2/metadefs/resource_types", refuse_others("GET").get(resource_types::all))
        .route(
            "/v2/metadefs/namespaces",
            refuse_others("GET, POST").get(list::index).post(namespaces::create),
        )
        .route(
            "/v2/metadefs/namespaces/{namespace}",
            refuse_others("GET, PUT, DELETE")
                .get(namespaces::show)
                .put(namespaces::update)
                .delete(namespaces::delete),
        )
        .merge(namespace_routes())
        .layer(middleware::from_fn(no_slash_in_a_name))
}

fn namespace_routes() -> Router<Shared> {
    const NAMESPACE: &str = "/v2/metadefs/namespaces/{namespace}";
    Router::new()
        .route(
            &format!("{NAMESPACE}/resource_types"),
            refuse_others("GET, POST").get(contents::index::<Association>).post(resource_types::create),
        )
        .route(
            &format!("{NAMESPACE}/resource_types/{{name}}"),
            refuse_others("DELETE").delete(contents::delete::<Association>),
        )
        .route(
            &format!("{NAMESPACE}/properties"),
            refuse_others("GET, POST, DELETE")
                .get(contents::index::<Property>)
                .post(contents::create::<Property>)
                .delete(contents::delete_all::<Property>),
        )
        .route(
            &format!("{NAMESPACE}/properties/{{name}}"),
            refuse_others("GET, PUT, DELETE")
                .get(properties::show)
                .put(contents::update::<Property>)
                .delete(contents::delete::<Property>),
        )
        .route(
            &format!("{NAMESPACE}/objects"),
            refuse_others("GET, POST, DELETE")
                .get(contents::index::<Object>)
                .post(contents::create::<Object>)
                .delete(contents::delete_all::<Object>),
        )
        .route(
            &format!("{NAMESPACE}/objects/{{name}}"),
            refuse_others("GET, PUT, DELETE")
                .get(contents::show::<Object>)
                .put(contents::update::<Object>)
                .delete(contents::delete::<Object>),
        )
        .route(
            &format!("{NAMESPACE}/tags"),
            refuse_others("GET, POST, DELETE")
                .get(tags::index)
                .post(tags::create_all)
                .delete(contents::delete_all::<Tag>),
        )
        .route(
            &format!("{NAMESPACE}/tags/{{name}}"),
            refuse_others("GET, POST, PUT, DELETE")
                .get(contents::show::<Tag>)
                .post(tags::create)
                .put(contents::update::<Tag>)
                .delete(contents::delete::<Tag>),
        )
}

/// Glance decodes a path before it takes it apart, so that a name with a slash is never found.
async fn no_slash_in_a_name(request: Request, next: Next) -> Response {
    if request.uri().path().to_ascii_lowercase().contains("%2f") {
        return Fault::no_such_resource().into_response();
    }
    next.run(request).await
}
