//! Log-ins with Keystone v3: tokens, catalogue, endpoints, projects.
//!
//! `session.rs` is one identity in one cloud: it logs in when needed (`login/`), keeps the token (`token/`),
//! and finds endpoints (`catalog.rs`). Knows no images. Source: `keystone/api/auth.py`,
//! `keystoneauth1/access/service_catalog.py`.

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
