//! What `image:update{…}` and `cloud:create_image{…}` take, as the changes and bodies that Glance takes.
//!
//! Source: glance/api/v2/images.py, `get_schema` and `RequestDeserializer`.

use mlua::Value;
use serde_json::Value as Json;

use crate::error::{Error, Kind};
use crate::glance::Image;
use crate::host::text::{TEXT, Total, check};
use crate::host::{Given, Name, raise};

/// Texts that may be given.
const TEXTS: &[&str] = &["name", "visibility", "disk_format", "container_format", "owner"];
/// Whole numbers that may be given: `min_disk` in GiB, `min_ram` in MiB.
const NUMBERS: &[&str] = &["min_disk", "min_ram"];
/// Truth values that may be given.
const FLAGS: &[&str] = &["protected", "os_hidden"];

/// All properties of one request, in bytes.
const MOST: usize = 4 << 20;

/// What is more than one value.
const OTHERS: &[&str] = &["tags", "properties"];

/// The options of `image:update`.
pub(in crate::api) fn updatable() -> Vec<&'static str> {
    [TEXTS, NUMBERS, FLAGS, OTHERS].concat()
}

/// Every change asked for: a value to set, or `None` to remove a custom property.
pub(in crate::api) fn read(options: &Given) -> mlua::Result<Vec<(String, Option<Json>)>> {
    let mut changes = Vec::new();
    for name in TEXTS {
        changes.extend(options.string(name)?.map(|text| ((*name).to_string(), Some(Json::from(text)))));
    }
    for name in NUMBERS {
        changes.extend(options.integer(name)?.map(|number| ((*name).to_string(), Some(Json::from(number)))));
    }
    for name in FLAGS {
        changes.extend(options.boolean(name)?.map(|flag| ((*name).to_string(), Some(Json::from(flag)))));
    }
    changes.extend(options.strings("tags")?.map(|tags| ("tags".to_string(), Some(Json::from(tags)))));
    changes.extend(properties(options)?);
    Ok(changes)
}

/// `properties = { key = "text" | number | false }`; false removes.
fn properties(options: &Given) -> mlua::Result<Vec<(String, Option<Json>)>> {
    let Some(table) = options.table("properties")? else { return Ok(Vec::new()) };
    let (mut changes, mut total) = (Vec::new(), Total::default());
    for pair in table.pairs::<Name, Value>() {
        let (name, value) = pair?;
        if let Value::String(text) = &value {
            check(text, TEXT)?;
        }
        let length = value.as_string().map_or(0, |text| text.as_bytes().len());
        total.add("properties", name.len() + length, MOST)?;
        let name = String::from(name);
        if Image::is_schema_field(&name) {
            let error =
                Error::new(Kind::Usage, format!("{name} is a field of the image, not a custom property"));
            return Err(raise(error.advice(format!("write {name} = … beside properties, not within"))));
        }
        let change = match value {
            Value::Boolean(false) => None,
            Value::String(text) => Some(Json::from(text.to_str()?.as_ref())),
            Value::Integer(number) => Some(Json::from(number.to_string())),
            other => {
                let message = format!("property '{name}' must be text, not a {}", other.type_name());
                let advice = "Glance's properties are texts: write \"true\", or false to remove the property";
                return Err(raise(Error::new(Kind::Usage, message).advice(advice)));
            }
        };
        changes.push((name, change));
    }
    changes.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(changes)
}
