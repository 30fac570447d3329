//! Uploads: data on their way into an image, or to where an import finds them, verified once they are there.
//!
//! * `replay.rs` feeds the data to as many attempts as it takes, through a `body_channel.rs` each.
//! * `hash_thread.rs` hashes them meanwhile; `../read_thread.rs` reads files.
//! * `receipt.rs` is what was sent; `verify.rs` compares it with what Glance has; `advice.rs` says what to do
//!   about a refusal.
//!
//! Source: `glance/api/v2/image_data.py`, `ImageDataController.upload` and `stage`.

mod advice;
mod body_channel;
mod hash_thread;
mod receipt;
mod replay;
mod verify;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::select;
use tokio::time::{Instant, sleep};

use super::super::{Glance, Image, Source, image_path};
use crate::error::{Error, Kind, Result};
use crate::glance::unfinished::in_flight::Addition;
use crate::http::{Attempts, Method, Request};

pub(in crate::glance) use self::advice::{explain, explain_created};
pub use self::receipt::Sent;
pub(in crate::glance) use self::replay::Data;

/// How long Glance may take to notice that an attempt was cut off, and to let go of the image.
const LETTING_GO: Duration = Duration::from_secs(30);

/// From which pause on a person is told what is waited for.
const WORTH_TELLING: Duration = Duration::from_secs(1);

/// How long a refusal may take that needs no data.
const HEARING_OUT: Duration = Duration::from_secs(2);

/// How often an image that was let go of is sent its data at most.
const ROUNDS: u32 = 3;

/// Where data go to.
pub(in crate::glance) struct Target<'a> {
    id: &'a str,
    /// The last part of the path: `file` or `stage`.
    part: &'static str,
    /// The header that names a store.
    store: Option<&'a str>,
    /// What the image is while data come.
    busy: &'static str,
    /// What it is when they are there.
    done: &'static str,
    /// How far the requests are, for the list of what is on its way.
    attempts: Option<Arc<Attempts>>,
}

impl<'a> Target<'a> {
    /// The image itself, and one of the cloud's stores unless it is to choose.
    pub(in crate::glance) fn image(id: &'a str, store: Option<&'a str>) -> Target<'a> {
        Target { id, part: "file", store, busy: "saving", done: "active", attempts: None }
    }

    /// Where an import finds them.
    pub(in crate::glance) fn staging(id: &'a str) -> Target<'a> {
        Target { id, part: "stage", store: None, busy: "uploading", done: "uploading", attempts: None }
    }

    fn op(&self) -> String {
        format!("PUT /v2/images/{}/{}", self.id, self.part)
    }

    /// Whether the image has data now. A staged image has its size only then.
    fn is_filled(&self, image: &Image) -> bool {
        &*image.status == self.done && image.size.is_some()
    }

    /// Whether somebody's data are still on their way to it.
    fn is_busy(&self, image: &Image) -> bool {
        &*image.status == self.busy && !self.is_filled(image)
    }
}

impl Glance {
    /// Sends the data (PUT /v2/images/{id}/file), to that store where one is named, and returns the image
    /// with them.
    ///
    /// Size and hash that Glance found are compared with what was read. The image must be `queued`, its
    /// formats set. A failure leaves it `queued`, so that data can be sent again.
    ///
    /// Errors: `usage` (data that cannot be read; none), `invalid` (no such store; formats not set; data that
    /// are not of the image's format), `conflict` (not queued), `limit` (quota), `integrity`,
    /// `forbidden`, `not_found` (also deleted meanwhile), and whatever the source raises.
    pub async fn upload(&self, id: &str, source: Source, store: Option<&str>) -> Result<Image> {
        let data = source.prepare().await?;
        let sent = self.send_listed("upload", Target::image(id, store), &data).await;
        sent.map_err(|error| explain(error, id, &data))
    }

    /// Sends the data to where an import finds them (PUT /v2/images/{id}/stage); returns the image,
    /// `uploading` now, and what was sent.
    ///
    /// Glance tells no hash of them before the import, which [`Sent::check`] compares then. Errors: those of
    /// [`Glance::upload`] but for the formats, which need not be set.
    pub async fn stage(&self, id: &str, source: Source) -> Result<(Image, Sent)> {
        let data = source.prepare().await?;
        let staged = self.send_listed("staging", Target::staging(id), &data).await;
        let image = staged.map_err(|error| explain(error, id, &data))?;
        Ok((image, data.complete_receipt().unwrap_or_default()))
    }

    /// Sends data to an image that existed before; where that is cut off, clean-up says what is known of the
    /// image.
    async fn send_listed(&self, work: &str, mut target: Target<'_>, data: &Data) -> Result<Image> {
        let addition = Addition::data(work, target.id, data.is_all_sent());
        self.listing(addition, &target.op(), async |attempts| {
            target.attempts = Some(attempts);
            self.unlisted().send_data(&target, data).await
        })
        .await
    }

    /// Sends data that are ready, and compares them with what Glance found.
    pub(in crate::glance) async fn send_data(&self, target: &Target<'_>, data: &Data) -> Result<Image> {
        let mut rounds = 1;
        loop {
            let error = match self.put(target, data).await {
                Ok(()) => return self.check_filled(target, self.image(target.id).await?, data).await,
                Err(error) => error,
            };
            // Where only answers were lost, the image is filled all the same; and one whose upload was cut
            // off, by this run or one before it, is let go of a moment later.
            let is_lost = error.kind() == Kind::Unavailable;
            let left = match error.kind() {
                Kind::Conflict => self.let_go(target).await,
                _ if is_stale(&error) => self.let_go(target).await,
                Kind::Unavailable if data.complete_receipt().is_some() => self.let_go(target).await,
                _ => None,
            };
            match left {
                Some(image) if target.is_filled(&image) && is_ours(&error, data) => {
                    return self.check_filled(target, image, data).await.map_err(|_| error);
                }
                Some(image)
                    if &*image.status == "queued"
                        && !is_lost
                        && data.can_be_sent_again()
                        && rounds < ROUNDS =>
                {
                    rounds += 1;
                }
                _ if is_lost && error.status_code().is_none() => {
                    return Err(self.refusal(target, data).await.unwrap_or(error));
                }
                _ => return Err(error),
            }
        }
    }

    /// The no that a lost connection may have hidden: who refuses an upload by its head may hang up on its
    /// data, and the refusal is lost with them. So the head is sent once more, and the data are held
    /// back.
    async fn refusal(&self, target: &Target<'_>, data: &Data) -> Option<Error> {
        let body = data.withheld(HEARING_OUT);
        let refused = self.send(self.head(target, data).await.ok()?.body(body)).await.err()?;
        // One that only tells of the attempt before is none.
        let is_echo = refused.message().contains(&format!("from {}", target.busy));
        (refused.status_code().is_some_and(|status| status < 500) && !is_echo).then_some(refused)
    }

    /// One request, with as many attempts as the door makes of it.
    async fn put(&self, target: &Target<'_>, data: &Data) -> Result<()> {
        let (ask, asked) = body_channel::asking();
        let mut request = self.head(target, data).await?.body(data.body(ask));
        request.attempts.clone_from(&target.attempts);
        select! {
            biased;
            answer = self.telling(|| (data.sent_bytes(), data.size()), self.send(request)) => {
                if let Some(progress) = &self.progress {
                    progress(data.sent_bytes(), data.size());
                }
                answer.map(drop)
            }
            error = data.feed(asked) => Err(error),
        }
    }

    /// The request without its data.
    async fn head(&self, target: &Target<'_>, data: &Data) -> Result<Request> {
        let path = image_path(target.id, &[target.part])?;
        let mut request = self.request(Method::PUT, &path).await?;
        if let Some(size) = data.size() {
            request = request.header("x-openstack-image-size", &size.to_string());
        }
        if let Some(store) = target.store {
            request = request.header("x-image-meta-store", store);
        }
        Ok(request)
    }

    /// The image, once nobody's data are on their way to it any more, or after the time that this may take.
    async fn let_go(&self, target: &Target<'_>) -> Option<Image> {
        let until = Instant::now() + LETTING_GO;
        let mut pause = Duration::from_millis(250);
        let mut told = false;
        loop {
            let image = self.image(target.id).await.ok()?;
            if !target.is_busy(&image) || Instant::now() + pause > until {
                return Some(image);
            }
            if pause >= WORTH_TELLING && !told {
                let (id, status, most) = (&image.id, &image.status, LETTING_GO.as_secs());
                self.tell(&format!(
                    "image {id} is {status}: waiting for the end of that upload, {most} s at most"
                ));
                told = true;
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(4));
        }
    }

    /// The image, which must hold the data. Errors: `integrity` (other data than were sent).
    async fn check_filled(&self, target: &Target<'_>, image: Image, data: &Data) -> Result<Image> {
        let corrupted = |error: Error| {
            let message = format!("image {} does not hold what was sent: {}", target.id, error.message());
            if error.kind() == Kind::Integrity {
                Error::new(Kind::Integrity, message).op(target.op())
            } else {
                error
            }
        };
        if target.part == "stage" {
            data.check_size(&image).map_err(corrupted)?;
        } else if let Some(note) = data.check(&image).await.map_err(corrupted)? {
            self.tell(&note);
        }
        Ok(image)
    }
}

/// Whether Glance answers 410 Gone. It also does so for an existing image while an earlier upload, or one of
/// another client, is still ending.
fn is_stale(error: &Error) -> bool {
    error.status_code() == Some(410) && !advice::is_read_only_store(error)
}

/// Whether data that the image is found to have may be these: an answer was lost, this one or that of an
/// attempt before.
fn is_ours(error: &Error, data: &Data) -> bool {
    data.complete_receipt().is_some() && (error.kind() == Kind::Unavailable || data.attempts() > 1)
}
