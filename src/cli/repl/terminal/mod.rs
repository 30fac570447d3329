//! The thread that reads lines: the line editor and what helps the person who types.

pub(super) mod editor;
pub(super) mod external_editor;
pub(super) mod highlight;
pub(super) mod history;
pub(super) mod input;
pub(super) mod prompt;
