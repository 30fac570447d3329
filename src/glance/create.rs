//! New images, with their data or without.
//!
//! Those that Glance imports are `create_import`'s; what becomes of one whose data do not arrive is `orphans`'. Source: glance/api/v2/images.py,
//! `ImagesController.create`. Longer than most by its tests: of what a body may be, and of what is asked for.

use serde_json::{Map, Value};

use super::upload::{Target, explained_anew};
use super::{Glance, Image, Source, update};
use crate::error::{Error, Kind, Result};
use crate::http::Method;

impl Glance {
    /// Creates an image (POST /v2/images); with data, uploads them too, and deletes the image when that fails.
    ///
    /// `body` holds Glance's fields; custom properties stand in an object `properties`, or beside the fields as Glance
    /// has them; `store` names where the data go. Data are looked at before anything is created, so a missing or empty file leaves nothing behind. Should
    /// the deletion fail too, the error says so and names the image. A call that is dropped half way (^C) cannot delete
    /// anything any more: [`Glance::remove_orphans`] does. The ID is chosen here where the body has none, so that an image
    /// whose answer was lost can be looked for, and is never left behind unknown.
    ///
    /// Errors: `usage` (data without formats, a property that is no text or has a field's name, a file that cannot be
    /// read), `invalid`, `forbidden` (a read-only field, a visibility that is not for this user), `conflict` (the ID was
    /// used before), `limit` (quota), and those of [`Glance::upload`].
    pub async fn create_image(
        &self,
        body: Map<String, Value>,
        data: Option<Source>,
        store: Option<&str>,
    ) -> Result<Image> {
        let body = flattened(body)?;
        let Some(source) = data else { return self.create_queued(&body, &chosen_id(&body)).await };
        require_formats(&body)?;
        let data = source.prepare().await?;
        let upload = async |id: &str| {
            let sent = self.send_data(&Target::image(id, store), &data).await;
            sent.map_err(|error| explained_anew(error, &data))
        };
        self.create_filled(&body, upload).await
    }

    /// Creates it and gives it its data, by that; deletes it when that fails.
    pub(super) async fn create_filled(
        &self,
        body: &Map<String, Value>,
        fill: impl AsyncFnOnce(&str) -> Result<Image>,
    ) -> Result<Image> {
        self.remove_left_behind().await;
        let id = chosen_id(body);
        let mut unfinished = self.begin(&id).await;
        let image = match self.create_queued(body, &id).await {
            Ok(image) => image,
            // It may be there, and nobody could see.
            Err(error) if error.kind() == Kind::Unavailable => {
                unfinished.leave();
                return Err(error);
            }
            Err(error) => {
                unfinished.settle();
                return Err(error);
            }
        };
        unfinished.is(&image);
        let error = match fill(&image.id).await {
            Ok(filled) => {
                unfinished.settle();
                // By now, what another run had on its way when it was killed has arrived.
                self.remove_left_behind().await;
                return Ok(filled);
            }
            Err(error) => error,
        };
        match self.take_back(&image).await {
            Ok(()) => {
                unfinished.settle();
                Err(taken_back(error))
            }
            Err(refusal) => {
                unfinished.leave();
                let error = left_behind(error, &image.id, &refusal);
                // What a script raised is raised whole, without these words.
                self.tell(&format!("image {id} was created, and is left behind without its data"));
                Err(error)
            }
        }
    }

    /// Creates it, or finds it created where only the answer was lost.
    async fn create_queued(&self, body: &Map<String, Value>, id: &str) -> Result<Image> {
        let mut body = body.clone();
        body.insert("id".to_owned(), id.into());
        let request = self.request(Method::POST, "/v2/images").await?;
        let look = async || self.image(id).await;
        let created = self.once(request.json(&Value::Object(body)), &format!("image {id}"), look).await;
        created.map_err(update::explained)
    }
}

/// The ID that the body asks for, else a new one.
fn chosen_id(body: &Map<String, Value>) -> String {
    body.get("id").and_then(Value::as_str).map_or_else(|| uuid::Uuid::new_v4().to_string(), str::to_owned)
}

/// The error of a creation that was undone.
fn taken_back(error: Error) -> Error {
    error.context("the image was created, and deleted again without its data")
}

/// The error of a creation that could not be undone.
fn left_behind(error: Error, id: &str, refusal: &Error) -> Error {
    error
        .context(format!("image {id} was created, and is left behind without its data"))
        .advice(format!("delete image {id}; this failed here: {refusal}"))
}

/// The body as Glance takes it: custom properties beside the fields.
pub(super) fn flattened(mut body: Map<String, Value>) -> Result<Map<String, Value>> {
    match body.remove("properties") {
        None | Some(Value::Null) => {}
        Some(Value::Object(properties)) => {
            for (key, value) in properties {
                if Image::is_schema_field(&key) {
                    let message = format!("{key} is a field of the image, not a custom property");
                    return Err(
                        Error::new(Kind::Usage, message).advice(format!("write {key} beside properties"))
                    );
                }
                body.insert(key, value);
            }
        }
        Some(_) => return Err(Error::new(Kind::Usage, "properties is to be a table of names and texts")),
    }
    for (key, value) in &body {
        if !Image::is_schema_field(key) && !value.is_string() {
            let message = format!("the property {key} is {value}, and Glance takes only text");
            return Err(Error::new(Kind::Usage, message).advice(format!("write it as text: \"{value}\"")));
        }
    }
    Ok(body)
}

/// Errors: `usage` (Glance would take no data for an image without formats).
pub(super) fn require_formats(body: &Map<String, Value>) -> Result<()> {
    let missing: Vec<&str> = ["disk_format", "container_format"]
        .into_iter()
        .filter(|key| body.get(*key).is_none_or(Value::is_null))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::new(Kind::Usage, format!("an image with data needs {}", missing.join(" and ")))
        .advice("say what the data are, such as disk_format = \"qcow2\", container_format = \"bare\""))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(object) = value else { return Map::new() };
        object
    }

    #[test]
    fn properties_go_beside_the_fields() {
        let body = object(json!({"name": "x", "os_distro": "debian", "properties": {"hw_disk_bus": "scsi"}}));
        let flat = object(json!({"name": "x", "os_distro": "debian", "hw_disk_bus": "scsi"}));
        assert_eq!(flattened(body).unwrap(), flat);
    }

    #[test]
    fn a_property_is_text_and_has_a_name_of_its_own() {
        let cases = [
            (json!({"properties": {"name": "x"}}), "name is a field of the image, not a custom property"),
            (
                json!({"properties": {"hw_cores": 4}}),
                "the property hw_cores is 4, and Glance takes only text",
            ),
            (json!({"hw_cores": true}), "the property hw_cores is true, and Glance takes only text"),
            (json!({"properties": "x"}), "properties is to be a table of names and texts"),
        ];
        for (body, message) in cases {
            let error = flattened(object(body)).unwrap_err();
            assert_eq!((error.kind(), error.message()), (Kind::Usage, message));
        }
    }

    #[test]
    fn data_need_both_formats() {
        let cases = [
            (json!({"disk_format": "raw", "container_format": "bare"}), None),
            (json!({"disk_format": "raw"}), Some("an image with data needs container_format")),
            (json!({"disk_format": null}), Some("an image with data needs disk_format and container_format")),
        ];
        for (body, message) in cases {
            let error = require_formats(&object(body)).err();
            assert_eq!(error.as_ref().map(Error::message), message);
        }
    }
}

#[cfg(test)]
mod requests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;
    use wiremock::matchers::method;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::super::testing::{active, asked, glance, glance_allowed, image};
    use super::*;
    use crate::http::Effect;

    const CREATE: &str = "POST /v2/images";
    const UPLOAD: &str = "PUT /v2/images/1bea/file";
    const SHOW: &str = "GET /v2/images/1bea";
    const DELETE: &str = "DELETE /v2/images/1bea";

    fn body() -> Map<String, Value> {
        [("disk_format", "raw"), ("container_format", "bare")]
            .map(|(key, value)| (key.into(), json!(value)))
            .into_iter()
            .collect()
    }

    fn abc() -> Source {
        Source::bytes("abc")
    }

    async fn server(put: ResponseTemplate, delete: ResponseTemplate) -> MockServer {
        let server = MockServer::start().await;
        let created = ResponseTemplate::new(201).set_body_json(image("1bea"));
        let filled = ResponseTemplate::new(200).set_body_json(active("1bea"));
        for (verb, answer) in [("POST", created), ("PUT", put), ("GET", filled), ("DELETE", delete)] {
            Mock::given(method(verb)).respond_with(answer).mount(&server).await;
        }
        server
    }

    #[tokio::test]
    async fn with_data_it_is_created_filled_and_shown() {
        let server = server(ResponseTemplate::new(204), ResponseTemplate::new(204)).await;
        let created = glance(&server).create_image(body(), Some(abc()), None).await.unwrap();
        assert_eq!(&*created.status, "active");
        assert_eq!(asked(&server).await, [CREATE, UPLOAD, SHOW]);
    }

    #[tokio::test]
    async fn a_failed_upload_leaves_nothing_also_where_only_writes_are_allowed() {
        let server = server(ResponseTemplate::new(415), ResponseTemplate::new(204)).await;
        let glance = glance_allowed(&server, Effect::Write);
        let error = glance.create_image(body(), Some(abc()), None).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Invalid);
        assert!(
            error.message().starts_with("the image was created, and deleted again without its data: "),
            "{error}"
        );
        assert_eq!(asked(&server).await, [CREATE, UPLOAD, DELETE]);
        assert!(glance.remove_orphans().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn an_image_whose_answer_was_lost_is_looked_for_by_the_id_that_was_chosen() {
        let server = MockServer::start().await;
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(502)).mount(&server).await;
        let there = ResponseTemplate::new(200).set_body_json(image("1bea"));
        Mock::given(method("GET")).respond_with(there).up_to_n_times(1).mount(&server).await;
        let named = Map::from_iter([("id".to_owned(), json!("1bea"))]);
        assert_eq!(&*glance(&server).create_image(named.clone(), None, None).await.unwrap().id, "1bea");
        assert_eq!(asked(&server).await, [CREATE, SHOW]);
        let error = glance(&server).create_image(named, None, None).await.unwrap_err();
        assert_eq!((error.kind(), error.status_code()), (Kind::Unavailable, Some(502)));
    }

    #[tokio::test]
    async fn a_protected_image_is_taken_back_too() {
        let server = server(ResponseTemplate::new(415), ResponseTemplate::new(204)).await;
        let unprotected = ResponseTemplate::new(200).set_body_json(image("1bea"));
        Mock::given(method("PATCH")).respond_with(unprotected).mount(&server).await;
        let mut protected = image("1bea");
        protected["protected"] = json!(true);
        let protected = ResponseTemplate::new(201).set_body_json(protected);
        Mock::given(method("POST")).respond_with(protected).with_priority(1).mount(&server).await;
        assert!(glance(&server).create_image(body(), Some(abc()), None).await.is_err());
        assert_eq!(asked(&server).await, [CREATE, UPLOAD, "PATCH /v2/images/1bea", DELETE]);
    }

    #[tokio::test]
    async fn what_cannot_be_deleted_is_named() {
        let server = server(ResponseTemplate::new(415), ResponseTemplate::new(403)).await;
        let error = glance(&server).create_image(body(), Some(abc()), None).await.unwrap_err();
        assert!(error.message().starts_with("image 1bea was created, and is left behind"), "{error}");
        assert!(error.advice_text().unwrap().starts_with("delete image 1bea"));
    }

    #[tokio::test]
    async fn what_cannot_work_is_refused_before_anything_is_created() {
        let server = server(ResponseTemplate::new(204), ResponseTemplate::new(204)).await;
        let missing = Some(Source::file("/nowhere/image.raw".into()));
        let empty = Some(Source::bytes(""));
        for (body, data) in [(body(), missing), (body(), empty), (Map::new(), Some(abc()))] {
            assert!(glance(&server).create_image(body, data, None).await.is_err());
        }
        assert!(asked(&server).await.is_empty());
    }

    #[tokio::test]
    async fn an_orphan_of_a_dropped_creation_is_removed_when_asked_for() {
        let slow = ResponseTemplate::new(204).set_delay(std::time::Duration::from_mins(1));
        let server = server(slow, ResponseTemplate::new(404)).await;
        let glance = glance(&server);
        let creation = glance.create_image(body(), Some(abc()), None);
        tokio::select! {
            _ = creation => unreachable!("the upload takes a minute"),
            () = async { while asked(&server).await.len() < 2 { tokio::task::yield_now().await } } => {}
        }
        assert_eq!(glance.remove_orphans().await.unwrap(), ["1bea"]);
        assert_eq!(asked(&server).await, [CREATE, UPLOAD, DELETE]);
        assert!(glance.remove_orphans().await.unwrap().is_empty());
    }
}
