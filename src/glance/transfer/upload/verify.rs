//! Whether an image holds the data that were sent to it, by the best hash that Glance tells.

use super::receipt::Sent;
use super::replay::Data;
use crate::error::{Error, Kind, Result};
use crate::glance::Image;
use crate::glance::transfer::hash::Hash;

impl Data {
    /// The same for what tells no hash: staged data. Errors: `integrity`.
    pub(super) fn check_size(&self, image: &Image) -> Result<()> {
        self.require_all_sent(image)?.check_size(image)
    }

    /// Compares what was sent with the best hash that Glance tells of the image; gives a note where that is
    /// not the best.
    ///
    /// Errors: `integrity` (other data than were sent), and those of reading the data again for a hash that
    /// was not made on the way.
    pub(super) async fn check(&self, image: &Image) -> Result<Option<String>> {
        let sent = self.require_all_sent(image)?;
        sent.check_size(image)?;
        for hash in Hash::all_of(image) {
            let found = match sent.value(&hash) {
                Some(value) => Some(value.to_owned()),
                None => self.hash_again(&hash.algorithm).await?,
            };
            if let Some(found) = found {
                hash.check(&found)?;
                return Ok(weak_note(image, &hash));
            }
        }
        Ok(Some(format!("image {} was not verified: its cloud tells no hash that is known here", image.id)))
    }

    fn require_all_sent(&self, image: &Image) -> Result<Sent> {
        let early = || format!("it is {} before all data were sent", image.status);
        self.complete_receipt().ok_or_else(|| Error::new(Kind::Integrity, early()))
    }
}

/// What to say where the image has a better hash than the one that was compared.
fn weak_note(image: &Image, compared: &Hash) -> Option<String> {
    let better = image.os_hash_algo.as_deref().zip(image.os_hash_value.as_deref())?.0;
    let note = || {
        format!(
            "image {} was verified by its {} only: its {better} is not known here",
            image.id, compared.algorithm
        )
    };
    (!better.eq_ignore_ascii_case(&compared.algorithm)).then(note)
}
