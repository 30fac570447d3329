//! Locations as JSON.

use serde_json::{Value, json};

use crate::sandbox::state::image::store::Location;

/// Returns locations as a list.
pub(crate) fn list(locations: &[Location]) -> Value {
    locations.iter().map(item).collect()
}

/// Returns one location.
pub(crate) fn item(location: &Location) -> Value {
    let mut metadata = location.metadata.clone();
    metadata.insert("store".into(), json!(location.store));
    json!({ "url": location.url, "metadata": metadata })
}

/// Returns the fields of an image that show its locations: all of them, and the URL that is read first.
pub(crate) fn image_fields(locations: &[Location]) -> Vec<(&'static str, Value)> {
    let mut fields = vec![("locations", list(locations))];
    // The first of those with the same weight.
    let best = locations.iter().rev().max_by_key(|location| location.weight());
    fields.extend(best.map(|location| ("direct_url", json!(location.url))));
    fields
}
