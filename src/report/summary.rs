//! The one line for a whole run: `1 error (fails), 3 warnings, 1 info in 4 files; 2 fixable with --fix`.
//!
//! In: a run and the look of where the line goes. Out: the line, without its end. Never: a finding.

use super::look::{Look, Time};
use super::style::{Painter, Role};
use super::text::counted;
use crate::finding::{FixKind, Severity};
use crate::run::Run;

/// The findings by severity, those that fail the run marked; the files that were checked; what the baseline and
/// suppressions hold back. The time is part of it only where the look shows it, so that equal runs say the same.
pub fn summary(run: &Run, look: &Look) -> String {
    let painter = Painter::new(look);
    let files = counted(run.checked.layers.len(), "file");
    let mut line = format!("{} in {files}", counts(run, &painter));
    let mut more = Vec::new();
    match (run.fixable(FixKind::Safe), run.fixable(FixKind::Unsafe)) {
        (0, 0) => {}
        (0, unsafely) => more.push(format!("{unsafely} fixable with --unsafe-fixes")),
        (safely, 0) => more.push(format!("{safely} fixable with --fix")),
        (safely, unsafely) => more.push(format!(
            "{safely} fixable with --fix, {unsafely} more with --unsafe-fixes"
        )),
    }
    let known = run.baseline.as_ref().map_or(0, |known| known.known.len());
    if known > 0 {
        more.push(format!("{known} in the baseline"));
    }
    if run.suppressed > 0 {
        more.push(format!("{} suppressed", run.suppressed));
    }
    if !more.is_empty() {
        line.push_str("; ");
        line.push_str(&more.join(", "));
    }
    if look.time == Time::Shown {
        line.push_str(&format!(" ({})", time(run.elapsed.as_secs_f64() * 1000.0)));
    }
    line
}

fn counts(run: &Run, painter: &Painter) -> String {
    let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .filter(|severity| run.count(*severity) > 0)
        .map(|severity| {
            let count = run.count(severity);
            let text = match severity {
                Severity::Info => format!("{count} info"),
                _ => counted(count, severity.as_str()),
            };
            let mark = match (run.fail_on.is_reached_by(severity), count) {
                (false, _) => "",
                (true, 1) => " (fails)",
                (true, _) => " (fail)",
            };
            painter.paint(Role::of(severity), &text) + mark
        })
        .collect();
    match counts.is_empty() {
        true => painter.paint(Role::Well, "no findings"),
        false => counts.join(", "),
    }
}

fn time(millis: f64) -> String {
    match millis < 1000.0 {
        true => format!("{millis:.0} ms"),
        false => format!("{:.1} s", millis / 1000.0),
    }
}
