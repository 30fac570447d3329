//! Image data from the script to Glance: into an image, or to where an import finds them.
//!
//! Source: `glance/api/v2/image_data.py`, `ImageDataController.upload` and `stage`.

use std::rc::Rc;

use mlua::{Lua, UserDataRef, Value};

use super::record::ImageRecord;
use super::source::{self, Named};
use crate::api::bind::counted::Counted;
use crate::error::{Error, Kind};
use crate::host::{Given, raise};

type This = UserDataRef<Counted<ImageRecord>>;

/// `image:upload{ file | data | stdin | from, store = }`: PUT /v2/images/{id}/file.
pub(in crate::api) async fn upload(lua: Lua, this: This, options: Value) -> mlua::Result<ImageRecord> {
    let known = [&source::OPTIONS[..], &["store"]].concat();
    let options = Given::from(&options, "image:upload", &known)?;
    let store = options.string("store")?;
    let named = require_source(&lua, &this, &options, "image:upload")?;
    let glance = this.showing(named.sending);
    let upload = async |source| glance.upload(&this.image.id, source, store.as_deref()).await;
    named.used(&this.context, upload).await.map(|image| this.with_image(image))
}

/// `image:stage{ file | data | stdin | from }`: PUT /v2/images/{id}/stage.
pub(in crate::api) async fn stage(lua: Lua, this: This, options: Value) -> mlua::Result<ImageRecord> {
    let options = Given::from(&options, "image:stage", &source::OPTIONS)?;
    let named = require_source(&lua, &this, &options, "image:stage")?;
    let stage = async |source| this.showing("Staging").stage(&this.image.id, source).await;
    let (image, sent) = named.used(&this.context, stage).await?;
    let mut record = this.with_image(image);
    record.staged = Some(Rc::new(sent));
    Ok(record)
}

/// The data that a call cannot do without.
fn require_source(lua: &Lua, this: &ImageRecord, options: &Given, called: &str) -> mlua::Result<Named> {
    Named::read_source(lua, options, &this.context.pipes)?.ok_or_else(|| {
        let error = Error::new(Kind::Usage, format!("{called} needs something to send"));
        raise(error.advice(format!(
            "{called}{{ file = \"disk.qcow2\" }}, or data = text or a function, stdin = true, from = an image"
        )))
    })
}
