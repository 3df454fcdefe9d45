//! `--watch`: checks again whenever something changed that the last check read.
//!
//! A line before and behind each check tells an editor's task where its problems begin and end. Files are looked at a
//! few times a second, which works on every file system and costs less than one check; a new layer is seen because
//! its folder changes.

use std::io::{self, Write as _};

use super::args::CheckArguments;
use super::console::Console;
use super::status::{Outcome, Status};
use super::{check, failure};
use crate::check::Watched;

/// The line before a check. The task in `editors/vscode/tasks.json` waits for it.
const BEGINS: &str = "stagecheck: checking";
/// The line behind it.
const ENDS: &str = "stagecheck: waiting for changes";

/// Checks until the process is stopped or nobody reads stdout any more.
pub(super) fn run(arguments: &CheckArguments, console: &Console) -> Outcome {
    let start = check::start()?;
    while say(BEGINS) {
        let mut watched = Watched::new(&start, arguments.files.settings.as_deref());
        for schema in &arguments.rules.schema {
            watched.add(start.join(schema));
        }
        if arguments.files.staged {
            watched.add_index(&start);
        }
        match check::once(arguments, console, &start) {
            Ok(run) => watched.add_sources(&start, &run),
            Err(mistake) => {
                failure::report(&mistake, console);
            }
        }
        if !say(ENDS) {
            break;
        }
        watched.wait();
    }
    Ok(Status::Clean)
}

fn say(line: &str) -> bool {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).is_ok()
}
