//! Where an image's data lie: `image:locations()`, `image:add_location{…}`, `image:delete_from_store(store)`.
//!
//! Source: glance/api/v2/images.py, `ImagesController.add_location`, `get_locations` and `delete_from_store`.

use mlua::{Lua, Table, UserDataRef, Value};

use super::image::ImageRecord;
use crate::glance::Validation;
use crate::host::{Given, json, raise};

type This = UserDataRef<ImageRecord>;

/// GET /v2/images/{id}/locations, as a list of `{ url, metadata }`.
pub(super) async fn locations(lua: Lua, this: This, (): ()) -> mlua::Result<Table> {
    let locations = this.glance.locations(&this.image.id).await.map_err(raise)?;
    let list = lua.create_table()?;
    for location in locations {
        let entry = lua.create_table()?;
        entry.raw_set("url", location.url)?;
        entry.raw_set("metadata", json::to_lua(&lua, &location.metadata.into())?)?;
        list.raw_push(entry)?;
    }
    Ok(list)
}

/// POST /v2/images/{id}/locations; the image as it is then.
pub(super) async fn add_location(_: Lua, this: This, options: Value) -> mlua::Result<ImageRecord> {
    let options = Given::from(&options, "image:add_location", &["url", "validation_data"])?;
    let url = options.required("url", options.string("url")?)?;
    let validation = match options.value("validation_data")? {
        Value::Nil => None,
        table => {
            let known = ["os_hash_algo", "os_hash_value"];
            let given = Given::from(&table, "validation_data of image:add_location", &known)?;
            let text = |name| given.required(name, given.string(name)?);
            Some(Validation { os_hash_algo: text("os_hash_algo")?, os_hash_value: text("os_hash_value")? })
        }
    };
    this.glance.add_location(&this.image.id, &url, validation.as_ref()).await.map_err(raise)?;
    Ok(this.renewed(this.glance.image(&this.image.id).await.map_err(raise)?))
}

/// DELETE /v2/stores/{store}/{id}.
pub(super) async fn delete_from_store(_: Lua, this: This, store: String) -> mlua::Result<()> {
    this.glance.delete_from_store(&this.image.id, &store).await.map_err(raise)
}
