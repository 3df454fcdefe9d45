//! The edits of a finding as changed lines: what goes, and what comes in its place.
//!
//! In: a finding. Out: two lines for each edit, the old one masked, escaped and clipped like every snippet.

use crate::finding::{Edit, Finding};
use crate::report::style::{Painter, Role};
use crate::report::{fix, text};
use crate::run::Run;
use crate::text::mask::escape;

/// The changes, one line each way, with line ends between them; `None` where nothing is offered.
pub(super) fn lines(run: &Run, finding: &Finding, painter: &Painter) -> Option<String> {
    let lines: Vec<String> = finding
        .fixes
        .first()
        .map_or(&[][..], |first| fix::offered(run, first))
        .iter()
        .filter_map(|edit| change(run, finding, edit, painter))
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn change(run: &Run, finding: &Finding, edit: &Edit, painter: &Painter) -> Option<String> {
    let place = edit.place;
    let view = run
        .secrets
        .view(&run.sources, place.source, &[place.span], 0);
    let label = view.labels.first()?.range();
    let (before, behind) = (view.text.get(..label.start)?, view.text.get(label.end..)?);
    if view.text.contains('\n') || edit.text.contains('\n') || edit.text.is_empty() {
        return None;
    }
    let source = run.sources.get(place.source);
    let number = source.position(place.span.start).line;
    let path = match place.source == finding.primary.place.source {
        true => String::new(),
        false => format!("{}\n", text::line(run, source.path())),
    };
    let old = painter.paint(Role::Removed, &format!("{number} - {}", view.text));
    let new = format!("{number} + {before}{}{behind}", escape(&edit.text));
    Some(format!("{path}{old}\n{}", painter.paint(Role::Added, &new)))
}
