//! `stagecheck`: checks, and writes the reports.

use std::env;

use super::args::{CheckArguments, FormatChoice, OutputArguments};
use super::console::Console;
use super::{Outcome, Status, list_files, output};
use crate::report::{Clean, Format};
use crate::run::{Failure, FileState, Request, Run};

pub(super) fn run(arguments: &CheckArguments, console: &Console) -> Outcome {
    let start = env::current_dir().map_err(|error| {
        Failure::new(format!(
            "cannot tell the folder this runs in: {}",
            error.kind()
        ))
    })?;
    let request = arguments.request(start)?;
    let run = crate::check::check(&request)?;
    for note in &run.notes {
        console.note(note);
    }
    write(&run, &request, &arguments.output, console)?;
    match arguments.rules.fail_on.is_reached(run.worst()) {
        true => Ok(Status::Findings),
        false => Ok(Status::Clean),
    }
}

fn write(
    run: &Run,
    request: &Request,
    arguments: &OutputArguments,
    console: &Console,
) -> Result<(), Failure> {
    if arguments.list_files {
        return output::to_stdout(|out| list_files::write(run, out));
    }
    let format = match arguments.format {
        FormatChoice::Format(format) => format,
        FormatChoice::Auto if console.is_interactive() => Format::Pretty,
        FormatChoice::Auto => Format::Concise,
    };
    let mut look = console.stdout();
    if request.state == FileState::Staged {
        look.clean = Clean::Silent;
    }
    output::to_stdout(|out| format.report().write(run, &look, out))
}
