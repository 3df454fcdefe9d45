//! A text that did not parse: its structure may be shown, its values and comments may not.
//!
//! In: the text. Out: the spans to hide. Line by line and without any YAML, since YAML is what failed here: what
//! is not plainly a key, a bracket, a quote around a value, or a placeholder without a default is hidden.

use crate::text::Span;

/// Keys are short; a longer run of characters may be anything.
const LONGEST_KEY: usize = 64;

/// The names of variables are short as well.
const LONGEST_NAME: usize = 64;

/// Everything in `text` but white space, list dashes, keys with their colons, document markers, the indicator of a
/// text block, brackets with their commas and keys, the quotes of a value, and placeholders.
pub(super) fn hidden(text: &str) -> Vec<Span> {
    let mut hidden = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let shown = shown_prefix(content);
        let value = content.get(shown..).unwrap_or_default();
        hide_value(value, start + shown, &mut hidden);
        start += line.len();
    }
    hidden
}

/// Hides what is no structure in the value of a line, which begins at `start`.
fn hide_value(value: &str, start: usize, hidden: &mut Vec<Span>) {
    let block = ["|", ">", "|-", ">-", "|+", ">+"];
    let Some(first) = value.chars().next().filter(|_| !block.contains(&value)) else {
        return;
    };
    match first {
        '{' | '}' | '[' | ']' => hide_in_brackets(value, start, hidden),
        '"' | '\'' => {
            let inner = value.get(1..).unwrap_or_default();
            let inner = inner.strip_suffix(first).unwrap_or(inner);
            hide_scalar(inner, start + 1, hidden);
        }
        _ => hide_scalar(value, start, hidden),
    }
}

/// Hides a scalar, save its placeholders.
fn hide_scalar(scalar: &str, start: usize, hidden: &mut Vec<Span>) {
    let mut at = 0;
    let mut from = 0;
    while let Some(dollar) = scalar.get(at..).and_then(|rest| rest.find("${")) {
        let begin = at + dollar;
        let length = placeholder_length(scalar.get(begin..).unwrap_or_default());
        at = begin + length.unwrap_or(2);
        if length.is_some() {
            push(from, begin, start, hidden);
            from = at;
        }
    }
    push(from, scalar.len(), start, hidden);
}

fn push(from: usize, to: usize, start: usize, hidden: &mut Vec<Span>) {
    if from < to {
        hidden.push(Span::new(start + from, start + to));
    }
}

/// The length of the `${NAME}` that a text begins with. A default may be anything, and so may a name that is not
/// written in capitals.
fn placeholder_length(text: &str) -> Option<usize> {
    let name = text.strip_prefix("${")?;
    let length = name.find('}')?;
    let name = name.get(..length)?;
    let is_capital = |byte: u8| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_');
    let is_name = (1..=LONGEST_NAME).contains(&length) && name.bytes().all(is_capital);
    is_name.then_some(length + 3)
}

/// Hides the scalars of brackets.
fn hide_in_brackets(value: &str, start: usize, hidden: &mut Vec<Span>) {
    let mut at = 0;
    while let Some(rest) = value.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(length) = placeholder_length(rest) {
            at += length;
            continue;
        }
        let first = rest.chars().next().unwrap_or_default();
        if "{}[], \t".contains(first) || (first == ':' && is_separate(rest)) {
            at += 1;
            continue;
        }
        let length = match first {
            '#' => rest.len(),
            '"' | '\'' => {
                let inner = rest.get(1..).unwrap_or_default();
                inner.find(first).map_or(rest.len(), |end| end + 2)
            }
            _ => plain_length(rest),
        };
        let scalar = rest.get(..length).unwrap_or(rest);
        let behind = rest.get(length..).unwrap_or_default();
        let is_key = is_separate(behind) && key_length(scalar) == Some(scalar.len());
        if !is_key {
            push(at, at + scalar.trim_end().len(), start, hidden);
        }
        at += scalar.len().max(1);
    }
}

/// Whether a `:` that ends a key stands here.
fn is_separate(text: &str) -> bool {
    let behind = text.strip_prefix(':');
    behind.is_some_and(|behind| behind.is_empty() || behind.starts_with([' ', '\t']))
}

/// The length of a plain scalar in brackets.
fn plain_length(text: &str) -> usize {
    let mut ends = text.char_indices().skip(1);
    let end = ends.find(|&(at, character)| {
        let rest = text.get(at..).unwrap_or_default();
        "{}[],".contains(character) || is_separate(rest) || placeholder_length(rest).is_some()
    });
    end.map_or(text.len(), |(at, _)| at)
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
            "a:\n  pass: *\n  *\n  - b: [*\n  '/x': {c: *}\n\tt: *\r\n"
        );
    }

    #[test]
    fn what_is_not_plainly_a_key_goes() {
        assert_eq!(
            shown("hunter2\n- hunter2\nhunter 2: x\n{ a: b }\nhttp://u:p@h\n"),
            "*\n- *\n*\n{ a: * }\n*\n"
        );
    }

    #[test]
    fn brackets_quotes_and_placeholders_stay() {
        assert_eq!(
            shown("c: { host: ${HOST}, pw: hunter2, x: [a, 'b, c'] \n}, # d\n"),
            "c: { host: ${HOST}, pw: *, x: [*, *] \n}, *\n"
        );
        assert_eq!(
            shown("u: pg://${USER}:hunter2@${HOST:-db}\nq: \"${Q}x\"\nr: 'open\nt: |-\n"),
            "u: *${USER}*\nq: \"${Q}*\"\nr: '*\nt: |-\n"
        );
        assert_eq!(
            shown("a: [${hunter2}, {\"hunter 2\": hunter2}\nb: {hunter2: , hunter2:x\n"),
            "a: [*{*}, {*: *}\nb: {hunter2: , *\n"
        );
        assert_eq!(shown("a: {'x\nb: {é${\n"), "a: {*\nb: {*{\n");
    }
}
