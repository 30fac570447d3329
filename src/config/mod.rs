//! clouds.yaml, secure.yaml, clouds-public.yaml, profiles and the OS_* environment → one cloud's settings.
//!
//! Is handed its inputs: reads the files they name, never the environment. Knows no HTTP and no Lua.
//! Where openstacksdk has an answer, this is the same answer; where it fails, this may have one, or an error that says
//! what to do. Source: openstacksdk, openstack/config/loader.py; keystoneauth1, keystoneauth1/loading.

pub use secrecy::{ExposeSecret, SecretString};

pub use claims::Claim;
pub(crate) use clouds::OPTIONS;
pub use config::Config;
pub use inputs::{Inputs, Overrides};
pub use login::Login;
pub use scope::{Named, Scope};
pub use service::Service;
pub use settings::Settings;
pub use tls::Tls;

mod claims;
mod clouds;
#[allow(clippy::module_inception, reason = "the type of that name lives there, as in every other file here")]
mod config;
mod document;
mod environment;
mod inputs;
mod keys;
mod layer;
mod login;
mod profile;
mod region;
mod scope;
mod search;
mod service;
mod settings;
mod tls;
mod values;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
