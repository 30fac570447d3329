//! Image data from Glance to the script: into a file under its folder, to a function, to standard output, or
//! as text.
//!
//! Source: `glance/api/v2/image_data.py`, `ImageDataController.download`.

use std::io;

use mlua::{Function, IntoLuaMulti, Lua, MultiValue, UserDataRef, Value};
use tokio::sync::mpsc;

use super::record::ImageRecord;
use crate::api::bind::counted::Counted;
use crate::budget::{Buffer, Held};
use crate::error::{Error, Kind, Result};
use crate::glance::{Download, Glance, Saving, blocking};
use crate::host::{Given, budget, call, raise, writable};
use crate::http::Bytes;

/// How many parts may wait to be written to standard output.
const QUEUE: usize = 16;

/// `image:download{ file = PATH }`, `{ to = FUNCTION }`: the number of bytes; `{ stdout = true }`: nothing;
/// without any: the data as text.
pub(in crate::api) async fn download(
    lua: Lua,
    this: UserDataRef<Counted<ImageRecord>>,
    options: Value,
) -> mlua::Result<MultiValue> {
    let known = ["file", "overwrite", "prefer", "ranges", "stdout", "to"];
    let options = Given::from(&options, "image:download", &known)?;
    let (file, to) = (options.string("file")?, options.function("to")?);
    let stdout = options.boolean("stdout")?.unwrap_or(false);
    if usize::from(file.is_some()) + usize::from(to.is_some()) + usize::from(stdout) > 1 {
        return Err(usage(
            "the data go to 'file', to 'to' or to 'stdout', not to several",
            "download it once for each",
        ));
    }
    let saving = saving(&options, file.is_some())?;
    let glance = this.showing("Downloading").preferring(options.strings("prefer")?.unwrap_or_default());
    if let Some(file) = file {
        let target = writable(&lua, &file).map_err(raise)?;
        let size = glance.download(&this.image, target, saving).await.map_err(raise)?;
        return count(size).into_lua_multi(&lua);
    }
    if let Some(to) = to {
        return count(Box::pin(feed_each(&lua, &glance, &this, &to)).await?).into_lua_multi(&lua);
    }
    if stdout {
        // Whatever came back would be printed behind the data.
        return Box::pin(pipe(&glance, &this)).await.map(|()| MultiValue::new()).map_err(raise);
    }
    let data = Box::pin(text(&lua, &glance, &this)).await.map_err(raise)?;
    lua.create_string(&*data)?.into_lua_multi(&lua)
}

/// The options that are for a file only. Errors: `usage`.
fn saving(options: &Given, is_file: bool) -> mlua::Result<Saving> {
    for name in ["overwrite", "ranges"] {
        if !is_file && options.has(name)? {
            let message = format!("option '{name}' of image:download is for a file");
            return Err(usage(&message, "name it: image:download{ file = \"disk.raw\" }"));
        }
    }
    let ranges = options.integer("ranges")?;
    let is_wrong = |ranges: &i64| !(1..=MOST_RANGES).contains(ranges);
    if let Some(ranges) = ranges.filter(is_wrong) {
        let message =
            format!("option 'ranges' of image:download is a number from 1 to {MOST_RANGES}, not {ranges}");
        return Err(usage(&message, "leave it out for as many as make it faster"));
    }
    let ranges = ranges.and_then(|ranges| usize::try_from(ranges).ok());
    Ok(Saving { overwrite: options.boolean("overwrite")?.unwrap_or(false), ranges })
}

/// Every further connection is one that others cannot have.
const MOST_RANGES: i64 = 16;

/// Calls the function with each part. Its error ends the download.
async fn feed_each(lua: &Lua, glance: &Glance, this: &ImageRecord, to: &Function) -> mlua::Result<u64> {
    let mut download = glance.download_stream(&this.image).await.map_err(raise)?;
    while let Some(part) = download.chunk().await.map_err(raise)? {
        call(lua, to, lua.create_string(part)?).await?;
    }
    Ok(download.received_bytes())
}

/// Writes the data to standard output, on a thread: it may be slower than the network, and is not to hold it
/// up.
///
/// Whoever closes it has had enough, which is no error.
async fn pipe(glance: &Glance, this: &ImageRecord) -> Result<()> {
    let mut output = (this.context.pipes.output)()?;
    let mut download = glance.download_stream(&this.image).await?;
    let (parts, mut waiting) = mpsc::channel::<Bytes>(QUEUE);
    let writer = blocking("write", move || -> io::Result<()> {
        while let Some(part) = waiting.blocking_recv() {
            output.write_all(&part)?;
        }
        output.flush()
    });
    let (written, fed) = tokio::join!(writer, feed(&mut download, parts));
    match written? {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::of_system(Kind::Usage, "standard output cannot be written", &error))
        }
        _ => fed,
    }
}

async fn feed(download: &mut Download, parts: mpsc::Sender<Bytes>) -> Result<()> {
    while let Some(part) = download.chunk().await? {
        if parts.send(part).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// The data as one text, as far as there is memory for them: once here, once as Lua's text. Errors: `limit`.
async fn text(lua: &Lua, glance: &Glance, this: &ImageRecord) -> Result<Held<Vec<u8>>> {
    let advise = |error: Error| match error.kind() {
        Kind::Limit if error.status_code().is_none() => error
            .advice("receive them into a file, image:download{ file = \"disk.raw\" }, or raise --max-memory"),
        _ => error,
    };
    let size = usize::try_from(this.image.size.unwrap_or_default()).unwrap_or(usize::MAX);
    drop(budget(lua).reserve(size.saturating_mul(2)).map_err(advise)?);
    let mut download = glance.download_stream(&this.image).await?;
    let mut data = Buffer::new(&budget(lua));
    while let Some(part) = download.chunk().await? {
        data.push(&part).map_err(advise)?;
    }
    Ok(data.into_held())
}

fn count(bytes: u64) -> Value {
    Value::Integer(i64::try_from(bytes).unwrap_or(i64::MAX))
}

fn usage(message: &str, advice: &str) -> mlua::Error {
    raise(Error::new(Kind::Usage, message).advice(advice))
}
