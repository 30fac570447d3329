//! An import: data that go from one place into stores, one store after the other
//! (`glance/async_/flows/api_image_import.py`).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::super::super::data::Blob;
use super::super::Image;
use super::{Bench, Source};
use crate::sandbox::state::image::status::Status;
use crate::sandbox::state::image::store::{Location, Store};

const IMPORTING: &str = "os_glance_importing_to_stores";
const FAILED: &str = "os_glance_failed_import";
const MIB: u64 = 1 << 20;

/// Where an import takes its data from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Method {
    /// From what was staged.
    Direct,
    /// From a web server.
    Web,
    /// From a store that has them.
    Copy,
    /// From another region.
    Region,
}

impl Method {
    /// All of them with Glance's words for them.
    const NAMES: [(&'static str, Self); 4] = [
        ("glance-direct", Self::Direct),
        ("web-download", Self::Web),
        ("copy-image", Self::Copy),
        ("glance-download", Self::Region),
    ];

    /// Glance's word for it.
    pub(crate) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, method)| *method == self).map_or("", |(name, _)| name)
    }

    /// The one that a word names.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(name, _)| *name == word).map(|(_, method)| *method)
    }
}

/// What another region's image had to say, and what stood in its place before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Former {
    /// All custom properties.
    pub(crate) properties: Map<String, Value>,
    /// The format of the disk.
    pub(crate) disk_format: Option<String>,
    /// The format of the container.
    pub(crate) container_format: Option<String>,
}

/// One import.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Import {
    /// The image's ID.
    pub(crate) image: String,
    /// Where the data come from.
    pub(crate) method: Method,
    /// Where they go, in this order.
    pub(crate) stores: Vec<String>,
    /// Whether one store that fails makes all of it fail.
    pub(crate) all_must_succeed: bool,
    /// What an import from another region changed, for the case that it fails.
    pub(crate) former: Option<Former>,
    /// How many stores are dealt with.
    done: usize,
}

impl Import {
    /// Begins one, and writes into the image that it has begun.
    pub(crate) fn begin(
        image: &mut Image,
        method: Method,
        stores: Vec<String>,
        all_must_succeed: bool,
    ) -> Self {
        if method != Method::Copy {
            image.advance(Status::Importing);
        }
        add(image, IMPORTING, &stores);
        subtract(image, FAILED, &stores);
        Self { image: image.id.clone(), method, stores, all_must_succeed, former: None, done: 0 }
    }

    /// Takes back that it has begun.
    pub(crate) fn retract(&self, image: &mut Image) {
        subtract(image, IMPORTING, &self.stores);
        if image.status == Status::Importing {
            image.advance(Status::Queued);
        }
    }

    /// How many steps are done, of how many.
    pub(crate) fn steps(&self) -> (i32, i32) {
        let number = |count| i32::try_from(count).unwrap_or(i32::MAX);
        (number(self.done), number(self.stores.len()))
    }

    /// Deals with the next store. The answer is whether it was the last.
    pub(crate) fn step(&mut self, source: &Source, bench: &mut Bench<'_>) -> bool {
        let Some(image) = bench.images.any_mut(&self.image) else {
            bench.finish(&self.image, false);
            return true;
        };
        image.updated_at = bench.now;
        let (Source::Here(blob), Some(store)) = (source, self.stores.get(self.done)) else {
            self.give_up(image);
            // A download that was to go nowhere keeps its mark on the image, which shuts others out for an
            // hour.
            let is_locked = self.stores.is_empty() && self.method == Method::Web;
            bench.finish(if is_locked { "" } else { &self.image }, false);
            return true;
        };
        match put(image, store, blob) {
            Ok(()) => {
                self.done += 1;
                if self.method != Method::Copy && (!self.all_must_succeed || self.done == self.stores.len()) {
                    image.advance(Status::Active);
                }
                subtract(image, IMPORTING, std::slice::from_ref(store));
                bench.tell(format!("Copied {} MiB", blob.size / MIB));
            }
            Err(()) if self.all_must_succeed => {
                self.revert(image);
                bench.finish(&self.image, false);
                return true;
            }
            Err(()) => {
                self.done += 1;
                subtract(image, IMPORTING, std::slice::from_ref(store));
                add(image, FAILED, std::slice::from_ref(store));
            }
        }
        if self.done < self.stores.len() {
            return false;
        }
        self.end(bench);
        true
    }

    /// Looks whether the image is one that can be used now.
    fn end(&self, bench: &mut Bench<'_>) {
        let mut is_well = false;
        if let Some(image) = bench.images.any_mut(&self.image) {
            is_well = image.status == Status::Active;
            image.staged = None;
            if !is_well {
                self.give_up(image);
                image.advance(Status::Queued);
            }
        }
        bench.finish(&self.image, is_well);
    }

    /// Takes back what a store that failed spoils. Of staged data Glance forgets to, and the image is
    /// importing for ever.
    fn revert(&self, image: &mut Image) {
        let touched = &self.stores[..=self.done.min(self.stores.len().saturating_sub(1))];
        for store in touched {
            image.locations.retain(|location| location.store != *store);
        }
        if image.locations.is_empty() && self.done > 0 {
            image.data = None;
            image.size = None;
        }
        subtract(image, IMPORTING, touched);
        add(image, FAILED, &touched[self.done..]);
        self.give_up(image);
    }

    /// What follows where data had to be fetched: all stores count as failed, and the image is queued again.
    fn give_up(&self, image: &mut Image) {
        if self.method == Method::Region && self.former.is_none() {
            // There is no such image there. Here Glance forgets to say which stores it leaves alone.
            image.advance(Status::Queued);
            return;
        }
        if !matches!(self.method, Method::Web | Method::Region) {
            if self.stores.is_empty() {
                image.advance(Status::Queued);
            }
            return;
        }
        subtract(image, IMPORTING, &self.stores);
        add(image, FAILED, &self.stores);
        image.advance(Status::Queued);
        if let Some(former) = &self.former {
            let marks = image.properties.iter().filter(|(key, _)| key.starts_with("os_glance_"));
            let marks: Vec<_> = marks.map(|(key, value)| (key.clone(), value.clone())).collect();
            image.properties.clone_from(&former.properties);
            image.properties.extend(marks);
            image.disk_format.clone_from(&former.disk_format);
            image.container_format.clone_from(&former.container_format);
        }
    }
}

/// Puts data into one store of an image.
fn put(image: &mut Image, store: &str, blob: &Blob) -> Result<(), ()> {
    if Store::find(store).is_none_or(|store| store.is_read_only) {
        return Err(());
    }
    let [disk_format, container_format] =
        [&image.disk_format, &image.container_format].map(|format| format.as_deref().unwrap_or_default());
    let virtual_size = blob.inspection.judge(disk_format, container_format).map_err(drop)?;
    if image.data.is_none() {
        image.size = Some(blob.size);
        image.virtual_size = virtual_size;
        image.data = Some(blob.clone());
    }
    image.locations.push(Location::file(store, &image.id));
    Ok(())
}

/// Adds stores to a list that an image keeps in a property, sorted.
fn add(image: &mut Image, key: &str, stores: &[String]) {
    let mut list = list(image, key);
    list.extend(stores.iter().cloned());
    write(image, key, list);
}

fn subtract(image: &mut Image, key: &str, stores: &[String]) {
    let mut list = list(image, key);
    list.retain(|store| !stores.contains(store));
    write(image, key, list);
}

fn list(image: &Image, key: &str) -> Vec<String> {
    let text = image.properties.get(key).and_then(Value::as_str).unwrap_or_default();
    text.split(',').filter(|store| !store.is_empty()).map(str::to_owned).collect()
}

fn write(image: &mut Image, key: &str, mut list: Vec<String>) {
    list.sort();
    list.dedup();
    image.properties.insert(key.to_owned(), json!(list.join(",")));
}
