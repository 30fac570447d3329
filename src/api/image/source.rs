//! Where the data of `image:upload`, `image:stage` and `cloud:create_image` come from, as a script says it.
//!
//! `file = PATH`, `data = TEXT` or a function, `stdin = true`, or `from = IMAGE`: one of them.

use std::cell::RefCell;
use std::rc::Rc;

use futures_util::stream::{self, StreamExt};
use mlua::{Function, Lua, Value};

use super::record::ImageRecord;
use crate::api::bind::counted::Counted;
use crate::api::runtime::context::Context;
use crate::api::runtime::pipes::Pipes;
use crate::budget::Reserved;
use crate::error::{Error, Kind, Result};
use crate::glance::{Parts, Source};
use crate::host::{Given, Readable, call, raise, readable, reserve};
use crate::http::Bytes;

/// The options that name the data, of which one is given.
const NAMES: [&str; 4] = ["file", "data", "stdin", "from"];

/// All options about data.
pub(in crate::api) const OPTIONS: [&str; 6] = ["file", "data", "stdin", "from", "size", "allow_empty"];

/// Data that a script has named, and what the script raises while it makes them.
pub(in crate::api) struct Named {
    /// The data.
    pub(in crate::api) source: Source,
    /// What it is called to send them, for whoever looks on.
    pub(in crate::api) sending: &'static str,
    raised: Raised,
    /// That of data that are a text.
    _memory: Option<Reserved>,
}

/// The message that the layers below get in place of an error that the script raised.
const FAILED: &str = "the function that gives the data failed";

/// What a script's function has raised, kept whole: the layers between know no Lua.
type Raised = Rc<RefCell<Option<mlua::Error>>>;

impl Named {
    /// The data that the options name, if they name any. Errors: `usage` (more than one; none such).
    pub(in crate::api) fn read_source(
        lua: &Lua,
        options: &Given,
        pipes: &Pipes,
    ) -> mlua::Result<Option<Named>> {
        let mut given = Vec::new();
        for name in NAMES {
            // `stdin = false` names nothing.
            if !matches!(options.value(name)?, Value::Nil | Value::Boolean(false)) {
                given.push(name);
            }
        }
        if let [one, other, ..] = given[..] {
            let message = format!("the data come from '{one}' or from '{other}', not from both");
            return Err(raise(Error::new(Kind::Usage, message)));
        }
        let raised = Raised::default();
        let mut memory = None;
        let source = match given.first() {
            None => return needless(options).map(|()| None),
            Some(&"file") => match options.string("file")? {
                Some(path) => match readable(lua, &path).map_err(raise)? {
                    Readable::Opened(file, path) => Source::from_file(&path, file),
                    Readable::Pipe(pipe) => Source::pipe(pipe),
                    Readable::Path(path) => Source::file(path),
                },
                None => return Ok(None),
            },
            Some(&"stdin") => {
                options.boolean("stdin")?;
                Source::reader("standard input", (pipes.input)().map_err(raise)?)
            }
            Some(&"from") => image(&options.value("from")?)?,
            _ => data(lua, options.value("data")?, &raised, &mut memory)?,
        };
        let source =
            source.with_size(size(options)?).or_empty(options.boolean("allow_empty")?.unwrap_or(false));
        let sending = if given == ["from"] { "Copying" } else { "Uploading" };
        Ok(Some(Named { source, sending, raised, _memory: memory }))
    }

    /// Runs the work that needs the data. An error that the script raised meanwhile is raised as it was, and
    /// the error of the work is reported beside it.
    pub(in crate::api) async fn used<T>(
        self,
        context: &Context,
        work: impl AsyncFnOnce(Source) -> Result<T>,
    ) -> mlua::Result<T> {
        let Named { source, raised, _memory, .. } = self;
        work(source).await.map_err(|error| match raised.take() {
            Some(own) => {
                let added = error.message().split_once(FAILED).map_or("", |(added, _)| added);
                if let Some(advice) = error.advice_text().filter(|_| !added.is_empty()) {
                    context.tell(&format!("{added}{advice}"));
                }
                own
            }
            None => raise(error),
        })
    }
}

/// Errors: `usage` (an option about data where there are none).
fn needless(options: &Given) -> mlua::Result<()> {
    for name in ["size", "allow_empty"] {
        if options.has(name)? {
            let message = format!("'{name}' says something about data, and there are none");
            return Err(raise(
                Error::new(Kind::Usage, message).advice("name them: file, data, stdin or from"),
            ));
        }
    }
    Ok(())
}

fn size(options: &Given) -> mlua::Result<Option<u64>> {
    let size = options.integer("size")?.map(u64::try_from).transpose();
    size.map_err(|_| raise(Error::new(Kind::Usage, "option 'size': bytes expected, got less than none")))
}

fn image(value: &Value) -> mlua::Result<Source> {
    let record = value.as_userdata().and_then(|data| data.borrow::<Counted<ImageRecord>>().ok());
    record.map(|record| Source::image(&record.glance, &record.image)).ok_or_else(|| {
        let message = format!("option 'from' must be an image, not a {}", value.type_name());
        raise(Error::new(Kind::Usage, message).advice("find it first: from = cloud:image(\"pfsense\")"))
    })
}

fn data(lua: &Lua, value: Value, raised: &Raised, memory: &mut Option<Reserved>) -> mlua::Result<Source> {
    match value {
        Value::String(text) => {
            *memory = Some(reserve(lua, text.as_bytes().len())?);
            Ok(Source::bytes(text.as_bytes().to_vec()))
        }
        Value::Function(next) => Ok(Source::parts("data", parts(lua.clone(), next, raised.clone()))),
        other => {
            let message = format!("option 'data' must be text or a function, not a {}", other.type_name());
            Err(raise(Error::new(Kind::Usage, message)))
        }
    }
}

/// What a function gives, call after call, until it gives nil. It may wait for whatever it likes.
fn parts(lua: Lua, next: Function, raised: Raised) -> Parts {
    let step = |(lua, next, raised): (Lua, Function, Raised)| async move {
        let part = match call(&lua, &next, ()).await {
            Ok(values) => part(values.front()),
            Err(error) => Err(error),
        };
        match part {
            Ok(part) => Ok(part.map(|part| (part, (lua, next, raised)))),
            Err(error) => {
                let told = Error::new(Kind::Usage, format!("{FAILED}: {error}"));
                raised.replace(Some(error));
                Err(told)
            }
        }
    };
    stream::try_unfold((lua, next, raised), step).boxed_local()
}

fn part(value: Option<&Value>) -> mlua::Result<Option<Bytes>> {
    match value {
        None | Some(Value::Nil) => Ok(None),
        Some(Value::String(text)) => Ok(Some(Bytes::from(text.as_bytes().to_vec()))),
        Some(other) => {
            let message = format!("the function that gives the data gave a {}", other.type_name());
            Err(raise(Error::new(Kind::Usage, message).advice("it gives text, and nil at the end")))
        }
    }
}
