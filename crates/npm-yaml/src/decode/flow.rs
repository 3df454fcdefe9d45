//! Plain and quoted scalars.

use std::ops::Range;

use super::Sink;
use crate::ScalarStyle;
use source::Span;

/// Decodes the flow scalar at `span` into `sink`.
pub(super) fn decode(
    text: &str,
    span: Span,
    style: ScalarStyle,
    sink: &mut impl Sink,
) -> Option<()> {
    let source = text.get(span.range())?;
    let start = span.range().start;
    match style {
        ScalarStyle::SingleQuoted => {
            let inner = source.strip_prefix('\'')?.strip_suffix('\'')?;
            unfold(inner, start + 1, &mut Quotes { sink });
        }
        ScalarStyle::DoubleQuoted => {
            let inner = source.strip_prefix('"')?.strip_suffix('"')?;
            Escapes::new(inner, start + 1).decode(sink);
        }
        _ => unfold(source, start, sink),
    }
    Some(())
}

/// Reads `''` as `'`.
struct Quotes<'s, S> {
    sink: &'s mut S,
}

impl<S: Sink> Sink for Quotes<'_, S> {
    fn push(&mut self, decoded: &str, source: Range<usize>) {
        if decoded.len() != source.len() {
            self.sink.push(decoded, source);
            return;
        }
        let mut from = 0;
        while let Some(at) = decoded.get(from..).and_then(|rest| rest.find("''")) {
            let quote = from + at;
            let start = source.start;
            self.sink.push(
                decoded.get(from..quote).unwrap_or_default(),
                start + from..start + quote,
            );
            self.sink.push("'", start + quote..start + quote + 2);
            from = quote + 2;
        }
        self.sink.push(
            decoded.get(from..).unwrap_or_default(),
            source.start + from..source.end,
        );
    }
}

/// The next line of `source` from `at`: its content, and where the one behind it begins. `None` past the last line
/// end.
fn line(source: &str, at: usize) -> Option<(Range<usize>, usize)> {
    let rest = source.get(at..)?;
    let end = rest.find('\n')?;
    let content = rest.get(..end)?;
    let content = content.strip_suffix('\r').unwrap_or(content);
    Some((at..at + content.len(), at + end + 1))
}

const BLANK: [char; 2] = [' ', '\t'];

/// Folds lines: white space around a line end is one space, or one line end for each empty line.
fn unfold(source: &str, offset: usize, sink: &mut impl Sink) {
    let Some((first, mut at)) = line(source, 0) else {
        sink_range(sink, source, 0..source.len(), offset);
        return;
    };
    let first_text = source.get(first).unwrap_or_default();
    let mut fold_start = first_text.trim_end_matches(BLANK).len();
    sink_range(sink, source, 0..fold_start, offset);
    let mut empty_lines = 0;
    while let Some((content, next)) = line(source, at) {
        let text = source.get(content.clone()).unwrap_or_default();
        let trimmed = text.trim_start_matches(BLANK);
        let start = content.end - trimmed.len();
        let end = start + trimmed.trim_end_matches(BLANK).len();
        at = next;
        if start == end {
            empty_lines += 1;
            continue;
        }
        push_fold(sink, empty_lines, offset + fold_start..offset + start);
        sink_range(sink, source, start..end, offset);
        fold_start = end;
        empty_lines = 0;
    }
    let rest = source.get(at..).unwrap_or_default();
    let content = rest.trim_start_matches(BLANK);
    let start = source.len() - content.len();
    push_fold(sink, empty_lines, offset + fold_start..offset + start);
    sink_range(sink, source, start..source.len(), offset);
}

fn sink_range(sink: &mut impl Sink, source: &str, range: Range<usize>, offset: usize) {
    let text = source.get(range.clone()).unwrap_or_default();
    sink.push(text, offset + range.start..offset + range.end);
}

/// A fold over `empty_lines` empty lines.
fn push_fold(sink: &mut impl Sink, empty_lines: usize, source: Range<usize>) {
    if empty_lines == 0 {
        sink.push(" ", source);
    } else {
        sink.push(&"\n".repeat(empty_lines), source);
    }
}

/// The inside of a double-quoted scalar.
struct Escapes<'t> {
    source: &'t str,
    offset: usize,
    at: usize,
}

impl<'t> Escapes<'t> {
    fn new(source: &'t str, offset: usize) -> Self {
        Self {
            source,
            offset,
            at: 0,
        }
    }

    fn decode(&mut self, sink: &mut impl Sink) {
        while self.at < self.source.len() {
            let rest = self.source.get(self.at..).unwrap_or_default();
            let plain = rest
                .find(['\\', '\n', '\r', ' ', '\t'])
                .unwrap_or(rest.len());
            self.emit(sink, plain);
            let rest = self.source.get(self.at..).unwrap_or_default();
            match rest.as_bytes() {
                [] => {}
                [b'\r', b'\n', ..] => self.at += 1,
                [b'\n', ..] => self.fold(sink),
                [b'\\', ..] => self.escape(sink),
                [b' ' | b'\t', ..] => self.blanks(sink),
                _ => self.emit(sink, 1),
            }
        }
    }

    /// Takes `length` bytes as they are.
    fn emit(&mut self, sink: &mut impl Sink, length: usize) {
        sink_range(sink, self.source, self.at..self.at + length, self.offset);
        self.at += length;
    }

    /// White space is kept, unless a line ends behind it.
    fn blanks(&mut self, sink: &mut impl Sink) {
        let rest = self.source.get(self.at..).unwrap_or_default();
        let behind = rest.trim_start_matches(BLANK);
        let length = rest.len() - behind.len();
        if behind.starts_with('\n') || behind.starts_with("\r\n") {
            self.at += length;
        } else {
            self.emit(sink, length);
        }
    }

    fn fold(&mut self, sink: &mut impl Sink) {
        let start = self.at;
        let bytes = self.source.as_bytes();
        let mut lines = 0;
        self.at += 1;
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b'\n' => lines += 1,
                b' ' | b'\t' => {}
                b'\r' if bytes.get(self.at + 1) == Some(&b'\n') => {}
                _ => break,
            }
            self.at += 1;
        }
        push_fold(sink, lines, self.offset + start..self.offset + self.at);
    }

    fn escape(&mut self, sink: &mut impl Sink) {
        let start = self.at;
        let rest = self.source.get(start + 1..).unwrap_or_default();
        let line_end = ["\n", "\r\n"].into_iter().find(|end| rest.starts_with(end));
        if let Some(end) = line_end {
            let behind = rest.get(end.len()..).unwrap_or_default();
            self.at = self.source.len() - behind.trim_start_matches(BLANK).len();
            return;
        }
        let (decoded, length) = match rest.chars().next() {
            Some('x') => code_point(rest, 2),
            Some('u') => surrogates(rest),
            Some('U') => code_point(rest, 8),
            Some(other) => (simple(other), other.len_utf8()),
            None => (None, 0),
        };
        let end = start + 1 + length;
        match decoded {
            Some(character) => {
                let mut buffer = [0; 4];
                let source = self.offset + start..self.offset + end;
                sink.push(character.encode_utf8(&mut buffer), source);
                self.at = end;
            }
            None => {
                sink.unknown_escape(self.offset + start);
                self.emit(sink, (1 + length).min(self.source.len() - start));
            }
        }
    }
}

fn simple(escape: char) -> Option<char> {
    Some(match escape {
        '0' => '\0',
        'a' => '\x07',
        'b' => '\x08',
        'e' => '\x1b',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' | '\t' => '\t',
        'v' => '\x0b',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        ' ' | '"' | '/' | '\\' => escape,
        _ => return None,
    })
}

/// The number in `digits` hexadecimal digits behind the first character of `text`.
fn hex(text: &str, digits: usize) -> Option<u32> {
    let digits = text.get(1..=digits)?;
    let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    hexadecimal.then(|| u32::from_str_radix(digits, 16).ok())?
}

/// The character an escape names, and the length of the escape without its backslash. A surrogate that stands alone
/// has no place in UTF-8.
fn code_point(text: &str, digits: usize) -> (Option<char>, usize) {
    let character = |code| match code {
        0xd800..=0xdfff => Some('\u{fffd}'),
        code => char::from_u32(code),
    };
    match hex(text, digits) {
        Some(code) => (character(code), 1 + digits),
        None => (None, 1),
    }
}

/// `\uD83D\uDE00` is one character in JavaScript.
fn surrogates(text: &str) -> (Option<char>, usize) {
    let Some(first) = hex(text, 4) else {
        return (None, 1);
    };
    let second = text
        .get(5..)
        .and_then(|rest| rest.strip_prefix('\\'))
        .filter(|rest| rest.starts_with('u'))
        .and_then(|rest| hex(rest, 4));
    match (first, second) {
        (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => {
            let code = 0x10000 + ((first - 0xd800) << 10) + (low - 0xdc00);
            (char::from_u32(code), 11)
        }
        _ => code_point(text, 4),
    }
}
