//! The edits of a finding as changed lines: what goes, and what comes in its place.
//!
//! In: a finding. Out: two lines for each edit, the old one masked, escaped and clipped like every snippet.

use super::gutter::Gutter;
use crate::finding::{Edit, Finding};
use crate::report::style::Role;
use crate::report::{fix, text};
use crate::run::Run;
use crate::text::Span;
use crate::text::mask::escape;

/// Lines of a change that are shown each way.
const LINES: usize = 8;

/// The changes of the first fix, one line each way; `None` where nothing is offered.
pub(super) fn lines(run: &Run, finding: &Finding, gutter: &Gutter<'_>) -> Option<String> {
    let lines: Vec<String> = finding
        .fixes
        .first()
        .map_or(&[][..], |first| fix::offered(run, first))
        .iter()
        .filter_map(|edit| change(run, finding, edit, gutter))
        .collect();
    (!lines.is_empty()).then(|| lines.concat())
}

fn change(run: &Run, finding: &Finding, edit: &Edit, gutter: &Gutter<'_>) -> Option<String> {
    let place = edit.place;
    let source = run.sources.get(place.source);
    // A span that ends with its line end reaches to the next line, which is then what follows the change.
    let line = |at: u32| source.position(at).line;
    let (first, last) = (line(place.span.start), line(place.span.end));
    let between = (first + 1..last).take(LINES);
    let between = between.map(|number| Span::at(source.line_span(number).start as usize));
    let ends = [place.span.start, place.span.end].map(|at| Span::at(at as usize));
    let labels: Vec<Span> = ends.into_iter().chain(between).collect();
    let view = run.secrets.view(&run.sources, place.source, &labels, 0);
    let [start, end] = *view.labels.get(..2)? else {
        return None;
    };
    let before = view.text.get(..start.start as usize)?;
    let behind = view.text.get(end.start as usize..)?;
    let path = match place.source == finding.primary.place.source {
        true => String::new(),
        false => gutter.header(false, &text::line(run, source.path())),
    };
    let lines = edit.text.split('\n');
    let lines = lines.map(|line| line.strip_suffix('\r').unwrap_or(line));
    let escaped: Vec<_> = lines.map(escape).collect();
    let new = format!("{before}{}{behind}", escaped.join("\n"));
    let (old, new): (Vec<&str>, Vec<&str>) =
        (view.text.split('\n').collect(), new.split('\n').collect());
    // Of lines that are only added, those beside them say nothing.
    let same_before = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.iter().rev().zip(new.iter().rev());
    let same_behind = rest.take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()).saturating_sub(same_before);
    let same_behind = same_behind.min(most);
    let mut lines = path;
    for (role, all) in [(Role::Removed, &old), (Role::Added, &new)] {
        let changed = all.get(same_before..all.len() - same_behind);
        let changed = changed.unwrap_or_default();
        for (index, line) in changed.iter().take(LINES).enumerate() {
            let number = view.first_line + same_before + index;
            lines.push_str(&gutter.changed(role, number, line));
        }
        if changed.len() > LINES {
            lines.push_str(&gutter.gap());
        }
    }
    Some(lines)
}
