//! The process's own input and output, for data that are piped: `image:download{ stdout = true }`.
//!
//! Knows no terminal: the caller says how each is opened, and refuses a terminal there.

use std::io::{Read, Write};
use std::rc::Rc;

use crate::error::Result;

/// Opens standard input for data. Errors: `usage` (it is a terminal).
pub type Input = Rc<dyn Fn() -> Result<Box<dyn Read + Send>>>;

/// Opens standard output for data. Errors: `usage` (it is a terminal).
pub type Output = Rc<dyn Fn() -> Result<Box<dyn Write + Send>>>;

/// Where piped data come from and go to. What they give may block, so it is read and written on a thread of
/// its own.
#[derive(Clone)]
pub struct Pipes {
    /// Standard input.
    pub input: Input,
    /// Standard output.
    pub output: Output,
}
