//! An import from another region: its image's data, formats and some of its properties.

use serde_json::{Value, json};

use crate::sandbox::cloud::{Cloud, Shared};
use crate::sandbox::data::Blob;
use crate::sandbox::glance::fault::Fault;
use crate::sandbox::state::image::status::Status;
use crate::sandbox::state::jobs::Former;
use crate::sandbox::state::policy::Action;
use crate::sandbox::state::{Caller, Image};

/// The beginnings of the properties that come along, as Glance is shipped.
const TAKEN: [&str; 5] = ["hw_", "trait:", "os_distro", "os_secure_boot", "os_type"];
const INTERFACES: [&str; 3] = ["public", "internal", "admin"];

/// Looks whether a request names a region and an image, and fills in what it may leave out.
pub(crate) fn check(body: &mut Value) -> Result<(), Fault> {
    let Some(method) = body.get_mut("method").and_then(Value::as_object_mut) else {
        return Err(Fault::tripped());
    };
    if let Some(key) = ["glance_region", "glance_image_id"].iter().find(|key| !method.contains_key(**key)) {
        let message = format!("'{key}' needs to be set for glance-download import method");
        return Err(Fault::bad_request(message));
    }
    let id = method["glance_image_id"].as_str().ok_or_else(Fault::tripped)?;
    if uuid::Uuid::parse_str(id).is_err() {
        return Err(Fault::bad_request(format!("Remote image id does not look like a UUID: {id}")));
    }
    method.entry("glance_service_interface").or_insert_with(|| json!("public"));
    Ok(())
}

/// Takes over what the other image says, and gives its data. Without such an image nothing is taken over.
pub(crate) fn fetch(cloud: &Shared, caller: &Caller, id: &str, task: &str, body: &Value) -> Option<Blob> {
    let source = source(cloud, caller, &body["method"])?;
    let mut state = cloud.state();
    if let Some(image) = state.images.any_mut(id) {
        let former = take_over(image, &source);
        state.jobs.remember(task, former);
    }
    let may = Action::DownloadImage.allows(caller, source.target(caller));
    source.data.filter(|_| may)
}

/// The other region's image, as far as the caller can see it there.
fn source(cloud: &Shared, caller: &Caller, method: &Value) -> Option<Image> {
    let text = |key| method.get(key).and_then(Value::as_str).unwrap_or_default();
    if !INTERFACES.contains(&text("glance_service_interface")) {
        return None;
    }
    let region = Cloud::find_region(cloud, text("glance_region"))?;
    let state = region.state();
    let image = state.images.visible(caller, text("glance_image_id"))?;
    (image.status == Status::Active).then(|| image.clone())
}

fn take_over(image: &mut Image, source: &Image) -> Former {
    let former = Former {
        properties: image.properties.clone(),
        disk_format: image.disk_format.clone(),
        container_format: image.container_format.clone(),
    };
    image.disk_format.clone_from(&source.disk_format);
    image.container_format.clone_from(&source.container_format);
    let taken = source.properties.iter().filter(|(key, _)| TAKEN.iter().any(|start| key.starts_with(start)));
    let taken: Vec<_> = taken.map(|(key, value)| (key.clone(), value.clone())).collect();
    for (key, value) in taken {
        // What is taken over stands last, as in the real one's answers.
        image.properties.shift_remove(&key);
        image.properties.insert(key, value);
    }
    former
}
