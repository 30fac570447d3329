//! `stdlib/` and `scripts/` inside the binary; read from disk in debug builds.
//!
//! Knows paths and texts, not what they mean.
