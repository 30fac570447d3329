//! Lua source: reading it, naming it, compiling it. Text only; bytecode is refused everywhere.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use mlua::chunk::ChunkMode;
use mlua::{Function, Lua};

use crate::error::{Error, Kind, Result};

/// Whether a text can be run as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// It is a chunk or an expression, or a mistake that more text cannot mend.
    Complete,
    /// It ends too early.
    Incomplete,
}

/// The most bytes that a script may have. A device has no end.
const LARGEST_SCRIPT: u64 = 16 << 20;

/// The text of a Lua file, ready to be compiled. Errors: `usage` (not there, not readable, a folder,
/// bytecode, too large).
///
/// It may be a pipe, such as a shell's `<(…)` makes.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    let bytes = File::open(path).and_then(read_script).map_err(|e| refusal(path, &e))?;
    prepare(&bytes).ok_or_else(|| bytecode(path))
}

fn read_script(file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(LARGEST_SCRIPT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_SCRIPT {
        return Err(io::Error::new(
            ErrorKind::FileTooLarge,
            "it is larger than the 16 MiB a script may have",
        ));
    }
    Ok(bytes)
}

fn refusal(path: &Path, e: &io::Error) -> Error {
    let shown = path.display();
    let (why, advice) = match e.kind() {
        ErrorKind::NotFound => {
            ("there is no such file", "check the path, or run lunette recipes for recipes")
        }
        ErrorKind::PermissionDenied => ("it may not be read", "check its permissions"),
        ErrorKind::IsADirectory => ("it is a folder", "name a Lua file in it"),
        _ => return Error::new(Kind::Usage, format!("cannot read {shown}: {e}")),
    };
    Error::new(Kind::Usage, format!("cannot read {shown}: {why}")).advice(advice)
}

fn bytecode(path: &Path) -> Error {
    let message = format!("{} is Lua bytecode, which Lunette never runs", path.display());
    Error::new(Kind::Usage, message).advice("run the Lua source it was made from")
}

/// The most bytes that a module or a recipe may have.
const LARGEST: u64 = 1 << 20;

/// The text of a module or a recipe, ready to be compiled. Errors: as [`read`], and `usage` (no regular file,
/// too large).
///
/// It is read without being asked for, while recipes are listed, say: a pipe or a device must not be waited
/// for.
pub(super) fn read_module(path: &Path) -> Result<Vec<u8>> {
    let bytes = read_regular(path).map_err(|e| refusal(path, &e))?;
    prepare(&bytes).ok_or_else(|| bytecode(path))
}

/// The bytes of a regular file of a module's size.
pub(super) fn read_regular(path: &Path) -> io::Result<Vec<u8>> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, NONBLOCK);
    let file = options.open(path)?;
    let found = file.metadata()?;
    if found.is_dir() {
        return Err(io::Error::from(ErrorKind::IsADirectory));
    }
    if !found.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other(format!("it is larger than {} KiB", LARGEST >> 10)));
    }
    Ok(bytes)
}

/// Opens a pipe without waiting for its other end.
#[cfg(unix)]
const NONBLOCK: i32 = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();

/// Drops a byte order mark, and blanks a `#!` line so that lines keep their numbers; `None` for bytecode.
pub(super) fn prepare(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if text.starts_with(b"\x1b") {
        return None;
    }
    let rest = match text.first() {
        Some(b'#') => text.iter().position(|byte| *byte == b'\n').map_or(&[][..], |end| &text[end..]),
        _ => text,
    };
    Some(rest.to_vec())
}

/// Compiles a chunk. `name` as Lua wants it: `@share.lua` for a file, `=stdin` for anything else.
pub(super) fn compile(lua: &Lua, name: &str, text: &[u8]) -> mlua::Result<Function> {
    lua.load(text).set_name(name).set_mode(ChunkMode::Text).into_function()
}

/// Compiles a text as an expression, whose values it returns, or else as a chunk.
pub(super) fn compile_either(lua: &Lua, name: &str, text: &[u8]) -> mlua::Result<Function> {
    let expression = [b"return ", text].concat();
    compile(lua, name, &expression).or_else(|_| compile(lua, name, text))
}

/// Whether more text could make a chunk of what is none yet.
pub(super) fn completeness(lua: &Lua, text: &str) -> Completeness {
    let ends_early = |text: &str| {
        let compiled = compile(lua, "=input", text.as_bytes());
        matches!(compiled, Err(mlua::Error::SyntaxError { incomplete_input: true, .. }))
    };
    // With the line end that was typed: a quoted string does not reach over it.
    let (chunk, expression) = (format!("{text}\n"), format!("return {text}\n"));
    let complete = compile_either(lua, "=input", chunk.as_bytes()).is_ok();
    if !complete && (ends_early(&chunk) || ends_early(&expression)) {
        return Completeness::Incomplete;
    }
    Completeness::Complete
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn skips_a_byte_order_mark_and_a_shebang_but_keeps_line_numbers() {
        for (bytes, text) in [
            (&b"return 1"[..], &b"return 1"[..]),
            (b"\xef\xbb\xbfreturn 1", b"return 1"),
            (b"#!/usr/bin/env lunette\nreturn 1", b"\nreturn 1"),
            (b"\xef\xbb\xbf#!/usr/bin/env lunette\nreturn 1", b"\nreturn 1"),
            (b"#!/usr/bin/env lunette", b""),
            (b"", b""),
        ] {
            assert_eq!(prepare(bytes).unwrap(), text);
        }
    }

    #[test]
    fn refuses_bytecode_by_its_first_byte() {
        assert_eq!(prepare(b"\x1bLua\x54"), None);
        let lua = Lua::new();
        let code = lua.load("return 1").into_function().unwrap().dump(true);
        assert!(compile(&lua, "=x", &code).is_err());
    }

    #[test]
    fn tells_an_unfinished_chunk_from_a_wrong_one() {
        let lua = Lua::new();
        for text in [
            "",
            "x",
            "x = 1",
            "return",
            "f()",
            "for i = 1, 2 do end",
            "x =) 1",
            "end",
            "'a",
            "-- nothing",
            "1 +* 2",
        ] {
            assert_eq!(completeness(&lua, text), Completeness::Complete, "{text}");
        }
        for text in [
            "x =",
            "f(",
            "for i = 1, 2 do",
            "if x then",
            "function f()",
            "{ 1,",
            "[[a",
            "--[[ a",
            "1 +",
            "local",
        ] {
            assert_eq!(completeness(&lua, text), Completeness::Incomplete, "{text}");
        }
    }
}
