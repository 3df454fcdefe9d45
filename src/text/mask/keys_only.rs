//! A text that did not parse: its keys may be shown, its values and comments may not.
//!
//! In: the text. Out: the spans to hide. Line by line and without any YAML, since YAML is what failed here: what
//! is not plainly a key is hidden.

use crate::text::Span;

/// Keys are short; a longer run of characters may be anything.
const LONGEST_KEY: usize = 64;

/// Everything in `text` but white space, list dashes, keys with their colons, and document markers.
pub(super) fn hidden(text: &str) -> Vec<Span> {
    let mut hidden = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let shown = shown_prefix(content);
        if shown < content.len() {
            hidden.push(Span::new(start + shown, start + content.len()));
        }
        start += line.len();
    }
    hidden
}

/// How many bytes of a line may be shown: its indentation, dashes, key, colon, and the space behind it.
fn shown_prefix(line: &str) -> usize {
    if matches!(line, "---" | "...") {
        return line.len();
    }
    let mut rest = line.trim_start();
    while let Some(behind) = rest.strip_prefix("- ") {
        rest = behind.trim_start();
    }
    if rest == "-" {
        return line.len();
    }
    let before = line.len() - rest.len();
    let Some(key) = key_length(rest) else {
        return before;
    };
    let behind = rest.get(key..).unwrap_or_default();
    let Some(value) = behind.strip_prefix(':') else {
        return before;
    };
    if !value.is_empty() && !value.starts_with([' ', '\t']) {
        return before;
    }
    line.len() - value.trim_start().len()
}

/// The length of the key that `text` begins with, its quotes included.
fn key_length(text: &str) -> Option<usize> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    let inner = quote.map_or(text, |_| text.get(1..).unwrap_or_default());
    let length = inner
        .find(|c: char| !(c.is_ascii_alphanumeric() || "_-$./@".contains(c)))
        .unwrap_or(inner.len());
    if length == 0 || length > LONGEST_KEY {
        return None;
    }
    match quote {
        None => Some(length),
        Some(quote) => inner
            .get(length..)?
            .starts_with(quote)
            .then_some(length + 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut shown = text.to_owned();
        for span in hidden(text).into_iter().rev() {
            shown.replace_range(span.range(), "*");
        }
        shown
    }

    #[test]
    fn keys_stay_and_values_and_comments_go() {
        assert_eq!(
            shown("a:\n  pass: hunter2 # old\n  # note\n  - b: [1\n  '/x': {c: d}\n\tt: 1\r\n"),
            "a:\n  pass: *\n  *\n  - b: *\n  '/x': *\n\tt: *\r\n"
        );
    }

    #[test]
    fn what_is_not_plainly_a_key_goes() {
        assert_eq!(
            shown("hunter2\n- hunter2\nhunter 2: x\n{ a: b }\nhttp://u:p@h\n"),
            "*\n- *\n*\n*\n*\n"
        );
    }
}
