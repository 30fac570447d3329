//! New images, with their data or without.
//!
//! Images that Glance imports are in `create_import`. `authorship` says which image may be removed when its
//! data do not arrive, and `orphans` removes it. Source: glance/api/v2/images.py, `ImagesController.create`.

#[cfg(test)]
mod tests;

use std::rc::Rc;

use serde_json::{Map, Value};

use super::super::{Glance, Image, Source};
use super::create_body::{flatten, require_formats};
use super::patch;
use crate::error::{Error, Kind, Result};
use crate::glance::reliable::lost_response::is_unsure;
use crate::glance::reliable::retry_once::ServerClock;
use crate::glance::transfer::upload::{Target, explain_created};
use crate::glance::unfinished::authorship::{Authorship, Known, Seed, Stamp, TakenBack};
use crate::glance::unfinished::this_run::{Entry, Extent, Unfinished};
use crate::http::{Method, note_own};

/// How often a creation is sent at most; each further time the image was found not to exist.
const ATTEMPTS: u32 = 3;

impl Glance {
    /// Creates an image (POST /v2/images); with data, uploads them too, and deletes the image when that
    /// fails.
    ///
    /// `body` holds Glance's fields; custom properties stand in an object `properties`, or beside the fields
    /// as Glance has them; `store` names where the data go. Data are looked at before anything is
    /// created, so a missing or empty file leaves nothing behind. The ID is drawn at random here where
    /// the body has none, so that an image whose answer was lost can be looked for. Should the deletion
    /// fail too, or nothing prove that this call made the image, the error says so and names the image. A
    /// call that is dropped half way (^C, a time limit) is cleaned up by [`Glance::remove_orphans`].
    ///
    /// Errors: `usage` (data without formats, a property that is no text or has a field's name, a file that
    /// cannot be read), `invalid`, `forbidden` (a read-only field, a visibility that is not for this
    /// user), `conflict` (the ID was used before), `unavailable` (also where an answer was lost, and
    /// nobody can say whether the image exists), `limit` (quota), and those of [`Glance::upload`].
    pub async fn create_image(
        &self,
        body: Map<String, Value>,
        data: Option<Source>,
        store: Option<&str>,
    ) -> Result<Image> {
        let body = flatten(body)?;
        let Some(source) = data else { return self.create_filled(body, None::<NoData>).await };
        require_formats(&body)?;
        let data = source.prepare().await?;
        let upload = async |id: &str| {
            // Clean-up names the image.
            let sent = self.unlisted().send_data(&Target::image(id, store), &data).await;
            sent.map_err(|error| explain_created(error, &data))
        };
        self.create_filled(body, Some(upload)).await
    }

    /// Creates an image and gives it its data, by `fill` where there are any; deletes it when that fails.
    pub(in crate::glance) async fn create_filled(
        &self,
        mut body: Map<String, Value>,
        fill: Option<impl AsyncFnOnce(&str) -> Result<Image>>,
    ) -> Result<Image> {
        self.remove_left_behind().await;
        for text in self.remove_orphans(Extent::Answered).await {
            self.tell(&text);
        }
        let unfinished = self.begin(entry(&mut body)).await;
        let image = match self.create_queued(&body, &unfinished, fill.is_some()).await {
            Ok(image) => image,
            Err(error) => {
                let error = name_doubtful(patch::explain(error), &unfinished);
                unfinished.fail(self);
                return Err(error);
            }
        };
        self.note_own(&unfinished).await;
        // An earlier creation with this ID may have failed with an error that names the image.
        self.forget_image(&image.id);
        let Some(fill) = fill else {
            unfinished.settle(self);
            return Ok(image);
        };
        match fill(&image.id).await {
            Ok(filled) => {
                unfinished.settle(self);
                // By now, what another run had on its way when it was killed has arrived.
                self.remove_left_behind().await;
                Ok(filled)
            }
            Err(error) => Err(self.give_up(unfinished, &image, error).await),
        }
    }

    /// Notes that the recipe that is running created this image, if that is proved: the recipe may delete it
    /// again.
    async fn note_own(&self, unfinished: &Unfinished) {
        let Some(proof) = unfinished.authorship() else { return };
        if let Ok(path) = super::super::image_path(proof.id(), &[])
            && let Ok(request) = self.request(Method::DELETE, &path).await
        {
            note_own(request.url.as_str());
        }
    }

    /// Removes an image that did not get its data; returns the error with what became of the image.
    async fn give_up(&self, unfinished: Unfinished, image: &Image, error: Error) -> Error {
        let id = &image.id;
        let (context, advice) = match unfinished.authorship() {
            None => {
                unfinished.leave_to_error(self);
                let context = format!(
                    "image {id} has no data and was not deleted, because this run cannot tell whether it created it"
                );
                let advice = format!("look at image {id}, and delete it if it is not needed");
                return error.context(context).advice(advice);
            }
            Some(proof) => {
                let stamp = unfinished.stamp();
                let (was_protected, is_damaged) =
                    (unfinished.is_protected(), error.kind() == Kind::Integrity);
                let known = Known { stamp: stamp.as_ref(), was_protected, is_damaged };
                match self.take_back(&proof, known).await {
                    Ok(TakenBack::Kept(reason)) => {
                        unfinished.settle(self);
                        return error
                            .context(format!("image {id} was created, and is kept, because {reason}"));
                    }
                    Ok(removed) => {
                        unfinished.settle(self);
                        return error.context(if removed == TakenBack::Deleted {
                            "the image was created, and deleted again without its data"
                        } else {
                            "the image was created, had no data, and no longer exists"
                        });
                    }
                    Err(refusal) => (
                        format!("image {id} was created, and is left behind without its data"),
                        format!("delete image {id} yourself; Lunette tried and got: {refusal}"),
                    ),
                }
            }
        };
        unfinished.leave();
        error.context(context).advice(advice)
    }

    /// Creates the image, or finds it created where only the answer was lost.
    ///
    /// An image that is to be filled (`has_data`) needs a proof: this call's data must not come into another
    /// image.
    async fn create_queued(
        &self,
        body: &Map<String, Value>,
        unfinished: &Unfinished,
        has_data: bool,
    ) -> Result<Image> {
        let id = unfinished.id();
        let request = self.request(Method::POST, "/v2/images").await?.json(&Value::Object(body.clone()));
        let is_known = unfinished.is_drawn() || unfinished.stamp().is_some();
        // An image with the caller's own ID may exist already. Should the answer be lost, this look tells.
        let before = if is_known { Before::Unknown } else { self.look_before(&id).await };
        let mut attempt = 1;
        loop {
            let error = match unfinished.post(self, request.clone()).await {
                Ok(answered) if answered.image.id == id => return Ok(Rc::unwrap_or_clone(answered.image)),
                Ok(answered) => return Err(other_id_error(&id, &answered.image.id)),
                Err(error) => error,
            };
            let is_taken = error.kind() == Kind::Conflict;
            if !is_unsure(&error) && !(is_taken && (unfinished.is_lost() || unfinished.is_drawn())) {
                return Err(if is_taken { exists_already(error, &id) } else { error });
            }
            match self.image(&id).await {
                Ok(image) => {
                    let is_missing = matches!(before, Before::Missing(_));
                    let before = if has_data && is_missing { Before::Unknown } else { before };
                    return Glance::judge_found(image, body, unfinished, before, error);
                }
                Err(missing) if missing.kind() == Kind::NotFound && !is_taken && attempt < ATTEMPTS => {
                    attempt += 1;
                }
                Err(_) if is_taken && unfinished.is_drawn() => return Err(error),
                Err(_) if is_taken => return Err(taken_error(error, &id)),
                Err(_) => return Err(error),
            }
        }
    }

    /// What an image that was found after a lost answer is.
    fn judge_found(
        image: Image,
        body: &Map<String, Value>,
        unfinished: &Unfinished,
        before: Before,
        error: Error,
    ) -> Result<Image> {
        if unfinished.is_drawn() {
            return Ok(image);
        }
        if let Some(proof) = unfinished.stamp().and_then(|stamp| Authorship::of_copy(&image, &stamp)) {
            unfinished.prove(proof);
            return Ok(image);
        }
        match before {
            Before::Exists => Err(existed_error(&error, &image.id)),
            // That is enough to call the image created, and not enough to ever remove it.
            Before::Missing(now) if error.kind() != Kind::Conflict && is_as_asked(&image, body, now) => {
                Ok(image)
            }
            _ => Err(taken_error(error, &image.id)),
        }
    }

    /// Whether an image exists before this call creates it.
    async fn look_before(&self, id: &str) -> Before {
        let look = async {
            let request = self.request(Method::GET, &super::super::image_path(id, &[])?).await?;
            self.dispatch(request).await
        };
        match look.await {
            Ok(response) if response.status == 404 => Before::Missing(ServerClock::read(&response)),
            Ok(response) if response.status == 200 => Before::Exists,
            _ => Before::Unknown,
        }
    }
}

/// The type of `fill` where there are no data.
type NoData = fn(&str) -> std::future::Ready<Result<Image>>;

/// What was known of an image before its creation was sent.
#[derive(Clone, Copy)]
enum Before {
    /// It did not exist, at that time by the server's clock.
    Missing(Option<ServerClock>),
    Exists,
    Unknown,
}

/// The image that is to be created; gives the body its ID, and a copy its stamp.
fn entry(body: &mut Map<String, Value>) -> Entry {
    let is_protected = body.get("protected") == Some(&Value::Bool(true));
    if let Some(id) = body.get("id").and_then(Value::as_str).map(str::to_owned) {
        return Entry::new(&id, None, Stamp::put(body), is_protected);
    }
    let seed = Seed::draw();
    let id = seed.id();
    body.insert("id".to_owned(), Value::from(id.as_str()));
    Entry::new(&id, Some(seed), None, is_protected)
}

/// Whether an image is like what was asked for, and no older than the call.
fn is_as_asked(image: &Image, body: &Map<String, Value>, before: Option<ServerClock>) -> bool {
    let is_new = before.is_some_and(|before| before.is_not_after(image.created_at.as_deref()));
    let has = |key: &str, value: &Value| match image.field(key) {
        Some(there) => there == *value,
        None => image.properties.get(key).is_some_and(|there| value.as_str() == Some(there)),
    };
    // Tags come in any order, and once each.
    let is_same = |(key, value): (&String, &Value)| value.is_null() || key == "tags" || has(key, value);
    is_new && &*image.status == "queued" && body.iter().all(is_same)
}

/// The error of an ID that is taken.
fn exists_already(error: Error, id: &str) -> Error {
    let words = error.message().to_owned();
    error.with_message(format!("an image with ID {id} exists already, or existed once: {words}"))
}

/// The error where the image existed before the call, and the answer that would have said so was lost.
fn existed_error(error: &Error, id: &str) -> Error {
    let message = format!(
        "an image with ID {id} existed before this call, and was not touched; the answer was lost: {}",
        error.message()
    );
    let conflict = Error::new(Kind::Conflict, message).op("POST /v2/images");
    let conflict = match error.request_id_value() {
        Some(request) => conflict.request_id(request),
        None => conflict,
    };
    conflict.advice("leave the ID out to create another image")
}

/// The error where an image has the ID, and nobody can tell who made it.
fn taken_error(error: Error, id: &str) -> Error {
    let words = error.message().to_owned();
    error
        .with_message(format!(
            "an answer was lost, and an image with ID {id} exists: nobody can tell whether this call created it, so it \
             was not touched: {words}"
        ))
        .advice(format!("look at image {id}: use it, delete it, or leave the ID out to create another image"))
}

/// The error where the service answers with another image than it was asked for.
fn other_id_error(id: &str, answered: &str) -> Error {
    let message = format!("the cloud was asked to create image {id}, and answered with image {answered}");
    let advice = format!("look at image {answered}: Lunette did not touch it");
    Error::new(Kind::Protocol, message).op("POST /v2/images").advice(advice)
}

/// The error, which names the image where it may exist.
fn name_doubtful(error: Error, unfinished: &Unfinished) -> Error {
    let id = unfinished.id();
    let advice = error.advice_text().unwrap_or_default().to_owned();
    if !unfinished.may_exist() || advice.contains(&*id) {
        return error;
    }
    let more = if unfinished.is_drawn() {
        format!("try again; if image {id} appears before this run ends, it is deleted")
    } else {
        format!("image {id} may exist, and was not touched: look for it in a minute, before you try again")
    };
    error.advice(if advice.is_empty() { more } else { format!("{advice}; {more}") })
}
