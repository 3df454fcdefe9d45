//! What is wrong with a text, in our own words.
//!
//! In: what is wrong, and where. Out: a [`Problem`]. Never: a value or key from the text.

use super::{MAX_DEPTH, Problem, Subject};
use source::Span;

/// The problem of a tab where only spaces may indent.
pub(super) fn tab(span: Span) -> Box<Problem> {
    Box::new(Problem {
        rule: "yaml-tab-indentation",
        message: "tab in indentation: YAML only allows spaces".into(),
        ..Problem::at(span)
    })
}

/// A syntax problem of our own: what is wrong, and behind a semicolon what to do about it.
pub(super) fn own(what: &str, span: Span) -> Box<Problem> {
    let (what, advice) = match what.split_once("; ") {
        Some((what, advice)) => (what, Some(advice)),
        None => (what, None),
    };
    Box::new(Problem {
        rule: "yaml-syntax",
        message: what.into(),
        help: advice.map(sentence),
        ..Problem::at(span)
    })
}

/// A problem of how lines are indented, or of what is a key and what is none.
pub(super) fn structure(what: &str, span: Span) -> Box<Problem> {
    about(Subject::Lines, what, span)
}

/// A problem of brackets.
pub(super) fn brackets(what: &str, span: Span) -> Box<Problem> {
    about(Subject::Brackets, what, span)
}

fn about(subject: Subject, what: &str, span: Span) -> Box<Problem> {
    Box::new(Problem {
        subject,
        ..*own(what, span)
    })
}

/// Advice as a sentence.
pub(super) fn sentence(advice: &str) -> String {
    let mut characters = advice.chars();
    let first = characters.next().into_iter();
    let first = first.flat_map(char::to_uppercase);
    let mut text: String = first.chain(characters).collect();
    text.push('.');
    text
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
    let span = character(text, at);
    let what = match text.get(span.range()) {
        Some(mark) if mark.len() == 1 && mark.chars().all(|mark| mark.is_ascii_punctuation()) => {
            format!("unexpected `{mark}`; quote the value if it is text")
        }
        _ => "unexpected text; quote the whole value if this is part of it".into(),
    };
    about(Subject::Unexpected, &what, span)
}

/// A second document begins.
pub(super) fn second_document(span: Span) -> Box<Problem> {
    Box::new(Problem {
        rule: "yaml-multiple-documents",
        message: "second YAML document: a config file must contain exactly one".into(),
        ..Problem::at(span)
    })
}

/// There are more values than [`MAX_VALUES`](super::MAX_VALUES).
pub(super) fn too_many_values(span: Span) -> Box<Problem> {
    let what = "too many values in this file (aliases count as their contents)";
    own(what, span)
}

/// There are more tokens than [`MAX_TOKENS`](super::MAX_TOKENS).
pub(super) fn too_many_tokens(span: Span) -> Box<Problem> {
    let what = "too many lines, keys and tokens in this file";
    own(what, span)
}

/// Values are nested deeper than anything reads.
pub(super) fn too_deep(span: Span) -> Box<Problem> {
    let what = format!("values are nested more than {MAX_DEPTH} levels deep here");
    own(&what, Span::at(span.range().start))
}
