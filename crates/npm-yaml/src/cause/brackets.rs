//! Brackets that are not closed, close nothing, or hold what needs quotes.

use super::{Broken, Cause};
use crate::lexer::Lexeme;
use crate::token::Kind;
use crate::{Problem, Subject};
use source::Span;

/// `${NAME}` without quotes in brackets: there `{` begins a mapping.
pub(super) fn placeholder(broken: &Broken<'_>, problem: &Problem) -> Option<Cause> {
    let at = problem.span.range().start;
    let mut level = 0_usize;
    for token in &broken.tokens {
        if token.start > at && problem.subject != Subject::Brackets {
            return None;
        }
        match token.kind {
            Kind::FlowMappingStart => {
                let before = broken.text.get(..token.start).unwrap_or_default();
                if level > 0 && before.ends_with('$') {
                    return Some(unquoted(broken, token.start - 1));
                }
                level += 1;
            }
            Kind::FlowSequenceStart => level += 1,
            Kind::FlowMappingEnd | Kind::FlowSequenceEnd => level = level.saturating_sub(1),
            Kind::FlowErrorEnd => return None,
            _ => {}
        }
    }
    None
}

fn unquoted(broken: &Broken<'_>, dollar: usize) -> Cause {
    let rest = broken.text.get(dollar..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    let end = line.find('}').map_or(line.len(), |end| end + 1);
    let inner = line.get(2..end.saturating_sub(1)).unwrap_or_default();
    // A default may be anything; a name that is written in capitals is a name.
    let is_name = !inner.is_empty()
        && inner
            .bytes()
            .all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'));
    let name = if is_name { inner } else { "NAME" };
    super::cause(
        "a placeholder inside `{…}` or `[…]` needs quotes",
        Span::new(dollar, dollar + end),
        &format!("Quote the value: `'${{{name}}}'`."),
    )
}

/// The bracket that is to blame.
fn cause_of(broken: &Broken<'_>) -> Option<Cause> {
    let mut open: Vec<&Lexeme> = Vec::new();
    for token in &broken.tokens {
        match token.kind {
            Kind::FlowMappingStart | Kind::FlowSequenceStart => open.push(token),
            Kind::FlowMappingEnd | Kind::FlowSequenceEnd => {
                let top = open.pop()?;
                if closes(top) != broken.source(token) {
                    let mut cause = unclosed(broken, top);
                    cause.related = Some((
                        Span::new(token.start, token.end),
                        format!("expected `{}` before this", closes(top)),
                    ));
                    return Some(cause);
                }
            }
            Kind::FlowErrorEnd => {
                let top = open.pop()?;
                let line = broken.line_at(token.start);
                if is_closed_later(broken, top, token.start) {
                    let mut cause = super::cause(
                        "this line is not indented enough to be inside the brackets above",
                        line.span(),
                        "Indent every line inside the brackets further than the key before them.",
                    );
                    cause.related = Some((Span::new(top.start, top.end), "opened here".into()));
                    return Some(cause);
                }
                let mut cause = unclosed(broken, top);
                let note = format!("expected `{}` before this line", closes(top));
                cause.related = Some((line.span(), note));
                return Some(cause);
            }
            _ => {}
        }
    }
    Some(unclosed(broken, open.pop()?))
}

pub(super) fn cause(broken: &Broken<'_>, problem: &Problem) -> Option<Cause> {
    let at = problem.span.range().start;
    let token = broken.token_at(at)?;
    // An item without its comma: the scalar before reaches up to the next `:`.
    if token.kind == Kind::Scalar {
        let index = broken.index_at(at);
        let next = broken.tokens.get(index + 1..).unwrap_or_default();
        let next = next.iter().find(|token| token.kind != Kind::Space);
        let source = broken.source(token);
        if next.is_some_and(|next| next.kind == Kind::MappingValue)
            && let Some(gap) = source.trim_end().rfind([' ', '\t', '\n'])
        {
            let start = token.start + gap + 1;
            let span = Span::new(start, token.start + source.trim_end().len());
            let what = "missing comma before this key";
            let help = "Separate items in brackets with commas.";
            return Some(super::cause(what, span, help));
        }
    }
    match token.kind {
        Kind::FlowMappingStart | Kind::FlowSequenceStart | Kind::FlowErrorEnd => cause_of(broken),
        _ if problem.related.is_some() || at + 1 >= broken.text.trim_end().len() => {
            cause_of(broken)
        }
        _ => None,
    }
}

/// A bracket that closes nothing.
pub(super) fn extra(broken: &Broken<'_>, problem: &Problem) -> Option<Cause> {
    let at = problem.span.range().start;
    let token = broken.token_at(at)?;
    if !matches!(token.kind, Kind::FlowMappingEnd | Kind::FlowSequenceEnd) {
        return None;
    }
    Some(super::cause(
        &format!("unmatched `{}`", broken.source(token)),
        Span::new(token.start, token.end),
        "Remove it, or quote the value if the bracket is part of it.",
    ))
}

fn closes(open: &Lexeme) -> &'static str {
    match open.kind {
        Kind::FlowSequenceStart => "]",
        _ => "}",
    }
}

fn unclosed(broken: &Broken<'_>, open: &Lexeme) -> Cause {
    super::cause(
        &format!("unclosed `{}`", broken.source(open)),
        Span::new(open.start, open.end),
        &format!(
            "Close it with `{}`; or quote the whole value if the bracket is part of it.",
            closes(open)
        ),
    )
}

/// Whether the bracket is closed behind the place where the reader gave up: then only the indentation is wrong.
fn is_closed_later(broken: &Broken<'_>, open: &Lexeme, at: usize) -> bool {
    let mut levels = 0_usize;
    for character in broken.text.get(at..).unwrap_or_default().chars() {
        match character {
            '{' | '[' => levels += 1,
            '}' | ']' if levels == 0 => return closes(open).starts_with(character),
            '}' | ']' => levels -= 1,
            _ => {}
        }
    }
    false
}
