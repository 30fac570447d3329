//! clouds.yaml, secure.yaml, clouds-public.yaml, profiles and the OS_* environment → one cloud's settings.
//!
//! Is handed its inputs: reads the files they name, never the environment. Knows no HTTP and no Lua.
//! Source: openstacksdk, openstack/config/loader.py; keystoneauth1, keystoneauth1/loading.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

pub use secrecy::{ExposeSecret, SecretString};

use crate::error::Result;

/// Where settings come from. The command line fills it in; tests make their own.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// The environment (all of it: unknown names are not looked at).
    pub environment: BTreeMap<String, String>,
    /// The working folder, searched first.
    pub folder: PathBuf,
    /// The user's and the system's `openstack` configuration folders, in the order they are searched.
    pub folders: Vec<PathBuf>,
    /// Text of a clouds.yaml that stands before all files: the sandbox's. `None` reads the files.
    pub clouds_yaml: Option<String>,
}

/// Settings given by hand (global options, or `glance.connect{…}`), in clouds.yaml's words.
///
/// Keys of `auth` stand beside the others: `auth_url`, `project_id`, `region_name`, `interface`, `cacert`, …
pub type Overrides = BTreeMap<String, String>;

/// Every cloud that is configured, merged and ready to be asked for one.
#[derive(Debug)]
pub struct Config {}

impl Config {
    /// Reads and merges the files. A missing file is no error; a broken one is (`config`: file, line, key).
    pub fn read(inputs: Inputs) -> Result<Config> {
        let _ = inputs;
        todo!()
    }
    /// The configured names, in order of the file.
    pub fn names(&self) -> Vec<String> {
        todo!()
    }
    /// The files that were read, the first being where clouds come from.
    pub fn files(&self) -> &[PathBuf] {
        todo!()
    }
    /// One cloud's settings: the named entry, else `OS_CLOUD`, else the OS_* environment, else the only entry.
    ///
    /// Errors: `config` for an unknown name (the nearest, and where was looked), a missing or contradictory key.
    pub fn cloud(&self, name: Option<&str>, overrides: &Overrides) -> Result<Settings> {
        let _ = (name, overrides);
        todo!()
    }
}

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
    /// `connect_retries`.
    pub connect_retries: Option<u32>,
    /// `status_code_retries`.
    pub status_code_retries: Option<u32>,
    /// Key in clouds.yaml's words → (value with secrets redacted, where it came from), for `lunette clouds NAME`.
    pub origins: BTreeMap<String, (String, String)>,
}

/// `<service>_endpoint_override` and its siblings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// A URL that replaces the catalogue's.
    pub endpoint_override: Option<String>,
    /// The catalogue type, where it is not the usual one.
    pub service_type: Option<String>,
    /// The catalogue name, where several services have the type.
    pub service_name: Option<String>,
    /// Interfaces in place of the general ones.
    pub interfaces: Option<Vec<String>>,
    /// Region in place of the general one.
    pub region: Option<String>,
}

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

/// A thing of Keystone's that is known by its ID, or by a name within a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// By ID.
    Id(String),
    /// By name, in the domain (ID or name); a domain itself has none.
    Name(String, Option<Box<Named>>),
}

/// How to log in.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Login {
    /// `password`, `v3password`.
    Password { user: Named, password: SecretString },
    /// `token`, `v3token`.
    Token { token: SecretString },
    /// `v3applicationcredential`; asks for no scope. A name needs the user it belongs to.
    ApplicationCredential {
        id: Option<String>,
        name: Option<String>,
        user: Option<Named>,
        secret: SecretString,
    },
    /// `v3totp`.
    Totp { user: Named, passcode: SecretString },
    /// `v3multifactor`: all of them at once.
    Multifactor(Vec<Login>),
    /// `v3oidcaccesstoken`.
    OidcAccessToken { identity_provider: String, protocol: String, access_token: SecretString },
    /// `v3oidcclientcredentials`.
    OidcClientCredentials {
        identity_provider: String,
        protocol: String,
        client_id: String,
        client_secret: SecretString,
        /// The discovery document, or the token endpoint itself.
        discovery_endpoint: Option<String>,
        access_token_endpoint: Option<String>,
        openid_scope: String,
    },
    /// `none`: no token at all, endpoints by override.
    None,
}

/// What the token is to be good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Whatever Keystone gives: the user's default project, or the application credential's.
    Default,
    /// One project.
    Project(Named),
    /// One domain.
    Domain(Named),
    /// The system (`all`).
    System(String),
    /// A trust, by ID.
    Trust(String),
}
