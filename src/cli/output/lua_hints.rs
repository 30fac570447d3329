//! The next step after an error of Lua itself, where the message tells which that is.
//!
//! The same texts serve scripts, `-e` and the REPL, so they name nothing that only one of them has.

/// Functions that a script finds closed, and the libraries that have them.
const CLOSED: [(&str, &[&str]); 3] = [
    ("io", &["close", "input", "lines", "open", "output", "popen", "read", "tmpfile", "type"]),
    ("os", &["execute", "exit", "getenv", "remove", "rename", "setlocale", "tmpname"]),
    (
        "debug",
        &["getinfo", "getlocal", "getmetatable", "gethook", "sethook", "setlocal", "getupvalue", "upvalueid"],
    ),
];

/// The hint for a message, which may begin with a position; `line` is the line of the script, where it is
/// known.
pub(super) fn hint(message: &str, line: Option<&str>) -> Option<String> {
    let line = line.unwrap_or_default();
    if let Some(near) = message.split("unexpected symbol near ").nth(1) {
        let is_command = near.starts_with("'.'") && line.starts_with('.');
        return is_command
            .then(|| "lines that begin with a dot are commands of the REPL, not Lua".to_owned());
    }
    let (_, what) = message.split_once("attempt to ")?;
    if what.contains("'for iterator'") {
        return Some("`for … in` takes an iterator: pairs(t), ipairs(t), cloud:images()".to_owned());
    }
    if !what.contains("a nil value") {
        return None;
    }
    let name = name(what);
    if what.starts_with("call ") {
        let name = name?;
        return Some(match closed(name, line) {
            Some(function) => format!("{function} is closed to scripts; --trust opens it"),
            None if what.contains("(method ") => {
                format!(
                    "the value before ':{name}' has no such method: check its spelling, and what the value is"
                )
            }
            None => {
                format!("'{name}' is nil there: check its spelling, and whether it is set before this line")
            }
        });
    }
    let default = match what {
        what if what.starts_with("concatenate") => ", or write tostring(…) around it",
        what if what.starts_with("perform arithmetic") => ", or give it a default: (… or 0)",
        _ => "",
    };
    let subject = name.map_or_else(|| "a value".to_owned(), |name| format!("'{name}'"));
    let why = "nothing set it, or a function found nothing and returned nil";
    Some(format!("{subject} is nil there: {why}; test it first{default}"))
}

/// The name that Lua puts behind the message: `x` of `(local 'x')`.
fn name(what: &str) -> Option<&str> {
    let (before, _) = what.rsplit_once('\'')?;
    before.rsplit_once('\'').map(|(_, name)| name)
}

/// The whole name of a closed function: `os.execute`, where the line calls that.
fn closed(name: &str, line: &str) -> Option<String> {
    let of = CLOSED.iter().filter(|(_, functions)| functions.contains(&name));
    of.map(|(library, _)| format!("{library}.{name}")).find(|function| line.contains(function.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_lua_comes_with_a_next_step_where_one_is_known() {
        for (message, line, expected) in [
            (
                "x.lua:2: attempt to index a nil value (local 'image')",
                "",
                "'image' is nil there: nothing set it",
            ),
            ("attempt to index a nil value", "", "a value is nil there"),
            (
                "x.lua:2: attempt to call a nil value (field 'execute')",
                "os.execute 'ls'",
                "os.execute is closed to scripts; --trust opens it",
            ),
            (
                "x.lua:2: attempt to call a nil value (field 'open')",
                "door.open()",
                "'open' is nil there: check its spelling",
            ),
            (
                "x.lua:2: attempt to call a nil value (method 'bar')",
                "",
                "the value before ':bar' has no such method",
            ),
            (
                "x.lua:1: attempt to perform arithmetic on a nil value (field 'n')",
                "",
                "give it a default: (… or 0)",
            ),
            ("x.lua:1: attempt to concatenate a nil value (global 'n')", "", "tostring(…) around it"),
            (
                "x.lua:1: attempt to call a nil value (for iterator 'for iterator')",
                "",
                "`for … in` takes an iterator",
            ),
            ("x.lua:1: unexpected symbol near '.'", ".write on", "commands of the REPL"),
        ] {
            let hint = hint(message, Some(line)).unwrap_or_default();
            assert!(hint.contains(expected), "{message}: {hint}");
        }
        for message in
            ["x.lua:1: boom", "x.lua:1: unexpected symbol near '.'", "attempt to compare two table values"]
        {
            assert_eq!(hint(message, None), None, "{message}");
        }
    }
}
