//! New images whose data Glance imports: those that are sent to it, or those that it fetches.
//!
//! Source: glance/api/v2/images.py, `ImagesController.create` and `import_image`.

use serde_json::{Map, Value};

use super::super::{Glance, Image, Import, Patience, Source};
use super::create_body::{flatten, require_formats};
use crate::error::Result;
use crate::glance::transfer::upload::{Data, Target, explain_created};

impl Glance {
    /// Creates an image and has Glance import its data (POST …/import), waits for them, and deletes it when
    /// that fails.
    ///
    /// Data that are given are staged first (PUT …/stage), and compared with what the image holds then. All
    /// else as for [`Glance::create_image`]. Errors: those of [`Glance::stage`], [`Glance::import_image`]
    /// and [`Glance::wait_for_import`] too.
    pub async fn create_by_import(
        &self,
        body: Map<String, Value>,
        data: Option<Source>,
        import: &Import,
        patience: Patience,
    ) -> Result<Image> {
        let body = flatten(body)?;
        let data = match data {
            Some(source) => {
                require_formats(&body)?;
                Some(source.prepare().await?)
            }
            None => None,
        };
        let disk_format = body.get("disk_format").cloned();
        let fetch = async |id: &str| {
            if let Some(data) = &data {
                let staged = self.unlisted().send_data(&Target::staging(id), data).await;
                staged.map_err(|error| explain_created(error, data))?;
            }
            let request = self.import_own_image(id, import).await?;
            let image = self.wait_for_import(id, request.as_deref(), patience).await?;
            let sent = data.as_ref().and_then(Data::complete_receipt);
            // Where the cloud has made another format of them, they are others by right.
            if let Some(sent) = sent.filter(|_| disk_format == image.field("disk_format")) {
                sent.check(&image)
                    .map_err(|error| error.context("the image does not hold what was staged"))?;
            }
            Ok(image)
        };
        self.create_filled(body, Some(fetch)).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use serde_json::json;
    use wiremock::matchers::{method, path, path_regex};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::error::Kind;
    use crate::glance::ImportMethod;
    use crate::glance::testing::{active, created, glance, image, normalised};

    #[tokio::test]
    async fn staged_data_are_compared_with_what_was_imported_unless_the_cloud_made_another_format_of_them() {
        for (data, disk_format, is_right) in
            [("abc", "raw", true), ("xyz", "raw", false), ("xyz", "qcow2", true)]
        {
            let server = MockServer::start().await;
            let mut staged = image("1bea");
            (staged["status"], staged["size"]) = (json!("uploading"), json!(3));
            let mut imported = active("1bea");
            imported["disk_format"] = json!(disk_format);
            Mock::given(method("POST")).and(path("/v2/images")).respond_with(created).mount(&server).await;
            for (verb, below, status, answer) in [
                ("PUT", "/stage", 204, json!(null)),
                ("GET", "", 200, staged),
                ("POST", "/import", 202, json!(null)),
                ("GET", "/tasks", 200, json!({ "tasks": [] })),
                ("GET", "", 200, imported),
                ("DELETE", "", 204, json!(null)),
            ] {
                let answer = ResponseTemplate::new(status).set_body_json(answer);
                let mock = Mock::given(method(verb)).and(path_regex(format!("^/v2/images/[^/]+{below}$")));
                mock.respond_with(answer).up_to_n_times(1).mount(&server).await;
            }
            // For the look before the deletion.
            let seen = |request: &wiremock::Request| {
                let id = request.url.path().rsplit('/').next().unwrap_or_default().to_owned();
                ResponseTemplate::new(200).set_body_json(active(&id))
            };
            Mock::given(method("GET")).respond_with(seen).mount(&server).await;
            let direct = Import {
                method: ImportMethod::GlanceDirect,
                stores: None,
                all_stores: None,
                all_stores_must_succeed: None,
            };
            let patience = Patience { timeout: Duration::from_secs(5), interval: None };
            let body = [("disk_format", "raw"), ("container_format", "bare")];
            let body = body.map(|(key, value)| (key.to_owned(), json!(value))).into_iter().collect();
            let data = Some(Source::bytes(data));
            let created = glance(&server).create_by_import(body, data, &direct, patience).await;
            let last = normalised(&server).await.pop().unwrap();
            match created {
                Ok(image) => assert!(is_right && &*image.status == "active" && last == "GET /v2/images/ID"),
                Err(error) => {
                    assert!(
                        !is_right && error.kind() == Kind::Integrity && last == "DELETE /v2/images/ID",
                        "{error}"
                    );
                }
            }
        }
    }
}
