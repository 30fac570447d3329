//! Metadata definitions as Lua sees them: what a `Cloud` knows of them. The records stand beside it.
//!
//! Source: `glance/api/v2/metadef_namespaces.py`, `metadef_resource_types.py`.

mod definition;
mod fields;
mod forms;
mod namespace;

use mlua::{Lua, UserDataRef, Value};

use super::bind::counted::Counted;
use super::bind::iterator::{Items, Listed, Source};
use super::cloud::listing::positive;
use super::cloud::record::CloudRecord;
use crate::glance::Glance;
use crate::glance::metadefs::{Namespace, NamespaceQuery, Namespaces, ResourceType};
use crate::host::{Given, Name, raise};

pub(super) use definition::DefinitionRecord;
use definition::{Shown, list_definitions};

type This = UserDataRef<Counted<CloudRecord>>;

/// What a listing of namespaces holds besides its query, in bytes.
const STATE: usize = 256;

/// POST /v2/metadefs/namespaces, with what it is given to hold.
pub(super) async fn create_namespace(
    _: Lua,
    this: This,
    options: Value,
) -> mlua::Result<DefinitionRecord<Namespace>> {
    let fields = fields::new_namespace(&options, Namespace::CREATE)?;
    let namespace = this.glance.create_namespace(fields).await.map_err(raise)?;
    Ok(DefinitionRecord::namespace(namespace, &this.glance))
}

/// GET /v2/metadefs/namespaces/{namespace}.
pub(super) async fn namespace(_: Lua, this: This, name: Name) -> mlua::Result<DefinitionRecord<Namespace>> {
    let namespace = this.glance.namespace(&name).await.map_err(raise)?;
    Ok(DefinitionRecord::namespace(namespace, &this.glance))
}

/// GET /v2/metadefs/namespaces, page by page.
#[allow(clippy::needless_pass_by_value, reason = "a binding owns its arguments")]
pub(super) fn namespaces(
    lua: &Lua,
    this: &Counted<CloudRecord>,
    options: Value,
) -> mlua::Result<Items<NamespaceSource>> {
    const CALL: &str = "cloud:namespaces";
    let known = ["visibility", "resource_types", "sort", "limit", "page_size"];
    let options = Given::from(&options, CALL, &known)?;
    let query = NamespaceQuery {
        visibility: options.word("visibility", forms::VISIBILITIES)?,
        resource_types: options.strings("resource_types")?.unwrap_or_default(),
        sort: options.string("sort")?,
        limit: positive(&options, CALL, "limit")?,
        page_size: positive(&options, CALL, "page_size")?,
    };
    let namespaces = this.glance.namespaces(&query).map_err(raise)?;
    let memory = query.resource_types.iter().map(|name| name.len() * 2).sum::<usize>() + STATE;
    Items::new(lua, NamespaceSource { namespaces, glance: this.glance.clone() }, memory)
}

/// `GET /v2/metadefs/resource_types`.
pub(super) async fn resource_types(
    lua: Lua,
    this: This,
    (): (),
) -> mlua::Result<Items<Listed<DefinitionRecord<ResourceType>>>> {
    let types = this.glance.resource_types().await.map_err(raise)?;
    list_definitions(&lua, "", &this.glance, types)
}

/// Namespaces as Lua sees them, fetched page by page.
pub(super) struct NamespaceSource {
    namespaces: Namespaces,
    glance: Glance,
}

impl Source for NamespaceSource {
    const CLASS: &'static str = "namespaces";

    async fn next(&mut self, lua: &Lua) -> mlua::Result<Option<Value>> {
        let Some(namespace) = self.namespaces.next().await.map_err(raise)? else { return Ok(None) };
        let record = DefinitionRecord::namespace(namespace, &self.glance);
        Counted::into_lua(lua, record).map(Some)
    }
}
