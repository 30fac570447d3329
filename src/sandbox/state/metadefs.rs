//! Metadata definitions: which properties, tags and objects things may carry, gathered in namespaces.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Caller;

/// The kinds of thing that every cloud has definitions for. They came with the database and cannot go.
const SEEDED: [&str; 6] = [
    "OS::Glance::Image",
    "OS::Cinder::Volume",
    "OS::Nova::Server",
    "OS::Nova::Aggregate",
    "OS::Nova::Flavor",
    "OS::Trove::Instance",
];

/// A namespace with all that is in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Namespace {
    /// Unique in the cloud; by it a namespace is found.
    pub(crate) name: String,
    /// What people call it.
    pub(crate) display_name: Option<String>,
    /// Any text.
    pub(crate) description: Option<String>,
    /// Whether projects other than the owner see it.
    pub(crate) is_public: bool,
    /// Whether it, and what is in it, cannot be deleted.
    pub(crate) protected: bool,
    /// The owner; usually, but not always, a project's ID.
    pub(crate) owner: String,
    /// When it was made, and when its own attributes were last changed.
    pub(crate) times: Times,
    /// What it applies to, oldest first.
    pub(crate) associations: Vec<Association>,
    /// Groups of properties, oldest first.
    pub(crate) objects: Vec<Object>,
    /// Single properties, oldest first.
    pub(crate) properties: Vec<Property>,
    /// Tags, oldest first.
    pub(crate) tags: Vec<Tag>,
}

/// When something was made and last changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Times {
    /// When it was made.
    pub(crate) created_at: Timestamp,
    /// When it was last changed.
    pub(crate) updated_at: Timestamp,
}

impl Times {
    /// Of something that is made now.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self { created_at: now, updated_at: now }
    }
}

/// That a namespace applies to a kind of thing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Association {
    /// The resource type's name.
    pub(crate) resource_type: String,
    /// What stands before a property's name on such a thing.
    pub(crate) prefix: Option<String>,
    /// Which of the thing's several sets of properties is meant.
    pub(crate) properties_target: Option<String>,
    /// When.
    pub(crate) times: Times,
}

/// Properties that belong together.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Object {
    /// Unique in the namespace.
    pub(crate) name: String,
    /// Any text.
    pub(crate) description: Option<String>,
    /// The properties that must be there.
    pub(crate) required: Option<Vec<String>>,
    /// The definitions by name, as they are shown.
    pub(crate) properties: Option<Map<String, Value>>,
    /// When.
    pub(crate) times: Times,
}

/// One property.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Property {
    /// Unique in the namespace.
    pub(crate) name: String,
    /// The definition, as it is shown. It may hold a name of its own, which means nothing.
    pub(crate) definition: Map<String, Value>,
}

/// A word to mark things with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Tag {
    /// Unique in the namespace. Case counts here; on `MySQL` it would not.
    pub(crate) name: String,
    /// When.
    pub(crate) times: Times,
}

/// A kind of thing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ResourceType {
    /// Unique in the cloud.
    pub(crate) name: String,
    /// When it was first named.
    pub(crate) created_at: Timestamp,
    /// Whether it came with the database.
    pub(crate) is_seeded: bool,
}

/// All of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Metadefs {
    namespaces: Vec<Namespace>,
    resource_types: Vec<ResourceType>,
}

impl Namespace {
    /// Whether the caller may know that it exists.
    pub(crate) fn is_visible_to(&self, caller: &Caller) -> bool {
        caller.is_admin() || self.is_public || caller.is_in(Some(&self.owner))
    }

    /// Its association with a resource type.
    pub(crate) fn association(&self, resource_type: &str) -> Option<&Association> {
        self.associations.iter().find(|association| association.resource_type == resource_type)
    }
}

impl Metadefs {
    /// What a new database holds: resource types, and no namespace.
    pub(crate) fn new(now: Timestamp) -> Self {
        let seeded = SEEDED.map(|name| ResourceType { name: name.into(), created_at: now, is_seeded: true });
        Self { namespaces: Vec::new(), resource_types: seeded.to_vec() }
    }

    /// All namespaces, oldest first.
    pub(crate) fn namespaces(&self) -> &[Namespace] {
        &self.namespaces
    }

    /// The namespace with this name, whoever asks.
    pub(crate) fn namespace(&self, name: &str) -> Option<&Namespace> {
        self.namespaces.iter().find(|namespace| namespace.name == name)
    }

    /// The same, to be changed.
    pub(crate) fn namespace_mut(&mut self, name: &str) -> Option<&mut Namespace> {
        self.namespaces.iter_mut().find(|namespace| namespace.name == name)
    }

    /// Keeps a new namespace. Whoever calls has looked whether its name is free.
    pub(crate) fn add(&mut self, namespace: Namespace) {
        self.namespaces.push(namespace);
    }

    /// Forgets a namespace and all that is in it.
    pub(crate) fn delete(&mut self, name: &str) {
        self.namespaces.retain(|namespace| namespace.name != name);
    }

    /// All resource types, oldest first.
    pub(crate) fn resource_types(&self) -> &[ResourceType] {
        &self.resource_types
    }

    /// Remembers a resource type that somebody named. It stays, even when nothing refers to it any more.
    pub(crate) fn know(&mut self, resource_type: &str, now: Timestamp) {
        if !self.resource_types.iter().any(|known| known.name == resource_type) {
            let name = resource_type.to_owned();
            self.resource_types.push(ResourceType { name, created_at: now, is_seeded: false });
        }
    }
}
