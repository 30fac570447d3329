//! clouds.yaml, secure.yaml, clouds-public.yaml, profiles and the OS_* environment → one cloud's settings.
//!
//! Is handed its inputs: reads the files they name, never the environment. Knows no HTTP and no Lua.
//! Where openstacksdk has an answer, this is the same answer; where it fails, this may have one, or an error
//! that says what to do. Source: openstacksdk, openstack/config/loader.py; keystoneauth1,
//! keystoneauth1/loading.

pub use secrecy::{ExposeSecret, SecretString};

pub use claims::Claim;
pub use config::Config;
pub use entry::service::Service;
pub(crate) use files::clouds::OPTIONS;
pub use inputs::{Inputs, Overrides};
pub use login::Login;
pub use scope::{Named, Scope};
pub use settings::Settings;
pub use tls::Tls;

mod claims;
#[allow(clippy::module_inception, reason = "the type of that name lives there, as in every other file here")]
mod config;
mod entry;
mod environment;
mod files;
mod inputs;
mod login;
mod scope;
mod settings;
mod tls;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
