//! All images of the cloud, found as their viewers may find them.

use serde::{Deserialize, Serialize};

use std::collections::{HashMap, HashSet};

use super::super::{Caller, Image};

/// All images, and the IDs that are used up.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Images {
    living: HashMap<String, Image>,
    deleted: HashSet<String>,
}

impl Images {
    /// The image with this ID, if the caller can see it.
    pub(crate) fn visible(&self, caller: &Caller, id: &str) -> Option<&Image> {
        self.living.get(id).filter(|image| image.is_visible_to(caller))
    }

    /// Whether there is such an image, though not everybody may see it.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.living.contains_key(id)
    }

    /// The image with this ID, whoever asks.
    pub(crate) fn any_mut(&mut self, id: &str) -> Option<&mut Image> {
        self.living.get_mut(id)
    }

    /// All of them, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Image> {
        self.living.values()
    }

    /// All of them, in no order, to be changed.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Image> {
        self.living.values_mut()
    }

    /// Whether the ID was ever an image's. It is never given twice.
    pub(crate) fn knows(&self, id: &str) -> bool {
        self.living.contains_key(id) || self.deleted.contains(id)
    }

    /// Keeps an image, in place of the one with the same ID.
    pub(crate) fn put(&mut self, image: Image) {
        self.living.insert(image.id.clone(), image);
    }

    /// Forgets an image, but not its ID. Its data go with it.
    pub(crate) fn delete(&mut self, id: &str) {
        if self.living.remove(id).is_some() {
            self.deleted.insert(id.to_owned());
        }
    }
}
