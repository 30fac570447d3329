//! Finds out whether standard output was open when the process started.
//!
//! Rust opens /dev/null in place of a closed stream before `main`: everything printed is lost, and no write
//! fails. So this looks earlier. It is the only `unsafe` of the binary; the library forbids it.

use std::sync::atomic::{AtomicBool, Ordering};

static WAS_OPEN: AtomicBool = AtomicBool::new(true);

/// Returns whether standard output was open when the process started.
pub(crate) fn was_open() -> bool {
    WAS_OPEN.load(Ordering::Relaxed)
}

// SAFETY: the section lists the functions that run before `main`, and `look` is one.
#[used]
#[allow(unsafe_code, reason = "a section of the binary can be named in no other way")]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
static LOOK: extern "C" fn() = look;

/// Asks the system, and nothing of Rust's runtime, which does not run yet.
extern "C" fn look() {
    let flags = rustix::io::fcntl_getfd(rustix::stdio::stdout());
    WAS_OPEN.store(flags.is_ok(), Ordering::Relaxed);
}
