//! The places of a finding with their lines: one block for each file, that of the primary label first.
//!
//! In: a finding. Out: lines of text, masked, escaped and clipped by
//! [`Secrets::view`](crate::text::mask::Secrets::view) and cut to the width of the terminal. Never: a line end inside
//! a drawn line, whatever the file holds.

use textwrap::core::display_width;

use super::gutter::Gutter;
use crate::finding::{Finding, Label};
use crate::report::style::{Painter, Role};
use crate::report::text;
use crate::run::Run;
use crate::text::SourceId;

/// Lines shown before each label in the file of the primary one: there the line before is often the key above.
const CONTEXT: usize = 1;
/// Columns of a tab.
const TAB: &str = "  ";

/// The files a finding points to, that of its primary label first.
pub(super) fn sources(finding: &Finding) -> Vec<SourceId> {
    let mut sources: Vec<SourceId> = Vec::new();
    for label in labels(finding) {
        if !sources.contains(&label.place.source) {
            sources.push(label.place.source);
        }
    }
    sources
}

/// The primary label, then the related ones.
pub(super) fn labels(finding: &Finding) -> impl Iterator<Item = &Label> {
    std::iter::once(&finding.primary).chain(&finding.related)
}

/// Draws every block of a finding.
pub(super) fn draw(run: &Run, finding: &Finding, gutter: &Gutter<'_>) -> String {
    let mut drawn = String::new();
    for (index, id) in sources(finding).into_iter().enumerate() {
        let source = run.sources.get(id);
        let here: Vec<&Label> = labels(finding)
            .filter(|label| label.place.source == id)
            .collect();
        // Related labels of a file without the primary one come in order of place: the first is named.
        let named = here.iter().find(|label| **label == &finding.primary);
        let named = named.or_else(|| here.iter().min_by_key(|label| label.place.span));
        if let Some(named) = named {
            let at = source.position(named.place.span.start);
            let path = text::line(run, source.path());
            let place = format!("{path}:{}:{}", at.line, at.column);
            drawn.push_str(&gutter.header(index == 0, &place));
        }
        for line in lines(run, finding, id, &here) {
            line.draw(finding, gutter, &mut drawn);
        }
    }
    drawn
}

/// A line of a file as it is shown.
struct Line {
    number: usize,
    /// Whether lines before it are left out.
    after_gap: bool,
    text: String,
    /// In order of place.
    marks: Vec<Mark>,
}

/// A label in a line.
struct Mark {
    /// The first column it is under, from 0.
    start: usize,
    /// One after its last column.
    end: usize,
    note: String,
    is_primary: bool,
}

/// The lines with labels and those just before them. A label over several lines is shown on its first one.
fn lines(run: &Run, finding: &Finding, id: SourceId, labels: &[&Label]) -> Vec<Line> {
    let spans: Vec<_> = labels.iter().map(|label| label.place.span).collect();
    let view = run.secrets.view(&run.sources, id, &spans, CONTEXT);
    let mut lines: Vec<Line> = Vec::new();
    let mut start = 0;
    let mut last_shown: Option<usize> = None;
    let is_primary = finding.primary.place.source == id;
    let all: Vec<&str> = view.text.split('\n').collect();
    for (index, line) in all.iter().enumerate() {
        let end = start + line.len();
        let marks_of = |start: usize, end: usize| {
            let here = view.labels.iter().zip(labels);
            here.filter(move |(span, _)| (start..=end).contains(&(span.start as usize)))
        };
        let next = all.get(index + 1);
        let is_before_label = is_primary
            && next.is_some_and(|next| {
                marks_of(end + 1, end + 1 + next.len()).next().is_some() && !line.trim().is_empty()
            });
        let mut marks: Vec<Mark> = marks_of(start, end)
            .map(|(span, label)| {
                let from = span.start as usize - start;
                let to = (span.end as usize).min(end) - start;
                let column = |at: usize| display_width(&expanded(line.get(..at).unwrap_or(line)));
                Mark {
                    start: column(from),
                    end: column(to).max(column(from) + 1),
                    note: text::line(run, &label.note).into_owned(),
                    is_primary: **label == finding.primary,
                }
            })
            .collect();
        marks.sort_by_key(|mark| (mark.start, mark.end));
        if !marks.is_empty() || is_before_label {
            lines.push(Line {
                number: view.first_line + index,
                after_gap: last_shown.is_some_and(|last| last + 1 < index),
                text: expanded(line),
                marks,
            });
            last_shown = Some(index);
        }
        start = end + 1;
    }
    lines
}

fn expanded(text: &str) -> String {
    text.replace('\t', TAB)
}

impl Line {
    fn draw(self, finding: &Finding, gutter: &Gutter<'_>, drawn: &mut String) {
        if self.after_gap {
            drawn.push_str(&gutter.gap());
        }
        let painter = gutter.painter;
        let room = gutter.room();
        let first = self.marks.first().map_or(0, |mark| mark.start);
        let cut = Cut::of(&self.text, first, room, painter);
        drawn.push_str(&gutter.line(self.number, &cut.text));
        for mark in &self.marks {
            let role = match mark.is_primary {
                true => Role::of(finding.severity),
                false => Role::Related,
            };
            let start = cut.column(mark.start);
            let end = cut.column(mark.end).max(start + 1);
            let underline = painter.underline(mark.is_primary, end - start);
            let indent = " ".repeat(start);
            let fits = end + 1 + display_width(&mark.note) <= room;
            if mark.note.is_empty() || fits {
                let marked = format!("{underline} {}", mark.note);
                let marked = painter.paint(role, marked.trim_end());
                drawn.push_str(&gutter.below(&format!("{indent}{marked}")));
                continue;
            }
            drawn.push_str(&gutter.below(&format!("{indent}{}", painter.paint(role, &underline))));
            // Under the label where that leaves room to read, else further left.
            let indent = start.min(room / 2);
            for part in painter.wrap(&mark.note, gutter.columns() + indent) {
                let part = painter.paint(role, &part);
                drawn.push_str(&gutter.below(&format!("{}{part}", " ".repeat(indent))));
            }
        }
    }
}

/// A line cut to the room there is.
struct Cut {
    text: String,
    /// Columns of the line that are left out before it.
    dropped: usize,
    /// Columns of what stands for them.
    lead: usize,
    room: usize,
}

impl Cut {
    /// The part of a line around a column.
    fn of(line: &str, around: usize, room: usize, painter: &Painter) -> Self {
        let whole = Self {
            text: line.to_owned(),
            dropped: 0,
            lead: 0,
            room,
        };
        if display_width(line) <= room {
            return whole;
        }
        let ellipsis = painter.ellipsis();
        let mark = display_width(ellipsis);
        // A third of the room shows what is before the label, the rest what follows it.
        let dropped = match around + room / 3 < room {
            true => 0,
            false => around - room / 3,
        };
        let lead = if dropped == 0 { 0 } else { mark };
        let mut text = String::new();
        let mut column = 0;
        let mut used = lead;
        let mut first_kept = None;
        for character in line.chars() {
            let width = display_width(character.encode_utf8(&mut [0; 4]));
            if column >= dropped {
                first_kept.get_or_insert(column);
                if used + width + mark > room {
                    text.push_str(ellipsis);
                    break;
                }
                text.push(character);
                used += width;
            }
            column += width;
        }
        let before = if dropped == 0 { "" } else { ellipsis };
        Self {
            text: format!("{before}{text}"),
            dropped: first_kept.unwrap_or(0),
            lead,
            room,
        }
    }

    /// Where a column of the line is in the part; the last one there is, for what is cut off.
    fn column(&self, column: usize) -> usize {
        let shifted = column.saturating_sub(self.dropped) + self.lead;
        match self.dropped {
            0 => column.min(self.room),
            _ => shifted.min(self.room),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::look::Look;

    #[test]
    fn a_line_wider_than_the_terminal_is_cut_around_its_label() {
        let painter = Painter::new(&Look::FILE);
        let line = format!("{}needle{}", "a".repeat(90), "b".repeat(90));
        let cut = Cut::of(&line, 90, 40, &painter);
        assert_eq!(display_width(&cut.text), 40, "{}", cut.text);
        let at = cut.text.char_indices().nth(cut.column(90)).unwrap().0;
        assert!(cut.text[at..].starts_with("needle"), "{}", cut.text);
        let short = Cut::of("a: 1", 0, 40, &painter);
        assert_eq!((&*short.text, short.column(3)), ("a: 1", 3));
        let early = Cut::of(&line, 2, 40, &painter);
        assert!(early.text.starts_with("aaa") && early.text.ends_with('…'));
    }

    #[test]
    fn columns_of_wide_characters_are_counted_as_they_are_shown() {
        let line = "名前: ".to_owned() + &"値".repeat(60);
        let cut = Cut::of(&line, 6, 31, &Painter::new(&Look::FILE));
        assert!(display_width(&cut.text) <= 31, "{}", cut.text);
        assert_eq!(cut.column(6), 6);
    }
}
