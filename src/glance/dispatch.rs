//! The one place where a request to Glance leaves: [`Glance::dispatch`].
//!
//! Every write is listed as long as its answer is not known, whatever operation sends it: a run that is
//! stopped meanwhile says so. An operation that lists its request itself, because it knows more of it
//! (`unfinished/creation.rs`), passes the request's attempts with it; one whose object is named in any case
//! sends by [`Glance::unlisted`].

use futures_util::future::LocalBoxFuture;

use super::Glance;
use super::unfinished::change::change;
use crate::error::Result;
use crate::http::{Body, Request, Response};

impl Glance {
    /// The same service, whose requests are not listed: the caller names their object, however it ends.
    pub(in crate::glance) fn unlisted(&self) -> Glance {
        Glance { is_listing: false, ..self.clone() }
    }

    /// Sends; an answer of any status is returned as it is. Errors: those of [`crate::keystone::Session::send`].
    ///
    /// Boxed, so that the future of what is built of many requests stays small.
    pub(in crate::glance) fn dispatch(&self, request: Request) -> LocalBoxFuture<'_, Result<Response>> {
        if request.method.is_safe() {
            return Box::pin(self.session.send(request));
        }
        Box::pin(async move {
            if request.attempts.is_some() || !self.is_listing {
                return self.session.send(request).await;
            }
            let body = if let Body::Bytes(bytes, _) = &request.body { &bytes[..] } else { &[] };
            let change = change(&request.op, body);
            self.changing(change, request).await
        })
    }
}
