//! Values that stand away from the name that says they are secret: in XML elements, in pairs of name and value, and
//! inside the object or list behind the name.
//!
//! In: any text. Out: where the values stand. Made to hide, not to accuse.

use std::ops::Range;

use super::ahead::Values;
use super::assignment::{is_literal, name_before, names_private, names_secret};
use super::encoding::base64_decoded;

/// How much of a text before a separator, or behind the beginning of a tag, is looked through for a name, in bytes.
const NAME_WITHIN: usize = 100;

/// Where such values stand in `text`.
pub fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut found = of_elements(text);
    found.extend(of_fields(text));
    found
}

fn names(name: &str) -> bool {
    names_secret(name) || names_private(name)
}

fn window(text: &str, start: usize, end: usize) -> &str {
    let start = text.ceil_char_boundary(start);
    let end = text.floor_char_boundary(end);
    text.get(start..end).unwrap_or_default()
}

/// The contents of XML elements that are named like secrets.
fn of_elements(text: &str) -> Vec<Range<usize>> {
    let mut last = 0;
    let elements = text.match_indices("</").filter_map(|(end, _)| {
        let before = window(text, last, end);
        last = end;
        let name = window(text, end + 2, end + 2 + NAME_WITHIN)
            .split('>')
            .next()?;
        names(name).then_some(())?;
        if let Some(inside) = before.trim_end().strip_suffix("]]>")
            && let Some((tag, content)) = inside.rsplit_once("<![CDATA[")
        {
            let start = end - before.len() + tag.len() + "<![CDATA[".len();
            return is_literal(content.trim()).then(|| start..start + content.len());
        }
        let content = before
            .rsplit('>')
            .next()
            .filter(|it| it.len() < before.len())?;
        is_literal(content.trim()).then(|| end - content.len()..end)
    });
    elements.collect()
}

/// A name or value of a pair.
struct Field {
    is_value: bool,
    /// Of a name, whether it names a secret.
    is_secret: bool,
    range: Range<usize>,
}

/// `name: DB_PASSWORD` beside `value: …` in any format and order, and what stands in the object or list of a name.
fn of_fields(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut last: Option<Field> = None;
    let mut values = Values::of(text);
    // Where the object behind `auth` ends, a `value` in which is a secret.
    let mut end_of_auth = 0;
    let mut at = 0;
    while let Some(separator) = text.get(at..).and_then(|rest| rest.find([':', '='])) {
        let separator = at + separator;
        at = separator + 1;
        let name = name_before(window(
            text,
            separator.saturating_sub(NAME_WITHIN),
            separator,
        ));
        let is_value = name.eq_ignore_ascii_case("value");
        let is_name = ["name", "key"]
            .iter()
            .any(|it| it.eq_ignore_ascii_case(name));
        if !is_value && !is_name {
            if matches!(name, "auth" | "_auth") {
                found.extend(of_registry(text, separator));
                if separator >= end_of_auth {
                    let (_, end) = inside(text, separator + 1);
                    end_of_auth = end;
                }
            }
            if names(name) {
                let (values, end) = inside(text, separator + 1);
                found.extend(values);
                at = at.max(end);
            }
            continue;
        }
        let range = match is_name {
            true => name_behind(text, separator),
            false => values.behind(separator),
        };
        let name = text.get(range.clone()).unwrap_or_default();
        at = at.max(range.end);
        if is_value && separator < end_of_auth && is_literal(name) {
            found.push(range.clone());
        }
        let field = Field {
            is_value,
            is_secret: is_name && names(name),
            range,
        };
        if let Some(before) = &last
            && before.is_value != field.is_value
            && (before.is_secret || field.is_secret)
            && belong_together(text, before.range.end, separator)
        {
            let range = if is_value {
                &field.range
            } else {
                &before.range
            };
            let value = text.get(range.clone()).unwrap_or_default();
            if is_literal(value) {
                found.push(range.clone());
            }
        }
        last = Some(field);
    }
    found
}

/// What stands behind a separator, to the first character that ends a word; quotes are passed over.
fn word_behind(text: &str, separator: usize, ends: impl Fn(char) -> bool) -> Range<usize> {
    let behind = text.get(separator + 1..).unwrap_or_default();
    let word = behind.trim_start_matches(['=', ':', '>', '-', '?']);
    let word = word.trim_start_matches([' ', '\t', '\\', '"', '\'', '`']);
    let start = text.len() - word.len();
    start..start + word.find(ends).unwrap_or(word.len())
}

/// The name that a field says: `API_TOKEN` in `name: API_TOKEN, value: …`.
fn name_behind(text: &str, separator: usize) -> Range<usize> {
    word_behind(text, separator, |c| {
        c.is_whitespace() || matches!(c, ',' | '}' | ']' | '"' | '\'' | '`' | '\\' | ':' | '=')
    })
}

/// The credentials of a container registry or of npm: Base64 of `user:secret`.
fn of_registry(text: &str, separator: usize) -> Option<Range<usize>> {
    let is_digit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '=');
    let digits = word_behind(text, separator, |c| !is_digit(c));
    let decoded = base64_decoded(text.get(digits.clone())?)?;
    let is_text = decoded.chars().all(|c| !c.is_control());
    (is_text && decoded.contains(':')).then_some(digits)
}

/// Whether nothing between two fields ends what holds them.
fn belong_together(text: &str, start: usize, end: usize) -> bool {
    let Some(between) = text.get(start..end) else {
        return false;
    };
    let ends = between.contains(['{', '}', '>', '<', '\u{0}']);
    let is_next_item = between
        .lines()
        .skip(1)
        .any(|line| line.trim_start().starts_with("- "));
    !ends && !is_next_item
}

/// The values inside the object or list that begins at `start`, if one does: quoted or not, without its keys. Also where
/// it ends.
fn inside(text: &str, start: usize) -> (Vec<Range<usize>>, usize) {
    let region = text.get(start..).unwrap_or_default();
    let content = region.trim_start();
    if !content.starts_with(['{', '[']) {
        return (Vec::new(), start);
    }
    let start = start + region.len() - content.len();
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(character) = content.get(at..).and_then(|rest| rest.chars().next()) {
        let length = match character {
            '{' | '[' => {
                depth += 1;
                1
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
                1
            }
            c if c.is_whitespace() || matches!(c, ',' | ':' | '\\') => c.len_utf8(),
            _ => {
                let (value, length) = item(content.get(at..).unwrap_or_default());
                let behind = content.get(at + length..).unwrap_or_default().trim_start();
                let text = content
                    .get(at + value.start..at + value.end)
                    .unwrap_or_default();
                if !behind.starts_with([':', '=']) && is_literal(text.trim()) && text.len() > 2 {
                    found.push(start + at + value.start..start + at + value.end);
                }
                length.max(1)
            }
        };
        at += length;
    }
    (found, start + at)
}

/// The item that a text begins with: its value without quotes, and how long it is with them.
fn item(text: &str) -> (Range<usize>, usize) {
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let inner = text.get(1..).unwrap_or_default();
        let end = inner.find(quote).unwrap_or(inner.len());
        let shown = inner.get(..end).unwrap_or_default().trim_end_matches('\\');
        return (1..1 + shown.len(), (end + 2).min(text.len()));
    }
    let end = text
        .find([',', ':', '}', ']', '"', '\n'])
        .unwrap_or(text.len());
    (0..end, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        secrets(text)
            .into_iter()
            .map(|range| &text[range])
            .collect()
    }

    #[test]
    fn values_away_from_their_names_are_found() {
        for (text, secret) in [
            ("<x><password>hunter2</password></x>", "hunter2"),
            ("<password a='1'><![CDATA[hun>ter]]></password>", "hun>ter"),
            (
                "{\"auth\":{\"user\":\"u\",\"value\":\"hunter2\"}}",
                "hunter2",
            ),
            ("<add key=\"dbPassword\" value=\"hunter2\" />", "hunter2"),
            ("{\"name\":\"token\",\"value\":\"hunter2\"}", "hunter2"),
            (
                "[{\"value\": \"hunter2\", \"key\": \"API_TOKEN\"}]",
                "hunter2",
            ),
            (
                "- name: DB_PASSWORD\n  value: hunter2\n- name: X\n  value: y",
                "hunter2",
            ),
            (
                "\"password\": {\"value\": \"hunter2\", \"n\": 1}",
                "hunter2",
            ),
            ("\"password\": {\n  \"value\": \"hunter2\"\n}", "hunter2"),
            ("tokens: [hunter2]", "hunter2"),
            (
                "{\"h\":{\"auth\":\"YXBwOmh1bnRlcjI=\"}}",
                "YXBwOmh1bnRlcjI=",
            ),
            ("[{ name: API_TOKEN, value: hunter2 }]", "hunter2"),
            ("{\\\"token\\\": {\\\"a\\\": \\\"hunter2\\\"}}", "hunter2"),
        ] {
            assert_eq!(found(text), [secret], "{text}");
        }
    }

    #[test]
    fn no_value_is_too_far_from_its_name() {
        let many = vec!["\"aaaaaaaa\""; 1000].join(", ");
        let list = format!("{{\"passwords\": [{many}, \"hunter2cut\"]}}");
        assert_eq!(found(&list).last(), Some(&"hunter2cut"));
        let long = "hunter2".repeat(2000);
        assert_eq!(found(&format!("<password>{long}</password>")), [&long]);
        assert_eq!(
            found(&format!("{{\"name\":\"token\",\"value\":\"{long}\"}}")),
            [&long]
        );
    }

    #[test]
    fn texts_made_of_beginnings_are_read_once() {
        for piece in [
            "name:",
            "value:",
            "auth:",
            "token:[",
            "token:x\"",
            "</password>",
            "password: {",
        ] {
            secrets(&piece.repeat(300_000 / piece.len()));
        }
    }

    #[test]
    fn other_values_are_left() {
        for text in [
            "<name>hunter2</name>",
            "- name: HOST\n  value: h\n- name: DB_PASSWORD\n  valueFrom: x",
            "[{\"name\":\"host\",\"value\":\"h\"},{\"name\":\"token\"}]",
            "tokens: [${A}, ${B}]",
            "secretKeyRef: { name: x, key: y }",
            "</a</a</password",
            "auth: production",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
