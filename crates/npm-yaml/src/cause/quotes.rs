//! Quotes that are closed too late or too early.

use super::lines::key_of;
use super::{Broken, Cause, Line, cause};
use crate::Problem;
use crate::token::Kind;
use source::Span;

/// A quote that is closed only behind the next keys, or never.
pub(super) fn swallowed(broken: &Broken<'_>, problem: &Problem) -> Option<Cause> {
    let at = problem.span.range().start;
    let index = broken.index_at(at);
    let line = broken.line_at(at);
    // The quote that the problem is at, or one that ends before it on its line.
    let before = broken.tokens.get(..=index)?;
    let mut quotes = before
        .iter()
        .rev()
        .take_while(|token| token.end > line.start);
    let quote = quotes.find(|token| {
        matches!(token.kind, Kind::SingleQuoted | Kind::DoubleQuoted)
            && broken.source(token).trim_end().contains('\n')
    })?;
    let mut from = quote.start;
    while let Some(end) = broken.text.get(from..quote.end)?.find('\n') {
        from += end + 1;
        let inner = broken.line_at(from);
        if key_of(inner.content()).is_some() {
            let mark = broken.source(quote).get(..1)?;
            let mut cause = cause(
                "unclosed quote before the next key",
                Span::new(quote.start, quote.start + 1),
                &format!("Close it with `{mark}` at the end of its value."),
            );
            let key = Span::new(inner.content_start(), key_end(&inner));
            cause.related = Some((key, "is read as part of the quoted text".into()));
            return Some(cause);
        }
    }
    None
}

fn key_end(line: &Line<'_>) -> usize {
    line.content_start() + key_of(line.content()).unwrap_or_default()
}

/// Text on the line of a value that has ended.
pub(super) fn behind_value(broken: &Broken<'_>, problem: &Problem) -> Option<Cause> {
    let at = problem.span.range().start;
    let index = broken.index_at(at);
    let line = broken.line_at(at);
    let before = broken.tokens.get(..index)?;
    let last = before
        .iter()
        .rev()
        .find(|token| token.kind != Kind::Space)?;
    if last.end <= line.start {
        return None;
    }
    let rest = line.start + line.text.trim_end().len();
    let span = Span::new(at, rest.max(at));
    match last.kind {
        Kind::SingleQuoted => Some(cause(
            "text after the closing quote",
            span,
            "Write `''` for an apostrophe inside single quotes, or put the quotes around the whole value.",
        )),
        Kind::DoubleQuoted => Some(cause(
            "text after the closing quote",
            span,
            "Write `\\\"` for a quote inside double quotes, or put the quotes around the whole value.",
        )),
        Kind::FlowMappingEnd | Kind::FlowSequenceEnd
            if !matches!(
                broken.tokens.get(index).map(|token| token.kind),
                Some(Kind::FlowMappingEnd | Kind::FlowSequenceEnd)
            ) =>
        {
            Some(cause(
                "text after the closing bracket",
                span,
                "A value that begins with `{` or `[` ends at its bracket; quote the whole value if it is text.",
            ))
        }
        Kind::BlockHeader => Some(cause(
            "text on the line of `|` or `>`",
            span,
            "Start the text on the next line, indented; or quote the whole value.",
        )),
        _ => None,
    }
}
