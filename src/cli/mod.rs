//! argv, terminal, REPL, rendering, exit codes: the only code that prints or reads the environment.
//!
//! * [`render`] turns results into text.

mod render;
