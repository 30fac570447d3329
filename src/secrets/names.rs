//! The names of secrets: keys of JSON and YAML, headers, parameters of a URL, fields of a Lua table.
//!
//! Sources: `_process_header` in `keystoneauth1/session.py`, `_SANITIZE_KEYS` in `oslo_utils/strutils.py`,
//! the options of keystoneauth1's plugins.

/// Parts of a name that make it secret wherever they occur in it.
const PARTS: [&str; 16] = [
    "password",
    "passwd",
    "passcode",
    "passphrase",
    "secret",
    "cookie",
    "authorization",
    "adminpass",
    "admin_pass",
    "api_key",
    "apikey",
    "access_key",
    "accesskey",
    "private_key",
    "privatekey",
    "auth_receipt",
];

/// Names that are secret as a whole.
const NAMES: [&str; 24] = [
    "assertion",
    "auth_key",
    "bearer",
    "blob",
    "credential",
    "credentials",
    "jwt",
    "key",
    "otp",
    "pass",
    "psk",
    "pw",
    "pwd",
    "session_id",
    "sessionid",
    "sig",
    "signature",
    "temp_url_sig",
    "token_id",
    "tokens",
    "user_pass",
    "userpw",
    "x_amz_credential",
    "x_amz_signature",
];

/// Names that end in `_key` and are shown.
const PUBLIC_KEYS: [&str; 5] = ["foreign_key", "primary_key", "public_key", "sort_key", "ssh_public_key"];

/// Ends of names that say something about a secret but do not hold it.
const ABOUT: [&str; 6] = ["_at", "_endpoint", "_expires", "_policy", "_type", "_url"];

/// Names of secrets that every user of the list is tested with.
#[cfg(test)]
pub const EXAMPLES: [&str; 20] = [
    "password",
    "adminPass",
    "passwd",
    "pw",
    "passcode",
    "secret",
    "client_secret",
    "application_credential_secret",
    "token",
    "X-Auth-Token",
    "access_token",
    "api_key",
    "apikey",
    "X-Api-Key",
    "private_key",
    "secret_key",
    "credentials",
    "Cookie",
    "Authorization",
    "temp_url_sig",
];

/// Whether the value of that name is a secret. Case, `-` and `_` make no difference, nor does camel case.
pub fn is_secret(name: &str) -> bool {
    let name = normal(name);
    if ABOUT.iter().any(|end| name.ends_with(end)) {
        return false;
    }
    holds_part(&name)
        || NAMES.contains(&name.as_str())
        // `token`, `access_token`, `X-Auth-Token`, but not `token_data`
        || name.ends_with("token")
        || (name.ends_with("_key") && !PUBLIC_KEYS.contains(&name.as_str()))
        || (name.ends_with("_credentials") && name != "application_credentials")
}

/// Whether a typed line seems to hold a secret: it names one, or has a URL with a password or an
/// `Authorization`.
///
/// Short names (`key`, `pw`) count only where a value follows them, so that `for key, value in pairs(t)` is
/// kept.
pub fn mentions_secret(line: &str) -> bool {
    let lower = line.to_lowercase();
    if ["bearer ", "basic ", "token"].iter().any(|word| lower.contains(word)) || has_url_password(&lower) {
        return true;
    }
    has_token(line)
        || words(line).any(|(word, rest)| {
            let name = word.trim_start_matches('-');
            // `--pw x`
            let is_option = word.len() > name.len() + 1 && !rest.trim().is_empty();
            holds_part(&normal(name)) || (is_secret(name) && (is_option || is_given(rest)))
        })
}

/// Beginnings of tokens, and how long one is at least: Fernet (Keystone), JWT, GitHub, GitLab, Slack, Vault,
/// AWS.
const TOKENS: [(&str, usize); 10] = [
    ("gAAAA", 20),
    ("eyJ", 20),
    ("ghp_", 20),
    ("gho_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("xoxb-", 16),
    ("xoxp-", 16),
    ("hvs.", 16),
    ("AKIA", 20),
];

/// The least length of a text that only a machine makes, such as the secret of an application credential.
const MACHINE_MADE: usize = 32;

/// Whether a token stands in a line, whatever its name. Hashes and IDs are none: they have small letters
/// only.
fn has_token(line: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    line.contains("PRIVATE KEY-----")
        || line.split(|c: char| !is_part(c)).any(|text| {
            let has = |is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
            let kinds: [fn(&u8) -> bool; 3] =
                [u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit];
            TOKENS.iter().any(|(begin, least)| text.starts_with(begin) && text.len() >= *least)
                || (text.len() >= MACHINE_MADE && !text.contains('.') && kinds.into_iter().all(has))
        })
}

fn holds_part(normal: &str) -> bool {
    PARTS.iter().any(|part| normal.contains(part))
}

/// Lower case with `_` between words: `X-Api-Key`, `xApiKey` and `x_api_key` are one name.
fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len() + 4);
    let mut was_lower = false;
    for c in name.trim().chars() {
        if c.is_uppercase() && was_lower {
            normal.push('_');
        }
        was_lower = c.is_lowercase();
        let c = if matches!(c, '-' | ' ' | '.') { '_' } else { c };
        normal.extend(c.to_lowercase());
    }
    normal
}

/// The words of a line, each with the text behind it.
fn words(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let mut rest = line;
    std::iter::from_fn(move || {
        rest = &rest[rest.find(is_word)?..];
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        rest = behind;
        Some((word, behind))
    })
}

/// Whether a value follows a name: `key = "x"`, `["key"] = x`, `"key": x`, `?key=x`, `--os-key x`.
fn is_given(behind: &str) -> bool {
    let behind = behind.trim_start_matches(['"', '\'', ']', ' ', '\t', '\n']);
    behind.starts_with(['=', ':']) && !behind.starts_with("==")
}

/// `://user:password@host`
fn has_url_password(line: &str) -> bool {
    line.match_indices("://").any(|(at, mark)| {
        let rest = &line[at + mark.len()..];
        let end = rest.find(['/', ' ', '"', '\'', '?', '#']).unwrap_or(rest.len());
        rest[..end].contains('@')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_gives_a_secret_a_value_mentions_it() {
        for name in EXAMPLES {
            assert!(is_secret(name), "{name}");
            for line in [format!("t = {{ [\"{name}\"] = 'abc' }}"), format!("https://host/x?{name}=abc")] {
                assert!(mentions_secret(&line), "{line}");
            }
        }
    }

    #[test]
    fn secrets_are_known_by_their_names() {
        for name in [
            "password",
            "os_password",
            "OS-PASSWORD",
            "adminPass",
            "passwd",
            "pw",
            "pwd",
            "passcode",
            "passphrase",
            "secret",
            "client_secret",
            "application_credential_secret",
            "token",
            "auth_token",
            "X-Auth-Token",
            "access_token",
            "api_key",
            "apikey",
            "apiKey",
            "X-Api-Key",
            "key",
            "temp_url_key",
            "private_key",
            "access_key",
            "AWSAccessKeyId",
            "credentials",
            "swift_credentials",
            "Cookie",
            "Set-Cookie",
            "Authorization",
            "Proxy-Authorization",
            "OpenStack-Auth-Receipt",
            "temp_url_sig",
            "X-Amz-Signature",
            "sig",
            "assertion",
            "blob",
            "secrets",
            "tokens",
            "token_id",
            "session_id",
        ] {
            assert!(is_secret(name), "{name}");
        }
    }

    #[test]
    fn names_that_only_sound_like_secrets_are_shown() {
        for name in [
            "name",
            "username",
            "auth_url",
            "access_token_endpoint",
            "token_type",
            "password_expires_at",
            "sort_key",
            "public_key",
            "application_credential_id",
            "application_credential_name",
            "application_credential",
            "cinder_encryption_key_id",
            "cinder_encryption_key_deletion_policy",
            "keys",
            "monkey",
            "code",
            "www-authenticate",
            "img_signature_hash_method",
            "x-openstack-request-id",
            "passport",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn a_line_that_holds_a_secret_is_noticed() {
        for line in [
            "glance.connect{ Password = 'x' }",
            "os_token = 1",
            "headers = { Authorization = \"Bearer abc\" }",
            "curl('https://user:pw@host/x')",
            "x = 'https://user@host/x'",
            "lunette --os-password hunter2",
            "cloud:request('GET', '/v2/images?key=abc')",
            "t = { [\"key\"] = 'abc' }",
            "t = { pw = 'abc' }",
            "h = { ['X-Api-Key'] = 'abc' }",
            "h = { [\"Proxy-Authorization\"] = x }",
            "credentials = { 'a', 'b' }",
            "login --pw hunter2",
            "login --pw=hunter2",
            "login --api-key 'hunter2'",
            "t = { pw =\n 'abc' }",
            "x = 'gAAAAABnTkqmVhS9vQpXx2o3Zk1Yb7'",
            "print(\"eyJhbGciOiJSUzI1NiIsInR5cCI6.eyJzdWIi\")",
            "s = 'Zk1Yb7VhS9vQpXx2o3gTkqmQ4w8eR6tYuI0oP-_aSdF'",
            "ssh [[-----BEGIN OPENSSH PRIVATE KEY-----]]",
        ] {
            assert!(mentions_secret(line), "{line}");
        }
    }

    #[test]
    fn an_ordinary_line_is_kept() {
        for line in [
            "cloud:image 'pfsense'",
            "for key, value in pairs(t) do print(key == 'x', value) end",
            "cloud:images { sort_key = 'name' }",
            "image:upload { data = fs.read 'a@b' }",
            "x = 'https://host/path@1'",
            "share monkey project-b",
            "a_very_long_name_of_a_variable_in_a_script = 1",
            "cloud:image '1bea47ed-f6a9-463b-b423-14b9cca9ad27'",
            "h = 'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a'",
            "x = 1 -- the key",
            "list --sort-key name",
        ] {
            assert!(!mentions_secret(line), "{line}");
        }
    }
}
