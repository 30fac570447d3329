//! What a cloud's Glance is and does besides images: versions, import methods, stores, usage, schemas, tasks,
//! cache.
//!
//! Source: glance/api/versions.py; glance/api/v2/discovery.py, schemas.py, tasks.py, `cached_images.py`.

use mlua::{Lua, Table, UserDataRef, Value};

use super::listing::positive;
use super::record::CloudRecord;
use crate::api::bind::counted::Counted;
use crate::api::bind::iterator::Items;
use crate::api::image_cache::CacheRecord;
use crate::api::store::StoreRecord;
use crate::api::task::{TaskRecord, TaskSource};
use crate::error::{Error, Kind};
use crate::glance::{TaskQuery, task_sort};
use crate::host::{Given, Name, json, raise};

type This = UserDataRef<Counted<CloudRecord>>;

/// GET /versions, without a token: a list of `{ id, status }`.
pub(in crate::api) async fn versions(lua: Lua, this: This, (): ()) -> mlua::Result<Table> {
    let versions = this.glance.versions().await.map_err(raise)?;
    let list = lua.create_table()?;
    for version in versions {
        list.raw_push(lua.create_table_from([("id", version.id), ("status", version.status)])?)?;
    }
    Ok(list)
}

/// GET /v2/info/import.
pub(in crate::api) async fn import_methods(_: Lua, this: This, (): ()) -> mlua::Result<Vec<String>> {
    this.glance.import_methods().await.map_err(raise)
}

/// GET /v2/info/stores, or /v2/info/stores/detail.
pub(in crate::api) async fn stores(lua: Lua, this: This, options: Value) -> mlua::Result<Table> {
    let options = Given::from(&options, "cloud:stores", &["detail"])?;
    let stores = this.glance.stores(options.boolean("detail")?.unwrap_or(false)).await.map_err(raise)?;
    lua.create_sequence_from(stores.into_iter().map(StoreRecord))
}

/// GET /v2/info/usage: a table of `{ limit, usage }` by name.
pub(in crate::api) async fn usage(lua: Lua, this: This, (): ()) -> mlua::Result<Table> {
    let usage = this.glance.usage().await.map_err(raise)?;
    let table = lua.create_table()?;
    for (name, usage) in usage {
        table.raw_set(name, lua.create_table_from([("limit", usage.limit), ("usage", usage.usage)])?)?;
    }
    Ok(table)
}

/// GET /v2/schemas/{name}.
pub(in crate::api) async fn schema(lua: Lua, this: This, name: Name) -> mlua::Result<Value> {
    let schema = this.glance.schema(&name).await.map_err(raise)?;
    json::to_lua(&lua, &schema.into())
}

/// GET /v2/tasks, page by page.
#[allow(clippy::needless_pass_by_value, reason = "a binding owns its arguments")]
pub(in crate::api) fn tasks(
    lua: &Lua,
    this: &Counted<CloudRecord>,
    options: Value,
) -> mlua::Result<Items<TaskSource>> {
    let known = ["type", "status", "sort", "limit", "page_size"];
    let options = Given::from(&options, "cloud:tasks", &known)?;
    let mut filters = Vec::new();
    for name in ["type", "status"] {
        filters.extend(options.string(name)?.map(|text| (name.to_owned(), text)));
    }
    let query = TaskQuery {
        filters,
        sort: options.string("sort")?.map(|sort| task_sort(&sort)).transpose().map_err(raise)?,
        limit: positive(&options, "cloud:tasks", "limit")?,
        page_size: positive(&options, "cloud:tasks", "page_size")?
            .map(|size| u32::try_from(size).unwrap_or(u32::MAX)),
    };
    let memory = query.memory();
    let source = TaskSource { tasks: this.glance.tasks(query), glance: this.glance.clone() };
    Items::new(lua, source, memory)
}

/// GET /v2/tasks/{id}.
pub(in crate::api) async fn task(_: Lua, this: This, id: Name) -> mlua::Result<TaskRecord> {
    Ok(TaskRecord::new(this.glance.task(&id).await.map_err(raise)?, &this.glance))
}

/// POST /v2/tasks.
pub(in crate::api) async fn create_task(lua: Lua, this: This, options: Value) -> mlua::Result<TaskRecord> {
    let options = Given::from(&options, "cloud:create_task", &["type", "input"])?;
    let kind = options.required("type", options.string("type")?)?;
    let input = options.required("input", options.table("input")?)?;
    let input = json::from_lua(&lua, &Value::Table(input))?.into_inner();
    if !input.is_object() {
        let error = Error::new(Kind::Usage, "the input of a task is a table with names, such as import_from");
        return Err(raise(error));
    }
    Ok(TaskRecord::new(this.glance.create_task(&kind, input).await.map_err(raise)?, &this.glance))
}

/// GET /v2/cache.
pub(in crate::api) async fn cache(_: Lua, this: This, (): ()) -> mlua::Result<CacheRecord> {
    let cache = this.glance.cache().await.map_err(raise)?;
    Ok(CacheRecord { cache, glance: this.glance.clone() })
}
