//! `Task`: what Glance does after it has answered, such as an import; and the iterator over all tasks.
//!
//! Source: glance/api/v2/tasks.py, `TasksController`.

use mlua::{IntoLua, Lua, UserDataMethods, UserDataRef, Value};

use super::bind::counted::Counted;
use super::bind::iterator::{Items, Listed, Source};
use super::bind::record::{Record, field_of};
use super::image::wait;
use crate::glance::{Glance, Task, Tasks};
use crate::host::{Given, WaitingMethods, raise};

/// A task record, with the cloud whose credentials it was read by.
#[derive(Clone)]
pub(super) struct TaskRecord {
    task: Task,
    glance: Glance,
    /// Where it was read among the tasks of an image: that image's ID. Only administrators may read it
    /// elsewhere.
    of_image: Option<String>,
}

impl TaskRecord {
    /// A task that was read by itself, or among all.
    pub(super) fn new(task: Task, glance: &Glance) -> TaskRecord {
        TaskRecord { task, glance: glance.clone(), of_image: None }
    }

    /// The same task as it is now.
    fn with_task(&self, task: Task) -> TaskRecord {
        TaskRecord { task, glance: self.glance.clone(), of_image: self.of_image.clone() }
    }
}

impl Listed<TaskRecord> {
    /// The tasks of an image as Lua sees them.
    pub(super) fn list_of_image(
        lua: &Lua,
        glance: &Glance,
        tasks: Vec<Task>,
        id: &str,
    ) -> mlua::Result<Items<Listed<TaskRecord>>> {
        let records = tasks.into_iter().map(|task| TaskRecord {
            task,
            glance: glance.clone(),
            of_image: Some(id.to_owned()),
        });
        Listed::items(lua, records)
    }
}

impl PartialEq for TaskRecord {
    fn eq(&self, other: &TaskRecord) -> bool {
        self.task == other.task
    }
}

impl Record for TaskRecord {
    const CLASS: &'static str = "task";
    const FIELDS: &'static [&'static str] = Task::FIELDS;
    const METHODS: &'static [&'static str] = &["refresh", "wait"];

    fn field(&self, lua: &Lua, name: &str) -> mlua::Result<Value> {
        field_of(lua, &self.task, name)
    }

    fn title(&self) -> String {
        format!("task {} {} ({})", self.task.kind, self.task.id, self.task.status)
    }

    fn memory(&self) -> usize {
        self.task.memory() + self.of_image.as_ref().map_or(0, String::len)
    }

    fn bind<M: UserDataMethods<Counted<Self>>>(methods: &mut M) {
        methods.add_waiting_method("refresh", refresh);
        methods.add_waiting_method("wait", wait_for);
    }
}

impl IntoLua for TaskRecord {
    fn into_lua(self, lua: &Lua) -> mlua::Result<Value> {
        Counted::into_lua(lua, self)
    }
}

type This = UserDataRef<Counted<TaskRecord>>;

/// GET /v2/tasks/{id}, or GET /v2/images/{id}/tasks where it was read there.
async fn refresh(_: Lua, this: This, (): ()) -> mlua::Result<TaskRecord> {
    let task = this.glance.refresh_task(&this.task.id, this.of_image.as_deref()).await.map_err(raise)?;
    Ok(this.with_task(task))
}

async fn wait_for(_: Lua, this: This, options: Value) -> mlua::Result<TaskRecord> {
    let patience = wait::patience(&Given::from(&options, "task:wait", &wait::PATIENCE)?)?;
    let glance = this.glance.showing(&format!("Waiting for task {}", this.task.id));
    let task = glance.wait_for_task(&this.task.id, this.of_image.as_deref(), patience).await;
    Ok(this.with_task(task.map_err(raise)?))
}

/// Tasks as Lua sees them, fetched page by page.
pub(super) struct TaskSource {
    pub(super) tasks: Tasks,
    pub(super) glance: Glance,
}

impl Source for TaskSource {
    const CLASS: &'static str = "tasks";

    async fn next(&mut self, lua: &Lua) -> mlua::Result<Option<Value>> {
        let Some(task) = self.tasks.next().await.map_err(raise)? else { return Ok(None) };
        let record = TaskRecord::new(task, &self.glance);
        Counted::into_lua(lua, record).map(Some)
    }
}
