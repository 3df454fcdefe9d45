//! Lines that are indented wrongly, and lines that should be a key.

use super::{Broken, Cause, Line};
use crate::token::Kind;
use crate::{Problem, problem};
use source::Span;

/// How many lines above are looked at for siblings.
const LINES_LOOKED_AT: usize = 2_000;

/// The line that is to blame.
pub(super) fn cause(broken: &Broken<'_>, problem: &Problem) -> Option<Cause> {
    let at = problem.span.range().start;
    let line = guilty(broken, at);
    if let Some(tab) = line
        .text
        .get(..line.indent())
        .and_then(|blank| blank.find('\t'))
    {
        return Some(problem::tab(Span::new(
            line.start + tab,
            line.start + tab + 1,
        )));
    }
    if line.content_start() < at && key_of(after_dashes(line.content()).1).is_some() {
        // Behind the key and its `: ` on the same line.
        return None;
    }
    let open = open_columns(broken, &line);
    if line.content().starts_with("- ") || line.content() == "-" {
        return misplaced_item(&line, &open);
    }
    match key_of(line.content()) {
        Some(key) => misplaced_key(&line, key, &open),
        None => Some(no_key(broken, &line)),
    }
}

/// The line of the problem; or, where it is at a plain scalar of several lines, the line that cannot be part of it.
fn guilty<'t>(broken: &Broken<'t>, at: usize) -> Line<'t> {
    let own = broken.line_at(at);
    let Some(token) = broken.token_at(at) else {
        return own;
    };
    let source = broken.source(token).trim_end();
    if token.kind != Kind::Scalar || !source.contains('\n') {
        return own;
    }
    let first = broken.line_at(token.start);
    match first.content_start() + after_dashes(first.content()).0 == token.start {
        // It begins its line, where a key was to stand.
        true => first,
        false => broken.line_at(token.start + source.len()),
    }
}

/// A place at which a line of the text above may go on.
struct Open {
    column: usize,
    span: Span,
    is_dash: bool,
    /// Whether the key has nothing on its line, so that lines below it may belong to it.
    is_empty: bool,
}

/// The keys and dashes above a line whose collections are not ended before it, nearest first.
fn open_columns(broken: &Broken<'_>, line: &Line<'_>) -> Vec<Open> {
    let mut open = Vec::new();
    let mut limit = usize::MAX;
    let mut above = line.start;
    for _ in 0..LINES_LOOKED_AT {
        if above == 0 || limit == 0 {
            break;
        }
        let line = broken.line_at(above - 1);
        above = line.start;
        if line.content().is_empty() || line.content().starts_with('#') || is_text(broken, &line) {
            continue;
        }
        let mut leftmost = limit;
        let mut places = marks(&line);
        places.reverse();
        for mark in places {
            if mark.column < limit {
                leftmost = leftmost.min(mark.column);
                open.push(mark);
            }
        }
        limit = leftmost;
    }
    open
}

/// Whether a line is the inside of a text or of brackets.
fn is_text(broken: &Broken<'_>, line: &Line<'_>) -> bool {
    let start = line.content_start();
    broken.token_at(start).is_some_and(|token| {
        token.start < line.start
            || (token.kind == Kind::Scalar && token.start == line.start && line.indent() > 0)
    })
}

/// The dashes of a line, and its key.
fn marks(line: &Line<'_>) -> Vec<Open> {
    let content = line.content();
    let mut marks = Vec::new();
    let (skip, rest) = after_dashes(content);
    let dashes = content.get(..skip).unwrap_or_default();
    for (at, _) in dashes.match_indices('-') {
        let start = line.content_start() + at;
        marks.push(Open {
            column: line.indent() + at,
            span: Span::new(start, start + 1),
            is_dash: true,
            is_empty: rest.is_empty(),
        });
    }
    if let Some(key) = key_of(rest) {
        let start = line.content_start() + skip;
        let behind = rest.get(key..).unwrap_or_default();
        let behind = behind.trim_start().trim_start_matches(':').trim_start();
        marks.push(Open {
            column: line.indent() + skip,
            span: Span::new(start, start + key),
            is_dash: false,
            is_empty: behind.is_empty() || behind.starts_with('#'),
        });
    }
    marks
}

/// How many bytes of dashes and spaces a line begins with, and what stands behind them.
fn after_dashes(content: &str) -> (usize, &str) {
    let mut rest = content;
    while let Some(behind) = rest.strip_prefix("- ") {
        rest = behind.trim_start_matches(' ');
    }
    if rest == "-" {
        rest = "";
    }
    (content.len() - rest.len(), rest)
}

/// The length of the key that a line begins with, when a `:` is behind it.
pub(super) fn key_of(content: &str) -> Option<usize> {
    let content = after_dashes(content).1;
    let quote = content
        .chars()
        .next()
        .filter(|mark| matches!(mark, '"' | '\''));
    let length = match quote {
        Some(quote) => content.get(1..)?.find(quote)? + 2,
        None => {
            let starts = |mark: char| "#{}[],|>@`%*&!".contains(mark);
            if content.starts_with(starts) {
                return None;
            }
            let colon = content.match_indices(':').find(|(at, _)| {
                let behind = content.get(at + 1..).unwrap_or_default();
                behind.is_empty() || behind.starts_with([' ', '\t'])
            });
            let (end, _) = colon?;
            let key = content.get(..end)?;
            if key.is_empty() || key.contains(" #") {
                return None;
            }
            return Some(end);
        }
    };
    let behind = content.get(length..)?.trim_start().strip_prefix(':')?;
    (behind.is_empty() || behind.starts_with([' ', '\t'])).then_some(length)
}

fn misplaced_item(line: &Line<'_>, open: &[Open]) -> Option<Cause> {
    let start = line.content_start();
    let dash = Span::new(start, start + 1);
    if let Some(sibling) = nearest(open.iter().filter(|mark| mark.is_dash), line.indent())
        && sibling.column != line.indent()
    {
        let mut cause = super::cause(
            "expected a list item aligned with the others",
            dash,
            "Move the `-` to the column of the other items, with everything below it.",
        );
        cause.aligned_with = Some(sibling.span);
        cause.related = Some((sibling.span, "aligned with this one".into()));
        return Some(cause);
    }
    let key = open.iter().find(|mark| !mark.is_dash)?;
    let mut cause = super::cause(
        "a list item where a key is expected",
        dash,
        "Put the list below a key without a value, or remove the `-`.",
    );
    let note = match key.column == line.indent() || key.is_empty {
        true => "keys of the mapping start in this column",
        false => "already has a value",
    };
    cause.related = Some((key.span, note.into()));
    Some(cause)
}

fn misplaced_key(line: &Line<'_>, key: usize, open: &[Open]) -> Option<Cause> {
    let column = line.indent();
    let start = line.content_start();
    let span = Span::new(start, start + key);
    let last = open.iter().find(|mark| !mark.is_dash)?;
    if open
        .iter()
        .any(|mark| mark.is_dash && mark.column == column)
        && !open
            .iter()
            .any(|mark| !mark.is_dash && mark.column == column)
    {
        let mut cause = super::cause(
            "a key where a list item is expected",
            span,
            "Indent it like the keys of the item above if it belongs to that; or like the key of the list if not.",
        );
        let item = open
            .iter()
            .find(|mark| mark.is_dash && mark.column == column)?;
        cause.related = Some((item.span, "list items start in this column".into()));
        return Some(cause);
    }
    if last.column < column && !last.is_empty {
        let mut cause = super::cause(
            "indented too far: expected a key aligned with its siblings",
            span,
            "Move it to the column of its siblings; a key that has a value on its line can have nothing below it.",
        );
        cause.aligned_with = Some(last.span);
        cause.related = Some((last.span, "already has a value".into()));
        return Some(cause);
    }
    let sibling = nearest(open.iter().filter(|mark| !mark.is_dash), column)?;
    if sibling.column == column {
        return None;
    }
    let mut cause = super::cause(
        "expected a key aligned with its siblings",
        span,
        "Indent it like the keys it belongs to.",
    );
    cause.aligned_with = Some(sibling.span);
    cause.related = Some((sibling.span, "aligned with this key".into()));
    Some(cause)
}

/// The place in the nearest column; of two the one further right.
fn nearest<'o>(open: impl Iterator<Item = &'o Open>, column: usize) -> Option<&'o Open> {
    open.min_by_key(|mark| (mark.column.abs_diff(column), usize::MAX - mark.column))
}

/// A line without `key: `.
fn no_key(broken: &Broken<'_>, line: &Line<'_>) -> Cause {
    let content = line.content();
    let start = line.content_start();
    let colon = content.match_indices(':').find(|(at, _)| {
        let behind = content.get(at + 1..).unwrap_or_default();
        !behind.starts_with("//")
    });
    if let Some((at, _)) = colon
        && at > 0
        && content.get(..at).is_some_and(|key| !key.contains(' '))
        && !content.starts_with(['"', '\''])
    {
        return super::cause(
            "missing space after `:`",
            Span::new(start + at, start + at + 1),
            "Write `key: value`; without the space the colon is part of the text.",
        );
    }
    if is_below_text_block(broken, line) {
        return super::cause(
            "this line is indented less than the block scalar above and is not a key",
            line.span(),
            "Indent every line of a text after `|` or `>` at least as far as its first line.",
        );
    }
    super::cause(
        "expected `key: value`",
        line.span(),
        "Write `: ` after the key; indent the line further if it continues the text above; or start it with `#` if it is a comment.",
    )
}

/// Whether the line above belongs to the text behind a `|` or `>`.
fn is_below_text_block(broken: &Broken<'_>, line: &Line<'_>) -> bool {
    let index = broken.index_at(line.content_start());
    let before = broken.tokens.get(..index).unwrap_or_default();
    let mut before = before
        .iter()
        .rev()
        .filter(|token| !matches!(token.kind, Kind::Space | Kind::Newline | Kind::Comment));
    let is_text = before
        .next()
        .is_some_and(|token| token.kind == Kind::Scalar);
    is_text
        && before
            .next()
            .is_some_and(|token| token.kind == Kind::BlockHeader)
}
