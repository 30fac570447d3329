//! Secrets: the names whose values are hidden, and the values that this process must never show.
//!
//! One list of names serves traces, `lunette clouds`, the REPL's history and `.save`; one list of values
//! serves every error, trace and printed text. Knows nothing of HTTP, YAML or Lua.

mod encodings;
mod escapes;
#[cfg(test)]
mod fuzz;
mod names;
mod net;
mod redact;
mod urls;

#[cfg(test)]
pub use names::EXAMPLES;
pub use names::{is_secret, mentions_secret};
pub use redact::{add, add_declared, add_url, declared, hide, hide_bytes, hide_distinct, is_in};
pub use urls::{redact_text, redact_url};

/// The text that replaces a secret.
pub const REDACTED: &str = "(redacted)";
