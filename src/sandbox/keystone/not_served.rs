//! What the real Keystone has and the sandbox lacks: it says so, rather than look as if it were not there.

use axum::http::Uri;

use super::fault::Fault;

/// What is lacking, by the path under `/v3/`. A `*` is any one segment; what follows is lacking with it.
const LACKING: [(&str, &str); 19] = [
    ("auth/OS-FEDERATION", "federated log-in"),
    ("credentials", "credentials for EC2 and TOTP"),
    ("domains/config", "configuration by domain"),
    ("domains/*/config", "configuration by domain"),
    ("domains/*/users", "roles in a domain"),
    ("domains/*/groups", "roles in a domain"),
    ("endpoints", "changes to the catalogue"),
    ("policies", "policies"),
    ("projects/*/tags", "tags of projects"),
    ("regions", "changes to the catalogue"),
    ("role_inferences", "changes to which role implies which"),
    ("roles/*/implies", "changes to which role implies which"),
    ("services", "changes to the catalogue"),
    ("system", "roles in the whole cloud"),
    ("users/*/access_rules", "access rules of application credentials"),
    ("users/*/credentials", "credentials for EC2 and TOTP"),
    ("users/*/password", "a user's change of their own password"),
    ("ec2tokens", "credentials for EC2 and TOTP"),
    ("s3tokens", "credentials for EC2 and TOTP"),
];

/// 501 for what is lacking, and otherwise 404.
pub(crate) async fn answer(uri: Uri) -> Fault {
    let Some(path) = uri.path().strip_prefix("/v3/") else { return Fault::no_such_url() };
    if let Some(extension) = path.split('/').find(|segment| segment.starts_with("OS-")) {
        return Fault::not_emulated(&format!("the extension {extension}"));
    }
    match LACKING.iter().find(|(lacking, _)| is_under(path, lacking)) {
        Some((_, what)) => Fault::not_emulated(what),
        None => Fault::no_such_url(),
    }
}

fn is_under(path: &str, lacking: &str) -> bool {
    let mut segments = path.split('/');
    lacking.split('/').all(|wanted| segments.next().is_some_and(|segment| wanted == "*" || wanted == segment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_path_covers_all_paths_below_it() {
        for (path, lacking, expected) in [
            ("domains/1/config/ldap", "domains/*/config", true),
            ("domains/1", "domains/*/config", false),
            ("systemx", "system", false),
            ("system/users/1/roles", "system", true),
        ] {
            assert_eq!(is_under(path, lacking), expected, "{path}");
        }
    }
}
