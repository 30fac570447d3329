//! What every route is handed: the model behind its lock, the data, the journal, and the cloud's own URLs.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::data::Data;
use super::faults::Faults;
use super::journal::Journal;
use super::options::Options;
use super::persist::Kept;
use super::state::seed::{self, REGION, REGION_TWO};
use super::state::{Caller, Clock, State};

/// The cloud as a handler gets it.
pub(crate) type Shared = Arc<Cloud>;

/// One region of the cloud. The first is also Keystone's, and holds the second.
#[derive(Debug)]
pub(crate) struct Cloud {
    base: String,
    state: Mutex<State>,
    clock: Clock,
    other: Other,
    /// Its file, while it has one: saving holds the lock, so that nobody saves at the same time.
    kept: Mutex<Option<Kept>>,
    /// Whether it may differ from what is kept.
    pub(crate) is_changed: AtomicBool,
    /// How it was asked for.
    pub(crate) options: Options,
    /// Where image data lies.
    pub(crate) data: Data,
    /// What was asked so far.
    pub(crate) journal: Journal,
    /// What goes wrong on request.
    pub(crate) faults: Faults,
}

#[derive(Debug)]
enum Other {
    /// This is the first region.
    Second(Shared),
    /// This is the second.
    First(Weak<Cloud>),
}

impl Cloud {
    /// Where the second region's Glance is served.
    pub(crate) const IMAGE_TWO: &str = "/image-two";

    /// A cloud as every sandbox starts: three projects and the image `pfsense`, and a second region without
    /// images.
    pub(crate) fn start(base: &str, options: Options) -> io::Result<Shared> {
        let (kept, data, states) = match &options.state {
            Some(file) => {
                let (kept, data, states) = Kept::open(file)?;
                let far_data = data.for_another_region();
                (Some(kept), [data, far_data], states)
            }
            None => (None, [Data::new()?, Data::new()?], None),
        };
        let data = data.map(|data| data.checking(options.format_check));
        let [state, mut far] = if let Some(states) = states {
            states
        } else {
            let state = seed::state(&data[0], &options.quota)?;
            let far = seed::second(&state);
            [state, far]
        };
        far.clock = state.clock.clone();
        far.limits = state.limits.clone();
        let [data, far_data] = data;
        Ok(Arc::new_cyclic(|first| {
            let to_first = Other::First(Weak::clone(first));
            let second = Arc::new(Self::new(base, options.clone(), far, far_data, to_first));
            let mut cloud = Self::new(base, options, state, data, Other::Second(second));
            cloud.kept = Mutex::new(kept);
            cloud
        }))
    }

    fn new(base: &str, options: Options, state: State, data: Data, other: Other) -> Self {
        Self {
            base: base.to_owned(),
            clock: state.clock.clone(),
            state: Mutex::new(state),
            other,
            kept: Mutex::new(None),
            is_changed: AtomicBool::new(true),
            options,
            data,
            journal: Journal::default(),
            faults: Faults::default(),
        }
    }

    /// The model, locked. Never held across an `await`, nor while another region's is taken.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A handler that panicked has answered 500; the others go on with what it left.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The clock of all regions.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Whoever sends this text as their token. Only the first region knows tokens.
    pub(crate) fn caller(&self, token: &str) -> Option<Caller> {
        match &self.other {
            Other::Second(_) => self.state().identity.caller(token, self.clock.now()),
            Other::First(first) => first.upgrade()?.caller(token),
        }
    }

    /// The region with this name, seen from another.
    pub(crate) fn find_region(cloud: &Shared, name: &str) -> Option<Shared> {
        match (&cloud.other, name) {
            (Other::Second(_), REGION) | (Other::First(_), REGION_TWO) => Some(Arc::clone(cloud)),
            (Other::Second(second), REGION_TWO) => Some(Arc::clone(second)),
            (Other::First(first), REGION) => first.upgrade(),
            _ => None,
        }
    }

    /// Writes all regions to their file, where there is one.
    pub(crate) fn save(&self) -> io::Result<()> {
        self.save_to(self.kept.lock().unwrap_or_else(PoisonError::into_inner).as_ref())
    }

    /// Writes them for the last time, and leaves the file to whoever wants it next.
    pub(crate) fn part_with_file(&self) -> io::Result<()> {
        self.save_to(self.kept.lock().unwrap_or_else(PoisonError::into_inner).take().as_ref())
    }

    fn save_to(&self, kept: Option<&Kept>) -> io::Result<()> {
        let (Some(kept), Other::Second(second)) = (kept, &self.other) else { return Ok(()) };
        self.is_changed.store(false, Ordering::Relaxed);
        let saved = kept.save(&self.data, [&self.state, &second.state]);
        if saved.is_err() {
            self.is_changed.store(true, Ordering::Relaxed);
        }
        saved
    }

    /// `http://HOST:PORT`, without a path.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Keystone's versioned URL.
    pub(crate) fn auth_url(&self) -> String {
        format!("{}/identity/v3", self.base)
    }

    /// The URL of this region's Glance, without a version, as catalogues name it.
    pub(crate) fn image_url(&self) -> String {
        self.image_url_in(self.region())
    }

    /// This region's name.
    pub(crate) fn region(&self) -> &'static str {
        if matches!(self.other, Other::Second(_)) { REGION } else { REGION_TWO }
    }

    /// The URL of a region's Glance.
    pub(crate) fn image_url_in(&self, region: &str) -> String {
        let path = if region == REGION_TWO { Self::IMAGE_TWO } else { "/image" };
        format!("{}{path}", self.base)
    }

    /// Nova's versioned URL.
    pub(crate) fn compute_url(&self) -> String {
        format!("{}/compute/v2.1", self.base)
    }
}
