//! Text in XML.

use std::fmt::Write as _;

use crate::text::mask::escape_character;

/// `text` as the contents of an attribute in double quotes. Line ends and tabs keep their meaning; what XML 1.0
/// cannot hold at all becomes a visible escape.
pub(super) fn attribute(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => escaped.push_str("&quot;"),
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            character => push(&mut escaped, character),
        }
    }
    without_commands(&escaped)
}

/// A log that shows the document takes no part of it for a command of Azure Pipelines.
fn without_commands(escaped: &str) -> String {
    escaped.replace("##", "#&#35;")
}

/// `text` as the content of an element, the same way. Line ends stand as they are.
pub(super) fn content(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' | '\n' => escaped.push(character),
            '\r' => escaped.push_str("&#13;"),
            character => push(&mut escaped, character),
        }
    }
    without_commands(&escaped)
}

fn push(escaped: &mut String, character: char) {
    match character {
        '&' => escaped.push_str("&amp;"),
        '<' => escaped.push_str("&lt;"),
        // `]]>` may not stand in content.
        '>' => escaped.push_str("&gt;"),
        '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.extend(character.escape_unicode()),
        // What would reorder or hide the text around it.
        character if escape_character(character).is_some() => {
            let _ = write!(escaped, "&#x{:x};", u32::from(character));
        }
        character => escaped.push(character),
    }
}
