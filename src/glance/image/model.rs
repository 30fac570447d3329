//! One image: Glance's own fields typed, everything else as properties.
//!
//! Knows nothing of how an image is asked for. Reading is lenient: only the ID must be there, words that
//! Glance may add to (status, visibility, formats) are text, and whatever may be null is an `Option`.
//!
//! Long because every field is named four times: its type, its place, its way in and its way out.
//! Source: glance/api/v2/images.py, `get_base_properties` and `ImageSerializer`.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use crate::budget::size_of_json;

/// An image as Glance told it: a snapshot.
///
/// Text is `Box<str>`, which is a third smaller than `String`: a listing may hold a hundred thousand images.
#[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct Image {
    /// The ID: a UUID in lower case, never used for another image again.
    pub id: Box<str>,
    /// The name; need not be there, need not be unique.
    pub name: Option<Box<str>>,
    /// `queued`, `saving`, `uploading`, `importing`, `active`, `deactivated`, `killed`, …
    pub status: Box<str>,
    /// `private`, `shared`, `community` or `public`.
    pub visibility: Box<str>,
    /// The ID of the project that owns it.
    pub owner: Option<Box<str>>,
    /// Bytes of data; `None` while there are none.
    pub size: Option<u64>,
    /// Bytes of the disk that the data unpack to.
    pub virtual_size: Option<u64>,
    /// `raw`, `qcow2`, …
    pub disk_format: Option<Box<str>>,
    /// `bare`, `ovf`, …
    pub container_format: Option<Box<str>>,
    /// GiB of disk that a server needs at least.
    pub min_disk: u64,
    /// MiB of memory that a server needs at least.
    pub min_ram: u64,
    /// Cannot be deleted.
    pub protected: bool,
    /// Left out of listings that do not ask for hidden images.
    pub os_hidden: bool,
    /// The tags, sorted (Glance sends them in any order).
    pub tags: Vec<Box<str>>,
    /// Everything that is no field: `os_distro`, `hw_disk_bus`, … Values that are no text are kept as JSON
    /// text.
    pub properties: BTreeMap<Box<str>, Box<str>>,
    /// MD5 of the data, in hexadecimal digits.
    pub checksum: Option<Box<str>>,
    /// Which hash `os_hash_value` is: `sha512`.
    pub os_hash_algo: Option<Box<str>>,
    /// The hash of the data, in hexadecimal digits.
    pub os_hash_value: Option<Box<str>>,
    /// ISO 8601.
    pub created_at: Option<Box<str>>,
    /// ISO 8601.
    pub updated_at: Option<Box<str>>,
    /// The IDs of the stores that hold the data, with commas; only from clouds with several stores.
    pub stores: Option<Box<str>>,
    /// Where the data lie, as Glance tells it; only from clouds that show this.
    pub locations: Option<Box<Value>>,
    /// The first of the locations; only from clouds that show this.
    pub direct_url: Option<Box<str>>,
    /// The path of the data.
    pub file: Option<Box<str>>,
    /// The path of the image; `self` in Glance's words.
    pub self_path: Option<Box<str>>,
    /// The path of the schema.
    pub schema: Option<Box<str>>,
}

impl Image {
    /// Every field in the order in which it is shown, `properties` among them.
    ///
    /// Where the data lie is not shown with the rest: it is asked for, by
    /// [`Glance::locations`](super::super::Glance::locations).
    pub const FIELDS: &[&str] = &[
        "id",
        "name",
        "status",
        "visibility",
        "owner",
        "size",
        "virtual_size",
        "disk_format",
        "container_format",
        "min_disk",
        "min_ram",
        "protected",
        "os_hidden",
        "tags",
        "properties",
        "checksum",
        "os_hash_algo",
        "os_hash_value",
        "created_at",
        "updated_at",
        "stores",
        "direct_url",
        "file",
        "self",
        "schema",
    ];

    /// The fields that only some clouds send; the others are there always, if only as null.
    const RARE_FIELDS: &[&str] = &["stores", "direct_url"];

    /// Bytes of memory that it takes, roughly.
    pub fn memory(&self) -> usize {
        const ENTRY: usize = 80;
        let Image { tags, properties, locations, .. } = self;
        let tags: usize = tags.iter().map(|tag| tag.len() + ENTRY).sum();
        let properties: usize = properties.iter().map(|(key, value)| key.len() + value.len() + ENTRY).sum();
        let texts = [&self.name, &self.stores, &self.direct_url, &self.file, &self.self_path, &self.schema];
        let texts: usize = texts.into_iter().flatten().map(|text| text.len()).sum();
        size_of::<Image>() + 1024 + tags + properties + texts + locations.as_deref().map_or(0, size_of_json)
    }

    /// Whether that key is a field of Glance's image schema; all else is a custom property.
    ///
    /// What the schema marks `is_base: false` (`os_distro`, `kernel_id`, …) is a custom property here as in
    /// Glance.
    pub fn is_schema_field(key: &str) -> bool {
        key == "locations" || key != "properties" && Image::FIELDS.contains(&key)
    }

    /// The value of a field by Glance's name for it; `None` where it is null, absent, or no field.
    pub fn field(&self, key: &str) -> Option<Value> {
        match key {
            "id" => Some(Value::from(&*self.id)),
            "name" => text_value(self.name.as_deref()),
            "status" => Some(Value::from(&*self.status)),
            "visibility" => Some(Value::from(&*self.visibility)),
            "owner" => text_value(self.owner.as_deref()),
            "size" => self.size.map(Value::from),
            "virtual_size" => self.virtual_size.map(Value::from),
            "disk_format" => text_value(self.disk_format.as_deref()),
            "container_format" => text_value(self.container_format.as_deref()),
            "min_disk" => Some(Value::from(self.min_disk)),
            "min_ram" => Some(Value::from(self.min_ram)),
            "protected" => Some(Value::from(self.protected)),
            "os_hidden" => Some(Value::from(self.os_hidden)),
            "tags" => Some(self.tags.iter().map(|tag| Value::from(&**tag)).collect()),
            "properties" => Some(self.properties.iter().map(|(key, value)| (&**key, &**value)).collect()),
            "checksum" => text_value(self.checksum.as_deref()),
            "os_hash_algo" => text_value(self.os_hash_algo.as_deref()),
            "os_hash_value" => text_value(self.os_hash_value.as_deref()),
            "created_at" => text_value(self.created_at.as_deref()),
            "updated_at" => text_value(self.updated_at.as_deref()),
            "stores" => text_value(self.stores.as_deref()),
            "direct_url" => text_value(self.direct_url.as_deref()),
            "file" => text_value(self.file.as_deref()),
            "self" => text_value(self.self_path.as_deref()),
            "schema" => text_value(self.schema.as_deref()),
            _ => None,
        }
    }
}

impl Serialize for Image {
    /// An object of the fields in the order of [`Image::FIELDS`], custom properties nested under
    /// `properties`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        for key in Image::FIELDS {
            match self.field(key) {
                None if Image::RARE_FIELDS.contains(key) => {}
                value => object.serialize_entry(key, &value)?,
            }
        }
        object.end()
    }
}

impl TryFrom<Map<String, Value>> for Image {
    type Error = &'static str;

    fn try_from(object: Map<String, Value>) -> Result<Image, Self::Error> {
        let mut image = Image::default();
        for (key, value) in object {
            if !value.is_null() {
                image.set(&key, value);
            }
        }
        if image.id.is_empty() { Err("an image without an `id`") } else { Ok(image) }
    }
}

impl Image {
    /// Takes over one key of Glance's object.
    fn set(&mut self, key: &str, value: Value) {
        match key {
            "id" => self.id = text(value),
            "name" => self.name = Some(text(value)),
            "status" => self.status = text(value),
            "visibility" => self.visibility = text(value),
            "owner" => self.owner = Some(text(value)),
            "size" => self.size = value.as_u64(),
            "virtual_size" => self.virtual_size = value.as_u64(),
            "disk_format" => self.disk_format = Some(text(value)),
            "container_format" => self.container_format = Some(text(value)),
            "min_disk" => self.min_disk = value.as_u64().unwrap_or_default(),
            "min_ram" => self.min_ram = value.as_u64().unwrap_or_default(),
            "protected" => self.protected = value.as_bool().unwrap_or_default(),
            "os_hidden" => self.os_hidden = value.as_bool().unwrap_or_default(),
            "tags" => self.tags = sorted_texts(value),
            "checksum" => self.checksum = Some(text(value)),
            "os_hash_algo" => self.os_hash_algo = Some(text(value)),
            "os_hash_value" => self.os_hash_value = Some(text(value)),
            "created_at" => self.created_at = Some(text(value)),
            "updated_at" => self.updated_at = Some(text(value)),
            "stores" => self.stores = Some(text(value)),
            "locations" => self.locations = Some(Box::new(value)),
            "direct_url" => self.direct_url = Some(text(value)),
            "file" => self.file = Some(text(value)),
            "self" => self.self_path = Some(text(value)),
            "schema" => self.schema = Some(text(value)),
            _ => drop(self.properties.insert(key.into(), text(value))),
        }
    }
}

/// A value as text: a string as it is, anything else as its JSON.
fn text(value: Value) -> Box<str> {
    match value {
        Value::String(text) => text.into_boxed_str(),
        other => other.to_string().into_boxed_str(),
    }
}

fn sorted_texts(value: Value) -> Vec<Box<str>> {
    let Value::Array(values) = value else { return Vec::new() };
    let mut texts: Vec<Box<str>> = values.into_iter().map(text).collect();
    texts.sort_unstable();
    texts
}

fn text_value(text: Option<&str>) -> Option<Value> {
    text.map(Value::from)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    /// What Glance 33 answers after an upload, with a few properties besides.
    fn active() -> Value {
        json!({
            "os_distro": "freebsd", "hw_disk_bus": "scsi", "properties": "odd", "count": 3, "nothing": null,
            "name": "pfsense", "disk_format": "raw", "container_format": "bare", "visibility": "shared",
            "size": 1_048_576, "virtual_size": 9_007_199_254_740_993_u64, "status": "active",
            "checksum": "c35cc7d8", "protected": true, "min_ram": 512, "min_disk": 10, "owner": "81a6", "os_hidden": false,
            "os_hash_algo": "sha512", "os_hash_value": "ac1d097b", "id": "bbef721e-33ef-48b4-b927-5d7f473aa80b",
            "created_at": "2026-11-23T08:18:29Z", "updated_at": "2026-11-23T08:18:30Z", "tags": ["prod", "fw"],
            "locations": [{"url": "file:///x", "metadata": {"store": "fast"}}], "direct_url": "file:///x",
            "self": "/v2/images/bbef", "file": "/v2/images/bbef/file", "schema": "/v2/schemas/image", "stores": "fast"
        })
    }

    #[test]
    fn tells_fields_from_properties() {
        let image: Image = serde_json::from_value(active()).unwrap();
        assert_eq!(
            (image.name.as_deref(), &*image.status, image.size),
            (Some("pfsense"), "active", Some(1_048_576))
        );
        assert_eq!((image.min_disk, image.min_ram, image.protected), (10, 512, true));
        assert_eq!(image.tags, ["fw".into(), "prod".into()]);
        let properties: Vec<_> = image.properties.iter().map(|(key, value)| (&**key, &**value)).collect();
        assert_eq!(
            properties,
            [("count", "3"), ("hw_disk_bus", "scsi"), ("os_distro", "freebsd"), ("properties", "odd")]
        );
    }

    #[test]
    fn every_field_survives_a_round_trip() {
        let sent = active();
        let image: Image = serde_json::from_value(sent.clone()).unwrap();
        for key in Image::FIELDS.iter().filter(|key| Image::is_schema_field(key) && **key != "tags") {
            assert_eq!(image.field(key).as_ref(), sent.get(key), "{key}");
        }
        assert_eq!(image.field("os_distro"), None);
    }

    #[test]
    fn is_written_in_one_order_with_properties_nested() {
        let image: Image = serde_json::from_value(active()).unwrap();
        let written = serde_json::to_value(&image).unwrap();
        let keys: Vec<_> = written.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, Image::FIELDS);
        assert_eq!(written["properties"]["os_distro"], "freebsd");
    }

    #[test]
    fn a_queued_image_has_nulls_but_no_rare_fields() {
        let queued =
            json!({"id": "bbef", "name": null, "size": null, "status": "queued", "visibility": "shared"});
        let written = serde_json::to_value(serde_json::from_value::<Image>(queued).unwrap()).unwrap();
        assert_eq!((&written["name"], &written["size"]), (&Value::Null, &Value::Null));
        assert!(!written.as_object().unwrap().contains_key("stores"));
    }

    #[test]
    fn an_object_without_an_id_is_no_image() {
        let error = serde_json::from_value::<Image>(json!({"name": "x"})).unwrap_err();
        assert!(error.to_string().contains("without an `id`"), "{error}");
    }

    #[test]
    fn an_unknown_word_or_type_is_taken_as_it_is() {
        let odd = json!({"id": "bbef", "status": "thawing", "size": "big", "tags": "none", "name": 5});
        let image: Image = serde_json::from_value(odd).unwrap();
        assert_eq!((&*image.status, image.size, image.name.as_deref()), ("thawing", None, Some("5")));
        assert!(image.tags.is_empty());
    }
}
