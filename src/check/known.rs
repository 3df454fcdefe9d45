//! What a baseline knows is set apart from what is new.

use std::sync::Arc;

use super::target::Target;
use super::wanted::Known;
use crate::baseline::Baseline;
use crate::files::{FilePath, read_named};
use crate::request::{BaselineRequest, FileState, Request};
use crate::rules::catalog;
use crate::run::{Baselined, Failure, Note, NoteLevel, Run};
use crate::text::mask::escape;

/// The largest baseline, in bytes.
const MAX_SIZE: u64 = 64 << 20;

/// Sets known findings apart, when the request or the settings name a baseline. One that settings name and that
/// is not there yet knows nothing.
///
/// # Errors
/// When the file is no baseline, or the one that was asked for cannot be read.
pub(super) fn apply(
    targets: &[Target],
    wanted: &Known<'_>,
    request: &Request,
    run: &mut Run,
) -> Result<(), Failure> {
    let (name, text) = match (&request.baseline, wanted.baseline()) {
        (BaselineRequest::File(path), _) => {
            let name = escape(&path.display().to_string()).into_owned();
            request.guard.note(&request.start.join(path));
            let text = read_named(&request.start.join(path), MAX_SIZE).map_err(|reason| {
                let message = format!("cannot read the baseline `{name}`: {reason}");
                Failure::new(message).with_help("make one with --write-baseline")
            })?;
            (name, Arc::from(text))
        }
        (BaselineRequest::BySettings, Some(path)) => match in_repository(targets, path) {
            Some(text) => (path.to_string(), text),
            None => return Ok(()),
        },
        _ => return Ok(()),
    };
    let baseline =
        Baseline::read(&text).map_err(|error| Failure::new(format!("`{name}` {error}")))?;
    let policies = wanted.policies();
    let judged = |rule: &str| {
        let card = catalog::card(rule).or_else(|| policies.iter().find(|card| card.id == rule));
        card.is_some_and(|card| wanted.is_on(card))
    };
    let findings = std::mem::take(&mut run.findings);
    let compared = baseline.compare(findings, &run.sources, judged);
    run.findings = compared.new;
    if compared.gone > 0 {
        let entries = match compared.gone {
            1 => format!("1 finding in `{name}` no longer occurs"),
            gone => format!("{gone} findings in `{name}` no longer occur"),
        };
        run.add_note(Note {
            // A commit hook has nothing to say about what was mended.
            level: match request.state {
                FileState::Staged => NoteLevel::Verbose,
                _ => NoteLevel::Always,
            },
            text: format!("{entries}; update the file with --write-baseline"),
        });
    }
    run.baseline = Some(Baselined {
        known: compared.known,
        gone: compared.gone,
    });
    Ok(())
}

fn in_repository(targets: &[Target], path: &FilePath) -> Option<Arc<str>> {
    targets.first()?.files.read(path, MAX_SIZE).ok()
}
