//! The command line.
//!
//! In: arguments and the environment of the process. Out: a report on stdout, notes on stderr, and the exit
//! status: 0 nothing at or above the threshold, 1 findings at or above it, 2 the run itself failed. Each command
//! is one file with its arguments and its `run`; [`args`] holds what several commands share.

pub mod args;
mod chains;
mod check;
mod completions;
mod console;
mod explain;
mod facts;
mod failure;
mod init;
mod list_files;
mod output;
mod paint;
mod print;
mod progress;
mod rules;
mod schema;
mod test_policies;
mod watch;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use crate::run::Failure;
use args::{Arguments, Command};
use console::Console;

/// How a command ends.
pub(crate) type Outcome = Result<Status, Failure>;

/// The exit status of a run that could be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// Nothing at or above the threshold.
    Clean,
    /// Findings at or above it.
    Findings,
}

/// The whole program.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(failure::report_panic));
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return failure::report_arguments(&error),
    };
    let console = Console::new(&arguments.console);
    let outcome = match &arguments.command {
        None if arguments.check.output.watch => watch::run(&arguments.check, &console),
        None => check::run(&arguments.check, &console),
        Some(Command::Chains(chains)) => chains::run(chains, &console),
        Some(Command::Init(init)) => init::run(init),
        Some(Command::Completions(completions)) => completions::run(completions),
        Some(Command::Explain(explain)) => explain::run(explain),
        Some(Command::Facts(facts)) => facts::run(facts, &console),
        Some(Command::Print(print)) => print::run(print, &console),
        Some(Command::Rules(rules)) => rules::run(rules),
        Some(Command::Schema(schema)) => schema::run(schema, &console),
        Some(Command::TestPolicies) => test_policies::run(),
    };
    match outcome {
        Ok(Status::Clean) => ExitCode::SUCCESS,
        Ok(Status::Findings) => ExitCode::from(1),
        Err(failure) => failure::report(&failure, &console),
    }
}

/// The command line as clap knows it, for completions, man pages and documentation.
pub fn command() -> clap::Command {
    Arguments::command()
}

#[cfg(test)]
mod tests;
