//! Downloads: an image's data, verified to the last byte.
//!
//! Where a file is to be written, `target` does that. Source: `glance/api/v2/image_data.py`,
//! `ImageDataController.download`.

use std::path::Path;

use super::digest::{Hash, Hasher, check_size};
use super::target::Target;
use super::{Glance, Image, Progress, image_path};
use crate::error::{Error, Kind, Result};
use crate::http::{Bytes, Method, Response};

/// The status of an answer without data.
const NO_CONTENT: u16 = 204;

impl Glance {
    /// Receives the data into a file: into `TARGET.part`, verified, synced to the disk, then renamed. Returns how many
    /// bytes.
    ///
    /// Whatever is wrong with the target is found out before the cloud is asked, and a failure leaves no file.
    ///
    /// Errors: `usage` (the target exists and `overwrite` is false, or it cannot be written), and those of
    /// [`Glance::download_stream`].
    pub async fn download(&self, image: &Image, target: &Path, overwrite: bool) -> Result<u64> {
        let mut target = Target::create(target, overwrite)?;
        let mut download = self.download_stream(image).await?;
        while let Some(part) = download.chunk().await? {
            target.write(&part).await?;
        }
        target.finish().await?;
        Ok(download.received_bytes)
    }

    /// Receives the data part by part, verified at the end.
    ///
    /// Errors: `conflict` (the image has no data yet), `forbidden` (deactivated, or not for this role), `not_found`.
    pub async fn download_stream(&self, image: &Image) -> Result<Download> {
        let path = image_path(&image.id, &["file"])?;
        let request = self.request(Method::GET, &path).await?;
        let response = self.send(request).await.map_err(explained)?;
        if response.status == NO_CONTENT {
            let message = format!("image {} has no data: it is {}", image.id, image.status);
            return Err(Error::new(Kind::Conflict, message)
                .op(format!("GET {path}"))
                .status(NO_CONTENT)
                .advice("upload its data first, or wait until it is active"));
        }
        Ok(Download::new(image, response, self.progress.clone()))
    }
}

/// A download under way.
pub struct Download {
    response: Response,
    op: String,
    received_bytes: u64,
    total_bytes: Option<u64>,
    /// What the data are to come to, with the hash of those received so far; `None` once it was compared.
    hash: Option<(Hash, Hasher)>,
    progress: Option<Progress>,
}

impl Download {
    /// Size and hash are the image's; where the snapshot has none, those that the answer announces.
    fn new(image: &Image, response: Response, progress: Option<Progress>) -> Download {
        let announced = response.header("content-length").and_then(|length| length.parse().ok());
        let checksum =
            response.header("content-md5").map(|md5| Hash { algorithm: "md5".into(), value: md5.into() });
        let mut hashes = Hash::all_of(image).chain(checksum);
        Download {
            op: format!("GET /v2/images/{}/file", image.id),
            received_bytes: 0,
            total_bytes: image.size.or(announced),
            hash: hashes.find_map(|hash| Hasher::named(&hash.algorithm).map(|hasher| (hash, hasher))),
            response,
            progress,
        }
    }

    /// Bytes in all, where that is known.
    pub fn total_bytes(&self) -> Option<u64> {
        self.total_bytes
    }

    /// The next part; `None` at the end, after size and hash were found right.
    ///
    /// Errors: `integrity` (other data than Glance has announced), `unavailable` (cut off).
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        let Some(part) = self.response.chunk().await? else {
            self.check().map_err(|error| self.corrupted(error))?;
            return Ok(None);
        };
        self.received_bytes += part.len() as u64;
        if let Some((_, hasher)) = &mut self.hash {
            hasher.update(&part);
        }
        if let Some(progress) = &self.progress {
            progress(self.received_bytes, self.total_bytes);
        }
        Ok(Some(part))
    }

    fn check(&mut self) -> Result<()> {
        self.total_bytes.map_or(Ok(()), |total| check_size(total, self.received_bytes))?;
        self.hash.take().map_or(Ok(()), |(hash, hasher)| hash.check(&hasher.hex()))
    }

    fn corrupted(&self, error: Error) -> Error {
        error
            .op(self.op.clone())
            .advice("download it again; if that does not help, the cloud's copy is damaged")
    }
}

/// The error with advice, where Glance's words alone would leave one wondering.
fn explained(error: Error) -> Error {
    match error.status_code() {
        Some(403) if error.message().contains("deactivated") => error.advice("reactivate the image first"),
        Some(403) => error.advice("a role that may download is needed: a reader may only list and show"),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::cell::RefCell;
    use std::rc::Rc;

    use serde_json::json;
    use wiremock::matchers::{method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::super::testing::{active, asked, glance};
    use super::*;

    async fn server(answer: ResponseTemplate) -> MockServer {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .and(path("/v2/images/1bea/file"))
            .respond_with(answer)
            .mount(&server)
            .await;
        server
    }

    fn data(text: &str) -> ResponseTemplate {
        ResponseTemplate::new(200).set_body_raw(text, "application/octet-stream")
    }

    fn snapshot(changes: &[(&str, serde_json::Value)]) -> Image {
        let mut image = active("1bea");
        for (key, value) in changes {
            image[key] = value.clone();
        }
        serde_json::from_value(image).unwrap()
    }

    fn is_empty(folder: &Path) -> bool {
        std::fs::read_dir(folder).unwrap().next().is_none()
    }

    #[tokio::test]
    async fn right_data_take_their_place_and_progress_is_told() {
        let server = server(data("abc")).await;
        let folder = tempfile::tempdir().unwrap();
        let told = Rc::new(RefCell::new(None));
        let progress = told.clone();
        let glance = glance(&server)
            .with_progress(Rc::new(move |done, total| *progress.borrow_mut() = Some((done, total))));
        let place = folder.path().join("image");
        assert_eq!(glance.download(&snapshot(&[]), &place, false).await.unwrap(), 3);
        assert_eq!(std::fs::read(place).unwrap(), b"abc");
        assert_eq!(*told.borrow(), Some((3, Some(3))));
    }

    #[tokio::test]
    async fn wrong_data_are_an_integrity_error_and_leave_no_file() {
        let unknown = ("os_hash_algo", json!("blake2b"));
        let cases = [
            (vec![("size", json!(4))], "the data are 3 bytes, and should be 4"),
            (vec![("os_hash_value", json!("ab"))], "and should have ab"),
            (vec![unknown, ("checksum", json!("cd"))], "and should have cd"),
        ];
        for (changes, message) in cases {
            let server = server(data("abc")).await;
            let folder = tempfile::tempdir().unwrap();
            let download =
                glance(&server).download(&snapshot(&changes), &folder.path().join("image"), false).await;
            let error = download.unwrap_err();
            assert_eq!(error.kind(), Kind::Integrity);
            assert!(error.message().ends_with(message), "{error}");
            assert!(is_empty(folder.path()));
        }
    }

    #[tokio::test]
    async fn an_old_snapshot_is_checked_against_what_the_answer_announces() {
        let nothing_known =
            [("size", json!(null)), ("os_hash_value", json!(null)), ("checksum", json!(null))];
        let image = snapshot(&nothing_known);
        for (md5, right) in [("900150983cd24fb0d6963f7d28e17f72", true), ("ab", false)] {
            let server = server(data("abc").insert_header("content-md5", md5)).await;
            let mut download = glance(&server).download_stream(&image).await.unwrap();
            assert_eq!(download.total_bytes(), Some(3));
            assert_eq!(download.chunk().await.unwrap().unwrap(), "abc");
            assert_eq!(download.chunk().await.is_ok(), right);
        }
    }

    #[tokio::test]
    async fn no_data_and_no_permission_say_what_to_do() {
        let deactivated = "The requested image has been deactivated. Image data download is forbidden.";
        let cases = [
            (ResponseTemplate::new(204), Kind::Conflict, "upload its data first, or wait until it is active"),
            (
                ResponseTemplate::new(403).set_body_string(deactivated),
                Kind::Forbidden,
                "reactivate the image first",
            ),
            (
                ResponseTemplate::new(403),
                Kind::Forbidden,
                "a role that may download is needed: a reader may only list and show",
            ),
        ];
        for (answer, kind, advice) in cases {
            let server = server(answer).await;
            let folder = tempfile::tempdir().unwrap();
            let download =
                glance(&server).download(&snapshot(&[]), &folder.path().join("image"), false).await;
            let error = download.unwrap_err();
            assert_eq!((error.kind(), error.advice_text()), (kind, Some(advice)));
            assert!(is_empty(folder.path()));
        }
    }

    #[tokio::test]
    async fn a_target_that_cannot_be_written_costs_no_request() {
        let server = server(data("abc")).await;
        let folder = tempfile::tempdir().unwrap();
        let download = glance(&server).download(&snapshot(&[]), folder.path(), true).await;
        assert_eq!(download.unwrap_err().kind(), Kind::Usage);
        assert!(asked(&server).await.is_empty());
    }
}
