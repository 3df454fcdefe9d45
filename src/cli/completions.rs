//! `stagecheck completions SHELL`: a completion script on stdout.

use std::io;

use clap::Args;
use clap_complete::Shell;

use super::output;
use super::status::{Outcome, Status};

/// Its arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The shell
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut super::command::command(),
        "stagecheck",
        &mut script,
    );
    output::to_stdout(|out: &mut dyn io::Write| out.write_all(&script))?;
    Ok(Status::Clean)
}
