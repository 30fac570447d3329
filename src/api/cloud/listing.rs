//! `cloud:images{…}` and `cloud:offers{…}`: their options as Glance's query, and their iterators.
//!
//! Source: glance/api/v2/images.py, RequestDeserializer.index.

use std::rc::Rc;

use mlua::{Lua, Value};

use crate::api::bind::counted::Counted;
use crate::api::bind::iterator::Source;
use crate::api::image::record::ImageRecord;
use crate::api::runtime::context::Context;
use crate::error::{Error, Kind};
use crate::glance::{Glance, Image, ImageQuery, Images};
use crate::host::text::{TEXT, Total};
use crate::host::{Given, Name, Text, raise};

/// Filters whose value is a text, passed on as it is, or for some of them a list of texts; ranges are texts
/// such as `gte:2026-01-01T00:00:00Z`.
const TEXTS: &[&str] = &[
    "name",
    "id",
    "owner",
    "visibility",
    "member_status",
    "status",
    "container_format",
    "disk_format",
    "created_at",
    "updated_at",
    "checksum",
    "os_hash_value",
];
const SIZES: &[&str] = &["size_min", "size_max"];
const FLAGS: &[&str] = &["protected", "os_hidden"];

/// What is more than a filter by one value.
const OTHERS: &[&str] = &["tags", "properties", "sort", "limit", "page_size"];

/// The query that the options of `cloud:images` mean.
pub(in crate::api) fn query(options: &Value) -> mlua::Result<ImageQuery> {
    let known = [TEXTS, SIZES, FLAGS, OTHERS].concat();
    let options = Given::from(options, "cloud:images", &known)?;
    let mut query = ImageQuery::default();
    for name in TEXTS {
        if options.value(name)?.is_table() {
            let values = options.strings(name)?.unwrap_or_default();
            query = query.any_of(name, &values).map_err(raise)?;
        } else if let Some(text) = options.string(name)? {
            query = query.filter(*name, text);
        }
    }
    let filters = &mut query.filters;
    for name in SIZES {
        filters.extend(options.integer(name)?.map(|size| ((*name).to_string(), size.to_string())));
    }
    for name in FLAGS {
        filters.extend(options.boolean(name)?.map(|flag| ((*name).to_string(), flag.to_string())));
    }
    let tags = options.strings("tags")?.unwrap_or_default();
    filters.extend(tags.into_iter().map(|tag| ("tag".to_string(), tag)));
    if let Some(properties) = options.table("properties")? {
        let (mut pairs, mut total) = (Vec::new(), Total::default());
        for pair in properties.pairs::<Name, Text>() {
            let (name, value) = pair?;
            total.add("properties of cloud:images", name.len() + value.len(), TEXT.most)?;
            pairs.push((String::from(name), String::from(value)));
        }
        pairs.sort();
        pairs.iter().try_for_each(|(name, _)| check_property(name))?;
        filters.extend(pairs);
    }
    let mut total = Total::default();
    for (name, value) in &query.filters {
        total.add("cloud:images", name.len() + value.len(), TEXT.most)?;
    }
    query.sort = options.string("sort")?;
    query.limit = positive(&options, "cloud:images", "limit")?;
    // A listing that is cut short is paged too: policy may empty its first page.
    let page_size = positive(&options, "cloud:images", "page_size")?.or(query.limit);
    query.page_size = page_size.map(|size| u32::try_from(size).unwrap_or(u32::MAX));
    Ok(query)
}

/// Errors: `usage` (by that name Glance filters by something else than a property, or not at all).
fn check_property(name: &str) -> mlua::Result<()> {
    if Image::is_schema_field(name) {
        let error = Error::new(Kind::Usage, format!("{name} is a field of the image, not a custom property"));
        return Err(raise(error.advice(format!("write {name} = … beside properties, not within"))));
    }
    if !ImageQuery::is_property(name) {
        let message = format!(
            "Glance cannot list images by a property of the name {name}: it means something else there"
        );
        let advice = format!("list without it, and compare image.properties[\"{name}\"]");
        return Err(raise(Error::new(Kind::Usage, message).advice(advice)));
    }
    Ok(())
}

/// The query that the options of `cloud:offers` mean, its owner already known by ID.
pub(in crate::api) fn offers(options: &Given, from: Option<String>) -> mlua::Result<ImageQuery> {
    let mut query = ImageQuery::default();
    if let Some(owner) = from {
        query = query.equal("owner", &owner);
    }
    if let Some(image) = options.string("image")? {
        query = query.image(&image);
    }
    if let Some(status) = options.string("status")? {
        query = query.equal("member_status", &status);
    }
    if let Some(hidden) = options.boolean("os_hidden")? {
        query = query.equal("os_hidden", if hidden { "true" } else { "false" });
    }
    Ok(query)
}

/// A number of things, 1 or more.
pub(in crate::api) fn positive(options: &Given, call: &str, name: &str) -> mlua::Result<Option<u64>> {
    let Some(number) = options.integer(name)? else { return Ok(None) };
    u64::try_from(number).ok().filter(|number| *number > 0).map(Some).ok_or_else(|| {
        raise(Error::new(Kind::Usage, format!("{call}: '{name}' must be 1 or more, not {number}")))
    })
}

/// Images as Lua sees them, fetched page by page.
pub(in crate::api) struct ImageSource {
    pub(in crate::api) images: Images,
    pub(in crate::api) glance: Glance,
    pub(in crate::api) context: Rc<Context>,
}

impl Source for ImageSource {
    const CLASS: &'static str = "images";

    async fn next(&mut self, lua: &Lua) -> mlua::Result<Option<Value>> {
        let Some(image) = self.images.next().await.map_err(raise)? else { return Ok(None) };
        let record = ImageRecord::new(image, &self.glance, &self.context);
        Counted::into_lua(lua, record).map(Some)
    }
}
