//! What a client says that data are, when it tells where they lie (glance/api/v2/images.py,
//! `_validate_validation_data`).

use serde_json::{Map, Value};

use crate::sandbox::data::{Algorithm, Blob};
use crate::sandbox::glance::fault::Fault;
use crate::sandbox::state::Image;
use crate::sandbox::state::image::status::Status;

/// Whether it is right as far as that can be told without a look at the data: it may repeat what the image
/// has, and say something new as long as the image is queued.
pub(crate) fn check(image: &Image, places: &[Value]) -> Result<(), Fault> {
    let mut news = merge(places)?;
    for (key, value) in &news {
        let current = current(image, key);
        if current.is_some() && current != value.as_str() {
            return Err(Fault::conflict(format!("{key} is already set with a different value")));
        }
    }
    news.retain(|key, value| current(image, key) != value.as_str());
    if news.is_empty() {
        return Ok(());
    }
    if image.status != Status::Queued {
        let keys: Vec<&str> = news.keys().map(String::as_str).collect();
        return Err(Fault::conflict(format!(
            "New value(s) for {} may only be provided when image status is 'queued'",
            keys.join(", ")
        )));
    }
    if let Some(checksum) = news.get("checksum") {
        check_digits("checksum", checksum.as_str().unwrap_or_default(), Algorithm::Md5)?;
    }
    let (wanted, given) = (Algorithm::default(), text(&news, "os_hash_algo"));
    if given != wanted.name() {
        return Err(Fault::conflict(format!("os_hash_algo must be {}, not {given}", wanted.name())));
    }
    check_digits("os_hash_value", text(&news, "os_hash_value"), wanted)
}

/// Says it of data. What is not said is left open: Glance does not read them.
pub(crate) fn tell(data: &mut Blob, places: &[Value]) {
    let told = merge(places).unwrap_or_default();
    text(&told, "checksum").clone_into(&mut data.md5);
    text(&told, "os_hash_value").clone_into(&mut data.hash);
    data.algorithm = Algorithm::default();
}

fn text<'a>(told: &'a Map<String, Value>, key: &str) -> &'a str {
    told.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// What is said of any of the places, which must be the same.
fn merge(places: &[Value]) -> Result<Map<String, Value>, Fault> {
    let mut all = Map::new();
    for (key, value) in places.iter().filter_map(|place| place["validation_data"].as_object()).flatten() {
        if all.get(key).is_some_and(|other| other != value) {
            return Err(Fault::conflict(format!("Conflicting values for {key}")));
        }
        all.insert(key.clone(), value.clone());
    }
    Ok(all)
}

/// What the image says by now.
fn current<'a>(image: &'a Image, key: &str) -> Option<&'a str> {
    let data = image.data.as_ref()?;
    let text = match key {
        "checksum" => data.md5.as_str(),
        "os_hash_value" => data.hash.as_str(),
        _ if data.hash.is_empty() => "",
        _ => data.algorithm.name(),
    };
    Some(text).filter(|text| !text.is_empty())
}

fn check_digits(key: &str, value: &str, algorithm: Algorithm) -> Result<(), Fault> {
    if !value.len().is_multiple_of(2) || !value.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(Fault::conflict(format!("{key} ({value}) is not a valid hexadecimal value")));
    }
    if value.len() == algorithm.size_bytes() * 2 {
        return Ok(());
    }
    Err(Fault::conflict(format!(
        "{key} ({value}) is not the correct size for {} (should be {} bytes)",
        algorithm.name(),
        algorithm.size_bytes()
    )))
}
