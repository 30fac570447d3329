//! YAML.

use std::io::{self, Write as _};

use serde_json::Value;

use crate::budget::Buffer;

/// One document, without `---`.
pub(super) fn render(text: &mut Buffer, value: &Value) -> io::Result<()> {
    if serde_saphyr::to_io_writer(text, value).is_err() {
        // JSON is YAML, should there be a value that the YAML crate cannot write.
        text.clear();
        serde_json::to_writer(&mut *text, value)?;
    }
    if text.bytes().ends_with(b"\n") { Ok(()) } else { text.write_all(b"\n") }
}
