//! Characters that the real loader takes as content and our parser's library refuses or reads otherwise.
//!
//! In: a text. Out: a text of the same length for the library, in which each such character is a letter. What the
//! scalars spell is decoded from the original, so no letter ever reaches a value.

use std::borrow::Cow;

/// `text` with control characters, lone carriage returns, inner byte order marks and the like as letters, byte for
/// byte. Borrowed when there is none.
pub(super) fn sanitize(text: &str) -> Cow<'_, str> {
    let odd = text
        .char_indices()
        .filter(|&(at, character)| is_odd(text, at, character));
    let mut sanitized: Option<String> = None;
    let mut copied = 0;
    for (at, character) in odd {
        let sanitized = sanitized.get_or_insert_with(|| String::with_capacity(text.len()));
        sanitized.push_str(text.get(copied..at).unwrap_or_default());
        copied = at + character.len_utf8();
        sanitized.extend(std::iter::repeat_n('x', character.len_utf8()));
    }
    let rest = text.get(copied..).unwrap_or_default();
    let content = rest.trim_end_matches([' ', '\t']);
    let tail = rest.get(content.len()..).unwrap_or_default();
    if content.ends_with('\n') && tail.contains('\t') {
        // A last line of nothing but white space: its tabs indent nothing.
        let sanitized = sanitized.get_or_insert_with(String::new);
        sanitized.push_str(content);
        sanitized.push_str(&" ".repeat(tail.len()));
    } else if let Some(sanitized) = &mut sanitized {
        sanitized.push_str(rest);
    }
    sanitized.map_or(Cow::Borrowed(text), Cow::Owned)
}

fn is_odd(text: &str, at: usize, character: char) -> bool {
    match character {
        ' '..='~' | '\t' | '\n' => false,
        '\r' => text.as_bytes().get(at + 1) != Some(&b'\n'),
        '\u{feff}' => at > 0,
        '\u{fffe}' | '\u{ffff}' => true,
        _ => character.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_characters_become_letters_of_the_same_length() {
        assert_eq!(sanitize("a: b\r\n"), "a: b\r\n");
        assert_eq!(sanitize("a\rb\0\u{85}c"), "axbxxxc");
        assert_eq!(sanitize("\u{feff}a\u{feff}"), "\u{feff}axxx");
        assert!(matches!(sanitize("größe 日本 😀"), Cow::Borrowed(_)));
    }
}
