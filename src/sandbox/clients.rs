//! The files and variables that point an OpenStack client at the sandbox. Knows the seed, and no route.

use std::fmt::Write as _;

use super::state::seed;

/// Who logs in under the name of an entry.
enum Login {
    /// By user name and password, into a project.
    Password(&'static str, &'static str),
    /// By an application credential, which brings its project along.
    Credential,
}

const ENTRIES: [(&str, Login); 11] = [
    ("project-a", Login::Password("alice", "project-a")),
    ("project-b", Login::Password("bob", "project-b")),
    ("project-c", Login::Password("carol", "project-c")),
    ("project-a-reader", Login::Password("alice-reader", "project-a")),
    ("project-a-appcred", Login::Credential),
    ("admin", Login::Password("admin", "admin")),
    ("service", Login::Password("glance", "service")),
    ("project-a-two", Login::Password("alice", "project-a")),
    ("project-b-two", Login::Password("bob", "project-b")),
    ("project-c-two", Login::Password("carol", "project-c")),
    ("admin-two", Login::Password("admin", "admin")),
];

/// All entries as one clouds.yaml.
pub(crate) fn clouds_yaml(auth_url: &str) -> String {
    let mut yaml = String::from("clouds:\n");
    for (name, login) in &ENTRIES {
        write_entry(&mut yaml, name, region(name), auth_url, login);
    }
    yaml
}

/// One entry under another name, as lines to stand below `clouds:`; none for a name that is no entry.
pub(crate) fn entry(auth_url: &str, cloud: &str, name: &str) -> Option<String> {
    let (_, login) = ENTRIES.iter().find(|(name, _)| *name == cloud)?;
    let mut yaml = String::new();
    write_entry(&mut yaml, name, region(cloud), auth_url, login);
    Some(yaml)
}

fn write_entry(yaml: &mut String, name: &str, region: &str, auth_url: &str, login: &Login) {
    let _ = writeln!(yaml, "  {name}:");
    if matches!(login, Login::Credential) {
        yaml.push_str("    auth_type: v3applicationcredential\n");
    }
    let _ = writeln!(yaml, "    auth:\n      auth_url: {auth_url}");
    for (key, value) in settings(login) {
        let _ = writeln!(yaml, "      {key}: {value}");
    }
    let _ = writeln!(yaml, "    region_name: {region}\n    interface: public\n    identity_api_version: 3");
}

/// One entry as lines for a shell.
pub(crate) fn exports(auth_url: &str, cloud: &str) -> Option<String> {
    let (_, login) = ENTRIES.iter().find(|(name, _)| *name == cloud)?;
    let kind = match login {
        Login::Password(..) => "password",
        Login::Credential => "v3applicationcredential",
    };
    let mut lines = format!("export OS_AUTH_TYPE={kind}\nexport OS_AUTH_URL={auth_url}\n");
    for (key, value) in settings(login) {
        let _ = writeln!(lines, "export OS_{}={value}", key.to_uppercase());
    }
    let _ = writeln!(
        lines,
        "export OS_REGION_NAME={}\nexport OS_INTERFACE=public\nexport OS_IDENTITY_API_VERSION=3",
        region(cloud)
    );
    Some(lines)
}

/// The region of an entry.
fn region(entry: &str) -> &'static str {
    if entry.ends_with("-two") { seed::REGION_TWO } else { seed::REGION }
}

fn settings(login: &Login) -> Vec<(&'static str, &'static str)> {
    match login {
        Login::Password(user, project) => vec![
            ("username", user),
            ("password", seed::PASSWORD),
            ("project_name", project),
            ("project_id", seed::project_id(project)),
            ("user_domain_name", seed::DOMAIN_NAME),
            ("project_domain_name", seed::DOMAIN_NAME),
        ],
        Login::Credential => vec![
            ("application_credential_id", seed::CREDENTIAL_ID),
            ("application_credential_secret", seed::CREDENTIAL_SECRET),
        ],
    }
}
