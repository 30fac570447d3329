//! The sources of an argument's value other than the command line: `env` and `secret` of a declaration.
//!
//! | key | meaning |
//! |---|---|
//! | `env = "NAME"` | where the argument is not given, its value is that of the environment variable |
//! | `secret = true` | the value is never printed; a person is asked for it where it is not given |

use mlua::Table;

use super::argument::{Argument, ArgumentKind};
use super::strict::{Why, field};
use crate::secrets;

/// Prefixes of variables that no recipe may read: credentials, and the settings of Lunette.
const CLOSED: [&str; 2] = ["OS_", "LUNETTE_"];

/// Reads `env` and `secret` into the argument, and refuses what contradicts the rest of it.
pub(super) fn read(table: &Table, argument: Argument) -> Result<Argument, Why> {
    let env: Option<String> = field(table, "env", "a string")?;
    let secret = field(table, "secret", "a boolean")?.unwrap_or(false);
    if let Some(name) = &env {
        variable(name)?;
        if argument.many {
            return Err("env gives one value, so the argument cannot be many".to_owned());
        }
    }
    if secret {
        if argument.kind != ArgumentKind::String {
            return Err("only an argument of type string can be secret".to_owned());
        }
        if argument.many {
            return Err("a secret argument cannot be many".to_owned());
        }
        if argument.default.is_some() {
            return Err("a secret argument has no default: anybody could read it in the file".to_owned());
        }
    }
    // A secret option is asked for, unless the declaration says that it may be left out.
    let says_optional = field(table, "optional", "a boolean")?.unwrap_or(false);
    let optional = if secret { says_optional } else { argument.optional };
    Ok(Argument { optional, env, secret, ..argument })
}

/// Refuses invalid names of variables, and names that are closed to recipes.
fn variable(name: &str) -> Result<(), Why> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !name.chars().all(is_word) || !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        let rule = "a letter or _, then letters, digits and _";
        return Err(format!("env is '{name}', which is no name of an environment variable: {rule}"));
    }
    match CLOSED.iter().find(|prefix| name.to_ascii_uppercase().starts_with(*prefix)) {
        Some(prefix) => {
            Err(format!("env is '{name}', and variables that begin with {prefix} are closed to recipes"))
        }
        None => Ok(()),
    }
}

impl Argument {
    /// Whether a command line may leave it out: its value may come from elsewhere, or is not needed.
    pub fn may_be_left_out(&self) -> bool {
        self.optional || self.default.is_some() || self.env.is_some() || self.secret
    }

    /// Remembers the value of a secret argument, so that it is printed nowhere. Does nothing for other
    /// arguments. Errors: the value is too short to be recognised in a text.
    pub fn hide(&self, value: &serde_json::Value) -> Result<(), String> {
        match value.as_str().filter(|_| self.secret) {
            Some(text) if !secrets::add_declared(text) => {
                Err("a secret has 4 characters or more: a shorter one cannot be kept out of the output"
                    .to_owned())
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::argument::tests::args;

    #[test]
    fn a_variable_and_a_secret_are_read() {
        let text = "{ 'token', env = 'API_TOKEN', secret = true }, { '--pin', secret = true, value = 'PIN' }, \
            { '--key', secret = true, optional = true, type = 'string' }, { '--many', env = '_x1', type = 'flag' }";
        let args = args(text).unwrap();
        let told: Vec<_> = args
            .iter()
            .map(|arg| (arg.env.as_deref(), arg.secret, arg.optional, arg.may_be_left_out()))
            .collect();
        assert_eq!(told[0], (Some("API_TOKEN"), true, false, true));
        assert_eq!(told[1], (None, true, false, true));
        assert_eq!(told[2], (None, true, true, true));
        assert_eq!(told[3], (Some("_x1"), false, true, true));
    }

    #[test]
    fn a_declaration_that_cannot_hold_names_the_rule() {
        let closed = "are closed to recipes";
        for (text, why) in [
            ("{ 'a', env = 1 }", "env must be a string, not a integer"),
            ("{ 'a', secret = 'yes' }", "secret must be a boolean, not a string"),
            (
                "{ 'a', env = 'A-B' }",
                "env is 'A-B', which is no name of an environment variable: a letter or _, then letters, digits and _",
            ),
            (
                "{ 'a', env = '' }",
                "env is '', which is no name of an environment variable: a letter or _, then letters, digits and _",
            ),
            (
                "{ 'a', env = 'OS_TOKEN' }",
                &format!("env is 'OS_TOKEN', and variables that begin with OS_ {closed}"),
            ),
            (
                "{ 'a', env = 'os_token' }",
                &format!("env is 'os_token', and variables that begin with OS_ {closed}"),
            ),
            (
                "{ 'a', env = 'LUNETTE_PATH' }",
                &format!("env is 'LUNETTE_PATH', and variables that begin with LUNETTE_ {closed}"),
            ),
            ("{ 'a', many = true, env = 'A' }", "env gives one value, so the argument cannot be many"),
            ("{ 'a', many = true, secret = true }", "a secret argument cannot be many"),
            ("{ '--a', secret = true, type = 'integer' }", "only an argument of type string can be secret"),
            ("{ '--a', secret = true, type = 'path' }", "only an argument of type string can be secret"),
            ("{ '--a', secret = true, type = 'flag' }", "only an argument of type string can be secret"),
            ("{ '--a', secret = true, choices = { 'x' } }", "only an argument of type string can be secret"),
            (
                "{ 'a', secret = true, default = 'x' }",
                "a secret argument has no default: anybody could read it in the file",
            ),
        ] {
            assert_eq!(args(text).unwrap_err(), format!("args[1]: {why}"), "{text}");
        }
        let behind = "args[2]: 'b' must be optional, or have env, because 'a' may be left out before it";
        assert_eq!(args("{ 'a', secret = true }, { 'b' }").unwrap_err(), behind);
        assert_eq!(args("{ 'a', env = 'A' }, { 'b' }").unwrap_err(), behind);
    }
}
