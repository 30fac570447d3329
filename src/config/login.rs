//! How to log in: which plugin of keystoneauth's is meant, and what it is given.
//!
//! Source: `keystoneauth1/loading/_plugins/identity/generic.py` and `v3.py`; python-openstackclient's choice
//! of a plugin where none is named, `osc_lib/cli/client_config.py`, `_auth_select_default_plugin`,
//! `_auth_default_domain`.

use super::entry::layer::Setting;
use super::entry::values::Values;
use super::scope::{Named, domain_of, names_domain};
use crate::error::{Result, nearest};
use secrecy::SecretString;

/// How to log in.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields are Keystone's own words, and each variant names its plugin")]
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

impl Login {
    /// Every secret that it holds.
    pub fn secrets(&self) -> Box<dyn Iterator<Item = &SecretString> + '_> {
        let one = match self {
            Login::Password { password: secret, .. }
            | Login::Token { token: secret }
            | Login::ApplicationCredential { secret, .. }
            | Login::Totp { passcode: secret, .. }
            | Login::OidcAccessToken { access_token: secret, .. }
            | Login::OidcClientCredentials { client_secret: secret, .. } => Some(secret),
            Login::Multifactor(all) => return Box::new(all.iter().flat_map(Login::secrets)),
            Login::None => None,
        };
        Box::new(one.into_iter())
    }
}

/// The ways to log in, without what they need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Password,
    Token,
    ApplicationCredential,
    Totp,
    Multifactor,
    OidcAccessToken,
    OidcClientCredentials,
    None,
}

impl Kind {
    /// Names the way to log in, for a sentence.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Kind::Password => "a log-in by password",
            Kind::Token => "a log-in by token",
            Kind::ApplicationCredential => "a log-in by application credential",
            Kind::Totp => "a log-in by one-time passcode",
            Kind::Multifactor => "this log-in by several factors",
            Kind::OidcAccessToken | Kind::OidcClientCredentials => "a log-in by OpenID Connect",
            Kind::None => "a cloud without log-in (auth_type none)",
        }
    }
}

/// What `auth_type` may say.
const KINDS: [(&str, Kind); 11] = [
    ("password", Kind::Password),
    ("v3password", Kind::Password),
    ("token", Kind::Token),
    ("v3token", Kind::Token),
    ("v3applicationcredential", Kind::ApplicationCredential),
    ("v3totp", Kind::Totp),
    ("v3multifactor", Kind::Multifactor),
    ("v3oidcaccesstoken", Kind::OidcAccessToken),
    ("v3oidcclientcredentials", Kind::OidcClientCredentials),
    ("none", Kind::None),
    ("None", Kind::None),
];

/// The way to log in: `auth_type`, else the one that what is given is meant for.
///
/// openstacksdk takes `password` wherever `auth_type` is missing, and fails with a token or an application
/// credential; the `openstack` command knows a token, gophercloud the credential. Errors: `config` (unknown
/// `auth_type`).
pub(super) fn kind(values: &Values) -> Result<Kind> {
    if values.has("auth_type") {
        return parse_kind(values, "auth_type", values.require("auth_type")?);
    }
    let has = |keys: &[&str]| keys.iter().any(|key| values.has(key));
    Ok(if has(&["password"]) {
        Kind::Password
    } else if has(&["application_credential_id", "application_credential_name"]) {
        Kind::ApplicationCredential
    } else if has(&["token"]) {
        Kind::Token
    } else {
        Kind::Password
    })
}

fn parse_kind(values: &Values, key: &str, name: &str) -> Result<Kind> {
    if let Some((_, kind)) = KINDS.iter().find(|(known, _)| *known == name) {
        return Ok(*kind);
    }
    if let Some(rest) = name.strip_prefix("v2") {
        return Err(
            values.refuse(key, format_args!("is {name}, but Keystone's API v2 is gone: use v3{rest}"))
        );
    }
    let mut names: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
    names.pop();
    let meant = nearest(name, names.iter().copied()).map(|near| format!("; did you mean {near}?"));
    let meant = meant.unwrap_or_default();
    Err(values.refuse(key, format_args!("is {name}, which is not among {}{meant}", names.join(", "))))
}

/// Users and projects that are named without a domain are in `default`, as for the `openstack` command.
///
/// Keystone knows the project of an application credential: a name beside it says nothing of a domain.
pub(super) fn fill_domains(kind: Kind, values: &mut Values) {
    let named = |values: &Values, id: &str, name: &str| values.has(name) && !values.has(id);
    if kind != Kind::None {
        for (whose, id, name) in [("user", "user_id", "username"), ("project", "project_id", "project_name")]
        {
            let is_known = kind == Kind::ApplicationCredential && whose == "project";
            if !is_known && named(values, id, name) && !names_domain(whose, values) {
                values.set_default(&format!("{whose}_domain_id"), "default");
            }
        }
    }
}

/// Takes the secrets that the log-in needs and the entry lacks from elsewhere. Errors: as for `kind`.
pub(super) fn fill_secrets(values: &mut Values, from: impl Fn(&str) -> Option<Setting>) -> Result<()> {
    let secrets: &[&str] = match kind(values)? {
        Kind::Password => &["password"],
        Kind::Token => &["token"],
        Kind::ApplicationCredential => &["application_credential_secret"],
        Kind::Totp => &["passcode"],
        Kind::Multifactor => &["password", "passcode"],
        Kind::OidcAccessToken => &["access_token"],
        Kind::OidcClientCredentials => &["client_secret"],
        Kind::None => &[],
    };
    for key in secrets.iter().filter(|key| !values.has(key)).collect::<Vec<_>>() {
        if let Some(setting) = from(key) {
            values.set(key, setting);
        }
    }
    Ok(())
}

/// The log-in, whole. Errors: `config` (what it needs is missing; says where to add it).
pub(super) fn build(kind: Kind, values: &Values) -> Result<Login> {
    let text = |key: &str| values.require(key).map(str::to_owned);
    let optional = |key: &str| Ok(values.text(key)?.map(str::to_owned));
    Ok(match kind {
        Kind::None => Login::None,
        Kind::Password => {
            Login::Password { user: user(values)?, password: values.require_secret("password")? }
        }
        Kind::Token => Login::Token { token: values.require_secret("token")? },
        Kind::Totp => Login::Totp { user: user(values)?, passcode: values.require_secret("passcode")? },
        Kind::ApplicationCredential => application_credential(values)?,
        Kind::Multifactor => multifactor(values)?,
        Kind::OidcAccessToken => Login::OidcAccessToken {
            identity_provider: text("identity_provider")?,
            protocol: text("protocol")?,
            access_token: values.require_secret("access_token")?,
        },
        Kind::OidcClientCredentials => {
            if !values.has("access_token_endpoint") {
                values.require("discovery_endpoint")?;
            }
            Login::OidcClientCredentials {
                identity_provider: text("identity_provider")?,
                protocol: text("protocol")?,
                client_id: text("client_id")?,
                client_secret: values.require_secret("client_secret")?,
                discovery_endpoint: optional("discovery_endpoint")?,
                access_token_endpoint: optional("access_token_endpoint")?,
                openid_scope: optional("scope")?.unwrap_or_else(|| "openid profile".to_owned()),
            }
        }
    })
}

/// The user, by ID where there is one.
fn user(values: &Values) -> Result<Named> {
    match values.text("user_id")? {
        Some(id) => Ok(Named::Id(id.to_owned())),
        None => {
            Ok(Named::Name(values.require("username")?.to_owned(), domain_of("user", values)?.map(Box::new)))
        }
    }
}

fn application_credential(values: &Values) -> Result<Login> {
    let secret = values.require_secret("application_credential_secret")?;
    if let Some(id) = values.text("application_credential_id")? {
        return Ok(Login::ApplicationCredential { id: Some(id.to_owned()), name: None, user: None, secret });
    }
    let Some(name) = values.text("application_credential_name")? else {
        return Err(values.missing("application_credential_id"));
    };
    Ok(Login::ApplicationCredential {
        id: None,
        name: Some(name.to_owned()),
        user: Some(user(values)?),
        secret,
    })
}

fn multifactor(values: &Values) -> Result<Login> {
    let names = values.list("auth_methods")?.ok_or_else(|| values.missing("auth_methods"))?;
    let method = |name: &String| {
        let name = if name.starts_with("v3") { name.clone() } else { format!("v3{name}") };
        match parse_kind(values, "auth_methods", &name)? {
            Kind::Multifactor => Err(values.refuse("auth_methods", "cannot have v3multifactor among them")),
            kind => build(kind, values),
        }
    };
    let methods = names.iter().map(method).collect::<Result<Vec<_>>>()?;
    if methods.is_empty() { Err(values.missing("auth_methods")) } else { Ok(Login::Multifactor(methods)) }
}
