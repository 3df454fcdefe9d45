//! What is wrong with a text, in our own words.
//!
//! In: what is wrong, and where. Out: a [`Problem`]. Never: a value from the text.

use super::{MAX_DEPTH, Problem};
use source::Span;

/// The problem of a tab where only spaces may indent.
pub(super) fn tab(span: Span) -> Box<Problem> {
    Box::new(Problem {
        rule: "yaml-tab-indentation",
        message: "a tab indents this line, and YAML allows only spaces there: the app cannot read this file".into(),
        span,
        related: None,
    })
}

/// A syntax problem of our own: what is wrong, and behind a semicolon what to do about it.
pub(super) fn own(what: &str, span: Span) -> Box<Problem> {
    let message = match what.split_once("; ") {
        Some((what, advice)) => format!("{what}, so the app cannot read this file; {advice}"),
        None => format!("{what}, so the app cannot read this file"),
    };
    Box::new(Problem {
        rule: "yaml-syntax",
        message,
        span,
        related: None,
    })
}

/// The character at an offset, or the last one of the text's last line that is not white space.
pub(super) fn character(text: &str, at: usize) -> Span {
    let mut start = at.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let rest = text.get(start..).unwrap_or_default();
    match rest.chars().next() {
        Some(next) if next != '\n' && next != '\r' => Span::new(start, start + next.len_utf8()),
        _ => {
            let before = text.get(..start).unwrap_or_default();
            let content = before.trim_end_matches([' ', '\t']);
            match content.chars().next_back() {
                Some(last) if last != '\n' => {
                    Span::new(content.len() - last.len_utf8(), content.len())
                }
                _ => Span::at(start),
            }
        }
    }
}

/// Something stands where nothing like it may stand.
pub(super) fn unexpected(text: &str, at: usize) -> Box<Problem> {
    let what = "this cannot stand here; quote the value if it is text";
    own(what, character(text, at))
}

/// A second document begins.
pub(super) fn second_document(span: Span) -> Box<Problem> {
    Box::new(Problem {
        rule: "yaml-multiple-documents",
        message: "a second document begins here, and the app reads files of one document only"
            .into(),
        span,
        related: None,
    })
}

/// Values are nested deeper than anything reads.
pub(super) fn too_deep(span: Span) -> Box<Problem> {
    let what = format!("values are nested more than {MAX_DEPTH} levels deep here");
    own(&what, Span::at(span.range().start))
}
