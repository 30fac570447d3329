//! Setting an image's own attributes from JSON that the schema has already passed, and the rules that the
//! schema does not know.

use serde_json::Value;

use crate::sandbox::glance::fault::Fault;
use crate::sandbox::glance::permit;
use crate::sandbox::python;
use crate::sandbox::state::image::visibility::Visibility;
use crate::sandbox::state::policy::Action;
use crate::sandbox::state::{Caller, Image};

/// Glance's `image_tag_quota` and `image_property_quota`, as they are shipped.
pub(crate) const MOST_TAGS: usize = 128;
const MOST_PROPERTIES: usize = 128;
const MOST_NUMBER: i64 = 2_147_483_647;

/// Attributes of Glance's own that nobody may set.
pub(crate) const READ_ONLY: [&str; 13] = [
    "created_at",
    "updated_at",
    "status",
    "checksum",
    "size",
    "virtual_size",
    "direct_url",
    "self",
    "file",
    "schema",
    "id",
    "os_hash_algo",
    "os_hash_value",
];
/// Names that no custom property may have.
pub(crate) const RESERVED: [&str; 3] = ["location", "deleted", "deleted_at"];
/// The beginning of names that Glance keeps for itself.
pub(crate) const RESERVED_PREFIX: &str = "os_glance_";

const SETTABLE: [&str; 10] = [
    "name",
    "visibility",
    "disk_format",
    "container_format",
    "min_disk",
    "min_ram",
    "protected",
    "os_hidden",
    "owner",
    "tags",
];

/// Whether a name is an attribute that can be set, and no custom property.
pub(crate) fn is_settable(name: &str) -> bool {
    SETTABLE.contains(&name)
}

/// Sets an attribute. A name that [`is_settable`] does not know is left alone.
pub(crate) fn set(image: &mut Image, name: &str, value: &Value) -> Result<(), Fault> {
    let text = || value.as_str().map(str::to_owned);
    match name {
        "name" => image.name = text(),
        "owner" => image.owner = text(),
        "protected" => image.protected = value == true,
        "os_hidden" => image.os_hidden = value == true,
        "disk_format" | "container_format" if !image.status.has_open_formats() => {
            return Err(Fault::forbidden(format!(
                "Attribute {name} can be only replaced for a queued image."
            )));
        }
        "disk_format" => image.disk_format = text(),
        "container_format" => image.container_format = text(),
        "min_disk" => image.min_disk = check_whole(name, value)?,
        "min_ram" => image.min_ram = check_whole(name, value)?,
        "visibility" => {
            let visibility = value.as_str().and_then(Visibility::parse);
            image.visibility = visibility.unwrap_or(image.visibility);
        }
        "tags" => {
            image.tags.clear();
            for tag in value.as_array().into_iter().flatten().filter_map(Value::as_str) {
                image.add_tag(tag);
            }
        }
        _ => {}
    }
    Ok(())
}

/// Asks the policy about a visibility that more people than the owner notice.
pub(crate) fn permit_visibility(caller: &Caller, image: &Image, visibility: &str) -> Result<(), Fault> {
    let action = match visibility {
        "public" => Action::PublicizeImage,
        "community" => Action::CommunitizeImage,
        _ => return Ok(()),
    };
    if action.allows(caller, image.target(caller)) { Ok(()) } else { Err(permit::refusal(action)) }
}

/// What is looked at when an image is saved.
pub(crate) fn check(image: &Image) -> Result<(), Fault> {
    for (name, number) in [("min_disk", image.min_disk), ("min_ram", image.min_ram)] {
        if number > MOST_NUMBER {
            let message = format!("'{name}' value out of range, must not exceed {MOST_NUMBER}.");
            return Err(Fault::bad_request(message));
        }
    }
    check_count(image.properties.len(), MOST_PROPERTIES, "properties")?;
    check_count(image.tags.len(), MOST_TAGS, "tags")?;
    check_letters(image)
}

/// Refuses letters of four bytes, which not every database holds (`glance/common/utils.py`,
/// `no_4byte_params`).
fn check_letters(image: &Image) -> Result<(), Fault> {
    let is_wide = |text: &str| text.chars().any(|letter| letter.len_utf8() == 4);
    if image.name.as_deref().is_some_and(is_wide) {
        return Err(Fault::bad_request("Name can't contain 4 byte unicode characters."));
    }
    for (name, value) in &image.properties {
        if is_wide(name) {
            return Err(Fault::bad_request("Property names can't contain 4 byte unicode."));
        }
        if value.as_str().is_some_and(is_wide) {
            let message = format!("{} can't contain 4 byte unicode characters.", python::title(name));
            return Err(Fault::bad_request(message));
        }
    }
    Ok(())
}

fn check_count(count: usize, most: usize, what: &str) -> Result<(), Fault> {
    if count <= most {
        return Ok(());
    }
    Err(Fault::too_large(format!(
        "The limit has been exceeded on the number of allowed image {what}. Attempted: {count}, Maximum: {most}"
    )))
}

/// A number that the schema calls an integer, which 1.0 is too.
#[allow(
    clippy::cast_possible_truncation,
    reason = "a float out of range becomes the greatest number, which is refused"
)]
fn check_whole(name: &str, value: &Value) -> Result<i64, Fault> {
    let number = value.as_i64().or_else(|| value.as_f64().map(|number| number as i64)).unwrap_or(0);
    if number < 0 {
        let message = format!("Invalid value '{number}' for parameter '{name}': Cannot be a negative value");
        return Err(Fault::bad_request(message));
    }
    Ok(number)
}
