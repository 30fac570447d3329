//! What the cloud is at work on. Nothing runs in the background: whoever looks first settles what was due by
//! then.
//!
//! So an import takes time on the cloud's clock, and moving the clock moves the import. Only data that come
//! from elsewhere are waited for.

mod import;
mod legacy;
mod location;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::super::data::Blob;
use super::task::{FAILED, Tasks};
use super::{Image, Images};
pub(crate) use import::{Former, Import, Method};
pub(crate) use legacy::Legacy;
pub(crate) use location::Place;

/// The property by which an image says that a task is at work on it.
pub(crate) const LOCK: &str = "os_glance_import_task";

/// Where the data of a job come from.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Source {
    /// They are on their way.
    Coming,
    /// They are here.
    Here(Blob),
    /// They will never come.
    Broken,
}

/// One piece of work.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    /// The ID of the task that records it.
    pub(crate) task: String,
    /// Its data.
    pub(crate) source: Source,
    /// When it began.
    pub(crate) started: Timestamp,
    /// How long it takes, all in all.
    pub(crate) takes: Duration,
    /// What is to be done.
    pub(crate) work: Work,
}

/// What is to be done.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Work {
    /// Data go into the stores of an image.
    Import(Import),
    /// An image learns where its data lie.
    Location(Place),
    /// An image is made of data from elsewhere, the old way.
    Legacy(Box<Legacy>),
}

/// What a step of a job may touch.
pub(crate) struct Bench<'a> {
    /// All images.
    pub(crate) images: &'a mut Images,
    /// All tasks.
    pub(crate) tasks: &'a mut Tasks,
    /// The ID of the job's own.
    pub(crate) task: &'a str,
    /// The time of the step, on the cloud's clock.
    pub(crate) now: Timestamp,
}

/// Everything that is at work.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Jobs(Vec<Job>);

impl Jobs {
    /// Begins a job.
    pub(crate) fn add(&mut self, job: Job) {
        self.0.push(job);
    }

    /// Hands a job the data that it waits for, or the news that there are none.
    pub(crate) fn hand_data(&mut self, task: &str, data: Option<Blob>) {
        if let Some(job) = self.0.iter_mut().find(|job| job.task == task) {
            job.source = data.map_or(Source::Broken, Source::Here);
        }
    }

    /// Keeps what an import from another region has changed, for the case that it fails.
    pub(crate) fn remember(&mut self, task: &str, former: Former) {
        let job = self.0.iter_mut().find(|job| job.task == task);
        if let Some(Work::Import(import)) = job.map(|job| &mut job.work) {
            import.former = Some(former);
        }
    }

    /// Gives a job up, without a trace on its image.
    pub(crate) fn forget(&mut self, task: &str) {
        self.0.retain(|job| job.task != task);
    }

    /// Breaks off all data that are on their way.
    pub(crate) fn break_off(&mut self) {
        for job in self.0.iter_mut().filter(|job| matches!(job.source, Source::Coming)) {
            job.source = Source::Broken;
        }
    }

    /// Does all that is due.
    pub(crate) fn settle(&mut self, images: &mut Images, tasks: &mut Tasks, now: Timestamp) {
        self.0.retain_mut(|job| !job.settle(images, tasks, now));
    }
}

impl Job {
    /// Does all that is due; the answer is whether that was all.
    fn settle(&mut self, images: &mut Images, tasks: &mut Tasks, now: Timestamp) -> bool {
        if matches!(self.source, Source::Coming) {
            return false;
        }
        loop {
            let due = self.due();
            if due > now {
                return false;
            }
            let mut bench = Bench { images: &mut *images, tasks: &mut *tasks, task: &self.task, now: due };
            let is_done = match &mut self.work {
                Work::Import(import) => import.step(&self.source, &mut bench),
                Work::Location(place) => place.step(&self.source, &mut bench),
                Work::Legacy(legacy) => legacy.step(&self.source, &mut bench),
            };
            if is_done {
                return true;
            }
        }
    }

    /// When the next step is done.
    fn due(&self) -> Timestamp {
        let (done, steps) = match &self.work {
            Work::Import(import) => import.steps(),
            Work::Location(_) | Work::Legacy(_) => (0, 1),
        };
        let takes = SignedDuration::try_from(self.takes).unwrap_or(SignedDuration::MAX);
        let after = takes.checked_div(steps.max(1)).and_then(|step| step.checked_mul(done + 1));
        after.and_then(|after| self.started.checked_add(after).ok()).unwrap_or(Timestamp::MAX)
    }
}

impl Bench<'_> {
    /// Ends the task, and takes its mark from the image.
    fn finish(&mut self, image: &str, is_well: bool) {
        if let Some(task) = self.tasks.find_mut(self.task) {
            let result = serde_json::json!({ "image_id": image });
            task.finish(if is_well { Ok(result) } else { Err(FAILED) }, self.now);
        }
        if let Some(image) = self.images.any_mut(image) {
            unlock(image, self.task);
        }
    }

    /// Tells how far it is.
    fn tell(&mut self, message: String) {
        if let Some(task) = self.tasks.find_mut(self.task) {
            task.message = message;
            task.updated_at = self.now;
        }
    }
}

/// Takes a task's mark from an image, if it is that one's.
pub(crate) fn unlock(image: &mut Image, task: &str) {
    if image.properties.get(LOCK).is_some_and(|lock| lock == task) {
        image.properties.shift_remove(LOCK);
    }
}
