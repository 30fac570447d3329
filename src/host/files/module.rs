//! The module `fs`; its functions are documented in `stdlib/meta/fs.lua`.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};

use mlua::{Function, Lua, LuaString, Value};

use super::open::{self, How};
use super::{Files, refusal};
use crate::budget::{Budget, Buffer};
use crate::error::{Error, Result};
use crate::host::bindings::options::Given;
use crate::host::bindings::text::PathText;
use crate::host::error::lua_error::raise;
use crate::host::memory;
use crate::host::state::{Standing, refuse_while_loading};

/// Builds the module. Each call looks at what the state that calls it may reach.
pub(in crate::host) fn module(lua: &Lua) -> mlua::Result<Value> {
    let module = lua.create_table()?;
    let read = |lua: &Lua, path: PathText| {
        let text = files(lua, "read")?.read(&path, &memory::budget(lua)).map_err(raise)?;
        lua.create_string(text.bytes())
    };
    module.raw_set("read", lua.create_function(read)?)?;
    let write = |lua: &Lua, (path, text, options): (PathText, LuaString, Value)| {
        let append = Given::from(&options, "fs.write", &["append"])?.boolean("append")?;
        files(lua, "write")?.write(&path, &text.as_bytes(), append.unwrap_or(false)).map_err(raise)
    };
    module.raw_set("write", lua.create_function(write)?)?;
    let remove = |lua: &Lua, path: PathText| files(lua, "remove")?.remove(&path).map_err(raise);
    module.raw_set("remove", lua.create_function(remove)?)?;
    let lines = |lua: &Lua, path: PathText| files(lua, "lines")?.lines(lua, path.into());
    module.raw_set("lines", lua.create_function(lines)?)?;
    let exists = |lua: &Lua, path: PathText| files(lua, "exists")?.exists(&path).map_err(raise);
    module.raw_set("exists", lua.create_function(exists)?)?;
    let list = |lua: &Lua, path: Option<PathText>| {
        files(lua, "list")?.list(path.as_deref().unwrap_or(".")).map_err(raise)
    };
    module.raw_set("list", lua.create_function(list)?)?;
    Ok(Value::Table(module))
}

/// The files of the state that calls a function. Errors: `usage` (a recipe is being loaded).
fn files(lua: &Lua, function: &str) -> mlua::Result<Files> {
    refuse_while_loading(lua, &format!("fs.{function}"))?;
    Ok(Standing::of(lua).map_err(raise)?.files)
}

impl Files {
    /// The whole file, as far as there is memory for it: once here, once as Lua's text. Errors: `limit`.
    pub(super) fn read(&self, path: &str, budget: &Budget) -> Result<Buffer> {
        let mut file = self.to_read("read", path)?.open("read", How::Read)?;
        let mut text = Buffer::new(budget);
        let advise = |error: Error| error.context(format!("cannot read {path}")).advice(READ_LESS);
        // A file may be of any size and hold nothing: it is refused before it is read.
        let size = file.metadata().map_err(|e| refusal("read", path, &e))?.len();
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        drop(budget.reserve(size.saturating_mul(2)).map_err(advise)?);
        text.make_room(size).map_err(advise)?;
        let mut part = vec![0; PART];
        loop {
            match file.read(&mut part) {
                Ok(0) => return Ok(text),
                Ok(count) => text.push(&part[..count]).map_err(advise)?,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(refusal("read", path, &e)),
            }
        }
    }

    pub(super) fn remove(&self, path: &str) -> Result<()> {
        self.to_write("remove", path)?.remove()
    }

    pub(super) fn write(&self, path: &str, text: &[u8], append: bool) -> Result<()> {
        let how = if append { How::Append } else { How::Replace };
        let mut file = self.to_write("write", path)?.open("write", how)?;
        file.write_all(text).map_err(|e| refusal("write", path, &e))
    }

    fn exists(&self, path: &str) -> Result<bool> {
        self.to_read("look for", path)?.exists()
    }

    /// An iterator over the lines, without their line ends.
    fn lines(&self, lua: &Lua, path: String) -> mlua::Result<Function> {
        let file = self.to_read("read", &path).and_then(|place| place.open("read", How::Read));
        let mut reader = BufReader::new(file.map_err(raise)?);
        lua.create_function_mut(move |lua, ()| {
            let line = line(&mut reader, &path, &memory::budget(lua)).map_err(raise)?;
            let text = match line.bytes() {
                b"" => return Ok(None),
                line => line.strip_suffix(b"\n").unwrap_or(line),
            };
            lua.create_string(text.strip_suffix(b"\r").unwrap_or(text)).map(Some)
        })
    }

    /// The names in a folder, sorted; folders end in `/`. Names that begin with a dot are left out: they are
    /// closed.
    pub(super) fn list(&self, path: &str) -> Result<Vec<String>> {
        let place = self.to_read("list", path)?;
        let folder = place.open("list", How::List)?;
        let found = open::names(&folder).map_err(|e| refusal("list", path, &e))?;
        let mut names: Vec<String> = found
            .into_iter()
            .filter(|(name, _)| place.rules.is_none() || !name.starts_with('.'))
            .map(|(name, is_folder)| if is_folder { name + "/" } else { name })
            .collect();
        names.sort();
        Ok(names)
    }
}

/// What to do about a file that is too large.
const READ_LESS: &str = "read it line by line (fs.lines), or raise --max-memory";

/// How much of a file is read at once, in bytes.
const PART: usize = 64 << 10;

/// The next line with its end; nothing at the end of the file. Errors: `limit` (a line that is too long).
fn line(reader: &mut impl BufRead, path: &str, budget: &Budget) -> Result<Buffer> {
    let mut line = Buffer::new(budget);
    loop {
        let part = match reader.fill_buf() {
            Ok(part) => part,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(refusal("read", path, &e)),
        };
        let end = part.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(part.len(), |end| end + 1);
        line.push(&part[..taken]).map_err(|error| error.context(format!("a line of {path} is too long")))?;
        reader.consume(taken);
        if end.is_some() || taken == 0 {
            return Ok(line);
        }
    }
}
