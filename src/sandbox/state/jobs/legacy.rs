//! The old way to import: an admin's task makes an image of what lies on a web server
//! (`glance/async_/flows/base_import.py`).

use serde::{Deserialize, Serialize};

use super::super::Image;
use super::{Bench, Source};
use crate::sandbox::state::image::status::Status;
use crate::sandbox::state::image::store::{Location, STORES};

/// What is to be made.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Legacy {
    /// The image, not yet known to anyone; none for a task of a kind that cannot be started this way.
    pub(crate) image: Option<Image>,
}

impl Legacy {
    /// Does it. It is done in one step.
    pub(crate) fn step(&mut self, source: &Source, bench: &mut Bench<'_>) -> bool {
        let (Some(mut image), Source::Here(blob)) = (self.image.take(), source) else {
            bench.finish("", false);
            return true;
        };
        let id = image.id.clone();
        let formats = [&image.disk_format, &image.container_format];
        let [disk_format, container_format] = formats.map(|format| format.as_deref().unwrap_or_default());
        let verdict = blob.inspection.judge(disk_format, container_format);
        let is_well = image.missing_formats().is_empty() && verdict.is_ok();
        if is_well {
            image.created_at = bench.now;
            image.updated_at = bench.now;
            image.size = Some(blob.size);
            image.virtual_size = verdict.ok().flatten();
            image.data = Some(blob.clone());
            image.locations.push(Location::file(STORES[0].id, &id));
            image.advance(Status::Active);
            bench.images.put(image);
        }
        bench.finish(&id, is_well);
        true
    }
}
