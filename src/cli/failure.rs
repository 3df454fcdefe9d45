//! What is said when a run cannot be made: one sentence, and what to do. Exit status 2.

use std::io::{self, Write as _};
use std::panic::PanicHookInfo;
use std::process::ExitCode;

use super::console::Console;
use crate::report::Format;
use crate::run::Failure;

/// Bad arguments, bad settings, a path that cannot be read.
const FAILED: u8 = 2;

/// Says why the run failed.
pub(super) fn report(failure: &Failure, console: &Console) -> ExitCode {
    let mut stderr = io::stderr().lock();
    if let Some(mistakes) = &failure.mistakes {
        let look = console.stderr();
        let format = match console.is_stderr_interactive() {
            true => Format::Pretty,
            false => Format::Concise,
        };
        let _ = format.report().write(mistakes, &look, &mut stderr);
    }
    let _ = writeln!(stderr, "stagecheck: {failure}");
    if let Some(help) = &failure.help {
        let _ = writeln!(stderr, "  help: {help}");
    }
    ExitCode::from(FAILED)
}

/// Says what is wrong with the arguments, or prints the help that was asked for.
pub(super) fn report_arguments(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    match error.use_stderr() {
        true => ExitCode::from(FAILED),
        false => ExitCode::SUCCESS,
    }
}

/// Says where this program is wrong, without the message of the panic: it may hold a piece of the config.
pub(super) fn report_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(String::new, |place| {
        format!(" at {}:{}", place.file(), place.line())
    });
    let _ = writeln!(
        io::stderr(),
        "stagecheck {}: a mistake in stagecheck itself{place}; please report it with this line",
        super::console::VERSION,
    );
    std::process::exit(FAILED.into());
}
