//! Characters that a terminal, or a reader's eye, would not take as text.
//!
//! In: text. Out: the same text with such characters as visible escapes.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `text` with every control, bidirectional and invisible format character as a visible escape: `\t`,
/// `\x1b`, `\u{202e}`. Line ends too, so that the result is one line.
pub fn escape(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| escape_character(c).is_none()) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match escape_character(character) {
            Some(escape) => escaped.push_str(&escape),
            None => escaped.push(character),
        }
    }
    Cow::Owned(escaped)
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
    fn ordinary_text_of_any_script_stays() {
        assert!(matches!(escape("größe 日本 😀 é"), Cow::Borrowed(_)));
    }
}
