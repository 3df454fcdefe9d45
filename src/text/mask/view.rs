//! Lines of a source as they may be shown.
//!
//! In: a source, the spans to hide in it, and the labels a report wants to set. Out: a [`View`]: the lines around
//! the labels, masked, escaped and clipped, and the same labels in it. Never: a decision what is secret.

use std::collections::BTreeSet;

use super::{MASK, escape_character};
use crate::text::{Source, Span};

/// The most columns of a line that are shown.
const WIDEST_LINE: usize = 200;
/// A label over more lines than this is cut to its first line: nobody reads a page of context.
const TALLEST_LABEL: usize = 8;
/// What stands for the rest of a clipped line.
const ELLIPSIS: &str = "…";

/// Lines of a source as they may be shown, and labels in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The number (from 1) of the line that `text` begins with.
    pub first_line: usize,
    /// The lines from there to the last one shown, with `\n` between them. Lines far from every label are
    /// there, but empty, so that counting lines gives their numbers. Tabs stay as they are.
    pub text: String,
    /// The labels, in the order they were asked for, as byte spans of `text`. One inside a secret stands on
    /// the whole mask; one in a clipped part on the ellipsis. A very tall one is cut to its first line.
    pub labels: Vec<Span>,
}

pub(super) fn view(source: &Source, hidden: &[Span], labels: &[Span], context: usize) -> View {
    let labels: Vec<Span> = labels
        .iter()
        .map(|&label| shortened(source, hidden, label))
        .collect();
    let shown = shown_lines(source, &labels, context);
    let first_line = shown.first().copied().unwrap_or(1);
    let last_line = shown.last().copied().unwrap_or(1);
    let mut view = Builder::default();
    for line in first_line..=last_line {
        let span = source.line_span(line);
        if line > first_line {
            view.line_end(span.start);
        }
        if shown.contains(&line) {
            let anchor = labels.iter().map(|label| label.start);
            let anchor = anchor
                .filter(|at| (span.start..=span.end).contains(at))
                .min();
            view.line(source.text(), span, hidden, anchor.unwrap_or(span.start));
        }
    }
    View {
        first_line,
        labels: labels.iter().map(|&label| view.map(label)).collect(),
        text: view.text,
    }
}

/// The label without white space at its end, and cut to its first line if it is tall or in a secret of several
/// lines.
fn shortened(source: &Source, hidden: &[Span], label: Span) -> Span {
    let start = label.start as usize;
    let trimmed = Span::new(start, start + source.slice(label).trim_end().len());
    let label = if trimmed.is_empty() {
        Span::at(start)
    } else {
        trimmed
    };
    let first = source.position(label.start).line;
    let last = source.position(label.end).line;
    let in_secret = hidden.iter().any(|secret| secret.contains(label));
    if last == first || (last - first < TALLEST_LABEL && !in_secret) {
        return label;
    }
    Span::new(start, source.line_span(first).end as usize)
}

/// The numbers of the lines around the labels.
fn shown_lines(source: &Source, labels: &[Span], context: usize) -> BTreeSet<usize> {
    let count = source.line_count();
    labels
        .iter()
        .flat_map(|label| {
            let first = source.position(label.start).line.saturating_sub(context);
            let last = source.position(label.end).line.saturating_add(context);
            first.max(1)..=last.min(count)
        })
        .collect()
}

/// One piece of the view: what it stands for, and where it is.
#[derive(Debug, Clone, Copy)]
struct Cell {
    original: Span,
    shown: Span,
}

/// A piece of a line before it is known whether there is room for it.
struct Piece {
    original: Span,
    text: PieceText,
}

enum PieceText {
    Character(char),
    Escape(String),
    Mask,
}

impl Piece {
    fn columns(&self) -> usize {
        match &self.text {
            PieceText::Character(_) => 1,
            PieceText::Escape(escape) => escape.len(),
            PieceText::Mask => MASK.len(),
        }
    }
}

#[derive(Default)]
struct Builder {
    text: String,
    cells: Vec<Cell>,
}

impl Builder {
    /// Ends a line; the next one begins at `next` in the source.
    fn line_end(&mut self, next: u32) {
        let start = self.cells.last().map_or(next, |cell| cell.original.end);
        self.push(
            Span {
                start,
                end: next.max(start),
            },
            "\n",
        );
    }

    fn line(&mut self, text: &str, line: Span, hidden: &[Span], anchor: u32) {
        let window = window(text, line, hidden, anchor);
        let pieces = pieces(text, window, hidden);
        let kept = kept(&pieces, anchor);
        let kept = pieces.get(kept).unwrap_or_default();
        let start = kept.first().map_or(line.end, |piece| piece.original.start);
        let end = kept.last().map_or(line.end, |piece| piece.original.end);
        if start > line.start {
            self.push(
                Span {
                    start: line.start,
                    end: start,
                },
                ELLIPSIS,
            );
        }
        for piece in kept {
            match &piece.text {
                PieceText::Character(c) => self.push(piece.original, c.encode_utf8(&mut [0; 4])),
                PieceText::Escape(escape) => self.push(piece.original, escape),
                PieceText::Mask => self.push(piece.original, MASK),
            }
        }
        if end < line.end {
            self.push(
                Span {
                    start: end,
                    end: line.end,
                },
                ELLIPSIS,
            );
        }
    }

    fn push(&mut self, original: Span, shown: &str) {
        let start = self.text.len();
        self.text.push_str(shown);
        self.cells.push(Cell {
            original,
            shown: Span::new(start, self.text.len()),
        });
    }

    /// Where a span of the source is in the view.
    fn map(&self, label: Span) -> Span {
        let first = self
            .cells
            .partition_point(|cell| cell.original.end <= label.start);
        let behind = self
            .cells
            .partition_point(|cell| cell.original.start < label.end);
        let end_of_text = self.text.len();
        let start = self
            .cells
            .get(first)
            .map_or(end_of_text, |cell| cell.shown.start as usize);
        if label.is_empty() && behind <= first {
            return Span::at(start);
        }
        let last = behind.checked_sub(1).and_then(|last| self.cells.get(last));
        Span::new(start, last.map_or(start, |cell| cell.shown.end as usize))
    }
}

/// The part of a line that can matter when [`WIDEST_LINE`] columns around `anchor` are shown: so a line of a
/// megabyte costs no more than any other.
fn window(text: &str, line: Span, hidden: &[Span], anchor: u32) -> Span {
    let reach = u32::try_from(WIDEST_LINE * 4).unwrap_or(u32::MAX);
    let around = hidden_in(hidden, line).find(|secret| {
        secret.contains(Span {
            start: anchor,
            end: anchor,
        })
    });
    let around = around.unwrap_or(Span {
        start: anchor,
        end: anchor,
    });
    let mut start = around.start.saturating_sub(reach).max(line.start);
    let mut end = around.end.saturating_add(reach).min(line.end);
    for secret in hidden_in(hidden, line) {
        if secret.start < start && start < secret.end {
            start = secret.start.max(line.start);
        }
        if secret.start < end && end < secret.end {
            end = secret.end.min(line.end);
        }
    }
    while !text.is_char_boundary(start as usize) {
        start -= 1;
    }
    while !text.is_char_boundary(end as usize) {
        end += 1;
    }
    Span { start, end }
}

/// The hidden spans that overlap `span`.
fn hidden_in(hidden: &[Span], span: Span) -> impl Iterator<Item = Span> {
    let first = hidden.partition_point(|secret| secret.end <= span.start);
    let rest = hidden.get(first..).unwrap_or_default().iter().copied();
    rest.take_while(move |secret| secret.start < span.end)
}

fn pieces(text: &str, window: Span, hidden: &[Span]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = window.start;
    for secret in hidden_in(hidden, window) {
        let start = secret.start.max(window.start);
        let end = secret.end.min(window.end);
        plain(
            text,
            Span {
                start: at.min(start),
                end: start,
            },
            &mut pieces,
        );
        let slice = text.get(start as usize..end as usize).unwrap_or_default();
        let indent = slice.len() - slice.trim_start().len();
        let masked = start + u32::try_from(indent).unwrap_or(u32::MAX);
        if masked >= end {
            plain(text, Span { start, end }, &mut pieces);
        } else {
            plain(text, Span { start, end: masked }, &mut pieces);
            pieces.push(Piece {
                original: Span { start: masked, end },
                text: PieceText::Mask,
            });
        }
        at = end;
    }
    plain(
        text,
        Span {
            start: at,
            end: window.end.max(at),
        },
        &mut pieces,
    );
    pieces
}

/// The characters of a span that holds no secret.
fn plain(text: &str, span: Span, pieces: &mut Vec<Piece>) {
    let slice = text.get(span.range()).unwrap_or_default();
    pieces.extend(slice.char_indices().map(|(offset, character)| {
        let start = span.start as usize + offset;
        let original = Span::new(start, start + character.len_utf8());
        let text = match escape_character(character) {
            // A byte order mark at the very start is no part of the text.
            Some(_) if character == '\u{feff}' && start == 0 => PieceText::Escape(String::new()),
            Some(escape) if character != '\t' => PieceText::Escape(escape),
            _ => PieceText::Character(character),
        };
        Piece { original, text }
    }));
}

/// The pieces around `anchor` for which there is room: a third of it before the anchor.
fn kept(pieces: &[Piece], anchor: u32) -> std::ops::Range<usize> {
    let total: usize = pieces.iter().map(Piece::columns).sum();
    if total <= WIDEST_LINE {
        return 0..pieces.len();
    }
    let anchor = pieces.partition_point(|piece| piece.original.end <= anchor);
    let (before, behind) = pieces.split_at(anchor.min(pieces.len()));
    let columns_behind: usize = behind.iter().map(Piece::columns).sum();
    let room_before = (WIDEST_LINE / 3).max(WIDEST_LINE.saturating_sub(columns_behind));
    let (taken_before, used) = fitting(before.iter().rev(), room_before);
    let (taken_behind, _) = fitting(behind.iter(), WIDEST_LINE - used);
    anchor - taken_before..anchor + taken_behind
}

/// How many of the pieces fit into `room` columns, and how many columns they take.
fn fitting<'p>(pieces: impl Iterator<Item = &'p Piece>, room: usize) -> (usize, usize) {
    let mut taken = (0, 0);
    for piece in pieces {
        if taken.1 + piece.columns() > room {
            break;
        }
        taken = (taken.0 + 1, taken.1 + piece.columns());
    }
    taken
}

#[cfg(test)]
mod tests;
