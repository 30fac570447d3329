//! Changing an image's locations by a PATCH, where images show them (glance/api/v2/images.py,
//! `_do_add_locations` and its like).

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{validation_data, view};
use crate::sandbox::cloud::Cloud;
use crate::sandbox::data::Blob;
use crate::sandbox::fetch;
use crate::sandbox::glance::fault::Fault;
use crate::sandbox::glance::image::patch_body::{Change, Operation};
use crate::sandbox::glance::permit::refusal;
use crate::sandbox::python::repr;
use crate::sandbox::state::image::status::Status;
use crate::sandbox::state::image::store::Location;
use crate::sandbox::state::policy::Action;
use crate::sandbox::state::{Caller, Image};

/// What lies at the URLs that a PATCH names. None where locations are not shown, and so cannot be changed.
pub(crate) type Found = Option<HashMap<String, Blob>>;

/// Looks at every location that a PATCH adds, before anything is locked.
pub(crate) async fn find(cloud: &Cloud, changes: &[Change]) -> Found {
    if !cloud.options.show_locations {
        return None;
    }
    let mut found = HashMap::new();
    for change in changes.iter().filter(|change| change.name == "locations") {
        for url in added_locations(change).iter().filter_map(|place| place["url"].as_str()) {
            let Some(source) = fetch::allow_url(url) else { continue };
            if let Ok(blob) = fetch::fetch(&source, &cloud.data).await {
                found.insert(url.to_owned(), blob);
            }
        }
    }
    Some(found)
}

/// Does one change.
pub(crate) fn change(
    image: &mut Image,
    caller: &Caller,
    change: &Change,
    found: &HashMap<String, Blob>,
) -> Result<(), Fault> {
    let places = added_locations(change);
    if change.operation == Operation::Replace && places.is_empty() {
        return Err(Fault::denied("Cannot set locations to empty list."));
    }
    let action = match change.operation {
        Operation::Remove => Action::DeleteImageLocation,
        Operation::Add | Operation::Replace => Action::SetImageLocation,
    };
    if !action.allows(caller, image.target(caller)) {
        return Err(refusal(action));
    }
    check_status(image, change.operation)?;
    if change.operation == Operation::Remove {
        return remove(image, change.position.as_deref());
    }
    validation_data::check(image, &places)?;
    let end = image.locations.len();
    if change.operation == Operation::Replace && end > 0 {
        describe(image, &places)?;
        return activate(image, &places, found);
    }
    let position = match (change.operation, change.position.as_deref()) {
        (Operation::Replace, _) | (_, Some("-")) => end,
        (_, position) => number(position)
            .ok_or_else(|| Fault::bad_request("Invalid position for adding a location."))?
            .min(end),
    };
    for (place, position) in places.iter().zip(position..) {
        add(image, place, position, found)?;
    }
    activate(image, &places, found)
}

fn check_status(image: &Image, operation: Operation) -> Result<(), Fault> {
    let (verb, allowed): (_, &[Status]) = match operation {
        Operation::Add => ("add", &[Status::Active, Status::Queued]),
        Operation::Replace => ("replace", &[Status::Active, Status::Queued]),
        Operation::Remove => ("remove", &[Status::Active]),
    };
    if allowed.contains(&image.status) {
        return Ok(());
    }
    let status = image.status.name();
    Err(Fault::conflict(format!("It's not allowed to {verb} locations if image status is {status}.")))
}

/// Replaces locations by themselves, in another order or with other metadata. Nothing else may take their
/// place.
fn describe(image: &mut Image, places: &[Value]) -> Result<(), Fault> {
    let mut rest = image.locations.clone();
    let mut new = Vec::new();
    for place in places {
        let Some(same) = rest.iter().position(|location| place["url"] == location.url) else { break };
        let mut location = rest.swap_remove(same);
        location.metadata = metadata(place);
        new.push(location);
    }
    if new.len() != image.locations.len() || new.len() != places.len() {
        let there = image.locations.iter().map(view::item).collect();
        return Err(Fault::bad_request(format!("Original locations is not empty: {}", repr(&there))));
    }
    image.locations = new;
    Ok(())
}

fn added_locations(change: &Change) -> Vec<Value> {
    match (change.operation, &change.value) {
        (Operation::Remove, _) => Vec::new(),
        (_, Value::Array(places)) => places.clone(),
        (_, place) => vec![place.clone()],
    }
}

fn add(
    image: &mut Image,
    place: &Value,
    position: usize,
    found: &HashMap<String, Blob>,
) -> Result<(), Fault> {
    let url = place["url"].as_str().unwrap_or_default();
    if !found.contains_key(url) {
        return Err(Fault::bad_request("Invalid location"));
    }
    let mut location = Location::web(url);
    location.metadata = metadata(place);
    // The same URL may stand there twice, with other metadata.
    let new = view::item(&location);
    if image.locations.iter().any(|there| view::item(there) == new) {
        return Err(Fault::bad_request(format!("The location {url} already exists")));
    }
    image.locations.insert(position, location);
    Ok(())
}

fn metadata(place: &Value) -> Map<String, Value> {
    place["metadata"].as_object().cloned().unwrap_or_default()
}

/// An image without data has those of its first location.
fn activate(image: &mut Image, places: &[Value], found: &HashMap<String, Blob>) -> Result<(), Fault> {
    if let Some(format) = image.missing_formats().first() {
        return Err(Fault::bad_request(format!("Property {format} must be set prior to saving data.")));
    }
    let first = places.first().and_then(|place| place["url"].as_str());
    if let (None, Some(blob)) = (&image.data, first.and_then(|url| found.get(url))) {
        // Glance asks the server for the size alone.
        let mut blob = blob.clone();
        validation_data::tell(&mut blob, places);
        image.size = Some(blob.size);
        image.data = Some(blob);
        image.advance(Status::Active);
    }
    Ok(())
}

fn remove(image: &mut Image, position: Option<&str>) -> Result<(), Fault> {
    if image.locations.len() == 1 {
        return Err(Fault::denied("Cannot remove last location in the image."));
    }
    let count = image.locations.len();
    let place = if position == Some("-") { count.checked_sub(1) } else { number(position) };
    let place = place.filter(|place| *place < count);
    let place = place.ok_or_else(|| Fault::bad_request("Invalid position for removing a location."))?;
    image.locations.remove(place);
    Ok(())
}

fn number(position: Option<&str>) -> Option<usize> {
    position?.parse().ok()
}
