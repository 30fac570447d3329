//! `Cache`: the image cache of a cloud's Glance, and what an administrator can do to it.
//!
//! Source: `glance/api/v2/cached_images.py`, `CacheController`.

use mlua::{IntoLua, Lua, Table, UserDataMethods, UserDataRef, Value};

use super::bind::counted::Counted;
use super::bind::record::{Record, field_of};
use super::image::record::ImageRecord;
use crate::error::{Error, Kind};
use crate::glance::{Cache, CachePart, Glance};
use crate::host::text::{NAME, check};
use crate::host::{Given, WaitingMethods, raise};

/// A cache record, with the cloud whose credentials it was read by.
#[derive(Clone)]
pub(super) struct CacheRecord {
    pub(super) cache: Cache,
    pub(super) glance: Glance,
}

impl PartialEq for CacheRecord {
    fn eq(&self, other: &CacheRecord) -> bool {
        self.cache == other.cache
    }
}

impl Record for CacheRecord {
    const CLASS: &'static str = "cache";
    const FIELDS: &'static [&'static str] = Cache::FIELDS;
    const METHODS: &'static [&'static str] =
        &["add", "clean", "delete", "nodes", "prune", "refresh", "remove"];

    fn field(&self, lua: &Lua, name: &str) -> mlua::Result<Value> {
        field_of(lua, &self.cache, name)
    }

    fn title(&self) -> String {
        let Cache { cached_images, queued_images } = &self.cache;
        format!("cache ({} cached, {} queued)", cached_images.len(), queued_images.len())
    }

    fn memory(&self) -> usize {
        self.cache.memory()
    }

    fn bind<M: UserDataMethods<Counted<Self>>>(methods: &mut M) {
        methods.add_waiting_method("add", add);
        methods.add_waiting_method("clean", clean);
        methods.add_waiting_method("delete", delete);
        methods.add_waiting_method("nodes", nodes);
        methods.add_waiting_method("prune", prune);
        methods.add_waiting_method("refresh", refresh);
        methods.add_waiting_method("remove", remove);
    }
}

impl IntoLua for CacheRecord {
    fn into_lua(self, lua: &Lua) -> mlua::Result<Value> {
        Counted::into_lua(lua, self)
    }
}

type This = UserDataRef<Counted<CacheRecord>>;

/// PUT /v2/cache/{id}.
async fn add(_: Lua, this: This, image: Value) -> mlua::Result<()> {
    this.glance.cache_image(&id(&this.glance, &image).await?).await.map_err(raise)
}

/// POST /v2/cache/clean.
async fn clean(_: Lua, this: This, (): ()) -> mlua::Result<()> {
    this.glance.clean_cache().await.map_err(raise)
}

/// DELETE /v2/cache: all of it, or one half.
async fn delete(_: Lua, this: This, options: Value) -> mlua::Result<()> {
    let options = Given::from(&options, "cache:delete", &["target"])?;
    let part = options.word("target", &["cache", "queue"])?;
    let part = part.map(|part| if part == "cache" { CachePart::Cache } else { CachePart::Queue });
    this.glance.clear_cache(part).await.map_err(raise)
}

/// GET /v2/cache/nodes/{id}.
async fn nodes(_: Lua, this: This, image: Value) -> mlua::Result<Vec<String>> {
    this.glance.cache_nodes(&id(&this.glance, &image).await?).await.map_err(raise)
}

/// POST /v2/cache/prune.
async fn prune(lua: Lua, this: This, (): ()) -> mlua::Result<Table> {
    let pruned = this.glance.prune_cache().await.map_err(raise)?;
    let table = lua.create_table()?;
    table.raw_set("total_files_pruned", pruned.total_files_pruned)?;
    table.raw_set("total_bytes_pruned", pruned.total_bytes_pruned)?;
    Ok(table)
}

/// GET /v2/cache.
async fn refresh(_: Lua, this: This, (): ()) -> mlua::Result<CacheRecord> {
    let cache = this.glance.cache().await.map_err(raise)?;
    Ok(CacheRecord { cache, glance: this.glance.clone() })
}

/// DELETE /v2/cache/{id}.
async fn remove(_: Lua, this: This, image: Value) -> mlua::Result<()> {
    this.glance.uncache_image(&id(&this.glance, &image).await?).await.map_err(raise)
}

/// The ID of an image that is given as a record, or by ID or name. One by ID need not be there any more.
async fn id(glance: &Glance, image: &Value) -> mlua::Result<String> {
    match image {
        Value::UserData(record) if record.is::<Counted<ImageRecord>>() => {
            Ok(record.borrow::<Counted<ImageRecord>>()?.image.id.to_string())
        }
        Value::String(reference) => {
            check(reference, NAME)?;
            glance.image_id(&reference.to_str()?).await.map_err(raise)
        }
        other => {
            let message =
                format!("an image is meant: a record, an ID or a name, not a {}", other.type_name());
            Err(raise(Error::new(Kind::Usage, message)))
        }
    }
}
