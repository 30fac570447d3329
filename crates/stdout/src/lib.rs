//! Whether standard output was open when the process started.
//!
//! Rust opens /dev/null in the place of a closed stream before `main`, so that all output is lost and no write fails.
//! This looks earlier. It is a crate of its own because that takes `unsafe`, which Lunette itself forbids.

use std::sync::atomic::{AtomicBool, Ordering};

static WAS_CLOSED: AtomicBool = AtomicBool::new(false);

/// Whether standard output was closed when the process started.
pub fn was_closed() -> bool {
    WAS_CLOSED.load(Ordering::Relaxed)
}

// SAFETY: the section is the list of functions that run before `main`, and `look` is one.
#[used]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
static LOOK: extern "C" fn() = look;

/// Asks the system, and nothing of Rust's runtime, which does not run yet.
extern "C" fn look() {
    let flags = rustix::io::fcntl_getfd(rustix::stdio::stdout());
    WAS_CLOSED.store(flags.is_err(), Ordering::Relaxed);
}
