//! The `--os-…` options: which cloud, and what to change about its settings.
//!
//! A table, because they are all alike: `--os-region-name X` is `region_name: X` in clouds.yaml. What the
//! settings mean is known to `config` alone. Source: openstacksdk's and keystoneauth1's own options of these
//! names.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use crate::config::Overrides;

/// `--os-cloud`, and the rest in clouds.yaml's words.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CloudOptions {
    /// The entry of clouds.yaml; `None` leaves the choice to the environment.
    pub(crate) name: Option<String>,
    /// Settings in place of the entry's.
    pub(crate) overrides: Overrides,
}

/// One option: clouds.yaml's key, its value's name, what it is; `rare` ones are only in the long help.
struct Setting {
    key: &'static str,
    value_name: &'static str,
    help: &'static str,
    rare: bool,
}

const fn common(key: &'static str, value_name: &'static str, help: &'static str) -> Setting {
    Setting { key, value_name, help, rare: false }
}

const fn rare(key: &'static str, value_name: &'static str, help: &'static str) -> Setting {
    Setting { key, value_name, help, rare: true }
}

const SETTINGS: &[Setting] = &[
    common("region_name", "NAME", "Region to find services in"),
    common("interface", "NAME", "Endpoints to use: public, internal or admin"),
    common("cacert", "FILE", "Certificates to trust, in PEM"),
    common("project_name", "NAME", "Project to work in"),
    rare("project_id", "ID", "Project to work in, by ID"),
    rare("project_domain_name", "NAME", "Domain of the project"),
    rare("project_domain_id", "ID", "Domain of the project, by ID"),
    rare("system_scope", "all", "Work on the whole system, not in a project"),
    rare("domain_name", "NAME", "Work on a domain, not in a project"),
    rare("domain_id", "ID", "Work on a domain, by ID"),
    rare("trust_id", "ID", "Trust to use"),
    rare("auth_url", "URL", "Where Keystone is"),
    rare(
        "auth_type",
        "TYPE",
        "How to log in: password, token, v3applicationcredential, v3totp, v3multifactor, v3oidcaccesstoken, v3oidcclientcredentials or none",
    ),
    rare("username", "NAME", "User to log in as"),
    rare("user_id", "ID", "User to log in as, by ID"),
    rare("user_domain_name", "NAME", "Domain of the user"),
    rare("user_domain_id", "ID", "Domain of the user, by ID"),
    rare("default_domain", "NAME", "Domain of user and project where none is given"),
    rare("default_domain_id", "ID", "Domain of user and project where none is given, by ID"),
    rare("password", "TEXT", "Password; other users of this machine can see it here"),
    rare("passcode", "DIGITS", "One-time passcode (TOTP)"),
    rare("token", "TOKEN", "Token to use; other users of this machine can see it here"),
    rare("application_credential_id", "ID", "Application credential to log in with"),
    rare("application_credential_name", "NAME", "Application credential, by name; needs the user"),
    rare("application_credential_secret", "TEXT", "Its secret; other users of this machine can see it here"),
    rare("identity_provider", "NAME", "Identity provider (federation)"),
    rare("protocol", "NAME", "Protocol of the identity provider"),
    rare("access_token", "TOKEN", "Access token of the identity provider"),
    rare("client_id", "ID", "Client of the identity provider"),
    rare("client_secret", "TEXT", "Its secret; other users of this machine can see it here"),
    rare("discovery_endpoint", "URL", "Discovery document of the identity provider"),
    rare("access_token_endpoint", "URL", "Where the identity provider gives access tokens"),
    rare("auth_methods", "LIST", "Ways to log in for v3multifactor, such as password,totp"),
    rare("cert", "FILE", "Client certificate, in PEM"),
    rare("key", "FILE", "Key of the client certificate"),
    rare("endpoint", "URL", "Image endpoint for --os-auth-type none"),
    rare("image_endpoint_override", "URL", "Image endpoint in place of the catalogue's"),
];

const CLOUD: &str = "os_cloud";
const INSECURE: &str = "insecure";

impl Setting {
    fn arg(&self) -> Arg {
        option(self.key, &format!("os-{}", self.key.replace('_', "-")))
            .value_name(self.value_name)
            .help(self.help)
            .hide_short_help(self.rare)
    }
}

fn option(id: &'static str, long: &str) -> Arg {
    Arg::new(id).long(long.to_owned()).global(true).help_heading("Cloud")
}

impl Args for CloudOptions {
    fn augment_args(command: Command) -> Command {
        command
            .arg(
                option(CLOUD, "os-cloud")
                    .visible_alias("cloud")
                    .value_name("NAME")
                    .help("Entry of clouds.yaml to work with; `lunette clouds` lists them"),
            )
            .args(SETTINGS.iter().map(Setting::arg))
            .arg(
                option(INSECURE, "insecure")
                    .action(ArgAction::SetTrue)
                    .help("Trust whatever certificate is shown")
                    .hide_short_help(true),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for CloudOptions {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let text = |key: &str| matches.get_one::<String>(key).cloned();
        let mut overrides: Overrides = SETTINGS
            .iter()
            .filter_map(|setting| Some((setting.key.to_owned(), text(setting.key)?)))
            .collect();
        if matches.get_flag(INSECURE) {
            overrides.insert("verify".to_owned(), "false".to_owned());
        }
        Ok(CloudOptions { name: text(CLOUD), overrides })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Cli;
    use super::*;

    fn parse(line: &str) -> CloudOptions {
        Cli::of(line.split(' ')).unwrap().globals.cloud
    }

    #[test]
    fn become_settings_in_the_words_of_clouds_yaml() {
        let options =
            parse("lunette --os-cloud a --os-region-name GRA11 --os-project-id 1f --insecure clouds");
        assert_eq!(options.name.as_deref(), Some("a"));
        let expected = [("project_id", "1f"), ("region_name", "GRA11"), ("verify", "false")];
        assert_eq!(options.overrides, expected.map(|(k, v)| (k.to_owned(), v.to_owned())).into());
    }

    #[test]
    fn a_cloud_has_a_short_name_too() {
        assert_eq!(parse("lunette clouds --cloud b").name.as_deref(), Some("b"));
    }

    #[test]
    fn no_option_changes_no_setting() {
        assert_eq!(parse("lunette clouds"), CloudOptions::default());
    }
}
