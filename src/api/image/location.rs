//! Where an image's data lie: `image:locations()`, `image:add_location{…}` and its like,
//! `image:delete_from_store(store)`.
//!
//! Source: glance/api/v2/images.py, `ImagesController.add_location`, `get_locations` and `delete_from_store`,
//! and what `update` does to locations.

use mlua::{Lua, Table, UserDataRef, Value};
use serde_json::{Map, Value as Json};

use super::record::ImageRecord;
use crate::api::bind::counted::Counted;
use crate::error::{Error, Kind};
use crate::glance::{Location, Validation};
use crate::host::{Given, Name, Text, json, raise};

type This = UserDataRef<Counted<ImageRecord>>;

/// GET /v2/images/{id}/locations, as a list of `{ url, metadata }`.
pub(in crate::api) async fn locations(lua: Lua, this: This, (): ()) -> mlua::Result<Table> {
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

/// POST /v2/images/{id}/locations; what that does not do, PATCH /v2/images/{id} does. The image as it is
/// then.
pub(in crate::api) async fn add_location(lua: Lua, this: This, options: Value) -> mlua::Result<ImageRecord> {
    let options = Given::from(&options, "image:add_location", &["url", "metadata", "validation_data"])?;
    let url = options.required("url", options.string("url")?)?;
    let metadata = metadata(&lua, &options, "image:add_location")?;
    let validation = match options.value("validation_data")? {
        Value::Nil => None,
        table => {
            let known = ["os_hash_algo", "os_hash_value"];
            let given = Given::from(&table, "validation_data of image:add_location", &known)?;
            let text = |name| given.required(name, given.string(name)?);
            Some(Validation { os_hash_algo: text("os_hash_algo")?, os_hash_value: text("os_hash_value")? })
        }
    };
    let (glance, id) = (&this.glance, &this.image.id);
    // Only the older way knows metadata, and more than one location.
    if metadata.is_some() || &*this.image.status != "queued" {
        let location = Location { url, metadata: metadata.unwrap_or_default() };
        let image = glance.list_location(id, &location, validation.as_ref()).await.map_err(raise)?;
        return Ok(this.with_image(image));
    }
    glance.add_location(id, &url, validation.as_ref()).await.map_err(raise)?;
    Ok(this.with_image(glance.image(id).await.map_err(raise)?))
}

/// PATCH /v2/images/{id}: the metadata of one location.
pub(in crate::api) async fn update_location(
    lua: Lua,
    this: This,
    (url, options): (Text, Value),
) -> mlua::Result<ImageRecord> {
    let options = Given::from(&options, "image:update_location", &["metadata"])?;
    let metadata = options.required("metadata", metadata(&lua, &options, "image:update_location")?)?;
    Ok(this.with_image(this.glance.update_location(&this.image.id, &url, &metadata).await.map_err(raise)?))
}

/// PATCH /v2/images/{id}: one location less.
pub(in crate::api) async fn remove_location(_: Lua, this: This, url: Text) -> mlua::Result<ImageRecord> {
    Ok(this.with_image(this.glance.remove_location(&this.image.id, &url).await.map_err(raise)?))
}

/// The option `metadata`: a table of names and whatever JSON holds.
fn metadata(lua: &Lua, options: &Given, call: &str) -> mlua::Result<Option<Map<String, Json>>> {
    let Some(table) = options.table("metadata")? else { return Ok(None) };
    if table.is_empty() {
        return Ok(Some(Map::new()));
    }
    match json::from_lua(lua, &Value::Table(table))?.into_inner() {
        Json::Object(fields) => Ok(Some(fields)),
        _ => Err(raise(Error::new(
            Kind::Usage,
            format!("option 'metadata' of {call}: names expected, got a list"),
        ))),
    }
}

/// DELETE /v2/stores/{store}/{id}.
pub(in crate::api) async fn delete_from_store(_: Lua, this: This, store: Name) -> mlua::Result<()> {
    this.glance.delete_from_store(&this.image.id, &store).await.map_err(raise)
}
