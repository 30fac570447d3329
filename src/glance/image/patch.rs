//! Changes of an image, as the JSON patch that Glance takes.
//!
//! Source: glance/api/v2/images.py, `RequestDeserializer._get_change_operation_d10` and
//! `ImagesController.update`.

use serde_json::{Value, json};

use super::super::{Glance, Image, image_path};
use crate::error::{Error, Kind, Result};
use crate::glance::effect;
use crate::http::{Body, Bytes, Method};

/// RFC 6902 without `test`, `move` and `copy`; Glance takes it under this name only.
const PATCH: &str = "application/openstack-images-v2.1-json-patch";

impl Glance {
    /// Changes fields and custom properties, all or none (PATCH /v2/images/{id}); returns the image as it is
    /// then.
    ///
    /// `Some` sets a value, whether there was one or not; `None` removes a custom property, and one that is
    /// not there is removed already. Without a change to make, the image is only asked for.
    ///
    /// Whether it is made once or twice, the image is the same then, so it is sent again where its answer is
    /// lost. Another's change between the two is lost, as it would be had this one come a moment later.
    ///
    /// Errors: `forbidden` (not the owner, a read-only field, a public image), `invalid` (a value Glance does
    /// not take), `conflict` (a state that does not allow it), `not_found`.
    pub async fn update_image(
        &self,
        image: &Image,
        mut changes: Vec<(String, Option<Value>)>,
    ) -> Result<Image> {
        let path = image_path(&image.id, &[])?;
        while !changes.is_empty() {
            let operations = patch(&changes);
            let request = self.request(Method::PATCH, &path).await?.effect(effect::of_patch(&operations));
            let request = request.body(body(&operations)).repeatable(true);
            match self.ask(request).await {
                // Glance names one missing property at a time, and has changed nothing yet.
                Err(error) if error.kind() == Kind::Conflict => {
                    let missing = changes
                        .iter()
                        .position(|(key, value)| value.is_none() && lacks(error.message(), key));
                    let Some(missing) = missing else { return Err(error) };
                    changes.remove(missing);
                }
                answer => return answer.map_err(explain),
            }
        }
        self.image(&image.id).await
    }
}

/// A patch as Glance takes it.
pub(in crate::glance) fn body(patch: &Value) -> Body {
    Body::Bytes(Bytes::from(patch.to_string()), PATCH.to_owned())
}

/// The error with advice, where Glance's words alone would leave one wondering.
pub(in crate::glance) fn explain(error: Error) -> Error {
    let advice = [
        (
            "publicize_image",
            "only an administrator may make an image public; visibility = \"community\" may do as well",
        ),
        (
            "communitize_image",
            "this cloud keeps community images to administrators; share it with those who need it",
        ),
        (
            "Owner can't be updated",
            "only an administrator may give an image to another project; a copy can be theirs",
        ),
        ("can be only replaced for a queued image", "formats are set before there are data"),
        (
            "add_image",
            "images are made by members of a project: choose an entry whose user has that role in it",
        ),
        ("' is reserved.", "leave it out: this cloud keeps that property to itself, or to other roles"),
        (
            "image_count_total",
            "delete images that are not needed, or ask the cloud's operators for a higher limit",
        ),
        (
            "of [None, '",
            "this cloud takes no other formats: convert the data to one of them (qemu-img convert)",
        ),
    ];
    match advice.iter().find(|(words, _)| error.message().contains(words)) {
        Some((_, advice)) => error.advice(*advice),
        None => error,
    }
}

/// The patch that makes these changes.
///
/// A field is always there, if only as null, so it is replaced; a property is added, which also replaces it.
fn patch(changes: &[(String, Option<Value>)]) -> Value {
    let operation = |(key, value): &(String, Option<Value>)| {
        let path = pointer(key);
        match value {
            None => json!({ "op": "remove", "path": path }),
            Some(value) if Image::is_schema_field(key) => {
                json!({ "op": "replace", "path": path, "value": value })
            }
            Some(value) => json!({ "op": "add", "path": path, "value": value }),
        }
    };
    changes.iter().map(operation).collect()
}

/// The JSON pointer of a key (RFC 6901).
fn pointer(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Whether Glance said that there is no such property.
fn lacks(message: &str, key: &str) -> bool {
    message.contains(&format!("Property {key} does not exist"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use wiremock::matchers::{body_json, header, method};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::glance::testing::{asked, glance, image};

    #[tokio::test]
    async fn a_change_that_removes_locations_is_no_write() {
        let server = MockServer::start().await;
        let glance = crate::glance::testing::glance_allowed(&server, crate::http::Effect::Write);
        let changes = vec![("locations".to_owned(), None)];
        let error =
            glance.update_image(&serde_json::from_value(image("1bea")).unwrap(), changes).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Forbidden);
        assert!(asked(&server).await.is_empty());
    }

    #[test]
    fn fields_are_replaced_and_properties_added_or_removed() {
        let changes = [
            ("visibility".to_owned(), Some(json!("shared"))),
            ("name".to_owned(), Some(Value::Null)),
            ("tags".to_owned(), Some(json!(["a", "b"]))),
            ("os_distro".to_owned(), Some(json!("freebsd"))),
            ("hw_disk_bus".to_owned(), None),
        ];
        assert_eq!(
            patch(&changes),
            json!([
                {"op": "replace", "path": "/visibility", "value": "shared"},
                {"op": "replace", "path": "/name", "value": null},
                {"op": "replace", "path": "/tags", "value": ["a", "b"]},
                {"op": "add", "path": "/os_distro", "value": "freebsd"},
                {"op": "remove", "path": "/hw_disk_bus"},
            ])
        );
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        for (message, advice) in [
            ("You are not authorized to complete add_image action.", "has that role in it"),
            ("Attribute 'x_billing' is reserved.", "leave it out:"),
            (
                "Resource image_count_total is over limit of 1 due to current usage 1 and delta 1",
                "higher limit",
            ),
            (
                "Provided object does not match schema 'image': 'ami' is not one of [None, 'raw']",
                "qemu-img convert",
            ),
        ] {
            let error = explain(Error::new(Kind::Forbidden, message));
            assert!(error.advice_text().unwrap().contains(advice), "{error:?}");
        }
    }

    #[test]
    fn a_pointer_escapes_tildes_before_slashes() {
        for (key, path) in [("plain", "/plain"), ("a/b", "/a~1b"), ("a~b", "/a~0b"), ("~1", "/~01")] {
            assert_eq!(pointer(key), path);
        }
    }

    #[test]
    fn only_the_property_that_glance_names_is_missing() {
        let message =
            "There was a conflict when trying to complete your request. Property gone1 does not exist.";
        assert!(lacks(message, "gone1"));
        assert!(!lacks(message, "gone"));
    }

    #[tokio::test]
    async fn update_omits_a_missing_property_and_resends_the_rest() {
        let server = MockServer::start().await;
        let conflict = |property: &str| {
            let message =
                format!("There was a conflict.<br /><br />\nProperty {property} does not exist.\n\n");
            ResponseTemplate::new(409).set_body_json(json!({ "message": message }))
        };
        for property in ["gone1", "gone2"] {
            Mock::given(method("PATCH"))
                .respond_with(conflict(property))
                .up_to_n_times(1)
                .mount(&server)
                .await;
        }
        let remaining = json!([{"op": "replace", "path": "/name", "value": "x"}]);
        let right = Mock::given(method("PATCH")).and(body_json(remaining)).and(header("content-type", PATCH));
        right.respond_with(ResponseTemplate::new(200).set_body_json(image("1bea"))).mount(&server).await;
        let changes = vec![
            ("name".to_owned(), Some(json!("x"))),
            ("gone2".to_owned(), None),
            ("gone1".to_owned(), None),
        ];
        let before = Image { id: "1bea".into(), ..Image::default() };
        let after = glance(&server).update_image(&before, changes).await.unwrap();
        assert_eq!(after.name.as_deref(), Some("name of 1bea"));
        assert_eq!(asked(&server).await, ["PATCH /v2/images/1bea"; 3]);
    }

    #[tokio::test]
    async fn update_raises_other_conflicts_and_reads_when_nothing_changes() {
        let server = MockServer::start().await;
        Mock::given(method("PATCH")).respond_with(ResponseTemplate::new(409)).mount(&server).await;
        let here = ResponseTemplate::new(200).set_body_json(image("1bea"));
        Mock::given(method("GET")).respond_with(here).mount(&server).await;
        let before = Image { id: "1bea".into(), ..Image::default() };
        let error = glance(&server).update_image(&before, vec![("x".to_owned(), None)]).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Conflict);
        assert!(glance(&server).update_image(&before, vec![]).await.is_ok());
        assert_eq!(asked(&server).await, ["PATCH /v2/images/1bea", "GET /v2/images/1bea"]);
    }
}
