//! `Namespace`: what can be done with one, and with what stands in it.
//!
//! Each verb is one function, whatever it is for. Source: `glance/api/v2/metadef_*.py`.

use mlua::{Lua, Table, UserDataMethods, UserDataRef, Value};

use super::definition::{DefinitionRecord, Shown, list_definitions};
use super::fields;
use crate::api::bind::counted::Counted;
use crate::api::bind::iterator::{Items, Listed};
use crate::glance::metadefs::{Definition, Namespace, Object, Property, ResourceType, Tag};
use crate::host::{Given, Name, WaitingMethods, raise};

/// Its methods.
pub(super) const METHODS: &[&str] = &[
    "add_resource_type",
    "create_object",
    "create_property",
    "create_tag",
    "create_tags",
    "delete",
    "delete_objects",
    "delete_properties",
    "delete_tags",
    "object",
    "objects",
    "properties",
    "property",
    "refresh",
    "remove_resource_type",
    "resource_types",
    "tag",
    "tags",
    "update",
];

/// Binds `METHODS`.
pub(super) fn bind<M: UserDataMethods<Counted<DefinitionRecord<Namespace>>>>(methods: &mut M) {
    methods.add_waiting_method("add_resource_type", create::<ResourceType>);
    methods.add_waiting_method("create_object", create::<Object>);
    methods.add_waiting_method("create_property", create::<Property>);
    methods.add_waiting_method("create_tag", create_tag);
    methods.add_waiting_method("create_tags", create_tags);
    methods.add_waiting_method("delete", delete);
    methods.add_waiting_method("delete_objects", delete_all::<Object>);
    methods.add_waiting_method("delete_properties", delete_all::<Property>);
    methods.add_waiting_method("delete_tags", delete_all::<Tag>);
    methods.add_waiting_method("object", show::<Object>);
    methods.add_waiting_method("objects", list_on::<Object>);
    methods.add_waiting_method("properties", list_on::<Property>);
    methods.add_waiting_method("property", show::<Property>);
    methods.add_waiting_method("refresh", refresh);
    methods.add_waiting_method("remove_resource_type", remove_resource_type);
    methods.add_waiting_method("resource_types", list::<ResourceType>);
    methods.add_waiting_method("tag", show::<Tag>);
    methods.add_waiting_method("tags", list::<Tag>);
    methods.add_waiting_method("update", update);
}

type This = UserDataRef<Counted<DefinitionRecord<Namespace>>>;

impl DefinitionRecord<Namespace> {
    fn name(&self) -> &str {
        self.definition.name()
    }

    /// What stands in this namespace, as a record.
    fn record<C: Shown>(&self, definition: Definition<C>) -> DefinitionRecord<C> {
        DefinitionRecord::new(&self.name().into(), &self.glance, definition)
    }
}

/// POST …/{collection}.
async fn create<C: Shown>(_: Lua, this: This, options: Value) -> mlua::Result<DefinitionRecord<C>> {
    let fields = fields::new(&options, C::CREATE, C::SETTABLE)?;
    let created = this.glance.create_definition(this.name(), fields).await.map_err(raise)?;
    Ok(this.record(created))
}

/// POST …/tags/{tag}.
async fn create_tag(_: Lua, this: This, name: Name) -> mlua::Result<DefinitionRecord<Tag>> {
    let created = this.glance.create_tag(this.name(), &name).await.map_err(raise)?;
    Ok(this.record(created))
}

/// POST …/tags, beside the tags that are there or in place of them.
async fn create_tags(
    lua: Lua,
    this: This,
    tags: Table,
) -> mlua::Result<Items<Listed<DefinitionRecord<Tag>>>> {
    let (names, replace) = fields::tags(&lua, &tags)?;
    let created = if replace {
        this.glance.replace_tags(this.name(), &names).await
    } else {
        this.glance.add_tags(this.name(), &names).await
    };
    list_definitions(&lua, this.name(), &this.glance, created.map_err(raise)?)
}

/// DELETE /v2/metadefs/namespaces/{namespace}, with all that is in it.
async fn delete(_: Lua, this: This, (): ()) -> mlua::Result<()> {
    this.glance.delete_namespace(this.name()).await.map_err(raise)
}

/// DELETE …/{collection}.
async fn delete_all<C: Shown>(_: Lua, this: This, (): ()) -> mlua::Result<()> {
    this.glance.delete_definitions::<C>(this.name()).await.map_err(raise)
}

/// GET …/{collection}.
async fn list<C: Shown>(lua: Lua, this: This, (): ()) -> mlua::Result<Items<Listed<DefinitionRecord<C>>>> {
    let definitions = this.glance.definitions::<C>(this.name()).await.map_err(raise)?;
    list_definitions(&lua, this.name(), &this.glance, definitions)
}

/// GET …/{collection}; or, with a resource type, GET /v2/metadefs/namespaces/{namespace} as things of that
/// type see it.
async fn list_on<C: Shown>(
    lua: Lua,
    this: This,
    options: Value,
) -> mlua::Result<Items<Listed<DefinitionRecord<C>>>> {
    let call = format!("namespace:{}", C::COLLECTION);
    let options = Given::from(&options, &call, &["resource_type"])?;
    let Some(resource_type) = options.string("resource_type")? else { return list(lua, this, ()).await };
    let definitions = this.glance.definitions_on(this.name(), &resource_type).await.map_err(raise)?;
    list_definitions(&lua, this.name(), &this.glance, definitions)
}

/// GET /v2/metadefs/namespaces/{namespace}: the namespace as it is now.
async fn refresh(_: Lua, this: This, (): ()) -> mlua::Result<DefinitionRecord<Namespace>> {
    let namespace = this.glance.namespace(this.name()).await.map_err(raise)?;
    Ok(DefinitionRecord::namespace(namespace, &this.glance))
}

/// `DELETE …/resource_types/{name}`.
async fn remove_resource_type(_: Lua, this: This, name: Name) -> mlua::Result<()> {
    this.glance.remove_resource_type(this.name(), &name).await.map_err(raise)
}

/// GET …/{collection}/{name}.
async fn show<C: Shown>(_: Lua, this: This, name: Name) -> mlua::Result<DefinitionRecord<C>> {
    let definition = this.glance.definition(this.name(), &name).await.map_err(raise)?;
    Ok(this.record(definition))
}

/// PUT /v2/metadefs/namespaces/{namespace}, with all that the namespace has besides what is changed.
async fn update(_: Lua, this: This, options: Value) -> mlua::Result<DefinitionRecord<Namespace>> {
    let changes = fields::changes(&options, Namespace::UPDATE, Namespace::SETTABLE)?;
    let namespace = this.glance.update_namespace(this.name(), changes).await.map_err(raise)?;
    Ok(DefinitionRecord::namespace(namespace, &this.glance))
}
