//! Findings to what is reported: without what comments suppress and what a baseline knows.
//!
//! In: the findings of all roots. Out: [`Settled`]. Never: how severe a finding is; settings have said so before.

pub mod baseline;
pub mod edits;
pub mod suppress;

use std::sync::Arc;

use self::baseline::Baseline;
use self::suppress::Suppression;
use crate::files::{FilePath, read_named};
use crate::finding::Finding;
use crate::request::{BaselineRequest, FileState, Request};
use crate::rules::catalog;
use crate::run::{Baselined, Failure, Note, NoteLevel};
use crate::settings::in_force::InForce;
use crate::text::Sources;
use crate::text::mask::escape;
use rule_card::card::Card;

/// The largest baseline, in bytes.
pub const BASELINE_LIMIT: u64 = 64 << 20;

/// What is left to be reported.
#[derive(Debug, Default)]
pub struct Settled {
    /// The findings, in no order.
    pub findings: Vec<Finding>,
    /// How many a comment or the settings suppressed.
    pub suppressed: usize,
    /// What the baseline said; `None` when none is in use.
    pub baseline: Option<Baselined>,
    /// What a person may want to know.
    pub notes: Vec<Note>,
}

/// Leaves out what is suppressed, and sets apart what the baseline knows that the request or the settings name. That one
/// that settings name is not there yet is said. `in_repository` reads a baseline of the repository.
///
/// # Errors
/// When the file is no baseline, or the one that was asked for cannot be read.
pub fn settle(
    findings: Vec<Finding>,
    suppressions: &[Suppression],
    sources: &Sources,
    in_force: &InForce<'_>,
    request: &Request,
    in_repository: impl Fn(&FilePath) -> Option<Arc<str>>,
) -> Result<Settled, Failure> {
    // One chain alone cannot tell that a suppression is of no use: another chain may need it.
    let is_judged = |card: &Card| request.config.is_empty() && in_force.is_on(card);
    let left = suppress::apply(findings, suppressions, sources, is_judged);
    let mut settled = Settled {
        findings: left.findings,
        suppressed: left.count,
        ..Settled::default()
    };
    let (name, text) = match (&request.baseline, in_force.baseline()) {
        (BaselineRequest::File(path), _) => asked_baseline(path, request)?,
        (BaselineRequest::BySettings, Some(path)) => match in_repository(path) {
            Some(text) => (path.to_string(), text),
            None => {
                settled.notes.push(Note {
                    level: NoteLevel::Always,
                    text: format!(
                        "cannot read the baseline `{}` from the settings: all findings are reported; create it with --write-baseline",
                        escape(path.as_str())
                    ),
                });
                return Ok(settled);
            }
        },
        _ => return Ok(settled),
    };
    let baseline =
        Baseline::read(&text).map_err(|error| Failure::new(format!("`{name}` {error}")))?;
    let policies = in_force.policies();
    let judged = |rule: &str| {
        let card = catalog::card(rule).or_else(|| policies.iter().find(|card| card.id == rule));
        card.is_some_and(|card| in_force.is_on(card))
    };
    let compared = baseline.compare(settled.findings, sources, judged);
    settled.findings = compared.new;
    settled
        .notes
        .extend(gone(compared.gone, &name, request.state));
    settled.baseline = Some(Baselined {
        known: compared.known,
        gone: compared.gone,
    });
    Ok(settled)
}

fn asked_baseline(
    path: &std::path::Path,
    request: &Request,
) -> Result<(String, Arc<str>), Failure> {
    let name = escape(&path.display().to_string()).into_owned();
    request.guard.note(&request.start.join(path));
    let text = read_named(&request.start.join(path), BASELINE_LIMIT).map_err(|reason| {
        let message = format!("cannot read the baseline `{name}`: {reason}");
        Failure::new(message).with_help("create one with --write-baseline")
    })?;
    Ok((name, Arc::from(text)))
}

/// That findings of a baseline no longer occur.
fn gone(count: usize, name: &str, state: FileState) -> Option<Note> {
    let entries = match count {
        0 => return None,
        1 => format!("1 finding in `{name}` no longer occurs"),
        count => format!("{count} findings in `{name}` no longer occur"),
    };
    Some(Note {
        // A commit hook has nothing to say about what was mended.
        level: match state {
            FileState::Staged => NoteLevel::Verbose,
            FileState::WorkingTree => NoteLevel::Always,
        },
        text: format!("{entries}; update the file with --write-baseline"),
    })
}
