//! What is downloaded: one image as it was when the download began, asked for in parts, and asked whether it
//! is still the same.
//!
//! Knows nothing of where its data go. Source: `glance/api/v2/image_data.py`, `ImageDataController.download`;
//! `glance/common/wsgi.py`, `Request.get_range_from_request`.

use std::ops::Range;

use super::resume_log::Identity;
use crate::error::{Error, Kind, Result};
use crate::glance::{Glance, Image, image_path};
use crate::http::{Method, Response};

/// The status of an answer without data.
const NO_CONTENT: u16 = 204;
const PARTIAL_CONTENT: u16 = 206;
/// The status of an answer to a range that lies behind the end.
const NOT_SATISFIABLE: u16 = 416;

/// The image that is downloaded.
pub(super) struct Subject {
    pub(super) glance: Glance,
    /// As it was when the download began.
    pub(super) image: Image,
    path: String,
}

/// Data on their way.
pub(super) struct Answer {
    pub(super) response: Response,
    /// How many bytes come before those that were asked for.
    pub(super) surplus: u64,
    /// Whether it goes on to the image's end: the server sends all, whatever is asked for.
    pub(super) is_whole: bool,
    /// How many bytes the image has, where the answer says so.
    pub(super) total: Option<u64>,
}

impl Subject {
    /// The image as it is now, whose data are those of the snapshot.
    ///
    /// Errors: `not_found`, `conflict` (the snapshot tells of other data).
    pub(super) async fn of(glance: &Glance, snapshot: &Image) -> Result<Subject> {
        let image = glance.image(&snapshot.id).await?;
        let path = image_path(&image.id, &["file"])?;
        let differ = |old: Option<&str>, new: Option<&str>| old.is_some() && old != new;
        if differ(snapshot.os_hash_value.as_deref(), image.os_hash_value.as_deref())
            || snapshot.size.is_some_and(|size| image.size != Some(size))
        {
            let message = format!("image {} has other data than when it was last read", image.id);
            return Err(Error::new(Kind::Conflict, message)
                .op(format!("GET {path}"))
                .advice("read it again with image:refresh(), and see whether it is still what you want"));
        }
        Ok(Subject { glance: glance.clone(), image, path })
    }

    /// What errors call the download.
    pub(super) fn op(&self) -> String {
        format!("GET {}", self.path)
    }

    /// Asks for the data from `start` on, up to `end` or to the last byte.
    ///
    /// Errors: `conflict` (no data yet), `forbidden` (deactivated, or not for this role), `not_found`,
    /// `integrity` (the answer announces another size than the image has), `protocol` (another part than
    /// was asked for).
    pub(super) async fn ask(&self, start: u64, end: Option<u64>) -> Result<Answer> {
        let mut request = self.glance.request(Method::GET, &self.path).await?;
        if !self.glance.preferred.is_empty() {
            request.url.query_pairs_mut().append_pair("prefer", &self.glance.preferred.join(","));
        }
        // A range of compressed data would be of no use.
        request = request.header("accept-encoding", "identity");
        match end.filter(|_| end != self.image.size) {
            Some(end) => request = request.header("range", &format!("bytes={start}-{}", end - 1)),
            None if start > 0 => request = request.header("range", &format!("bytes={start}-")),
            None => {}
        }
        let response = self.glance.send(request).await.map_err(|error| self.explain(error))?;
        match response.status {
            NO_CONTENT => Err(self.no_data()),
            PARTIAL_CONTENT => self.part(response, start),
            _ => {
                let total = number(response.header("content-length"));
                self.check_total(total)?;
                Ok(Answer { response, surplus: start, is_whole: true, total })
            }
        }
    }

    /// A part of the data, which is to be the one that was asked for.
    ///
    /// Its `Content-MD5` is the whole image's, and therefore nothing to hold the part against.
    fn part(&self, response: Response, start: u64) -> Result<Answer> {
        let range = response.header("content-range").and_then(content_range);
        match range {
            Some((part, total)) if part.start == start => {
                self.check_total(total)?;
                Ok(Answer { response, surplus: 0, is_whole: false, total })
            }
            _ => {
                let came = response.header("content-range").unwrap_or("nothing").to_owned();
                let message =
                    format!("asked for the data from byte {start} on, the cloud says it sends {came}");
                Err(response.error(Kind::Protocol, message))
            }
        }
    }

    /// Errors: `integrity` (the cloud has more or fewer bytes than it says of the image).
    fn check_total(&self, total: Option<u64>) -> Result<()> {
        match (self.image.size, total) {
            (Some(size), Some(total)) if size != total => Err(self.wrong_size(size, total)),
            _ => Ok(()),
        }
    }

    /// The error that the data are of another size.
    pub(super) fn wrong_size(&self, size: u64, found: u64) -> Error {
        self.explain_corruption(Error::new(
            Kind::Integrity,
            format!("the data are {found} bytes, and should be {size}"),
        ))
    }

    /// The error with what can be done about wrong data.
    pub(super) fn explain_corruption(&self, error: Error) -> Error {
        error.op(self.op()).advice("download it again; if that does not help, the cloud's copy is damaged")
    }

    /// Makes sure that what was received so far and what is still to come are of one image.
    ///
    /// Errors: `not_found` (deleted meanwhile), `conflict` (changed meanwhile).
    pub(super) async fn check_unchanged(&self) -> Result<()> {
        let id = &self.image.id;
        let now = self.glance.image(id).await.map_err(|error| match error.kind() {
            Kind::NotFound => error
                .with_message(format!("image {id} was deleted during the download"))
                .advice("there is no more to get"),
            _ => error,
        })?;
        if Identity::of(&now).agrees(&Identity::of(&self.image)) {
            return Ok(());
        }
        let message = format!("image {id} was changed during the download, which was cut off");
        Err(Error::new(Kind::Conflict, message)
            .op(self.op())
            .advice("download it again, from the start: what came so far may be of other data"))
    }

    fn no_data(&self) -> Error {
        let Image { id, status, .. } = &self.image;
        Error::new(Kind::Conflict, format!("image {id} has no data: it is {status}"))
            .op(self.op())
            .status(NO_CONTENT)
            .advice("upload its data first, or wait until it is active")
    }

    /// The error with advice, where Glance's words alone would leave one wondering.
    fn explain(&self, error: Error) -> Error {
        match error.status_code() {
            Some(403) if error.message().contains("deactivated") => {
                error.advice("reactivate the image first")
            }
            Some(400) if error.message().contains("is not configured") => {
                error.advice("cloud:stores() tells which there are")
            }
            Some(403) => error.advice("a role that may download is needed: a reader may only list and show"),
            Some(NOT_SATISFIABLE) => {
                let message = format!("the cloud has fewer bytes than the {} of the image", self.size());
                self.explain_corruption(Error::new(Kind::Integrity, message)).status(NOT_SATISFIABLE)
            }
            _ => error,
        }
    }

    fn size(&self) -> u64 {
        self.image.size.unwrap_or_default()
    }
}

fn number(text: Option<&str>) -> Option<u64> {
    text?.trim().parse().ok()
}

/// `bytes 5-9/20` is the part from 5 to 10, of 20 bytes in all; the total may be `*`.
pub(super) fn content_range(text: &str) -> Option<(Range<u64>, Option<u64>)> {
    let (part, total) = text.trim().strip_prefix("bytes")?.trim().split_once('/')?;
    let (first, last) = part.split_once('-')?;
    let (first, last) = (number(Some(first))?, number(Some(last))?);
    let total = if total.trim() == "*" { None } else { Some(number(Some(total))?) };
    (first <= last).then(|| (first..last.saturating_add(1), total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_range_is_read_or_refused() {
        let cases = [
            ("bytes 5-9/20", Some((5..10, Some(20)))),
            ("bytes 0-0/*", Some((0..1, None))),
            (" bytes  5 - 9 / 20 ", Some((5..10, Some(20)))),
            ("bytes 9-5/20", None),
            ("bytes */20", None),
            ("5-9/20", None),
            ("bytes 5-9", None),
        ];
        for (text, expected) in cases {
            assert_eq!(content_range(text), expected, "{text}");
        }
    }
}
