//! Mapping keys to strings, as the real loader makes them.
//!
//! In: a node that stands as a key, and the text it stands in. Out: the string that the JavaScript object has for it:
//! `1.50` is `1.5`, `null` is empty, a collection is its flow form as npm yaml prints it, in which `1.50` stays `1.50`.
//! Never: comments, anchors, tags and aliases inside such a collection, and the lines that the printer breaks a long
//! one into; no reader of a config asks for a key like that.

use std::sync::Arc;

use super::scalar::{self, Resolved, Version};
use super::{Key, Node, NodeValue, ScalarStyle, number};

/// What makes two keys the same for the real loader: equal scalars of one kind. A collection is never the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyKind {
    /// `null`
    Null,
    /// A boolean.
    Bool,
    /// A number other than NaN.
    Number,
    /// A string.
    String,
    /// Something that equals nothing: a collection, an alias, NaN.
    Unequal,
}

/// The kind of a key.
pub(super) fn kind(node: &Node) -> KeyKind {
    match &node.value {
        NodeValue::Null => KeyKind::Null,
        NodeValue::Bool(_) => KeyKind::Bool,
        NodeValue::Number(number) if number.is_nan() => KeyKind::Unequal,
        NodeValue::Number(_) => KeyKind::Number,
        NodeValue::String(_) => KeyKind::String,
        NodeValue::Sequence(_) | NodeValue::Mapping(_) => KeyKind::Unequal,
    }
}

/// The string for a key that stands in `source`.
pub(super) fn text(node: &Node, source: &str) -> Arc<str> {
    match &node.value {
        NodeValue::Null => "".into(),
        NodeValue::Bool(value) => value.to_string().into(),
        NodeValue::Number(value) => number::to_text(*value).into(),
        NodeValue::String(text) => Arc::clone(&text.value),
        NodeValue::Sequence(_) | NodeValue::Mapping(_) => {
            let mut flow = String::new();
            write_flow(node, source, &mut flow);
            flow.into()
        }
    }
}

/// The flow form of the real loader's printer.
fn write_flow(node: &Node, source: &str, out: &mut String) {
    let written = source.get(node.span.range()).unwrap_or_default();
    match &node.value {
        NodeValue::Null | NodeValue::Bool(_) if is_word(written) => out.push_str(written),
        NodeValue::Null => out.push_str("null"),
        NodeValue::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        NodeValue::Number(value) => out.push_str(&number::as_written(*value, written)),
        NodeValue::String(text) => write_string(&text.value, text.style, out),
        NodeValue::Sequence(items) if items.is_empty() => out.push_str("[]"),
        NodeValue::Sequence(items) => {
            out.push_str("[ ");
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_flow(item, source, out);
            }
            out.push_str(" ]");
        }
        NodeValue::Mapping(entries) if entries.is_empty() => out.push_str("{}"),
        NodeValue::Mapping(entries) => {
            out.push_str("{ ");
            for (index, entry) in entries.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_key(&entry.key, source, out);
                if entry.value.span.is_empty() {
                    let has_colon = entry.value.span.start > entry.key.span.end;
                    out.push_str(if has_colon { ":" } else { "" });
                } else {
                    out.push_str(": ");
                    write_flow(&entry.value, source, out);
                }
            }
            out.push_str(" }");
        }
    }
}

/// Whether a null or boolean is printed as it is written.
fn is_word(written: &str) -> bool {
    let words = ["", "~", "null", "true", "false"];
    words.iter().any(|word| written.eq_ignore_ascii_case(word))
}

fn write_string(text: &str, style: ScalarStyle, out: &mut String) {
    match style {
        ScalarStyle::SingleQuoted => {
            out.push('\'');
            out.push_str(&text.replace('\'', "''"));
            out.push('\'');
        }
        ScalarStyle::Plain if !text.contains(['[', ']', '{', '}', ',']) => out.push_str(text),
        _ => out.push_str(&serde_json::Value::from(text).to_string()),
    }
}

/// A key within a collection that is a key itself.
fn write_key(key: &Key, source: &str, out: &mut String) {
    let written = source.get(key.span.range()).unwrap_or_default();
    match written.as_bytes().first() {
        Some(b'\'') => write_string(&key.text, ScalarStyle::SingleQuoted, out),
        Some(b'"') => write_string(&key.text, ScalarStyle::DoubleQuoted, out),
        _ => match scalar::resolve(written, Version::Core) {
            Resolved::Number(number) => out.push_str(&number::as_written(number, written)),
            Resolved::Null | Resolved::Bool(_) => out.push_str(written),
            _ => out.push_str(&key.text),
        },
    }
}
