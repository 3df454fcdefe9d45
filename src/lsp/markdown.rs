//! Texts as Markdown, in which nothing that others wrote can mean anything but itself.
//!
//! Descriptions in schemas come with packages, policies with a repository: a link or a picture in them would be loaded or
//! followed from the editor.

use crate::text::mask;

/// A text as code in Markdown, on one line and not too long. It must have been masked.
pub(super) fn code(text: &str) -> String {
    const LONGEST: usize = 120;
    let text = mask::escape(text);
    let mut clipped: String = text.chars().take(LONGEST).collect();
    if clipped.len() < text.len() {
        clipped.push('…');
    }
    let ticks = clipped.split(|c| c != '`').map(str::len).max();
    let fence = "`".repeat(ticks.unwrap_or_default() + 1);
    // A bar would end the cell of a table.
    let clipped = clipped.replace('|', "\\|");
    match fence.len() {
        1 => format!("`{clipped}`"),
        _ => format!("{fence} {clipped} {fence}"),
    }
}

/// A text that others wrote, as Markdown that shows it: paragraphs and `code` stay, all other marks are those characters.
/// It must have been masked.
pub(super) fn prose(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = mask::escape(line.trim());
        let ticks = line.matches('`').count();
        let has_code = ticks > 0 && ticks.is_multiple_of(2) && !line.contains("``");
        let mut escaped = String::with_capacity(line.len() + 8);
        for (index, part) in line.split('`').enumerate() {
            if index > 0 {
                escaped.push_str(if has_code { "`" } else { "\\`" });
            }
            match has_code && index % 2 == 1 {
                true => escaped.push_str(part),
                false => push_escaped(&mut escaped, part, index == 0),
            }
        }
        escaped
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A link to a page of the web; `None` for anything else, and for one that holds what looks like a secret.
pub(super) fn link(text: &str, url: &str) -> Option<String> {
    let is_web = ["https://", "http://"].iter().any(|it| url.starts_with(it));
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '\\');
    let is_shown = is_web && url.chars().all(is_plain) && mask::excerpt(url) == url;
    is_shown.then(|| format!("[{}](<{url}>)", prose(text)))
}

/// Adds a part of a line with a backslash before each character that is a mark where it stands.
fn push_escaped(out: &mut String, part: &str, is_start: bool) {
    let characters: Vec<char> = part.chars().collect();
    let digits = characters.iter().take_while(|c| c.is_ascii_digit()).count();
    for (index, character) in characters.iter().enumerate() {
        let near = |at: Option<usize>| at.and_then(|at| characters.get(at));
        let is_word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric());
        let is_mark = match character {
            '\\' | '*' | '[' | ']' | '<' | '>' | '~' | '&' | '|' => true,
            '_' => !is_word(near(index.checked_sub(1))) || !is_word(near(Some(index + 1))),
            '#' | '+' | '-' | '=' => is_start && index == 0,
            '.' | ')' => is_start && digits > 0 && index == digits,
            _ => false,
        };
        if is_mark {
            out.push('\\');
        }
        out.push(*character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_is_shown_and_means_nothing() {
        for (text, expected) in [
            (
                "the `app.baseUrl` of snake_case",
                "the `app.baseUrl` of snake_case",
            ),
            ("![x](https://evil/p.png)", "!\\[x\\](https://evil/p.png)"),
            ("<img src=x>", "\\<img src=x\\>"),
            ("# a\n\n- b\n1. c\n===", "\\# a\n\n\\- b\n1\\. c\n\\==="),
            ("_a_ *b* | ~c~", "\\_a\\_ \\*b\\* \\| \\~c\\~"),
            ("a ` [b](c)", "a \\` \\[b\\](c)"),
            ("``[b](c)``", "\\`\\`\\[b\\](c)\\`\\`"),
            ("`[b](c)` 2.5", "`[b](c)` 2.5"),
            ("a \\[b](c)", "a \\\\\\[b\\](c)"),
            ("    indented", "indented"),
            ("&#91;", "\\&#91;"),
        ] {
            assert_eq!(prose(text), expected, "{text}");
        }
    }

    #[test]
    fn only_pages_of_the_web_are_linked() {
        let linked = Some("[a\\*](<https://b/c_(d)>)".to_owned());
        assert_eq!(link("a*", "https://b/c_(d)"), linked);
        for url in ["command:x", "javascript:x", "https://a b", "https://a>b"] {
            assert_eq!(link("a", url), None, "{url}");
        }
    }

    #[test]
    fn code_holds_any_text() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b|c"), "`` a`b\\|c ``");
    }
}
