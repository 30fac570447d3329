//! Which methods a path takes, and how Glance refuses the others.

use axum::http::Method;
use axum::routing::MethodRouter;

use super::fault::Fault;
use crate::sandbox::cloud::Shared;

/// Returns a route that refuses all methods but those added to it, and names the `allowed` ones.
pub(super) fn refuse_others(allowed: &'static str) -> MethodRouter<Shared> {
    MethodRouter::new().fallback(async move |method: Method| Fault::method_not_allowed(&method, allowed))
}

/// Answers 404 to other methods: Glance does not refuse them on these paths.
pub(super) fn or_not_found(routes: MethodRouter<Shared>) -> MethodRouter<Shared> {
    routes.fallback(async || Fault::no_such_resource())
}
