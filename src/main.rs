//! The `lunette` binary.

mod stdout;

use std::process::ExitCode;

fn main() -> ExitCode {
    lunette::cli::main(stdout::was_open())
}
