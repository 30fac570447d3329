//! Lua's tracebacks, reduced to the lines a script's author can act on.
//!
//! Knows the text that `luaL_traceback` writes, and nothing of who asks for it.

/// Names of chunks that are machinery: C, the prelude, and mlua's wrappers of functions and fields.
const MACHINERY: [&str; 4] = ["[C]", "[lunette]", "__mlua_", "(...tail calls...)"];

/// The prelude's chunk name, which [`lines`] leaves out.
pub(in crate::host) const PRELUDE: &str = "=[lunette]";

/// A message of Lua's own without the position of the prelude, where that is the one it has.
pub(in crate::host) fn without_prelude(message: &str) -> Option<&str> {
    let (line, rest) = message.strip_prefix("[lunette]:")?.split_once(": ")?;
    line.parse::<u32>().is_ok().then_some(rest)
}

/// The lines of a traceback that are a script's own, innermost first: `share.lua:3: in function 'share'`.
pub(in crate::host) fn lines(text: &str) -> Vec<String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && *line != "stack traceback:")
        .filter(|line| !MACHINERY.iter().any(|name| line.starts_with(name)))
        .map(|line| line.trim_start_matches("...").trim().to_owned())
        .collect()
}

/// Where the innermost line is: `share.lua:3` of `share.lua:3: in function 'share'`.
pub(in crate::host) fn position(lines: &[String]) -> Option<&str> {
    lines.first()?.split_once(": in ").map(|(position, _)| position)
}

/// The name by which the innermost Rust function was called: `sleep` of `in field 'sleep'`.
pub(in crate::host) fn callee(text: &str) -> Option<&str> {
    let wrapped = text.lines().find(|line| line.trim_start().starts_with("__mlua_async_poll"));
    let line = wrapped.or_else(|| text.lines().find(|line| line.trim_start().starts_with("[C]")))?;
    let (_, quoted) = line.split_once(" '")?;
    quoted.strip_suffix('\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: &str = "stack traceback:\n\
        \t[C]: in local 'poll'\n\
        \t__mlua_async_poll:29: in field 'sleep'\n\
        \tjob.lua:3: in upvalue 'pause'\n\
        \t(...tail calls...)\n\
        \t[lunette]:41: in function 'pcall'\n\
        \t...\t(skipping 12 levels)\n\
        \tjob.lua:9: in main chunk\n\
        \t[C]: in ?";

    #[test]
    fn keeps_only_the_lines_of_scripts() {
        let expected = ["job.lua:3: in upvalue 'pause'", "(skipping 12 levels)", "job.lua:9: in main chunk"];
        assert_eq!(lines(RAW), expected);
        assert_eq!(position(&lines(RAW)), Some("job.lua:3"));
    }

    #[test]
    fn names_the_function_that_was_called_also_through_the_wrapper_of_asynchronous_ones() {
        assert_eq!(callee(RAW), Some("sleep"));
        assert_eq!(
            callee("stack traceback:\n\t[C]: in function 'fs.read'\n\tjob.lua:1: in main chunk"),
            Some("fs.read")
        );
        assert_eq!(callee("stack traceback:\n\t[C]: in ?"), None);
    }
}
