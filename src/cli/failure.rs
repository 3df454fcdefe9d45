//! What is said when a run cannot be made: one sentence, and what to do. Exit status 2.

use std::io::{self, Write as _};
use std::panic::PanicHookInfo;
use std::process::ExitCode;

use super::console::Console;
use crate::report::Format;
use crate::run::Failure;
use crate::text::mask;

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
    let message = mask::outside_run(&failure.message);
    let _ = writeln!(stderr, "stagecheck: {message}");
    if let Some(help) = &failure.help {
        let lines: Vec<_> = help.lines().map(mask::outside_run).collect();
        let _ = writeln!(stderr, "  help: {}", lines.join("\n"));
    }
    ExitCode::from(FAILED)
}

/// Says what is wrong with the arguments, or prints the help that was asked for.
pub(super) fn report_arguments(error: &clap::Error) -> ExitCode {
    let told = error.render().to_string();
    let safe: Vec<_> = told.lines().map(mask::outside_run).collect();
    let safe = safe.join("\n");
    if error.use_stderr() && safe.trim_end() != told.trim_end() {
        // An argument looks like a secret, or would speak to a terminal: without colours, and without it.
        let _ = writeln!(io::stderr(), "{}", safe.trim_end());
    } else {
        let _ = error.print();
    }
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
