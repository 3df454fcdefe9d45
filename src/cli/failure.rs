//! What is said when a run cannot be made: one sentence, and what to do, in the form of clap, which speaks of mistakes in
//! arguments. Exit status 2.

use std::env;
use std::io::{self, Write as _};
use std::panic::PanicHookInfo;
use std::process::ExitCode;
use std::sync::OnceLock;

use super::console::Console;
use super::paint::{Paint, Role};
use crate::report::Format;
use crate::run::Failure;
use crate::text::mask::looks::assignment::{names_private, names_secret};
use crate::text::mask::{self, MASK, escape, looks};

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
    let paint = Paint::of(console.stderr());
    let message = shown(&failure.message);
    let error = paint.paint(Role::Broken, "error:");
    let _ = writeln!(stderr, "{error} {message}");
    if let Some(help) = &failure.help {
        let lines: Vec<_> = help.lines().map(shown).collect();
        let tip = paint.paint(Role::Production, "tip:");
        let _ = writeln!(stderr, "\n  {tip} {}", lines.join("\n"));
    }
    ExitCode::from(FAILED)
}

/// Says what is wrong with the arguments, or prints the help that was asked for.
pub(super) fn report_arguments(error: &clap::Error) -> ExitCode {
    let told = error.render().to_string();
    let safe: Vec<_> = told.lines().map(shown).collect();
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

/// A line that no run has a say in as it may be shown: see [`mask::outside_run`]. What is a secret in an argument is
/// hidden wherever the line repeats it, whatever characters it has.
pub(super) fn shown(line: &str) -> String {
    let mut line = line.to_owned();
    for secret in secrets_of_arguments() {
        line = line.replace(secret, MASK);
    }
    mask::outside_run(&line)
}

/// The secrets in the arguments of this process, and how messages spell them.
fn secrets_of_arguments() -> &'static [String] {
    static SECRETS: OnceLock<Vec<String>> = OnceLock::new();
    SECRETS.get_or_init(|| {
        let arguments = env::args_os().skip(1);
        let arguments = arguments.map(|argument| argument.to_string_lossy().into_owned());
        let secrets = arguments.flat_map(|argument| secrets_of_argument(&argument));
        secrets
            .flat_map(|secret| [escape(&secret).into_owned(), secret])
            .collect()
    })
}

/// What looks like a secret in one argument, and what follows `NAME=` where the name says that it is a secret.
fn secrets_of_argument(argument: &str) -> Vec<String> {
    // A shorter one is the same as any word of a message.
    const SHORTEST: usize = 4;
    let looks = looks::find_in_value(argument).into_iter();
    let looks = looks
        .map(|look| look.range)
        .chain(looks::suspected(argument));
    let mut secrets: Vec<&str> = looks.filter_map(|range| argument.get(range)).collect();
    if let Some((name, value)) = argument.split_once('=') {
        let inside = looks::find_in_value(value).into_iter();
        secrets.extend(inside.filter_map(|look| value.get(look.range)));
        let name = name.trim_start_matches('-');
        if names_secret(name) || names_private(name) {
            secrets.push(value);
        }
    }
    secrets.retain(|secret| secret.len() >= SHORTEST);
    secrets.into_iter().map(str::to_owned).collect()
}

/// Says where this program is wrong, without the message of the panic: it may hold a piece of the config.
pub(super) fn report_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(String::new, |place| {
        format!(" at {}:{}", place.file(), place.line())
    });
    let _ = writeln!(
        io::stderr(),
        "stagecheck {}: internal error{place}: this is a bug, please report it with this line",
        super::console::VERSION,
    );
    std::process::exit(FAILED.into());
}
