//! Image data from the script to Glance: a file under the script's folder, or text.
//!
//! Source: `glance/api/v2/image_data.py`, `ImageDataController.upload`.

use mlua::{Lua, UserDataRef, Value};

use super::image::ImageRecord;
use crate::error::{Error, Kind};
use crate::glance::Source;
use crate::host::{Given, raise, readable};
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
    let image = this.showing("Uploading").upload(&this.image.id, source).await.map_err(raise)?;
    Ok(this.renewed(image))
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
