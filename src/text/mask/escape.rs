//! Characters that a terminal, or a reader's eye, would not take as text.
//!
//! In: text. Out: the same text with such characters as visible escapes.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

/// What a secret reads as: of fixed width, because length is information too.
pub const MASK: &str = "********";

/// `text` with every control, bidirectional and invisible format character as a visible escape: `\t`,
/// `\x1b`, `\u{202e}`. Line ends too, so that the result is one line. A logging command of Azure Pipelines or GitHub
/// (`##vso[`, `##[`), which their agents look for anywhere in a line, is broken: `#\x23vso[`.
pub fn escape(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| escape_character(c).is_none()) {
        return without_commands(text, "\\x23");
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match escape_character(character) {
            Some(escape) => escaped.push_str(&escape),
            None => escaped.push(character),
        }
    }
    Cow::Owned(without_commands(&escaped, "\\x23").into_owned())
}

/// A whole line of output, without its end, such that no CI runner takes it or a part of it for a command. The runner
/// of GitHub looks for `::` at the start of a line, behind white space and colours.
pub fn inert_line(line: &str) -> Cow<'_, str> {
    let start = command_start(line);
    let rest = line.get(start..).unwrap_or_default();
    match rest.strip_prefix("::") {
        None => without_commands(line, "\\x23"),
        Some(behind) => {
            let before = line.get(..start).unwrap_or_default();
            let line = format!("{before}\\x3a:{behind}");
            Cow::Owned(without_commands(&line, "\\x23").into_owned())
        }
    }
}

/// Where a line begins for who skips white space and ANSI colours.
fn command_start(line: &str) -> usize {
    let mut rest = line;
    loop {
        let trimmed = rest.trim_start();
        let behind = trimmed.strip_prefix("\u{1b}[").and_then(|colour| {
            let end = colour.find(|c: char| c.is_ascii_alphabetic())?;
            colour.get(end + 1..)
        });
        match behind {
            Some(behind) => rest = behind,
            None => return line.len() - trimmed.len(),
        }
    }
}

/// `text` with every logging command broken as by [`escape`], for a format that has escapes of its own for the rest.
pub fn break_commands(text: &str) -> Cow<'_, str> {
    without_commands(text, "\\x23")
}

/// `text` with the second `#` of each `##[` and `##vso[`, in whatever case, written as `hash`.
fn without_commands<'t>(text: &'t str, hash: &str) -> Cow<'t, str> {
    if !text.contains("##") {
        return Cow::Borrowed(text);
    }
    let mut broken = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some(at) = rest.find("##") {
        let behind = rest.get(at + 2..).unwrap_or_default();
        let is_command = behind.starts_with('[')
            || behind
                .get(..4)
                .is_some_and(|name| name.eq_ignore_ascii_case("vso["));
        broken.push_str(rest.get(..=at).unwrap_or_default());
        if is_command {
            broken.push_str(hash);
            rest = behind;
        } else {
            rest = rest.get(at + 1..).unwrap_or_default();
        }
    }
    broken.push_str(rest);
    Cow::Owned(broken)
}

/// A writer of text for people, every line of which passes [`inert_line`].
pub struct InertLines<W: Write> {
    out: W,
    line: Vec<u8>,
}

impl<W: Write> InertLines<W> {
    /// A writer in front of `out`.
    pub fn new(out: W) -> Self {
        let line = Vec::new();
        Self { out, line }
    }

    fn end_line(&mut self, end: &[u8]) -> io::Result<()> {
        let line = String::from_utf8_lossy(&self.line);
        self.out.write_all(inert_line(&line).as_bytes())?;
        self.line.clear();
        self.out.write_all(end)
    }
}

impl<W: Write> Write for InertLines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            match piece.strip_suffix(b"\n") {
                Some(line) => {
                    self.line.extend_from_slice(line);
                    self.end_line(b"\n")?;
                }
                None => self.line.extend_from_slice(piece),
            }
        }
        Ok(bytes.len())
    }

    /// Also writes a line that has no end yet: nothing may follow it on the same line.
    fn flush(&mut self) -> io::Result<()> {
        if !self.line.is_empty() {
            self.end_line(b"")?;
        }
        self.out.flush()
    }
}

/// A document as JSON that people can read, with every deceptive character as an escape.
///
/// # Errors
/// When the document cannot be written as JSON.
pub fn json(document: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string_pretty(document).map(|text| escape_json(&text))
}

/// The same on one line.
///
/// # Errors
/// When the document cannot be written as JSON.
pub fn json_line(document: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(document).map(|text| escape_json(&text))
}

/// Valid JSON, whose strings alone can hold such characters, with an escape of JSON for each of them.
fn escape_json(document: &str) -> String {
    let mut escaped = String::with_capacity(document.len());
    for character in document.chars() {
        match escape_character(character).filter(|_| !character.is_ascii() || character == '\u{7f}')
        {
            None => escaped.push(character),
            Some(_) => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    let _ = write!(escaped, "\\u{unit:04x}");
                }
            }
        }
    }
    without_commands(&escaped, "\\u0023").into_owned()
}

/// The escape of a character that must not be written as it is; `None` for all others.
pub fn escape_character(character: char) -> Option<String> {
    let escape = match character {
        '\t' => "\\t".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        c if c.is_control() && c.is_ascii() => {
            let mut escape = String::new();
            let _ = write!(escape, "\\x{:02x}", u32::from(c));
            escape
        }
        c if c.is_control() || is_deceptive(c) => c.escape_unicode().to_string(),
        _ => return None,
    };
    Some(escape)
}

/// Characters that reorder or hide text: bidirectional controls ("Trojan Source"), zero-width characters, line
/// and paragraph separators, tags.
fn is_deceptive(character: char) -> bool {
    matches!(character,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_bidirectional_characters_become_visible() {
        assert_eq!(
            escape("a\x1b[31mb\u{202e}c\u{85}\n"),
            "a\\x1b[31mb\\u{202e}c\\u{85}\\n"
        );
    }

    #[test]
    fn commands_of_ci_runners_are_broken() {
        assert_eq!(
            escape("a ##vso[x]y ##[b] ###[ ##"),
            "a #\\x23vso[x]y #\\x23[b] ##\\x23[ ##"
        );
        assert_eq!(escape("##VsO[x"), "#\\x23VsO[x");
        assert_eq!(inert_line("  ::error::x"), "  \\x3a:error::x");
        assert_eq!(inert_line("\u{1b}[1m ::x"), "\u{1b}[1m \\x3a:x");
        assert_eq!(inert_line("a::x"), "a::x");
    }

    #[test]
    fn json_says_the_same_in_escapes() {
        let text = "\u{202e}\u{2028}##vso[x] \u{e0041} é";
        let written = json_line(&text).unwrap_or_default();
        assert_eq!(written, "\"\\u202e\\u2028#\\u0023vso[x] \\udb40\\udc41 é\"");
        assert_eq!(
            serde_json::from_str::<String>(&written).ok().as_deref(),
            Some(text)
        );
    }

    proptest::proptest! {
        #[test]
        fn no_line_speaks_to_a_runner(text in "[ #:vso\\[\u{1b}m\n\u{202e}a]{0,24}") {
            let mut out = Vec::new();
            let mut lines = InertLines::new(&mut out);
            let _ = writeln!(lines, "{text}");
            let _ = lines.flush();
            for line in String::from_utf8_lossy(&out).lines() {
                proptest::prop_assert!(!line.contains("##[") && !line.contains("##vso["), "{line}");
                proptest::prop_assert!(!line.trim_start().starts_with("::"), "{line}");
            }
            let escaped = escape(&text);
            proptest::prop_assert!(escaped.chars().all(|c| escape_character(c).is_none()));
        }
    }

    #[test]
    fn ordinary_text_of_any_script_stays() {
        assert!(matches!(escape("größe 日本 😀 é"), Cow::Borrowed(_)));
    }
}
