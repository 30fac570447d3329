//! The stores that data can lie in, and the places where an image's data lie.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One store.
#[derive(Debug)]
pub(crate) struct Store {
    /// What requests call it.
    pub(crate) id: &'static str,
    /// What people read.
    pub(crate) description: &'static str,
    /// Of two that have the data, the heavier one is read.
    pub(crate) weight: u32,
    /// Whether it only reads what lies elsewhere, and takes no data.
    pub(crate) is_read_only: bool,
}

/// All of them, as the lab's cloud has them; the first is the default.
pub(crate) const STORES: [Store; 3] = [
    Store { id: "fast", description: "Fast store", weight: 20, is_read_only: false },
    Store { id: "slow", description: "Slow store", weight: 10, is_read_only: false },
    Store { id: WEB, description: "Reads http:// locations", weight: 0, is_read_only: true },
];
/// The store of what lies on web servers.
pub(crate) const WEB: &str = "web";

impl Store {
    /// The store that is meant by an ID.
    pub(crate) fn find(id: &str) -> Option<&'static Self> {
        STORES.iter().find(|store| store.id == id)
    }
}

/// One place where an image's data lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Location {
    /// The store's ID.
    pub(crate) store: String,
    /// Where in it.
    pub(crate) url: String,
    /// What whoever told of it said besides.
    pub(crate) metadata: Map<String, Value>,
}

impl Location {
    /// A file of a store of files. The path leads nowhere: a cloud's stores are not its clients' to read.
    pub(crate) fn file(store: &str, image: &str) -> Self {
        Self {
            store: store.to_owned(),
            url: format!("file:///var/lib/glance/{store}/{image}"),
            metadata: Map::new(),
        }
    }

    /// What lies on a web server.
    pub(crate) fn web(url: &str) -> Self {
        Self { store: WEB.into(), url: url.to_owned(), metadata: Map::new() }
    }

    /// How much its store weighs.
    pub(crate) fn weight(&self) -> u32 {
        Store::find(&self.store).map_or(0, |store| store.weight)
    }
}
