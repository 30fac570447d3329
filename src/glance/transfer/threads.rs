//! Threads for calls that block.
//!
//! Not by tokio's own pool, which panics where the system has no more threads.

use std::thread;

use tokio::sync::oneshot;

use crate::error::{Error, Kind, Result};

/// Starts a thread. Errors: `unavailable` (the system has no more of them).
pub(in crate::glance) fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<thread::JoinHandle<T>> {
    thread::Builder::new().name(name.to_owned()).spawn(work).map_err(|refusal| Error::no_thread(&refusal))
}

/// Does on a thread what blocks, and waits for it. Errors: `unavailable` (no thread; it died).
pub async fn blocking<T: Send + 'static>(name: &str, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let (tell, told) = oneshot::channel();
    // Nobody is told where nobody waits any more.
    spawn(name, move || drop(tell.send(work())))?;
    told.await.map_err(|_| Error::new(Kind::Unavailable, format!("the thread '{name}' has died")))
}
