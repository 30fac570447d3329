//! A log-in with Keystone v3: token, catalogue, endpoints, projects; authenticates again when a token ends.
//!
//! Knows nothing of images. Source: `keystone/api/auth.py`, `keystoneauth1/access/service_catalog.py`.

mod catalog;
mod login;
mod options;
mod projects;
mod session;
mod token;

pub use catalog::{CatalogService, Endpoint};
pub use options::door_options;
pub use session::Session;
pub use token::access::{Access, Bounds, Reference};

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
