//! Uploads: data on their way into an image, verified once they are there.
//!
//! Source: `glance/api/v2/image_data.py`, `ImageDataController.upload`.

use std::pin::pin;
use std::time::Duration;

use tokio::select;
use tokio::time::interval;

use super::digest::{Hash, check_size};
use super::source::Data;
use super::{Glance, Image, Source, image_path};
use crate::error::{Error, Kind, Result};
use crate::http::Method;

/// How often an upload tells how far it is.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

impl Glance {
    /// Sends the data (PUT /v2/images/{id}/file), then returns the image as it is with them.
    ///
    /// The size and the hash that Glance found are compared with what was read. The image must be `queued`, its formats
    /// set. A failure leaves it `queued`, so that the data can be sent again.
    ///
    /// Errors: `usage` (a file that cannot be read), `invalid` (no data; formats not set; data that are not of the
    /// image's format), `conflict` (not queued), `limit` (quota), `integrity`, `forbidden`, `not_found`.
    pub async fn upload(&self, id: &str, source: Source) -> Result<Image> {
        let data = source.prepare()?;
        self.send_data(id, &data).await.map_err(explained)
    }

    /// Sends data that are ready, and compares them with what Glance found.
    pub(super) async fn send_data(&self, id: &str, data: &Data) -> Result<Image> {
        let mut request = self.request(Method::PUT, &image_path(id, &["file"])?).await?.body(data.body());
        if let Some(length) = data.length() {
            request = request.header("x-openstack-image-size", &length.to_string());
        }
        match self.telling_progress(data, self.send(request)).await {
            Ok(_) => self.filled(id, data).await,
            // Where only the answers were lost, the image is filled all the same.
            Err(error) if may_be_filled(&error, data) => {
                let filled = self.filled(id, data).await;
                filled.ok().filter(|image| &*image.status == "active").ok_or(error)
            }
            Err(error) => Err(data.emptiness().unwrap_or(error)),
        }
    }

    /// The image with its data. Errors: `integrity` (other data than were sent).
    async fn filled(&self, id: &str, data: &Data) -> Result<Image> {
        let image = self.image(id).await?;
        let size = image.size.map_or(Ok(()), |size| check_size(data.sent_bytes(), size));
        size.and_then(|()| data.check(Hash::all_of(&image))).map_err(|error| corrupted(&error, id))?;
        Ok(image)
    }

    /// Awaits `sending`, and tells meanwhile how much of the data is sent.
    async fn telling_progress<T>(&self, data: &Data, sending: impl Future<Output = T>) -> T {
        let Some(progress) = &self.progress else { return sending.await };
        let mut sending = pin!(sending);
        let mut ticks = interval(PROGRESS_INTERVAL);
        loop {
            select! {
                result = &mut sending => {
                    progress(data.sent_bytes(), data.length());
                    return result;
                }
                _ = ticks.tick() => progress(data.sent_bytes(), data.length()),
            }
        }
    }
}

/// Whether the image may have the data in spite of the error: an answer was lost, this one or that of an attempt before.
fn may_be_filled(error: &Error, data: &Data) -> bool {
    match error.kind() {
        Kind::Conflict => data.recall(),
        Kind::Unavailable => data.is_whole() || data.recall(),
        _ => false,
    }
}

/// The error with advice, where Glance's words alone would leave one wondering.
fn explained(error: Error) -> Error {
    let advice = match error.status_code() {
        Some(409) => "an image takes data only while it is queued: create another one for them",
        // Glance finds this out when it has stored the data: the image cannot take others any more.
        _ if is_other_format(&error) => {
            "the image is of no use now: delete it, and create another with the disk_format the data have"
        }
        _ if error.kind() == Kind::Integrity => "delete the image, and create another one for the data",
        _ => return error,
    };
    error.advice(advice)
}

/// Whether Glance found the data to be of another format than the image.
pub(super) fn is_other_format(error: &Error) -> bool {
    error.status_code() == Some(415) && error.message().contains("does not match")
}

fn corrupted(error: &Error, id: &str) -> Error {
    Error::new(Kind::Integrity, format!("image {id} does not hold what was sent: {}", error.message()))
        .op(format!("PUT /v2/images/{id}/file"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::cell::RefCell;
    use std::rc::Rc;

    use serde_json::{Value, json};
    use wiremock::matchers::{method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::super::testing::{active, glance};
    use super::*;
    use crate::http::{Body, Bytes};

    #[test]
    fn a_data_mismatch_says_that_the_image_is_lost() {
        let message = "Image disk_format qcow2 does not match stream data raw";
        let error = explained(Error::new(Kind::Invalid, message).status(415));
        assert!(error.advice_text().is_some_and(|advice| advice.contains("delete it")));
        let other = explained(Error::new(Kind::Invalid, "Unsupported Content-Type").status(415));
        assert_eq!(other.advice_text(), None);
    }

    async fn server(put: ResponseTemplate, after: Value) -> MockServer {
        let server = MockServer::start().await;
        Mock::given(method("PUT")).and(path("/v2/images/1bea/file")).respond_with(put).mount(&server).await;
        let after = ResponseTemplate::new(200).set_body_json(after);
        Mock::given(method("GET")).and(path("/v2/images/1bea")).respond_with(after).mount(&server).await;
        server
    }

    fn abc() -> Source {
        Source::Body(Body::Bytes(Bytes::from_static(b"abc"), String::new()))
    }

    #[tokio::test]
    async fn sends_type_length_and_data_and_tells_how_far_it_is() {
        let server = server(ResponseTemplate::new(204), active("1bea")).await;
        let told = Rc::new(RefCell::new(Vec::new()));
        let progress = told.clone();
        let glance = glance(&server)
            .with_progress(Rc::new(move |done, total| progress.borrow_mut().push((done, total))));
        assert_eq!(glance.upload("1bea", abc()).await.unwrap().size, Some(3));
        assert_eq!(told.borrow().last(), Some(&(3, Some(3))));

        let put = &server.received_requests().await.unwrap()[0];
        let sent = |name: &str| {
            put.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
        };
        assert_eq!(put.body, b"abc");
        assert_eq!(
            (sent("content-type"), sent("content-length"), sent("x-openstack-image-size")),
            ("application/octet-stream".into(), "3".into(), "3".into())
        );
    }

    #[tokio::test]
    async fn another_attempt_sends_all_data_again() {
        let server = MockServer::start().await;
        Mock::given(method("PUT"))
            .respond_with(ResponseTemplate::new(503))
            .up_to_n_times(1)
            .mount(&server)
            .await;
        Mock::given(method("PUT")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
        let after = ResponseTemplate::new(200).set_body_json(active("1bea"));
        Mock::given(method("GET")).respond_with(after).mount(&server).await;
        glance(&server).upload("1bea", abc()).await.unwrap();
        let requests = server.received_requests().await.unwrap();
        let bodies: Vec<_> = requests.iter().take(2).map(|request| &request.body[..]).collect();
        assert_eq!(bodies, [b"abc", b"abc"]);
    }

    #[tokio::test]
    async fn data_whose_answer_was_lost_are_found_to_be_there() {
        for (size, again, there) in
            [(3, 409, Ok("active")), (3, 504, Ok("active")), (4, 409, Err(Kind::Conflict))]
        {
            let server = MockServer::start().await;
            let lost = Mock::given(method("PUT")).respond_with(ResponseTemplate::new(504));
            lost.up_to_n_times(1).mount(&server).await;
            Mock::given(method("PUT")).respond_with(ResponseTemplate::new(again)).mount(&server).await;
            let mut after = active("1bea");
            after["size"] = json!(size);
            let after = ResponseTemplate::new(200).set_body_json(after);
            Mock::given(method("GET")).respond_with(after).mount(&server).await;
            let uploaded = glance(&server).upload("1bea", abc()).await;
            let uploaded = uploaded.map(|image| image.status.to_string()).map_err(|error| error.kind());
            assert_eq!(uploaded, there.map(str::to_owned));
        }
    }

    #[tokio::test]
    async fn what_arrived_otherwise_than_it_was_sent_is_an_integrity_error() {
        for (key, value) in [("size", json!(4)), ("os_hash_value", json!("ab")), ("checksum", json!("ab"))] {
            let mut after = active("1bea");
            if key == "checksum" {
                after["os_hash_algo"] = json!("blake2b");
            }
            after[key] = value;
            let server = server(ResponseTemplate::new(204), after).await;
            let error = glance(&server).upload("1bea", abc()).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Integrity, "{key}");
            assert!(error.message().starts_with("image 1bea does not hold what was sent"), "{error}");
        }
    }

    #[tokio::test]
    async fn a_refused_upload_says_what_to_do() {
        let refusal =
            ResponseTemplate::new(409).set_body_string("transition from active to saving is not allowed");
        let server = server(refusal, active("1bea")).await;
        let error = glance(&server).upload("1bea", abc()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Conflict);
        assert!(error.advice_text().unwrap().contains("queued"));
    }

    #[tokio::test]
    async fn a_stream_that_turns_out_empty_is_told_in_place_of_the_broken_request() {
        let server = server(ResponseTemplate::new(204), active("1bea")).await;
        let source = Source::File("/dev/null".into());
        let error = glance(&server).upload("1bea", source).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.message()),
            (Kind::Usage, "the stream is empty: there is nothing to upload")
        );
    }
}
