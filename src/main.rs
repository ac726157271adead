//! The `dicta` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    dicta::cli::main()
}
