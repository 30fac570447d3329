//! How far `task.parallel{ progress = "…" }` is, as a bar on stderr.

use std::cell::RefCell;

use indicatif::{ProgressBar, ProgressStyle};

use crate::host::Progress;

/// The bar of the task that runs; one at a time.
#[derive(Default)]
pub(crate) struct Bar(RefCell<Option<ProgressBar>>);

impl Bar {
    /// Shows how far the task is; the bar goes away when it is done.
    pub(crate) fn show(&self, progress: &Progress) {
        let mut shown = self.0.borrow_mut();
        let bar = shown.get_or_insert_with(bar);
        bar.set_message(progress.label.clone());
        bar.set_length(progress.total as u64);
        bar.set_position(progress.done as u64);
        if progress.done >= progress.total {
            bar.finish_and_clear();
            *shown = None;
        }
    }
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} {eta}");
    ProgressBar::no_length().with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
