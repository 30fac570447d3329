//! What the REPL needs of the engine: completion, tokens, and locals that last from line to line.

pub(super) mod complete;
pub(super) mod locals;
pub(super) mod session_locals;
pub(super) mod tokens;
