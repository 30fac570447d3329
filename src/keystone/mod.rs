//! A log-in with Keystone v3: token, catalogue, endpoints, projects; authenticates again when a token ends.
//!
//! Knows nothing of images. Source: `keystone/api/auth.py`, `keystoneauth1/access/service_catalog.py`.

mod access;
mod agreement;
mod cache;
mod catalog;
mod credentials;
mod federation;
mod login;
mod options;
mod probe;
mod projects;
mod refusal;
mod session;

pub use access::{Access, Bounds, Reference};
pub use catalog::{CatalogService, Endpoint};
pub use options::door_options;
pub use session::Session;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
