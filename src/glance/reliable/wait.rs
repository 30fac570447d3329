//! Waiting until an image or a task is as it should be, or until it is clear that it never will.
//!
//! Why an import failed stands in its task and nowhere else: the image is merely `queued` again, or
//! `importing` for ever. So the tasks are looked at too. Source: the status machine in
//! glance/domain/__init__.py, `Image`; `glance/async_/flows/api_image_import.py`.
//!
//! Long because every way in which an import ends, or does not, is a test.

use super::super::{Glance, Image, Task};
use super::poll_interval::{Pace, Patience};
use crate::error::{Error, Kind, Result};

/// The property that names the stores which an import still has to fill.
const IMPORTING: &str = "os_glance_importing_to_stores";
/// The property that names the stores which it could not fill.
const FAILED: &str = "os_glance_failed_import";

impl Glance {
    /// Waits until an image has a status; returns it as it is then.
    ///
    /// Errors: `conflict` (it never will: its import failed, in the server's words; or its status cannot lead
    /// there), `unavailable` (not in time; says what its task says), `not_found` (deleted meanwhile).
    pub async fn wait_for_image(&self, id: &str, wanted: &str, patience: Patience) -> Result<Image> {
        let mut pace = Pace::new(patience);
        loop {
            self.tell_waiting();
            let image = self.image(id).await?;
            if *image.status == *wanted {
                return Ok(image);
            }
            // Staged data wait for an import, whatever became of the last one.
            let waits_for_import = wanted == "active" && ["queued", "importing"].contains(&&*image.status);
            let task = if waits_for_import { self.import_task(id, None).await? } else { None };
            refuse_the_hopeless(&image, wanted, task.as_ref())?;
            if !pace.rest().await {
                let task = if wanted == "active" { self.import_task(id, None).await? } else { None };
                return Err(late(&image, wanted, task.as_ref(), patience));
            }
        }
    }

    /// Waits until the import which that request began has ended; returns the image as it is then.
    ///
    /// Where the cloud tells no tasks, the image's status and the stores that it still waits for have to do.
    ///
    /// Errors: those of [`Glance::wait_for_image`].
    pub async fn wait_for_import(
        &self,
        id: &str,
        request: Option<&str>,
        patience: Patience,
    ) -> Result<Image> {
        let mut pace = Pace::new(patience);
        loop {
            self.tell_waiting();
            let task = self.import_task(id, request).await?;
            let image = self.image(id).await?;
            let has_ended = match &task {
                Some(task) => task.status == "success",
                None => {
                    *image.status == *"active" && image.properties.get(IMPORTING).is_none_or(|s| s.is_empty())
                }
            };
            if has_ended {
                return Ok(image);
            }
            refuse_the_hopeless(&image, "active", task.as_ref())?;
            if !pace.rest().await {
                return Err(late(&image, "active", task.as_ref(), patience));
            }
        }
    }

    /// Waits until a task has succeeded; returns it as it is then. `image_id` asks for it among the tasks of
    /// that image.
    ///
    /// Errors: `conflict` (it failed; in its own words), `unavailable` (not in time), `not_found`,
    /// `forbidden`.
    pub async fn wait_for_task(&self, id: &str, image_id: Option<&str>, patience: Patience) -> Result<Task> {
        let mut pace = Pace::new(patience);
        loop {
            self.tell_waiting();
            let task = self.refresh_task(id, image_id).await?;
            match task.status.as_str() {
                "success" => return Ok(task),
                "failure" => return Err(task_error(&task, format!("task {id} failed{}", words(&task)))),
                _ => {}
            }
            if !pace.rest().await {
                let message = format!(
                    "task {id} is still {} after {}{}",
                    task.status,
                    patience.seconds(),
                    words(&task)
                );
                return Err(
                    Error::new(Kind::Unavailable, message).advice("give it longer with timeout = SECONDS")
                );
            }
        }
    }

    /// A task as it is now: by itself, which takes an administrator, or among the tasks of its image.
    ///
    /// Errors: `not_found` (records end, mostly after two days), `forbidden`.
    pub async fn refresh_task(&self, id: &str, image_id: Option<&str>) -> Result<Task> {
        let Some(image_id) = image_id else { return self.task(id).await };
        let tasks = self.image_tasks(image_id).await?;
        tasks.into_iter().find(|task| task.id == id).ok_or_else(|| {
            let message = format!("image {image_id} has no task {id}");
            Error::new(Kind::NotFound, message)
                .advice("the record of a task ends, mostly two days after the task")
        })
    }

    /// The task which that request began, or the latest; `None` where there is none, or none is told.
    async fn import_task(&self, id: &str, request: Option<&str>) -> Result<Option<Task>> {
        let tasks = match self.fetch_tasks(id).await {
            Err(error) if [Kind::NotFound, Kind::Forbidden].contains(&error.kind()) => return Ok(None),
            answer => answer?,
        };
        Ok(match request {
            Some(request) => tasks.into_iter().find(|task| task.request_id.as_deref() == Some(request)),
            None => tasks.into_iter().max_by(|one, other| one.created_at.cmp(&other.created_at)),
        })
    }
}

/// Whether an image of one status can come to another. Statuses that are not known here can do anything.
fn can_become(status: &str, wanted: &str) -> bool {
    match status {
        "killed" | "deleted" | "pending_delete" => false,
        "active" | "deactivated" => ["active", "deactivated"].contains(&wanted),
        _ => true,
    }
}

/// Errors: `conflict` where the task has failed, or the status leads nowhere.
fn refuse_the_hopeless(image: &Image, wanted: &str, task: Option<&Task>) -> Result<()> {
    if let Some(task) = task.filter(|task| task.status == "failure") {
        let stores = image.properties.get(FAILED).filter(|stores| !stores.is_empty());
        let stores = stores.map(|stores| format!(", stores that failed: {stores}")).unwrap_or_default();
        let message = format!(
            "image {} does not become {wanted}: its {} task failed{}; the image is {}{stores}",
            image.id,
            task.kind,
            words(task),
            image.status
        );
        return Err(task_error(task, message));
    }
    if can_become(&image.status, wanted) {
        return Ok(());
    }
    let message = format!("image {} is {}, and does not become {wanted} from there", image.id, image.status);
    Err(Error::new(Kind::Conflict, message))
}

/// The error of a task that failed.
fn task_error(task: &Task, message: String) -> Error {
    let error = Error::new(Kind::Conflict, message);
    match &task.request_id {
        Some(id) => error
            .request_id(id)
            .advice("the cloud's operators find the whole reason in Glance's log, by the request's ID"),
        None => error.advice("the cloud's operators find the whole reason in Glance's log"),
    }
}

/// What a task says, to be put behind a sentence.
fn words(task: &Task) -> String {
    task.reported_message().map(|words| format!(": {words}")).unwrap_or_default()
}

fn late(image: &Image, wanted: &str, task: Option<&Task>, patience: Patience) -> Error {
    let told = match task {
        Some(task) => format!("; its {} task is {}{}", task.kind, shown_status(task), words(task)),
        None => String::new(),
    };
    let message = format!(
        "image {} is still {} after {}, not {wanted}{told}",
        image.id,
        image.status,
        patience.seconds()
    );
    Error::new(Kind::Unavailable, message)
        .advice("give it longer with timeout = SECONDS; image:tasks() shows what the cloud makes of it")
}

fn shown_status(task: &Task) -> &str {
    if task.status == "failure" { "a failure" } else { &task.status }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use serde_json::{Value, json};
    use wiremock::matchers::path;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::glance::testing::{asked, glance};

    const AT_ONCE: Patience = Patience { timeout: Duration::ZERO, interval: None };
    const SHORTLY: Patience =
        Patience { timeout: Duration::from_secs(20), interval: Some(Duration::from_millis(1)) };

    /// A server that answers with each of these statuses once, and with the last for ever, and has those
    /// tasks.
    async fn server(statuses: &[&str], tasks: Value) -> MockServer {
        let server = MockServer::start().await;
        for (place, status) in statuses.iter().enumerate() {
            let image = json!({"id": "1bea", "status": status, "os_glance_failed_import": "fast"});
            let mock = Mock::given(path("/v2/images/1bea"));
            let mock = mock.respond_with(ResponseTemplate::new(200).set_body_json(image));
            let mock = if place + 1 < statuses.len() { mock.up_to_n_times(1) } else { mock };
            mock.mount(&server).await;
        }
        let tasks = ResponseTemplate::new(200).set_body_json(json!({ "tasks": tasks }));
        Mock::given(path("/v2/images/1bea/tasks")).respond_with(tasks).mount(&server).await;
        server
    }

    fn task(status: &str, request: &str, created_at: &str, message: &str) -> Value {
        json!({"id": "t", "type": "api_image_import", "status": status, "request_id": request,
               "created_at": created_at, "message": message})
    }

    #[test]
    fn a_status_that_leads_nowhere_ends_the_wait() {
        for (status, wanted, can) in [
            ("queued", "active", true),
            ("importing", "active", true),
            ("something new", "active", true),
            ("deactivated", "active", true),
            ("active", "deactivated", true),
            ("active", "queued", false),
            ("killed", "active", false),
            ("deleted", "active", false),
            ("pending_delete", "active", false),
        ] {
            assert_eq!(can_become(status, wanted), can, "{status} to {wanted}");
        }
    }

    #[tokio::test]
    async fn looks_until_the_status_is_the_wanted_one() {
        let server = server(&["queued", "saving", "active"], json!([])).await;
        let image = glance(&server).wait_for_image("1bea", "active", SHORTLY).await.unwrap();
        assert_eq!(&*image.status, "active");
        let paths = asked(&server).await;
        let looks = paths.iter().filter(|path| *path == "GET /v2/images/1bea").count();
        assert_eq!((looks, paths.len()), (3, 4), "tasks are asked for only where an import may be under way");
    }

    #[tokio::test]
    async fn the_latest_task_tells_why_a_queued_image_stays_so() {
        let tasks = json!([
            task("failure", "req-2", "2026-02-02T00:00:00.000000", "the URI is 404"),
            task("success", "req-1", "2026-01-01T00:00:00.000000", ""),
        ]);
        let server = server(&["queued"], tasks).await;
        let error = glance(&server).wait_for_image("1bea", "active", SHORTLY).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "conflict: image 1bea does not become active: its api_image_import task failed: the URI is 404; \
             the image is queued, stores that failed: fast (req-2)"
        );
    }

    #[tokio::test]
    async fn a_timed_out_import_is_reported_with_its_task() {
        let tasks = json!([task("processing", "req-1", "2026-01-01T00:00:00.000000", "Copied 1 MiB")]);
        let server = server(&["importing"], tasks).await;
        let error = glance(&server).wait_for_image("1bea", "active", AT_ONCE).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "unavailable: image 1bea is still importing after 0 s, not active; \
             its api_image_import task is processing: Copied 1 MiB"
        );
    }

    #[tokio::test]
    async fn an_import_ends_with_its_own_task_whatever_the_image_and_other_tasks_say() {
        let tasks = json!([
            task("success", "req-1", "2026-01-01T00:00:00.000000", ""),
            task("processing", "req-2", "2026-02-02T00:00:00.000000", ""),
        ]);
        let server = server(&["active"], tasks).await;
        let glance = glance(&server);
        assert!(glance.wait_for_import("1bea", Some("req-1"), AT_ONCE).await.is_ok());
        let error = glance.wait_for_import("1bea", Some("req-2"), AT_ONCE).await.unwrap_err();
        assert!(error.message().contains("task is processing"), "{error}");
    }

    #[tokio::test]
    async fn an_import_without_a_task_ends_with_the_image() {
        let server = MockServer::start().await;
        for (stores, times) in [("slow", 1), ("", 9)] {
            let image = json!({"id": "1bea", "status": "active", "os_glance_importing_to_stores": stores});
            Mock::given(path("/v2/images/1bea"))
                .respond_with(ResponseTemplate::new(200).set_body_json(image))
                .up_to_n_times(times)
                .mount(&server)
                .await;
        }
        let image = glance(&server).wait_for_import("1bea", Some("req-1"), SHORTLY).await.unwrap();
        assert_eq!(image.properties.get(IMPORTING).map(|stores| &**stores), Some(""));
        assert_eq!(asked(&server).await.len(), 4, "two looks, at the tasks and at the image");
    }

    #[tokio::test]
    async fn a_failed_task_is_reported_with_its_message() {
        let tasks = json!([task("failure", "req-1", "2026-01-01T00:00:00.000000", "no room left")]);
        let server = server(&[], tasks).await;
        let glance = glance(&server);
        let error = glance.wait_for_task("t", Some("1bea"), SHORTLY).await.unwrap_err();
        assert_eq!(error.to_string(), "conflict: task t failed: no room left (req-1)");
        let error = glance.wait_for_task("other", Some("1bea"), SHORTLY).await.unwrap_err();
        assert_eq!(error.kind(), Kind::NotFound);
    }
}
