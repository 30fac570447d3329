//! What the bindings of other layers use: options tables, texts of a bounded length, functions that wait.

pub(super) mod options;
pub mod text;
pub(super) mod waiting;
