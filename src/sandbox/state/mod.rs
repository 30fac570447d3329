//! The model of the cloud: who there is, what they own, and what they may do with it. Has never heard of HTTP
//! or JSON bodies.

use serde::{Deserialize, Serialize};

pub(crate) mod caller;
pub(crate) mod clock;
pub(crate) mod identity;
pub(crate) mod ids;
pub(in crate::sandbox) mod image;
pub(crate) mod jobs;
pub(crate) mod limits;
pub(crate) mod metadefs;
pub(crate) mod policy;
pub(crate) mod quota;
pub(crate) mod seed;
pub(crate) mod server;
pub(crate) mod task;
pub(crate) mod token;

pub(crate) use caller::Caller;
pub(crate) use clock::Clock;
pub(crate) use identity::Identity;
pub(crate) use image::collection::Images;
pub(crate) use image::model::Image;
pub(crate) use limits::Limits;
pub(crate) use metadefs::Metadefs;
pub(crate) use server::Server;

/// All that the cloud remembers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct State {
    /// What time it is.
    pub(crate) clock: Clock,
    /// Keystone's part.
    pub(crate) identity: Identity,
    /// What each project may use, in every region.
    pub(crate) limits: Limits,
    /// Glance's part.
    pub(crate) images: Images,
    /// What Glance does and did on its own.
    pub(crate) tasks: task::Tasks,
    /// What it is at work on.
    pub(crate) jobs: jobs::Jobs,
    /// What is kept near the server.
    pub(crate) cache: image::cache::Cache,
    /// Glance's other part, which knows no image.
    pub(crate) metadefs: Metadefs,
    /// Nova's part.
    pub(crate) servers: Vec<Server>,
}

impl State {
    /// Ends what was under way when the cloud was stopped, as if whoever sent data had gone.
    pub(crate) fn resume(&mut self) {
        self.jobs.break_off();
        for image in self.images.iter_mut().filter(|image| image.status == image::status::Status::Saving) {
            image.advance(image::status::Status::Queued);
        }
    }

    /// Does all that was due by now.
    pub(crate) fn settle(&mut self) {
        let now = self.clock.now();
        self.jobs.settle(&mut self.images, &mut self.tasks, now);
        self.tasks.expire(now);
        self.cache.settle(&self.images, now);
    }
}
