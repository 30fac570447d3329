//! How a sandbox may be had otherwise. Knows nothing of how it is served.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What a sandbox is started with. Take the rest from `Options::default()`: more will come.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own, in no state together")]
pub struct Options {
    /// The port to listen on; 0 takes any that is free.
    pub port: u16,
    /// The address to listen on. Anyone who reaches it is let in: the passwords are printed in the
    /// documentation.
    pub bind: IpAddr,
    /// Whether the catalogue also has a compute service, with one server built from the image `pfsense` in
    /// project B.
    pub compute: bool,
    /// The file in which the cloud is kept between runs; none for one that is forgotten.
    pub state: Option<PathBuf>,
    /// How long a token lives.
    pub token_lifetime: Duration,
    /// How long an import takes on the sandbox's clock, if its data are at hand.
    pub import_time: Duration,
    /// How much each project may use in a new cloud, until Keystone is told otherwise.
    pub quota: Quota,
    /// Whether images tell where their data lie, as `locations` and `direct_url`. Public clouds never do.
    pub show_locations: bool,
    /// Whether Glance has an image cache, and the API that manages it.
    pub cache: bool,
    /// Told what whoever runs the sandbox should know, in a sentence.
    pub note: Note,
    /// Whether data must be what the image's disk format says, as Glance has it unless it is configured
    /// otherwise.
    pub format_check: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            compute: false,
            state: None,
            token_lifetime: Duration::from_hours(1),
            import_time: Duration::from_millis(300),
            quota: Quota::default(),
            show_locations: false,
            cache: false,
            note: Note::default(),
            format_check: true,
        }
    }
}

/// A function that is told what whoever runs the sandbox should know; by default nobody is.
#[derive(Clone, Default)]
pub struct Note(Option<Arc<Tell>>);

type Tell = dyn Fn(&str) + Send + Sync;

impl Note {
    /// That function.
    pub fn new(tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    pub(crate) fn tell(&self, text: &str) {
        if let Some(tell) = &self.0 {
            tell(text);
        }
    }
}

impl fmt::Debug for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Note").field(&self.0.is_some()).finish()
    }
}

/// How much a project may use of Glance, by the names of Keystone's limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// MiB of data in all stores.
    pub image_size_total_mib: u64,
    /// MiB of data that are staged or being imported.
    pub image_stage_total_mib: u64,
    /// Images.
    pub image_count_total: u64,
    /// Images that data come for at one time.
    pub image_count_uploading: u64,
}

impl Default for Quota {
    fn default() -> Self {
        Self {
            image_size_total_mib: 200_000,
            image_stage_total_mib: 200_000,
            image_count_total: 20_000,
            image_count_uploading: 1_000,
        }
    }
}
