//! The mark that a task leaves on the image it works on: nobody else may import into it, until the mark is an
//! hour old.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::sandbox::glance::fault::Fault;
use crate::sandbox::state::jobs::LOCK;
use crate::sandbox::state::task::{Progress, Task};
use crate::sandbox::state::{Image, State};

/// Refuses while a task works on the image. A task that has not moved for an hour loses it, and is given.
pub(crate) fn check(state: &mut State, image: &mut Image) -> Result<Option<Task>, Fault> {
    let Some(lock) = image.properties.get(LOCK).and_then(Value::as_str).map(str::to_owned) else {
        return Ok(None);
    };
    let now = state.clock.now();
    let Some(task) = state.tasks.find_mut(&lock) else {
        image.properties.shift_remove(LOCK);
        return Ok(None);
    };
    // A task that waits for its turn is given twice the time.
    let hours = if task.status == Progress::Pending { 2 } else { 1 };
    if now.duration_since(task.updated_at) < SignedDuration::from_hours(hours) {
        return Err(Fault::conflict("Image has active task"));
    }
    if matches!(task.status, Progress::Pending | Progress::Processing) {
        task.finish(Err("Expired lock preempted"), now);
    }
    let task = task.clone();
    image.properties.shift_remove(LOCK);
    state.jobs.forget(&lock);
    Ok(Some(task))
}

/// Marks the image as the task's, which begins.
pub(crate) fn take(image: &mut Image, task: &mut Task) {
    task.status = Progress::Processing;
    image.properties.insert(LOCK.into(), json!(task.id));
}

/// Takes from an image what a task that lost it says of its stores.
pub(crate) fn clean(image: &mut Image, task: &Task) {
    let stores = task.input.get("backend").and_then(Value::as_array).cloned().unwrap_or_default();
    for key in ["os_glance_importing_to_stores", "os_glance_failed_import"] {
        let text = image.properties.get(key).and_then(Value::as_str).unwrap_or_default();
        let rest: Vec<&str> = text.split(',').filter(|store| !stores.contains(&json!(store))).collect();
        let rest = rest.join(",");
        image.properties.insert(key.into(), json!(rest));
    }
}
