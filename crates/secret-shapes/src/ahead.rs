//! Values behind separators, found in one pass however many separators a line has.
//!
//! In: a text, and the places of separators in it, from first to last. Out: where the values stand.

use std::ops::Range;

/// A search for the next occurrence of one thing from places that only move forward: all searches together read the
/// text once.
struct Ahead<'t> {
    text: &'t str,
    needle: &'static str,
    /// From where the last search went, and what it found.
    searched: Option<(usize, Option<usize>)>,
}

impl<'t> Ahead<'t> {
    const fn new(text: &'t str, needle: &'static str) -> Self {
        Self {
            text,
            needle,
            searched: None,
        }
    }

    fn next(&mut self, from: usize) -> Option<usize> {
        if let Some((start, found)) = self.searched
            && start <= from
            && found.is_none_or(|at| at >= from)
        {
            return found;
        }
        let rest = self.text.get(from..)?;
        let found = rest.find(self.needle).map(|offset| from + offset);
        self.searched = Some((from, found));
        found
    }
}

/// The values in a text, for separators from first to last.
pub(crate) struct Values<'t> {
    text: &'t str,
    line_end: Ahead<'t>,
    comment: Ahead<'t>,
    placeholder: Ahead<'t>,
}

impl<'t> Values<'t> {
    pub(crate) const fn of(text: &'t str) -> Self {
        Self {
            text,
            line_end: Ahead::new(text, "\n"),
            comment: Ahead::new(text, " #"),
            placeholder: Ahead::new(text, "${"),
        }
    }

    /// The value behind a separator, on the same line, without quotes and what follows it.
    pub(crate) fn behind(&mut self, separator: usize) -> Range<usize> {
        let line_end = self.line_end.next(separator);
        let line = self.text.get(..line_end.unwrap_or(self.text.len()));
        let line = line.unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let separated_by = line.as_bytes().get(separator);
        let value = without_separators(line.get(separator + 1..).unwrap_or_default());
        let start = line.len() - value.len();
        // JSON inside JSON: `\"password\": \"hunter2\"`.
        let backslashes = value.len() - value.trim_start_matches('\\').len();
        if backslashes > 0
            && let Some(quote) = value.get(backslashes..=backslashes)
            && matches!(quote, "\"" | "'")
        {
            let start = start + backslashes + 1;
            let inner = line.get(start..).unwrap_or_default();
            let end = inner.find(value.get(..=backslashes).unwrap_or_default());
            return start..start + end.unwrap_or(inner.len());
        }
        let quote = value.chars().next();
        if let Some(quote) = quote.filter(|c| matches!(c, '"' | '\'' | '`')) {
            let inner = value.get(1..).unwrap_or_default();
            return start + 1..start + 1 + closing_quote(inner, quote);
        }
        let is_on_line = |at: &usize| *at < line.len();
        let end = if separated_by == Some(&b'=') {
            Some(start + end_of_word(value))
        } else if let Some(comment) = self.comment.next(start).filter(is_on_line) {
            Some(comment)
        } else if self.placeholder.next(start).filter(is_on_line).is_some() {
            None
        } else {
            value.find(['"', '}', ']']).map(|end| start + end)
        };
        let value = line.get(start..end.unwrap_or(line.len()));
        let value = value.unwrap_or_default().trim_end();
        start..start + value.trim_end_matches(',').len()
    }
}

/// What follows a separator, without the rest of `:=`, `==`, `=>`, `:-` and the like.
fn without_separators(behind: &str) -> &str {
    behind
        .trim_start_matches(['=', ':', '>', '-', '?'])
        .trim_start()
}

/// Where the word ends that is the value of a variable; what a shell puts in (`$(…)`) is part of it.
fn end_of_word(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if *byte == b'$' && bytes.get(at + 1) == Some(&b'(') {
            match text.get(at..).and_then(|behind| behind.find(')')) {
                Some(close) => at += close + 1,
                None => return text.len(),
            }
        } else if byte.is_ascii_whitespace() || b"&;,\"'".contains(byte) {
            return at;
        } else {
            at += 1;
        }
    }
    text.len()
}

fn closing_quote(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        if character == quote && !escaped {
            return at;
        }
        escaped = character == '\\' && !escaped && quote == '"';
    }
    text.len()
}
