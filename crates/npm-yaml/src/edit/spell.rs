//! Values as text that npm `yaml` reads as exactly them, and that other YAML parsers do not read as something else.

use super::Content;
use crate::number;
use crate::{Node, NodeValue, ScalarStyle, parse};

/// Which quotes a string is to be in, where it can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quote {
    /// None.
    None,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
}

/// Words that YAML 1.1 reads as a boolean, and YAML 1.2 as a string.
const WORDS: [&str; 6] = ["yes", "no", "on", "off", "y", "n"];

/// A scalar, or an empty or flow collection, on one line.
pub(super) fn inline(content: &Content, quote: Quote, in_flow: bool) -> String {
    match content {
        Content::Null => "null".to_owned(),
        Content::Bool(value) => value.to_string(),
        Content::Number(value) => number_text(*value),
        Content::String(text) => string(text, quote, in_flow),
        Content::Sequence(items) => {
            let items: Vec<String> = items.iter().map(|item| inline(item, quote, true)).collect();
            format!("[{}]", items.join(", "))
        }
        Content::Mapping(pairs) if pairs.is_empty() => "{}".to_owned(),
        Content::Mapping(pairs) => {
            let pairs: Vec<String> = pairs.iter().map(|one| pair(one, quote, true)).collect();
            match quote {
                Quote::Double => format!("{{{}}}", pairs.join(", ")),
                _ => format!("{{ {} }}", pairs.join(", ")),
            }
        }
    }
}

/// A pair in brackets.
pub(super) fn pair((name, value): &(String, Content), quote: Quote, in_flow: bool) -> String {
    format!(
        "{}: {}",
        key(name, quote, in_flow),
        inline(value, quote, in_flow)
    )
}

fn number_text(value: f64) -> String {
    if value.is_nan() {
        return ".nan".to_owned();
    }
    match value.is_infinite() {
        true if value > 0.0 => ".inf".to_owned(),
        true => "-.inf".to_owned(),
        false => number::to_text(value),
    }
}

/// A key.
pub(super) fn key(text: &str, quote: Quote, in_flow: bool) -> String {
    let is_short = text.len() < 1024;
    let plain = || {
        let written = if in_flow {
            format!("{{{text}: 1}}")
        } else {
            format!("{text}: 1")
        };
        let document = parse(&written);
        let root = document
            .root
            .filter(|_| document.problems.is_empty() && document.comments.is_empty());
        root.is_some_and(|root| match &root.value {
            NodeValue::Mapping(entries) => matches!(entries.as_slice(), [only]
                if *only.key.text == *text && only.key.span.range().len() == text.len()
                    && only.value.value == NodeValue::Number(1.0)),
            _ => false,
        })
    };
    quoted(text, quote, is_short && reads_plain(text) && plain())
}

/// A string, plain where that is safe.
pub(super) fn string(text: &str, quote: Quote, in_flow: bool) -> String {
    let plain = || {
        let written = if in_flow {
            format!("[{text}]")
        } else {
            format!("k: {text}")
        };
        let document = parse(&written);
        let is_clean = document.problems.is_empty()
            && document.comments.is_empty()
            && document.tags.is_empty();
        let root = document.root.filter(|_| is_clean);
        root.as_ref()
            .and_then(only_child)
            .is_some_and(|child| match &child.value {
                NodeValue::String(read) => read.style == ScalarStyle::Plain && *read.value == *text,
                _ => false,
            })
    };
    quoted(text, quote, reads_plain(text) && plain())
}

fn only_child(root: &Node) -> Option<&Node> {
    match &root.value {
        NodeValue::Mapping(entries) if entries.len() == 1 => {
            entries.first().map(|entry| &entry.value)
        }
        NodeValue::Sequence(items) if items.len() == 1 => items.first(),
        _ => None,
    }
}

/// Whether other readers of YAML would not take the bare text for another type, or for several lines.
fn reads_plain(text: &str) -> bool {
    let is_word = WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    let like_number = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
        && text
            .chars()
            .all(|c| c.is_ascii_hexdigit() || "+-._:xobe".contains(c));
    !text.is_empty() && !is_word && !like_number && !text.chars().any(char::is_control)
}

fn quoted(text: &str, quote: Quote, may_be_plain: bool) -> String {
    let is_tame = !text.chars().any(char::is_control);
    match quote {
        Quote::None if may_be_plain => text.to_owned(),
        Quote::Single if is_tame => format!("'{}'", text.replace('\'', "''")),
        // `${NAME}` and the like read better without escapes.
        Quote::None if is_tame && !text.contains('\'') => format!("'{text}'"),
        // Every JSON string is a double-quoted one of YAML.
        _ => serde_json::Value::from(text).to_string(),
    }
}

/// A mapping or list that is not empty, as lines without their ends.
pub(super) fn block(content: &Content, indent: usize, step: usize) -> Vec<String> {
    let margin = " ".repeat(indent);
    let mut lines = Vec::new();
    match content {
        Content::Mapping(pairs) => {
            for (name, value) in pairs {
                let name = key(name, Quote::None, false);
                if value.is_block() {
                    lines.push(format!("{margin}{name}:"));
                    lines.extend(block(value, indent + step, step));
                } else {
                    let value = inline(value, Quote::None, false);
                    lines.push(format!("{margin}{name}: {value}"));
                }
            }
        }
        Content::Sequence(items) => {
            for item in items {
                lines.extend(block_item(item, indent, step));
            }
        }
        scalar => lines.push(format!("{margin}{}", inline(scalar, Quote::None, false))),
    }
    lines
}

/// An item of a list, as lines.
pub(super) fn block_item(item: &Content, indent: usize, step: usize) -> Vec<String> {
    let margin = " ".repeat(indent);
    let mut lines = match item.is_block() {
        true => block(item, indent + 2, step),
        false => vec![inline(item, Quote::None, false)],
    };
    if let Some(first) = lines.first_mut() {
        *first = format!("{margin}- {}", first.trim_start());
    }
    lines
}
