//! A definition as Lua sees it, whatever kind it is: `Namespace`, `NamespaceProperty`, `NamespaceObject`,
//! `NamespaceTag`, `ResourceType`.
//!
//! Source: `glance/api/v2/metadef_*.py`.

use std::rc::Rc;

use mlua::{IntoLua, Lua, UserDataMethods, UserDataRef, Value};

use super::fields;
use super::forms::{self, Fields};
use super::namespace;
use crate::api::bind::counted::Counted;
use crate::api::bind::iterator::{Items, Listed};
use crate::api::bind::record::Record;
use crate::glance::Glance;
use crate::glance::metadefs::{Class, Definition, Namespace, Object, Property, ResourceType, Tag};
use crate::host::{WaitingMethods, json, raise};

/// What Lua knows of a kind of definition besides its fields.
pub(super) trait Shown: Class {
    /// The call that makes one, as a script writes it.
    const CREATE: &'static str;
    /// The call that changes one.
    const UPDATE: &'static str = "";
    /// What can be set.
    const SETTABLE: Fields;
    /// What can be done with one.
    const METHODS: &'static [&'static str] = &["delete", "update"];

    /// Binds `METHODS`.
    fn bind<M: UserDataMethods<Counted<DefinitionRecord<Self>>>>(methods: &mut M) {
        methods.add_waiting_method("delete", delete);
        methods.add_waiting_method("update", update);
    }
}

impl Shown for Namespace {
    const CREATE: &'static str = "cloud:create_namespace";
    const UPDATE: &'static str = "namespace:update";
    const SETTABLE: Fields = forms::NAMESPACE;
    const METHODS: &'static [&'static str] = namespace::METHODS;

    fn bind<M: UserDataMethods<Counted<DefinitionRecord<Self>>>>(methods: &mut M) {
        namespace::bind(methods);
    }
}

impl Shown for Property {
    const CREATE: &'static str = "namespace:create_property";
    const UPDATE: &'static str = "property:update";
    const SETTABLE: Fields = forms::PROPERTY;
}

impl Shown for Object {
    const CREATE: &'static str = "namespace:create_object";
    const UPDATE: &'static str = "object:update";
    const SETTABLE: Fields = forms::OBJECT;
}

impl Shown for Tag {
    const CREATE: &'static str = "namespace:create_tag";
    const UPDATE: &'static str = "tag:update";
    const SETTABLE: Fields = forms::TAG;
}

impl Shown for ResourceType {
    const CREATE: &'static str = "namespace:add_resource_type";
    const SETTABLE: Fields = forms::RESOURCE_TYPE;
    const METHODS: &'static [&'static str] = &[];

    fn bind<M: UserDataMethods<Counted<DefinitionRecord<Self>>>>(_: &mut M) {}
}

/// A definition, with the namespace it stands in and the cloud whose credentials it was read by.
#[derive(Clone)]
pub(in crate::api) struct DefinitionRecord<C> {
    pub(super) definition: Definition<C>,
    pub(super) glance: Glance,
    /// Its namespace's name; of a namespace its own, and of a resource type that stands in none, empty.
    namespace: Rc<str>,
}

impl<C: Class> DefinitionRecord<C> {
    pub(super) fn new(namespace: &Rc<str>, glance: &Glance, definition: Definition<C>) -> Self {
        DefinitionRecord { definition, glance: glance.clone(), namespace: namespace.clone() }
    }
}

impl DefinitionRecord<Namespace> {
    pub(super) fn namespace(definition: Definition<Namespace>, glance: &Glance) -> Self {
        DefinitionRecord::new(&definition.name().into(), glance, definition)
    }
}

/// An iterator over definitions as Lua sees them. Raises `limit`.
pub(super) fn list_definitions<C: Shown>(
    lua: &Lua,
    namespace: &str,
    glance: &Glance,
    definitions: Vec<Definition<C>>,
) -> mlua::Result<Items<Listed<DefinitionRecord<C>>>> {
    let namespace = namespace.into();
    let records = definitions.into_iter().map(|one| DefinitionRecord::new(&namespace, glance, one));
    Listed::items(lua, records)
}

impl<C: Class> PartialEq for DefinitionRecord<C> {
    /// By what is shown: one answer tells more besides than another.
    fn eq(&self, other: &Self) -> bool {
        let same = |field: &&str| self.definition.field(field) == other.definition.field(field);
        self.namespace == other.namespace && C::FIELDS.iter().all(same)
    }
}

impl<C: Shown> Record for DefinitionRecord<C> {
    const CLASS: &'static str = C::WORD;
    const FIELDS: &'static [&'static str] = C::FIELDS;
    const METHODS: &'static [&'static str] = C::METHODS;

    fn field(&self, lua: &Lua, name: &str) -> mlua::Result<Value> {
        self.definition.field(name).map_or(Ok(Value::Nil), |value| json::to_lua(lua, value))
    }

    fn title(&self) -> String {
        let name = self.definition.name();
        match self.definition.field("visibility") {
            Some(visibility) => format!("{} {name} ({})", C::WORD, visibility.as_str().unwrap_or_default()),
            None if self.namespace.is_empty() => format!("{} {name}", C::WORD),
            None => format!("{} {name} of namespace {}", C::WORD, self.namespace),
        }
    }

    fn memory(&self) -> usize {
        self.definition.memory()
    }

    fn bind<M: UserDataMethods<Counted<Self>>>(methods: &mut M) {
        <C as Shown>::bind(methods);
    }
}

impl<C: Shown> IntoLua for DefinitionRecord<C> {
    fn into_lua(self, lua: &Lua) -> mlua::Result<Value> {
        Counted::into_lua(lua, self)
    }
}

/// DELETE /v2/metadefs/namespaces/{namespace}/{collection}/{name}.
async fn delete<C: Shown>(
    _: Lua,
    this: UserDataRef<Counted<DefinitionRecord<C>>>,
    (): (),
) -> mlua::Result<()> {
    let name = this.definition.stored_name();
    this.glance.delete_definition::<C>(&this.namespace, name).await.map_err(raise)
}

/// PUT …/{collection}/{name}, with all that the definition has besides what is changed.
async fn update<C: Shown>(
    _: Lua,
    this: UserDataRef<Counted<DefinitionRecord<C>>>,
    options: Value,
) -> mlua::Result<DefinitionRecord<C>> {
    let changes = fields::changes(&options, C::UPDATE, C::SETTABLE)?;
    let name = this.definition.stored_name();
    let updated = this.glance.update_definition(&this.namespace, name, changes).await.map_err(raise)?;
    Ok(DefinitionRecord::new(&this.namespace, &this.glance, updated))
}
