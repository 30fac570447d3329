//! Image data from Glance to the script: into a file under the script's folder, or as text.
//!
//! Source: `glance/api/v2/image_data.py`, `ImageDataController.download`.

use mlua::{Lua, UserDataRef, Value};

use super::image::ImageRecord;
use crate::error::Result;
use crate::host::{Given, raise, room_for, writable};

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
        let size =
            this.showing("Downloading").download(&this.image, &target, overwrite).await.map_err(raise)?;
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
    let mut download = this.showing("Downloading").download_stream(&this.image).await?;
    let mut data = Vec::new();
    while let Some(part) = download.chunk().await? {
        fits((data.len() + part.len()) as u64)?;
        data.extend_from_slice(&part);
    }
    Ok(data)
}
