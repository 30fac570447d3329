//! What to do about an upload that failed, where Glance's words alone would leave one wondering.

use super::replay::Data;
use crate::error::{Error, Kind};

/// The error of an upload into an image that was there before, with advice.
pub(in crate::glance) fn explain(error: Error, id: &str, data: &Data) -> Error {
    if let Some(spent) = describe_spent(&error, data) {
        let advice = format!("{spent}; image {id} stays queued: upload to it once more");
        return error.advice(advice);
    }
    let message = error.message();
    let advice = match (error.status_code(), error.kind()) {
        (Some(409), _) if message.contains("from saving") => {
            "an upload to it is under way, or was cut off a moment ago: wait until the image is queued"
        }
        (Some(409), _) if message.contains("from uploading") || message.contains("on staging") => {
            "the image has staged data already: import them, or delete the image"
        }
        (Some(409), _) => "an image takes data only while it is queued: create another one for them",
        _ if is_read_only_store(&error) => return read_only_store(&error),
        // Glance finds this out when it has stored the data: the image cannot take others any more.
        _ if is_other_format(&error) => {
            "the image is of no use now: delete it, and create another with the disk_format the data have"
        }
        _ => match general(&error) {
            Some(advice) => advice,
            None if error.kind() == Kind::Integrity => {
                "delete the image, and create another one for the data"
            }
            None => return error,
        },
    };
    error.advice(advice)
}

/// Advice that holds for new images too.
fn general(error: &Error) -> Option<&'static str> {
    let message = error.message();
    match error.status_code() {
        Some(400) if message.contains("Store for identifier") => {
            Some("name one of the cloud's stores, as cloud:stores() tells them, or none")
        }
        Some(400) if message.contains("must be set prior") => Some(
            "say what the data are: image:update{ disk_format = \"qcow2\", container_format = \"bare\" }",
        ),
        Some(413) if message.contains("image is too large") => Some(
            "this cloud takes no image of that size: make it smaller (qemu-img convert -c to qcow2), or ask its operators",
        ),
        Some(413) => Some("delete what is not needed, or ask the cloud's operators for more room"),
        _ => None,
    }
}

/// The same for an image that was created for the data, and is gone.
pub(in crate::glance) fn explain_created(error: Error, data: &Data) -> Error {
    if let Some(spent) = describe_spent(&error, data) {
        return error.advice(format!("{spent}: run it again"));
    }
    if is_read_only_store(&error) {
        return read_only_store(&error);
    }
    match general(&error) {
        Some(advice) => error.advice(advice),
        None if error.kind() == Kind::Integrity => error.advice("try again"),
        None if is_other_format(&error) => error.advice("create it with the disk_format that the data have"),
        None => error,
    }
}

/// Why data were not sent again where others would have been; `None` where that is not the matter.
fn describe_spent(error: &Error, data: &Data) -> Option<String> {
    let passes =
        matches!(error.kind(), Kind::Unavailable | Kind::Unauthorized) || error.status_code() == Some(429);
    (passes && !data.can_be_sent_again())
        .then(|| format!("{} was read and cannot be read again, so it was not sent again", data.name()))
}

/// Whether a 410 is about a store that takes no images.
pub(super) fn is_read_only_store(error: &Error) -> bool {
    error.status_code() == Some(410) && error.message().contains("store configuration")
}

/// Glance says `410 Gone` of a store that takes no images, as if the image were gone.
fn read_only_store(error: &Error) -> Error {
    let told = Error::new(Kind::Invalid, error.message()).status(410);
    let told = error.op_name().map_or(told.clone(), |op| told.op(op));
    let told = error.request_id_value().map_or(told.clone(), |id| told.request_id(id));
    told.advice("name a store that takes images, or none")
}

/// Whether Glance found the data to be of another format than the image.
fn is_other_format(error: &Error) -> bool {
    error.status_code() == Some(415) && error.message().contains("does not match")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::glance::Source;

    #[tokio::test]
    async fn says_what_to_do_where_glance_only_says_no() {
        let data = Source::bytes("abc").prepare().await.unwrap();
        let from = |status| format!("Image status transition from {status} to saving is not allowed");
        let cases = [
            (409, from("active"), "create another one"),
            (409, from("saving"), "wait until the image is queued"),
            (409, from("uploading"), "import them"),
            (400, "Store for identifier nope not found".to_owned(), "name one of the cloud's stores"),
            (400, "Properties disk_format must be set prior to saving data.".to_owned(), "image:update{"),
            (410, "Error in store configuration. Adding images".to_owned(), "name a store that takes images"),
            (413, "The request returned 413".to_owned(), "delete what is not needed"),
            (413, "The incoming image is too large: …".to_owned(), "make it smaller"),
            (415, "Image disk_format qcow2 does not match stream data raw".to_owned(), "delete it"),
        ];
        for (status, message, advice) in cases {
            let error = Error::new(Kind::of_status(status), message).status(status);
            let error = explain(error, "1bea", &data);
            assert!(error.advice_text().unwrap().contains(advice), "{error:?}");
        }
        let other = Error::new(Kind::Invalid, "Unsupported Content-Type").status(415);
        assert_eq!(explain(other, "1bea", &data).advice_text(), None);
    }

    #[test]
    fn a_refusing_store_is_told_apart_from_a_missing_image() {
        let gone = Error::new(Kind::NotFound, "Error in store configuration.")
            .status(410)
            .op("PUT x")
            .request_id("req-1");
        let told = read_only_store(&gone);
        assert_eq!(told.to_string(), "PUT x: 410 invalid: Error in store configuration. (req-1)");
    }
}
