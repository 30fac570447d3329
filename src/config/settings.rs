//! One cloud as it will be used, and how its keys become that.
//!
//! Source: openstacksdk, `openstack/config/loader.py`, `magic_fixes`, and `openstack/config/cloud_region.py`.

use std::collections::BTreeMap;
use std::time::Duration;

use super::claims::{self, Claim};
use super::entry::service::{self, Service};
use super::entry::values::Values;
use super::inputs::Inputs;
use super::login::{self, Login};
use super::scope::{self, Scope};
use super::tls::Tls;
use crate::error::Result;

/// One cloud as it will be used: everything resolved, nothing optional that must be there.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The entry's name; `envvars` where everything came from OS_* (openstacksdk's word).
    pub name: String,
    /// Keystone's URL as configured, with or without `/v3`. `None` only for `Login::None`.
    pub auth_url: Option<String>,
    /// How to log in.
    pub login: Login,
    /// What the token is to be good for.
    pub scope: Scope,
    /// Settings that Keystone is not asked for, and that the token must agree with.
    pub claims: Vec<Claim>,
    /// The region to look endpoints up in; `None` takes the catalogue's only or first one.
    pub region: Option<String>,
    /// `public`, `internal` or `admin`, in the order they are tried.
    pub interfaces: Vec<String>,
    /// Settings of single services (`image`, `identity`, `compute`, …), where some are given.
    pub services: BTreeMap<String, Service>,
    /// TLS: whom to trust and what to show.
    pub tls: Tls,
    /// `api_timeout`: how long an answer may take to begin and to go on.
    pub timeout: Option<Duration>,
    /// `connect_retries`, or the image service's own.
    pub connect_retries: Option<u32>,
    /// `status_code_retries`, or the image service's own.
    pub status_code_retries: Option<u32>,
    /// Key in clouds.yaml's words → (value with secrets redacted, where it came from), for `lunette clouds
    /// NAME`.
    ///
    /// Where it came from is `FILE:LINE`, `profile NAME, FILE:LINE`, a variable's name, `option` or
    /// `default`.
    pub origins: BTreeMap<String, (String, String)>,
}

/// Makes the settings of the keys. Errors: `config` (a key is missing, wrong, or contradicts another).
pub(super) fn resolve(mut values: Values, inputs: &Inputs) -> Result<Settings> {
    scope::share_domain(&mut values);
    let kind = login::kind(&values)?;
    login::fill_domains(kind, &mut values);
    let auth_url = match kind {
        login::Kind::None => None,
        _ => Some(service::url(&values, "auth_url")?),
    };
    let login = login::build(kind, &values)?;
    let scope = scope::build(kind, &values)?;
    let interfaces = service::interfaces(&values, "interface")?.unwrap_or_else(|| vec!["public".to_owned()]);
    let services = service::build(&values, kind)?;
    let timeout = match service::timeout_key(&values) {
        Some(key) => values.seconds(&key)?,
        None => None,
    };
    let mut settings = Settings {
        name: values.name().to_owned(),
        auth_url,
        login,
        scope,
        claims: Vec::new(),
        region: values.text("region_name")?.map(str::to_owned),
        interfaces,
        services,
        tls: Tls::build(&values, inputs)?,
        timeout,
        connect_retries: retries(&values, "connect_retries")?,
        status_code_retries: retries(&values, "status_code_retries")?,
        origins: values.origins(),
    };
    settings.claims = claims::build(kind, &values)?;
    Ok(settings)
}

/// The image service's own number of retries, else the general one.
fn retries(values: &Values, key: &str) -> Result<Option<u32>> {
    Ok(values.count(&format!("image_{key}"))?.or(values.count(key)?))
}
