//! What files, environment and options amount to, from outside: each case is written as a user would write
//! it.
//!
//! Cases with an answer of openstacksdk's have that answer, which was compared on many thousand generated
//! ones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod choosing;
mod complaints;
mod logins;
mod merging;

use std::fs;

use tempfile::TempDir;

use super::*;
use crate::error::Error;

/// What a user has: files and variables. Files go to the working folder unless their name begins with
/// `user/`.
#[derive(Default)]
pub(super) struct Given<'a> {
    pub(super) files: &'a [(&'a str, &'a str)],
    pub(super) env: &'a [(&'a str, &'a str)],
}

impl Given<'_> {
    /// The folders with the files in them, and the inputs that name them.
    fn inputs(&self) -> (TempDir, Inputs) {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("user")).unwrap();
        for (name, text) in self.files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let inputs = Inputs {
            environment: self
                .env
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            folder: folder.path().to_owned(),
            folders: vec![folder.path().join("user")],
            clouds_yaml: None,
        };
        (folder, inputs)
    }

    pub(super) fn cloud(&self, name: Option<&str>, options: &[(&str, &str)]) -> Result<Settings, Error> {
        let (folder, inputs) = self.inputs();
        let overrides = options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let result = Config::read(inputs).and_then(|config| config.cloud(name, &overrides));
        drop(folder);
        result
    }

    /// The settings in one line.
    fn told(&self, name: Option<&str>, options: &[(&str, &str)]) -> String {
        match self.cloud(name, options) {
            Ok(settings) => tell(&settings),
            Err(error) => format!("{error}"),
        }
    }
}

/// `name: LOGIN for SCOPE at URL in REGION by INTERFACES`, and what else is not as usual.
fn tell(settings: &Settings) -> String {
    let scope = match &settings.scope {
        Scope::Default => String::new(),
        Scope::Project(project) => format!(" for project {}", tell_named(project)),
        Scope::Domain(domain) => format!(" for domain {}", tell_named(domain)),
        Scope::System(which) => format!(" for system {which}"),
        Scope::Trust(id) => format!(" for trust {id}"),
    };
    let login = tell_login(&settings.login);
    let url = settings.auth_url.as_ref().map(|url| format!(" at {url}")).unwrap_or_default();
    let region = settings.region.as_ref().map(|region| format!(" in {region}")).unwrap_or_default();
    let interfaces = match settings.interfaces.join(",").as_str() {
        "public" => String::new(),
        other => format!(" by {other}"),
    };
    format!("{}: {login}{scope}{url}{region}{interfaces}", settings.name)
}

fn tell_login(login: &Login) -> String {
    let shown = |secret: &SecretString| secret.expose_secret().to_owned();
    match login {
        Login::Password { user, password } => format!("{} with {}", tell_named(user), shown(password)),
        Login::Token { token } => format!("token {}", shown(token)),
        Login::ApplicationCredential { id: Some(id), secret, .. } => {
            format!("credential {id} with {}", shown(secret))
        }
        Login::ApplicationCredential { name, user, secret, .. } => format!(
            "credential {} of {} with {}",
            name.as_deref().unwrap_or_default(),
            user.as_ref().map(tell_named).unwrap_or_default(),
            shown(secret)
        ),
        Login::Totp { user, passcode } => format!("{} by passcode {}", tell_named(user), shown(passcode)),
        Login::Multifactor(all) => all.iter().map(tell_login).collect::<Vec<_>>().join(" and "),
        Login::OidcAccessToken { identity_provider, protocol, access_token } => {
            format!("{protocol} of {identity_provider} with {}", shown(access_token))
        }
        Login::OidcClientCredentials {
            identity_provider,
            protocol,
            client_id,
            client_secret,
            discovery_endpoint,
            access_token_endpoint,
            openid_scope,
        } => format!(
            "{protocol} of {identity_provider} as {client_id} with {} by {} for {openid_scope}",
            shown(client_secret),
            access_token_endpoint.as_ref().or(discovery_endpoint.as_ref()).unwrap(),
        ),
        Login::None => "nobody".to_owned(),
    }
}

/// `#id`, `name`, `name@domain` or `name@#domain`.
fn tell_named(named: &Named) -> String {
    match named {
        Named::Id(id) => format!("#{id}"),
        Named::Name(name, None) => name.clone(),
        Named::Name(name, Some(domain)) => format!("{name}@{}", tell_named(domain)),
    }
}
