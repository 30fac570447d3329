//! A server of the compute service: only so much that one can see which images are in use.

use serde::{Deserialize, Serialize};

/// One server.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Server {
    /// Its UUID.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// The project that runs it.
    pub(crate) project: String,
    /// The image that it was built from.
    pub(crate) image: String,
}
