//! Images that were begun and must not be left behind.
//!
//! Knows nothing of how an image is begun; `create` says which one is, and when it is done.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::Value;

use super::{Glance, Image, image_path};
use crate::error::{Kind, Result};
use crate::http::{Effect, Method};

/// Images whose upload was cut off by a dropped future. Shared by the clones of one client.
pub(super) type Orphans = Rc<RefCell<Vec<Image>>>;

impl Glance {
    /// Deletes the images whose creation was dropped half way, and returns their IDs.
    ///
    /// To be called after an interrupt, while there is still a runtime to ask with. What could not be deleted is tried
    /// again by the next call. Errors: those of the session.
    pub async fn remove_orphans(&self) -> Result<Vec<String>> {
        let mut removed = Vec::new();
        loop {
            let Some(image) = self.orphans.borrow().last().cloned() else { return Ok(removed) };
            self.take_back(&image).await?;
            self.orphans.borrow_mut().retain(|orphan| orphan.id != image.id);
            removed.push(image.id.into_string());
        }
    }

    /// Deletes what this client created a moment ago, protected or not.
    ///
    /// That is the end of a failed write and takes nothing away, so it may leave where writes may.
    pub(super) async fn take_back(&self, image: &Image) -> Result<()> {
        if image.protected {
            self.update_image(image, vec![("protected".into(), Some(Value::from(false)))]).await?;
        }
        let request = self.request(Method::DELETE, &image_path(&image.id, &[])?).await?.effect(Effect::Write);
        match self.send(request).await {
            Err(error) if error.kind() != Kind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// Puts an image among the orphans when it is dropped unsettled.
pub(super) struct Unfinished {
    orphans: Orphans,
    image: Option<Image>,
}

impl Unfinished {
    /// The image is begun.
    pub(super) fn new(orphans: &Orphans, image: Image) -> Unfinished {
        Unfinished { orphans: orphans.clone(), image: Some(image) }
    }

    /// The image is done, or gone, or reported.
    pub(super) fn settle(mut self) {
        self.image = None;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        self.orphans.borrow_mut().extend(self.image.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_creation_is_remembered_and_a_settled_one_is_not() {
        let orphans = Orphans::default();
        let image = |id: &str| Image { id: id.into(), ..Image::default() };
        drop(Unfinished::new(&orphans, image("1bea")));
        Unfinished::new(&orphans, image("2cfb")).settle();
        assert_eq!(*orphans.borrow(), [image("1bea")]);
    }
}
