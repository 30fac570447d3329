//! YAML.

use serde_json::Value;

/// One document, without `---`.
pub(super) fn render(value: &Value) -> String {
    // JSON is YAML, should there be a value that the YAML crate cannot write.
    let mut text = serde_saphyr::to_string(value).unwrap_or_else(|_| value.to_string());
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}
