//! Image data between Glance and the script: files under the script's folder, or text.
//!
//! Source: `glance/api/v2/image_data.py`, `ImageDataController`.

use mlua::{Lua, UserDataRef, Value};

use super::image::ImageRecord;
use crate::error::{Error, Kind, Result};
use crate::glance::Source;
use crate::host::{Given, raise, readable, room_for, writable};
use crate::http::{Body, Bytes};

/// The options that say where data come from.
pub(super) const SOURCES: [&str; 2] = ["file", "data"];

/// `image:upload{ file = PATH | data = TEXT }`: PUT /v2/images/{id}/file.
pub(super) async fn upload(
    lua: Lua,
    this: UserDataRef<ImageRecord>,
    options: Value,
) -> mlua::Result<ImageRecord> {
    let options = Given::from(&options, "image:upload", &SOURCES)?;
    let Some(source) = source(&lua, &options)? else {
        let error = Error::new(Kind::Usage, "image:upload needs something to send");
        return Err(raise(error.advice("image:upload{ file = \"disk.qcow2\" } or { data = text }")));
    };
    let image = this.glance.upload(&this.image.id, source).await.map_err(raise)?;
    Ok(this.renewed(image))
}

/// `image:download{ file = PATH, overwrite = true }`: the number of bytes; without `file`, the data as text.
pub(super) async fn download(
    lua: Lua,
    this: UserDataRef<ImageRecord>,
    options: Value,
) -> mlua::Result<Value> {
    let options = Given::from(&options, "image:download", &["file", "overwrite"])?;
    if let Some(file) = options.string("file")? {
        let overwrite = options.boolean("overwrite")?.unwrap_or(false);
        let target = writable(&lua, &file).map_err(raise)?;
        let size = this.glance.download(&this.image, &target, overwrite).await.map_err(raise)?;
        return Ok(Value::Integer(i64::try_from(size).unwrap_or(i64::MAX)));
    }
    text(&lua, &this).await.map_err(raise).and_then(|data| lua.create_string(data)).map(Value::String)
}

/// The data as one text, as far as the script has room for them. Errors: `usage` (it has not).
async fn text(lua: &Lua, this: &ImageRecord) -> Result<Vec<u8>> {
    let fits = |bytes| {
        let advice = "receive them into a file: image:download{ file = \"disk.raw\" }";
        room_for(lua, bytes).map_err(|error| error.advice(advice))
    };
    fits(this.image.size.unwrap_or_default())?;
    let mut download = this.glance.download_stream(&this.image).await?;
    let mut data = Vec::new();
    while let Some(part) = download.chunk().await? {
        fits((data.len() + part.len()) as u64)?;
        data.extend_from_slice(&part);
    }
    Ok(data)
}

/// The data that the options name, if they name any.
pub(super) fn source(lua: &Lua, options: &Given) -> mlua::Result<Option<Source>> {
    match (options.string("file")?, bytes(options, "data")?) {
        (Some(_), Some(_)) => {
            Err(raise(Error::new(Kind::Usage, "the data come from 'file' or from 'data', not from both")))
        }
        (Some(file), None) => Ok(Some(Source::File(readable(lua, &file).map_err(raise)?))),
        (None, Some(data)) => {
            Ok(Some(Source::Body(Body::Bytes(Bytes::from(data), "application/octet-stream".into()))))
        }
        (None, None) => Ok(None),
    }
}

/// An option that is text of any bytes.
pub(super) fn bytes(options: &Given, name: &str) -> mlua::Result<Option<Vec<u8>>> {
    match options.value(name)? {
        Value::Nil => Ok(None),
        Value::String(text) => Ok(Some(text.as_bytes().to_vec())),
        other => {
            let message = format!("option '{name}' must be text, not a {}", other.type_name());
            Err(raise(Error::new(Kind::Usage, message)))
        }
    }
}
