//! The deletion of an image that Lunette made: the only one that passes as a write. It takes a proof
//! (`authorship.rs`).

use serde_json::Value;

use super::super::{Glance, Image, image_path};
use super::authorship::{Authorship, Known, TakenBack};
use crate::error::{Kind, Result};
use crate::http::{Effect, Method};

impl Glance {
    /// Deletes an image that Lunette made (DELETE /v2/images/{id}), after a look at it: one that has its data
    /// is kept.
    ///
    /// This is the end of a failed write and removes nothing that existed before, so it is allowed where
    /// writes are.
    ///
    /// Errors: those of [`Glance::update_image`] and [`Glance::delete_image`], but for `not_found`.
    pub(in crate::glance) async fn take_back(
        &self,
        proof: &Authorship,
        known: Known<'_>,
    ) -> Result<TakenBack> {
        match self.image(proof.id()).await {
            Ok(image) => self.take_back_seen(proof, &image, known).await,
            Err(error) if error.kind() == Kind::NotFound => Ok(TakenBack::Absent),
            Err(error) => Err(error),
        }
    }

    /// The same for an image that was just looked at.
    pub(in crate::glance) async fn take_back_seen(
        &self,
        proof: &Authorship,
        image: &Image,
        known: Known<'_>,
    ) -> Result<TakenBack> {
        if *image.id != *proof.id() {
            return Ok(TakenBack::Kept("the cloud shows another image"));
        }
        if let Some(reason) = known.reason_to_keep(image) {
            return Ok(TakenBack::Kept(reason));
        }
        if known.was_protected && image.protected {
            match self
                .unlisted()
                .update_image(image, vec![("protected".into(), Some(Value::from(false)))])
                .await
            {
                Err(error) if error.kind() == Kind::NotFound => return Ok(TakenBack::Absent),
                answer => drop(answer?),
            }
        }
        let request =
            self.request(Method::DELETE, &image_path(proof.id(), &[])?).await?.effect(Effect::Write);
        let response = self.unlisted().dispatch(request).await?;
        let is_repeated = response.repeated;
        match response.check().await {
            Ok(_) => Ok(TakenBack::Deleted),
            Err(error) if error.kind() == Kind::NotFound && is_repeated => Ok(TakenBack::Gone),
            Err(error) if error.kind() == Kind::NotFound => Ok(TakenBack::Absent),
            Err(error) => Err(error),
        }
    }
}
