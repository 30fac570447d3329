//! What every route is handed: the model behind its lock, the data, the journal, and the cloud's own URLs.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::data::Data;
use super::journal::Journal;
use super::options::Options;
use super::state::{State, seed};

/// The cloud as a handler gets it.
pub(crate) type Shared = Arc<Cloud>;

/// One cloud.
#[derive(Debug)]
pub(crate) struct Cloud {
    base: String,
    state: Mutex<State>,
    /// How it was asked for.
    pub(crate) options: Options,
    /// Where image data lies.
    pub(crate) data: Data,
    /// What was asked so far.
    pub(crate) journal: Journal,
}

impl Cloud {
    /// A cloud as every sandbox starts: three projects and the image `pfsense`.
    pub(crate) fn new(base: String, options: Options) -> io::Result<Self> {
        let data = Data::new()?;
        let state = seed::state(&data)?;
        Ok(Self { base, state: Mutex::new(state), options, data, journal: Journal::default() })
    }

    /// The model, locked. Never held across an `await`.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A handler that panicked has answered 500; the others go on with what it left.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `http://HOST:PORT`, without a path.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Keystone's versioned URL.
    pub(crate) fn auth_url(&self) -> String {
        format!("{}/identity/v3", self.base)
    }

    /// Glance's URL, without a version, as catalogues name it.
    pub(crate) fn image_url(&self) -> String {
        format!("{}/image", self.base)
    }

    /// Nova's versioned URL.
    pub(crate) fn compute_url(&self) -> String {
        format!("{}/compute/v2.1", self.base)
    }
}
