//! Tasks: what Glance does after it has answered, such as an import.
//!
//! A plain user sees the tasks of an image; all tasks are for administrators.
//! Source: glance/api/v2/tasks.py, `TasksController`; glance/api/v2/images.py, `get_task_info`.

use std::vec;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::reliable::repeated_pages::Pages;
use super::service::unsupported::{explain_role, is_bare, lacking};
use super::unfinished::in_flight::Addition;
use super::{Glance, effect, image_path, segment};
use crate::budget::{Held, Reserved, size_of_json, size_of_texts};
use crate::error::{Error, Kind, Result};
use crate::http::Method;

/// The most tasks that Glance gives in a page.
const LARGEST_PAGE: u32 = 1000;

/// A task as Glance told it: a snapshot. Records end two days after their task unless the cloud keeps them
/// longer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Task {
    /// A UUID.
    pub id: String,
    /// `api_image_import`, `location_import`, `import`.
    #[serde(rename = "type")]
    pub kind: String,
    /// pending, processing, success or failure.
    pub status: String,
    /// The image it works on.
    pub image_id: Option<String>,
    /// What it tells people: how far it is, or why it failed. Not in lists.
    pub message: Option<String>,
    /// What was asked. Not in lists.
    pub input: Option<Value>,
    /// What came of it. Not in lists.
    pub result: Option<Value>,
    /// The project that asked for it.
    pub owner: Option<String>,
    /// The user that asked for it.
    pub user_id: Option<String>,
    /// The request that asked for it.
    pub request_id: Option<String>,
    /// ISO 8601.
    pub created_at: Option<String>,
    /// ISO 8601.
    pub updated_at: Option<String>,
    /// When the record goes; ISO 8601.
    pub expires_at: Option<String>,
    /// Its path; `self` in Glance's words.
    #[serde(rename = "self")]
    pub self_path: Option<String>,
    /// The path of the schema.
    pub schema: Option<String>,
}

impl Task {
    /// Every field in the order in which it is shown.
    pub const FIELDS: &[&str] = &[
        "id",
        "type",
        "status",
        "image_id",
        "message",
        "input",
        "result",
        "owner",
        "user_id",
        "request_id",
        "created_at",
        "updated_at",
        "expires_at",
        "self",
        "schema",
    ];

    /// The bytes that it takes on the heap.
    pub fn memory(&self) -> usize {
        let texts = [&self.image_id, &self.message, &self.owner, &self.user_id, &self.request_id];
        let times = [&self.created_at, &self.updated_at, &self.expires_at, &self.self_path, &self.schema];
        let texts = texts.into_iter().chain(times).flatten().chain([&self.id, &self.kind, &self.status]);
        let documents = [&self.input, &self.result].into_iter().flatten();
        size_of_texts(texts.map(String::as_str)) + documents.map(size_of_json).sum::<usize>()
    }

    /// What it tells people, where it tells anything.
    pub fn reported_message(&self) -> Option<&str> {
        self.message.as_deref().filter(|message| !message.is_empty())
    }
}

/// Filters and order of a listing of tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskQuery {
    /// `type` and `status`.
    pub filters: Vec<(String, String)>,
    /// A key and `asc` or `desc`; the newest first unless said otherwise.
    pub sort: Option<(String, String)>,
    /// How many at most in all.
    pub limit: Option<u64>,
    /// How many a page (1 to 1000).
    pub page_size: Option<u32>,
}

impl TaskQuery {
    /// The bytes that it takes on the heap.
    pub fn memory(&self) -> usize {
        let sort = self.sort.as_ref().map_or(0, |(key, order)| key.len() + order.len());
        self.filters.iter().map(|(key, value)| key.len() + value.len() + 96).sum::<usize>() + sort
    }

    fn page_size(&self) -> u32 {
        let size = self.page_size.unwrap_or(LARGEST_PAGE).clamp(1, LARGEST_PAGE);
        self.limit.and_then(|limit| u32::try_from(limit).ok()).map_or(size, |limit| size.min(limit))
    }

    fn page(&self, marker: Option<&str>) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(&self.filters);
        if let Some((key, direction)) = &self.sort {
            query.append_pair("sort_key", key).append_pair("sort_dir", direction);
        }
        query.append_pair("limit", &self.page_size().to_string());
        if let Some(marker) = marker {
            query.append_pair("marker", marker);
        }
        query.finish()
    }
}

impl Glance {
    /// Tasks that fit, page by page (GET /v2/tasks), for administrators; asks nothing yet.
    pub fn tasks(&self, query: TaskQuery) -> Tasks {
        let page = Vec::new().into_iter();
        Tasks {
            glance: self.clone(),
            query,
            page,
            given: 0,
            marker: None,
            ended: false,
            pages: Pages::default(),
            memory: None,
        }
    }

    /// One task (GET /v2/tasks/{id}), for administrators. Errors: `forbidden`, `not_found` (or its record has
    /// ended).
    pub async fn task(&self, id: &str) -> Result<Task> {
        let request = self.request(Method::GET, &format!("/v2/tasks/{}", segment(id)?)).await?;
        self.ask(request).await.map_err(explain_admin_only)
    }

    /// Begins a task (POST /v2/tasks), for administrators. Errors: `forbidden`, `invalid`.
    pub async fn create_task(&self, kind: &str, input: Value) -> Result<Task> {
        let request = self.request(Method::POST, "/v2/tasks").await?;
        let request = request.effect(effect::of_task(kind)).json(&json!({ "type": kind, "input": input }));
        // Only the answer says which ID it has.
        let object = Addition::new(&format!("a new task of type {kind}"), "cloud:tasks()");
        self.creating(object, request, async |request| self.ask(request).await)
            .await
            .map_err(explain_admin_only)
    }

    /// The tasks of one image that the caller's project began, or all for an administrator (GET
    /// …/{id}/tasks).
    ///
    /// Errors: `not_found` (no such image; or a Glance from before 2.12).
    pub async fn image_tasks(&self, id: &str) -> Result<Vec<Task>> {
        match self.fetch_tasks(id).await {
            // Glance says the same of an image that is not there and of a path that it does not know.
            Err(error) if is_bare(&error) => {
                self.image(id).await?;
                Err(lacking(
                    error,
                    "tells no image's tasks",
                    "it is older than Glance 2.12: image:refresh() shows the status",
                ))
            }
            answer => answer,
        }
    }

    /// The same, with a refusal as it comes.
    pub(super) async fn fetch_tasks(&self, id: &str) -> Result<Vec<Task>> {
        #[derive(Deserialize)]
        struct Answer {
            tasks: Vec<Task>,
        }
        let request = self.request(Method::GET, &image_path(id, &["tasks"])?).await?;
        Ok(self.ask::<Answer>(request).await?.tasks)
    }
}

fn explain_admin_only(error: Error) -> Error {
    explain_role(
        error,
        "only an administrator may; the tasks of one image are its owner's too: image:tasks()",
    )
}

/// A listing under way. Memory: one page, and a few bytes for each page.
pub struct Tasks {
    glance: Glance,
    query: TaskQuery,
    page: vec::IntoIter<Task>,
    given: u64,
    marker: Option<String>,
    ended: bool,
    /// The pages so far.
    pages: Pages,
    /// That of the page, as long as tasks of it are to come.
    memory: Option<Reserved>,
}

impl Tasks {
    /// The next task; `None` at the end. Errors: `forbidden` (no administrator), `invalid` (a filter or sort
    /// key).
    pub async fn next(&mut self) -> Result<Option<Task>> {
        while self.query.limit.is_none_or(|limit| self.given < limit) {
            if let Some(task) = self.page.next() {
                self.given += 1;
                return Ok(Some(task));
            }
            if self.ended {
                break;
            }
            self.fetch().await?;
        }
        Ok(None)
    }

    async fn fetch(&mut self) -> Result<()> {
        #[derive(Deserialize)]
        struct Page {
            tasks: Vec<Task>,
            next: Option<String>,
        }
        let path = format!("/v2/tasks?{}", self.query.page(self.marker.as_deref()));
        let request = self.glance.request(Method::GET, &path).await?;
        self.memory = None;
        let page: Held<Page> = self.glance.ask_held(request).await.map_err(explain_admin_only)?;
        let (page, memory) = page.into_parts();
        self.memory = Some(memory);
        // A cloud may give fewer a page than it was asked for; then it names a next one.
        self.ended = page.tasks.is_empty()
            || page.next.is_none() && page.tasks.len() < self.query.page_size() as usize;
        if !self.ended {
            self.pages.note(page.tasks.iter().map(|task| task.id.as_str()), self.marker.as_deref())?;
        }
        self.marker = page.tasks.last().map(|task| task.id.clone());
        self.page = page.tasks.into_iter();
        Ok(())
    }
}

/// The key and direction that a text such as `updated_at:asc` means. Errors: `usage` (several keys, another
/// direction).
pub fn task_sort(text: &str) -> Result<(String, String)> {
    let (key, direction) = text.split_once(':').unwrap_or((text, "desc"));
    if key.is_empty() || text.contains(',') || !["asc", "desc"].contains(&direction) {
        let error = Error::new(Kind::Usage, format!("tasks cannot be sorted by \"{text}\""));
        return Err(error.advice("Glance sorts tasks by one key: \"updated_at:asc\", or \"status:desc\""));
    }
    Ok((key.to_owned(), direction.to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use wiremock::matchers::{any, method, path, query_param, query_param_is_missing};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::glance::testing::{asked, glance, glance_allowed, image};
    use crate::http::Effect;

    #[test]
    fn tasks_are_sorted_by_one_key() {
        let pair = |key: &str, direction: &str| (key.to_owned(), direction.to_owned());
        assert_eq!(task_sort("status").unwrap(), pair("status", "desc"));
        assert_eq!(task_sort("updated_at:asc").unwrap(), pair("updated_at", "asc"));
        for wrong in ["status:up", "status,id", "", ":asc"] {
            assert_eq!(task_sort(wrong).unwrap_err().kind(), Kind::Usage, "{wrong}");
        }
    }

    #[tokio::test]
    async fn pages_follow_one_another_with_the_whole_query() {
        let server = MockServer::start().await;
        let page = |ids: &[&str], next: Option<&str>| {
            let tasks: Vec<Value> = ids.iter().map(|id| json!({ "id": id, "type": "import" })).collect();
            ResponseTemplate::new(200).set_body_json(json!({ "tasks": tasks, "next": next }))
        };
        let first = Mock::given(method("GET")).and(query_param_is_missing("marker"));
        first.respond_with(page(&["a"], Some("/v2/tasks?marker=a"))).mount(&server).await;
        let second = Mock::given(method("GET")).and(query_param("marker", "a"));
        second.respond_with(page(&["b"], None)).mount(&server).await;
        let query = TaskQuery {
            filters: vec![("status".into(), "failure".into())],
            sort: Some(("id".into(), "asc".into())),
            page_size: Some(2),
            limit: None,
        };
        let mut tasks = glance_allowed(&server, Effect::Read).tasks(query);
        let mut ids = Vec::new();
        while let Some(task) = tasks.next().await.unwrap() {
            ids.push(task.id);
        }
        assert_eq!(ids, ["a", "b"]);
        let query = "GET /v2/tasks?status=failure&sort_key=id&sort_dir=asc&limit=2";
        assert_eq!(asked(&server).await, [query.to_owned(), format!("{query}&marker=a")]);
    }

    #[tokio::test]
    async fn a_missing_image_is_told_apart_from_a_glance_without_tasks() {
        let server = MockServer::start().await;
        let bare = ResponseTemplate::new(404).set_body_string("The resource could not be found.");
        Mock::given(path("/v2/images/1bea/tasks")).respond_with(bare).mount(&server).await;
        let gone = ResponseTemplate::new(404).set_body_string("No image found with ID 1bea");
        Mock::given(path("/v2/images/1bea")).respond_with(gone).up_to_n_times(1).mount(&server).await;
        let there = ResponseTemplate::new(200).set_body_json(image("1bea"));
        Mock::given(path("/v2/images/1bea")).respond_with(there).mount(&server).await;
        let glance = glance(&server);
        let errors =
            [glance.image_tasks("1bea").await.unwrap_err(), glance.image_tasks("1bea").await.unwrap_err()];
        assert!(errors.iter().all(|error| error.kind() == Kind::NotFound));
        assert_eq!(errors[0].message(), "No image found with ID 1bea");
        assert!(errors[1].message().starts_with("this cloud tells no image's tasks"), "{}", errors[1]);
    }

    #[tokio::test]
    async fn a_refusal_names_who_may() {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(403)).mount(&server).await;
        let glance = glance(&server);
        let error = glance.tasks(TaskQuery::default()).next().await.unwrap_err();
        assert!(error.advice_text().unwrap().contains("image:tasks()"));
        assert_eq!(glance.create_task("import", json!({})).await.unwrap_err().kind(), Kind::Forbidden);
        let error = glance_allowed(&server, Effect::Read).create_task("import", json!({})).await.unwrap_err();
        assert_eq!(error.status_code(), None, "it was not sent");
    }
}
