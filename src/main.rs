//! The `lunette` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    lunette::cli::main()
}
