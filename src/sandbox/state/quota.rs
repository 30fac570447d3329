//! How much a project uses of what it may, counted as Glance's database counts it.

use super::super::options::Quota;
use super::ids::image_service;
use super::image::status::Status;
use super::{Image, Images, Limits, State};

const MIB: u64 = 1 << 20;

/// What can run out. The names are those of Keystone's limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resource {
    /// MiB in all stores; what lies in two counts twice.
    SizeTotal,
    /// MiB that wait for an import, or take part in one.
    StageTotal,
    /// Images.
    CountTotal,
    /// Images that data come for.
    CountUploading,
}

impl Resource {
    /// All of them, in Glance's order.
    pub(crate) const ALL: [Self; 4] =
        [Self::SizeTotal, Self::StageTotal, Self::CountTotal, Self::CountUploading];

    /// Keystone's name for its limit.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SizeTotal => "image_size_total",
            Self::StageTotal => "image_stage_total",
            Self::CountTotal => "image_count_total",
            Self::CountUploading => "image_count_uploading",
        }
    }

    /// How much of it every project may use at first.
    pub(crate) fn default(self, quota: &Quota) -> u64 {
        match self {
            Self::SizeTotal => quota.image_size_total_mib,
            Self::StageTotal => quota.image_stage_total_mib,
            Self::CountTotal => quota.image_count_total,
            Self::CountUploading => quota.image_count_uploading,
        }
    }

    /// How much of it a project may use in a region; -1 for any amount.
    pub(crate) fn limit(self, limits: &Limits, region: &str, project: &str) -> i64 {
        limits.of(&image_service(), region, self.name(), project)
    }

    /// How much of it a project uses.
    pub(crate) fn usage(self, images: &Images, project: &str) -> u64 {
        let mine = images.iter().filter(|image| image.owner.as_deref() == Some(project));
        let size = |image: &Image| image.size.unwrap_or(0);
        match self {
            Self::SizeTotal => {
                mine.map(|image| size(image) * image.locations.len() as u64).sum::<u64>() / MIB
            }
            Self::StageTotal => mine.filter(|image| is_staged(image)).map(size).sum::<u64>() / MIB,
            Self::CountTotal => mine.count() as u64,
            Self::CountUploading => {
                mine.filter(|image| image.status == Status::Saving || is_staged(image)).count() as u64
            }
        }
    }

    /// Why a project may not use so much more in a region; nothing where it may.
    pub(crate) fn refusal(self, state: &State, region: &str, project: &str, more: u64) -> Option<String> {
        let usage = self.usage(&state.images, project);
        // What is unlimited is below nothing.
        let limit = u64::try_from(self.limit(&state.limits, region, project)).ok()?;
        (usage + more > limit).then(|| {
            format!(
                "The request returned a 413 Request Entity Too Large. This generally means that rate limiting or a quota \
                 threshold was breached.\n\nThe response body:\nProject {project} is over a limit for [Resource {} is over \
                 limit of {limit} due to current usage {usage} and delta {more}]",
                self.name()
            )
        })
    }
}

fn is_staged(image: &Image) -> bool {
    let is_copied = image.properties.get("os_glance_importing_to_stores").is_some_and(|stores| stores != "");
    matches!(image.status, Status::Uploading | Status::Importing) || is_copied
}
