//! The last line of the pretty report.

use super::style::{Painter, Role};
use crate::finding::Severity;
use crate::report::look::{Look, Time};
use crate::report::text::counted;
use crate::run::Run;

/// `2 errors, 1 warning · 3 layers, 2 chains · 4 ms`
pub(super) fn line(run: &Run, look: &Look, painter: &Painter) -> String {
    let mut parts = vec![findings(run, painter), checked(run)];
    let known = run.baseline.as_ref().map_or(0, |known| known.known.len());
    if known > 0 {
        parts.push(format!("{known} known from the baseline"));
    }
    if run.suppressed > 0 {
        parts.push(format!("{} suppressed", run.suppressed));
    }
    if look.time == Time::Shown {
        parts.push(time(run.elapsed.as_secs_f64() * 1000.0));
    }
    parts.join(painter.dot())
}

fn findings(run: &Run, painter: &Painter) -> String {
    let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .map(|severity| (severity, run.count(severity)))
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| match severity {
            Severity::Info => painter.paint(Role::Info, &format!("{count} info")),
            _ => painter.paint(Role::of(severity), &counted(count, severity.as_str())),
        })
        .collect();
    if counts.is_empty() {
        painter.paint(Role::Well, "no findings")
    } else {
        counts.join(", ")
    }
}

fn checked(run: &Run) -> String {
    let mut checked = vec![
        counted(run.checked.layers.len(), "layer"),
        counted(run.checked.chains, "chain"),
    ];
    if run.checked.app_roots > 1 {
        checked.push(counted(run.checked.app_roots, "app root"));
    }
    checked.join(", ")
}

fn time(millis: f64) -> String {
    if millis < 1000.0 {
        format!("{millis:.0} ms")
    } else {
        format!("{:.1} s", millis / 1000.0)
    }
}
