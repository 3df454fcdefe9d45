//! Values that stand away from the name that says they are secret: in XML elements, in pairs of name and value, and
//! inside the object or list behind the name.
//!
//! In: any text. Out: where the values stand. Made to hide, not to accuse.

use std::ops::Range;

use super::assignment::{is_literal, name_before, names_private, names_secret, value_behind};
use super::encoding::base64_decoded;

/// How far apart what belongs together may stand, in bytes. It bounds the work for texts made of beginnings.
const REACH: usize = 4096;

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
    let (mut start, mut end) = (start, end.min(text.len()));
    while !text.is_char_boundary(start) {
        start += 1;
    }
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(start..end).unwrap_or_default()
}

/// The contents of XML elements that are named like secrets.
fn of_elements(text: &str) -> Vec<Range<usize>> {
    let mut last = 0;
    let elements = text.match_indices("</").filter_map(|(end, _)| {
        let earliest = end.saturating_sub(REACH).max(last);
        last = end;
        let name = window(text, end + 2, end + 2 + 80).split('>').next()?;
        names(name).then_some(())?;
        let before = window(text, earliest, end);
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
    let mut at = 0;
    while let Some(separator) = text.get(at..).and_then(|rest| rest.find([':', '='])) {
        let separator = at + separator;
        at = separator + 1;
        let name = name_before(window(text, separator.saturating_sub(100), separator));
        let is_value = name.eq_ignore_ascii_case("value");
        let is_name = ["name", "key"]
            .iter()
            .any(|it| it.eq_ignore_ascii_case(name));
        if !is_value && !is_name {
            if matches!(name, "auth" | "_auth") {
                found.extend(of_registry(text, separator));
            }
            if names(name) {
                let (values, end) = inside(text, separator + 1);
                found.extend(values);
                at = at.max(end);
            }
            continue;
        }
        let line = window(text, separator, separator + REACH);
        let line = line.lines().next().unwrap_or_default();
        let value = value_behind(line, 0);
        let mut range = separator + value.start..separator + value.end;
        let value = text.get(range.clone()).unwrap_or_default();
        let name = value.split([',', ' ', '}']).next().unwrap_or_default();
        if is_name {
            range.end = range.start + name.len();
        }
        at = at.max(range.end);
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

/// The credentials of a container registry or of npm: Base64 of `user:secret`.
fn of_registry(text: &str, separator: usize) -> Option<Range<usize>> {
    let line = window(text, separator, separator + REACH).lines().next()?;
    let value = value_behind(line, 0);
    let decoded = base64_decoded(line.get(value.clone())?)?;
    let is_text = decoded.chars().all(|c| !c.is_control());
    (is_text && decoded.contains(':')).then(|| separator + value.start..separator + value.end)
}

/// Whether nothing between two fields ends what holds them.
fn belong_together(text: &str, start: usize, end: usize) -> bool {
    if end < start || end - start > REACH {
        return false;
    }
    let between = text.get(start..end).unwrap_or_default();
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
    let region = window(text, start, start + REACH);
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
