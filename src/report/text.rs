//! The texts of findings as they may be written.
//!
//! In: a run and one of its texts. Out: the same text without secrets and without characters that a terminal or
//! a reader's eye would not take as text. Never: a format's own quoting.

use std::borrow::Cow;

use crate::run::Run;
use crate::text::mask;

/// One line: a message, a note, a name.
pub(super) fn line<'t>(run: &Run, text: &'t str) -> Cow<'t, str> {
    match run.secrets.redact(text) {
        Cow::Borrowed(text) => mask::escape(text),
        Cow::Owned(text) => Cow::Owned(mask::escape(&text).into_owned()),
    }
}

/// Several lines: their ends stay, everything else is as in [`line`].
pub(super) fn lines(run: &Run, text: &str) -> String {
    let redacted = run.secrets.redact(text);
    let lines: Vec<_> = redacted.trim_end().lines().map(mask::escape).collect();
    lines.join("\n")
}

/// A path for a format that writes line ends in a way of its own: everything else is as in [`line`].
pub(super) fn path(text: &str) -> String {
    let mut path = String::with_capacity(text.len());
    for character in text.chars() {
        match mask::escape_character(character).filter(|_| !matches!(character, '\r' | '\n')) {
            Some(escape) => path.push_str(&escape),
            None => path.push(character),
        }
    }
    mask::break_commands(&path).into_owned()
}

/// `1 error`, `2 errors`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
