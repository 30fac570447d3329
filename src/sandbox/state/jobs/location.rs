//! An image that is told where its data lie, and reads them once for their hashes
//! (`glance/async_/flows/location_import.py`).

use serde::{Deserialize, Serialize};

use super::{Bench, Source};
use crate::sandbox::state::image::status::Status;
use crate::sandbox::state::image::store::Location;

/// What an image is told.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Place {
    /// The image's ID.
    pub(crate) image: String,
    /// Where its data lie.
    pub(crate) url: String,
    /// The hash that the data must have, if any is told, to the letter.
    pub(crate) hash: Option<String>,
}

impl Place {
    /// Does it. It is done in one step.
    pub(crate) fn step(&self, source: &Source, bench: &mut Bench<'_>) -> bool {
        let is_well = self.tell(source, bench);
        bench.finish(&self.image, is_well);
        true
    }

    fn tell(&self, source: &Source, bench: &mut Bench<'_>) -> bool {
        let (Some(image), Source::Here(blob)) = (bench.images.any_mut(&self.image), source) else {
            return false;
        };
        image.updated_at = bench.now;
        // A store that only reads cannot take a location back, so that it stays with what comes to nothing.
        image.locations.push(Location::web(&self.url));
        if self.hash.as_ref().is_some_and(|hash| *hash != blob.hash) {
            return false;
        }
        image.size = Some(blob.size);
        if !image.missing_formats().is_empty() {
            return false;
        }
        image.data = Some(blob.clone());
        image.advance(Status::Active)
    }
}
