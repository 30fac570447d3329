//! TLS: whom to trust and what to show.
//!
//! Names files, and does not open them.
//! Source: openstacksdk, `openstack/config/cloud_region.py`, `get_requests_verify_args`.

use std::path::PathBuf;

use super::entry::values::Values;
use super::files::search;
use super::inputs::Inputs;
use crate::error::Result;

/// TLS: whom to trust and what to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// A PEM file of certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// A PEM file with the client's certificate (and its key, where `key_file` is `None`).
    pub cert_file: Option<PathBuf>,
    /// A PEM file with the client certificate's key.
    pub key_file: Option<PathBuf>,
    /// Trust whatever is shown.
    pub insecure: bool,
}

impl Tls {
    /// From `cacert`, `cert`, `key`, `verify` and `insecure`, which is the strongest of them.
    ///
    /// A `key` without a `cert` does not count. Errors: `config` (not a path; neither true nor false).
    pub(super) fn build(values: &Values, inputs: &Inputs) -> Result<Tls> {
        let file = |key: &str| Ok(values.text(key)?.map(|path| search::expand(inputs, path)));
        let cert_file = file("cert")?;
        Ok(Tls {
            ca_file: file("cacert")?,
            key_file: if cert_file.is_some() { file("key")? } else { None },
            cert_file,
            insecure: values.flag("insecure")? == Some(true) || values.flag("verify")? == Some(false),
        })
    }
}
