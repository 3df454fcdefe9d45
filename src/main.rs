//! The command line: parse arguments, call the command, set the exit code; nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    stagecheck::cli::main()
}
