//! Tasks: what the cloud does on its own after it has answered, and the record that it keeps of it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::Caller;

/// How long a record is kept after its end: Glance's `task_time_to_live`, as it is shipped.
const LIFETIME: SignedDuration = SignedDuration::from_hours(48);
/// What a failed task says, whatever the reason: the truth stands in the operator's log.
pub(crate) const FAILED: &str = "Task failed due to Internal Error";

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Progress {
    /// Not begun.
    Pending,
    /// At work.
    Processing,
    /// Done.
    Success,
    /// Given up.
    Failure,
}

impl Progress {
    /// Glance's word for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }
}

/// One task.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Task {
    /// Its UUID.
    pub(crate) id: String,
    /// `api_image_import`, `location_import` or `import`.
    pub(crate) kind: String,
    /// How far it is. Set it through [`Task::finish`] where it ends.
    pub(crate) status: Progress,
    /// The project of whoever asked for it; only that project and admins see it.
    pub(crate) owner: Option<String>,
    /// The user who asked for it.
    pub(crate) user: String,
    /// The ID of the request that asked for it.
    pub(crate) request: String,
    /// The image that it works on.
    pub(crate) image: Option<String>,
    /// What was asked.
    pub(crate) input: Value,
    /// What came of it; null while nothing did.
    pub(crate) result: Value,
    /// What it tells people.
    pub(crate) message: String,
    /// When it was asked for.
    pub(crate) created_at: Timestamp,
    /// When it last went on.
    pub(crate) updated_at: Timestamp,
    /// When the record goes; none while it is at work.
    pub(crate) expires_at: Option<Timestamp>,
}

impl Task {
    /// A task that has not begun.
    pub(crate) fn pending(kind: &str, caller: &Caller, request: &str, input: Value, now: Timestamp) -> Self {
        Self {
            id: Uuid::new_v4().to_string(),
            kind: kind.to_owned(),
            status: Progress::Pending,
            owner: caller.project.clone(),
            user: caller.user.clone(),
            request: request.to_owned(),
            image: input.get("image_id").and_then(Value::as_str).map(str::to_owned),
            input,
            result: Value::Null,
            message: String::new(),
            created_at: now,
            updated_at: now,
            expires_at: None,
        }
    }

    /// Ends it, well or with a message.
    pub(crate) fn finish(&mut self, outcome: Result<Value, &str>, now: Timestamp) {
        match outcome {
            Ok(result) => {
                self.status = Progress::Success;
                self.result = result;
            }
            Err(message) => {
                self.status = Progress::Failure;
                message.clone_into(&mut self.message);
            }
        }
        self.updated_at = now;
        self.expires_at = now.checked_add(LIFETIME).ok();
    }

    /// Whether the caller can tell that it exists.
    pub(crate) fn is_visible_to(&self, caller: &Caller) -> bool {
        caller.is_admin() || caller.is_in(self.owner.as_deref())
    }
}

/// All tasks, oldest first.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tasks(Vec<Task>);

impl Tasks {
    /// Keeps a task.
    pub(crate) fn add(&mut self, task: Task) {
        self.0.push(task);
    }

    /// The task with this ID.
    pub(crate) fn find(&self, id: &str) -> Option<&Task> {
        self.0.iter().find(|task| task.id == id)
    }

    /// The task with this ID, to be changed.
    pub(crate) fn find_mut(&mut self, id: &str) -> Option<&mut Task> {
        self.0.iter_mut().find(|task| task.id == id)
    }

    /// All of them, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Task> {
        self.0.iter()
    }

    /// Forgets those whose time has come.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        self.0.retain(|task| task.expires_at.is_none_or(|end| end > now));
    }
}
