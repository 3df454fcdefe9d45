//! Values and names in quotes as written to the text they spell, and back from a part of it to its bytes.
//!
//! In: the bytes of one value or name. Out: the text, as `unquote` of the library (`read.go`) makes it, or the bytes
//! that spell a part of it. What the library refuses spells itself. Never: where a value ends.

use std::ops::Range;

use source::Span;

use crate::scanner::{character, marker_at};
use crate::template::Marker;

/// A stretch of a value as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its bytes.
    pub span: Span,
    /// What it spells.
    pub kind: PartKind,
}

/// What a stretch of a value spells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// Itself.
    Text,
    /// Nothing: a `"` that opens or closes.
    Quote,
    /// This character.
    Escape(char),
    /// Nothing: a `\` at the end of a line, and the line end.
    Continuation,
    /// Nothing: a carriage return, anywhere in a value.
    CarriageReturn,
    /// A replacement character: a byte that is not UTF-8.
    Invalid,
    /// A template marker; nobody knows what.
    Marker,
}

/// What is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Value,
    /// A name in quotes: it knows fewer escapes, and keeps carriage returns.
    Name,
}

pub(crate) fn parts(text: &[u8], span: Span, markers: &[Marker]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    each_part(text, span, markers, Style::Value, |part| parts.push(part));
    parts
}

/// What the bytes at `span` spell.
pub(crate) fn decode(text: &[u8], span: Span, markers: &[Marker], style: Style) -> String {
    let mut decoded = String::with_capacity(span.len());
    each_part(text, span, markers, style, |part| {
        push(&mut decoded, text, part);
    });
    decoded
}

/// The bytes that spell `wanted` in the value at `span`.
pub(crate) fn subspan(
    text: &[u8],
    span: Span,
    markers: &[Marker],
    wanted: Range<usize>,
) -> Option<Span> {
    let mut pieces: Vec<(Range<usize>, Part)> = Vec::new();
    let mut decoded = String::new();
    each_part(text, span, markers, Style::Value, |part| {
        let start = decoded.len();
        push(&mut decoded, text, part);
        if decoded.len() > start {
            pieces.push((start..decoded.len(), part));
        }
    });
    if wanted.start > wanted.end || wanted.end > decoded.len() {
        return None;
    }
    if wanted.is_empty() {
        let next = pieces.iter().find(|(piece, _)| piece.end > wanted.start);
        let at = match next {
            Some((piece, part)) => start_in(piece, *part, wanted.start),
            None => pieces
                .last()
                .map_or(span.start as usize, |(_, part)| part.span.end as usize),
        };
        return Some(Span::at(at));
    }
    let first = piece_at(&pieces, wanted.start)?;
    let last = piece_at(&pieces, wanted.end - 1)?;
    Some(Span::new(
        start_in(&first.0, first.1, wanted.start),
        end_in(&last.0, last.1, wanted.end),
    ))
}

fn piece_at(pieces: &[(Range<usize>, Part)], offset: usize) -> Option<&(Range<usize>, Part)> {
    pieces.get(pieces.partition_point(|(piece, _)| piece.end <= offset))
}

fn start_in(piece: &Range<usize>, part: Part, offset: usize) -> usize {
    let start = part.span.start as usize;
    match part.kind {
        PartKind::Text => start + offset.saturating_sub(piece.start),
        _ => start,
    }
}

fn end_in(piece: &Range<usize>, part: Part, offset: usize) -> usize {
    match part.kind {
        PartKind::Text => part.span.start as usize + offset.saturating_sub(piece.start),
        _ => part.span.end as usize,
    }
}

fn push(decoded: &mut String, text: &[u8], part: Part) {
    match part.kind {
        PartKind::Text | PartKind::Marker => {
            let bytes = text.get(part.span.range()).unwrap_or_default();
            decoded.push_str(&String::from_utf8_lossy(bytes));
        }
        PartKind::Escape(character) => decoded.push(character),
        PartKind::Invalid => decoded.push(char::REPLACEMENT_CHARACTER),
        PartKind::Quote | PartKind::Continuation | PartKind::CarriageReturn => {}
    }
}

fn each_part(
    text: &[u8],
    span: Span,
    markers: &[Marker],
    style: Style,
    mut sink: impl FnMut(Part),
) {
    let end = span.range().end.min(text.len());
    let mut at = span.range().start;
    let mut literal = at;
    let mut in_quotes = false;
    while at < end {
        let rest = text.get(at..end).unwrap_or_default();
        let (kind, length) = match marker_at(markers, at) {
            Some(marker) => (PartKind::Marker, marker.span.len()),
            None => part(rest, in_quotes, style),
        };
        if kind == PartKind::Text {
            at += length;
            continue;
        }
        if literal < at {
            sink(Part {
                span: Span::new(literal, at),
                kind: PartKind::Text,
            });
        }
        in_quotes ^= kind == PartKind::Quote;
        let next = (at + length).min(end);
        sink(Part {
            span: Span::new(at, next),
            kind,
        });
        at = next;
        literal = next;
    }
    if literal < end {
        sink(Part {
            span: Span::new(literal, end),
            kind: PartKind::Text,
        });
    }
}

/// What begins `rest`, and its length.
fn part(rest: &[u8], in_quotes: bool, style: Style) -> (PartKind, usize) {
    match rest {
        [b'"', ..] => (PartKind::Quote, 1),
        [b'\r', ..] if style == Style::Value => (PartKind::CarriageReturn, 1),
        [b'\\', b'"', ..] => (PartKind::Escape('"'), 2),
        [b'\\', b'\\', ..] if in_quotes => (PartKind::Escape('\\'), 2),
        [b'\\', b'n', ..] if in_quotes && style == Style::Value => (PartKind::Escape('\n'), 2),
        [b'\\', b't', ..] if in_quotes && style == Style::Value => (PartKind::Escape('\t'), 2),
        [b'\\', b'\n', ..] if !in_quotes => (PartKind::Continuation, 2),
        [b'\\', b'\r', b'\n', ..] if !in_quotes => (PartKind::Continuation, 3),
        // The library drops the carriage return before it looks for escapes.
        [b'\\', b'\r', b'"', ..] if !in_quotes => (PartKind::Escape('"'), 3),
        _ => match character(rest) {
            (Some(_), length) => (PartKind::Text, length),
            (None, length) => (PartKind::Invalid, length),
        },
    }
}
