//! The command line.
//!
//! In: arguments and the environment of the process. Out: a report on stdout, notes on stderr, and the exit
//! status: 0 nothing at or above the threshold, 1 findings at or above it, 2 the run itself failed. Each command
//! is one file with its arguments and its `run`; [`args`] holds what several commands share.

pub mod args;
mod chains;
mod check;
mod columns;
pub mod command;
mod completions;
mod console;
mod explain;
mod facts;
mod failure;
mod fix;
mod init;
mod list_files;
mod lsp;
mod migrate;
mod number;
mod output;
mod paint;
mod print;
mod progress;
mod rules;
mod schema;
mod statistics;
mod status;
mod test_policies;
mod watch;

use std::process::ExitCode;

use clap::Parser as _;

use crate::check::STACK_SIZE;
use command::{Arguments, Command};
use console::Console;
use status::Status;

/// The whole program, on a stack that is the same on every system.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(failure::report_panic));
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_SIZE);
        match thread.spawn_scoped(scope, command_line) {
            // A panic has ended the process.
            Ok(thread) => thread.join().unwrap_or_else(|_| ExitCode::from(2)),
            Err(_) => command_line(),
        }
    })
}

fn command_line() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return failure::report_arguments(&error),
    };
    let console = Console::new(&arguments.console);
    let outcome = match &arguments.command {
        None => checked(&arguments.check, &console)
            .map_err(|failure| command::with_command(failure, &arguments.check)),
        Some(Command::Check(check)) => checked(check, &console),
        Some(Command::Chains(chains)) => chains::run(chains, &console),
        Some(Command::Init(init)) => init::run(init),
        Some(Command::Completions(completions)) => completions::run(completions),
        Some(Command::Explain(explain)) => explain::run(explain, &console),
        Some(Command::Facts(facts)) => facts::run(facts, &console),
        Some(Command::Lsp(lsp)) => lsp::run(lsp),
        Some(Command::Diff(chains)) => print::compare::run(chains, &console),
        Some(Command::Why(why)) => print::why::run(why, &console),
        Some(Command::Migrate(migrate)) => migrate::run(migrate, &console),
        Some(Command::Print(print)) => print::run(print, &console),
        Some(Command::Rules(rules)) => rules::run(rules, &console),
        Some(Command::Schema(schema)) => schema::run(schema, &console),
        Some(Command::TestPolicies) => test_policies::run(),
        Some(Command::Help { command }) => command::help(command.as_deref())
            .and_then(|help| output::to_stdout(|out| out.write_all(help.as_bytes())))
            .map(|()| Status::Clean),
        Some(Command::Version) => {
            output::to_stdout(|out| writeln!(out, "stagecheck {}", console::VERSION))
                .map(|()| Status::Clean)
        }
    };
    match outcome {
        Ok(Status::Clean) => ExitCode::SUCCESS,
        Ok(Status::Findings) => ExitCode::from(1),
        Err(failure) => failure::report(&failure, &console),
    }
}

fn checked(arguments: &args::CheckArguments, console: &Console) -> status::Outcome {
    match arguments.output.watch {
        true => watch::run(arguments, console),
        false => check::run(arguments, console),
    }
}

#[cfg(test)]
mod tests;
