//! `--fix`, `--unsafe-fixes`, `--fix-only`, `--diff` and `--add-ignore`: findings resolved in the files.

use super::args::{CheckArguments, FixArguments};
use super::console::Console;
use super::output;
use super::status::Status;
use crate::fix::{self, Fixed};
use crate::report;
use crate::request::{FileState, Request};
use crate::run::{Failure, Note, NoteLevel, Run};
use crate::settings::select;

/// What to do with the changes.
pub(super) enum After {
    /// They were shown, or written without a report.
    Ended(Status),
    /// They were written; the run is over the files as they are now.
    Report(Box<Run>),
}

/// Makes the changes that are asked for; the files are written unless only the diff is wanted.
///
/// # Errors
/// When the run cannot be made, or the files cannot be written.
pub(super) fn run(
    arguments: &CheckArguments,
    request: &Request,
    console: &Console,
) -> Result<After, Failure> {
    let wanted = &arguments.fixes;
    if request.state == FileState::Staged && !wanted.diff {
        let message = "cannot fix what is staged: a fix is written to the working tree";
        return Err(Failure::new(message).with_help("run it without --staged, or with --diff"));
    }
    if request.stdin.is_some() {
        let message = "cannot fix what is read from stdin: a fix is written to a file";
        return Err(Failure::new(message).with_help("run it on the saved file"));
    }
    let waiting = console.progress(&request.progress);
    let fixed = match wanted.add_ignore.as_slice() {
        [] => fix::fix(request, wanted.up_to()),
        rules => fix::add_ignores(request, rules, wanted.reason.as_deref().unwrap_or_default()),
    };
    drop(waiting);
    let fixed = fixed?;
    for rule in &wanted.add_ignore {
        select::rule(rule, &fixed.before.policies).map_err(|message| {
            Failure::new(message).with_help("`stagecheck rules` lists the rules")
        })?;
    }
    for text in &fixed.notes {
        let (level, text) = (NoteLevel::Always, text.clone());
        console.note(&Note { level, text });
    }
    if wanted.diff {
        output::lines_to_stdout(|out| report::diff(&fixed, out))?;
        console.line(&summary(&fixed, wanted));
        return Ok(After::Ended(match fixed.files.is_empty() {
            true => Status::Clean,
            false => Status::Findings,
        }));
    }
    fix::write(&fixed.files)?;
    console.line(&summary(&fixed, wanted));
    match wanted.fix_only {
        true => Ok(After::Ended(Status::Clean)),
        false => Ok(After::Report(Box::new(fixed.into_after()))),
    }
}

/// `2 fixed, 3 more with --unsafe-fixes`; of suppressions their number.
fn summary(fixed: &Fixed, wanted: &FixArguments) -> String {
    let would = if wanted.diff { "would be " } else { "" };
    let count = fixed.count;
    if !wanted.add_ignore.is_empty() {
        return format!("{count} {would}suppressed");
    }
    match (count, fixed.more) {
        (0, 0) => "nothing to fix".to_owned(),
        (count, 0) => format!("{count} {would}fixed"),
        (0, more) => format!("no safe fixes; {more} with --unsafe-fixes"),
        (count, more) => format!("{count} {would}fixed, {more} more with --unsafe-fixes"),
    }
}
