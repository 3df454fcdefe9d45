//! Mapping keys to strings, as the real loader makes them.
//!
//! In: a node that stands as a key. Out: the string that the JavaScript object has for it: `1.50` is `1.5`, `null` is
//! empty, a collection is its flow form.

use std::sync::Arc;

use super::{Node, NodeValue, ScalarStyle, number};

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

/// The string for a key.
pub(super) fn text(node: &Node) -> Arc<str> {
    match &node.value {
        NodeValue::Null => "".into(),
        NodeValue::Bool(value) => value.to_string().into(),
        NodeValue::Number(value) => number::to_text(*value).into(),
        NodeValue::String(text) => Arc::clone(&text.value),
        NodeValue::Sequence(_) | NodeValue::Mapping(_) => {
            let mut flow = String::new();
            write_flow(node, &mut flow);
            flow.into()
        }
    }
}

/// The flow form of the real loader's printer, for short collections: it breaks longer ones over several lines.
fn write_flow(node: &Node, out: &mut String) {
    match &node.value {
        NodeValue::Null if node.span.is_empty() => {}
        NodeValue::Null => out.push_str("null"),
        NodeValue::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        NodeValue::Number(value) => out.push_str(&number::to_text(*value)),
        NodeValue::String(text) => match text.style {
            ScalarStyle::SingleQuoted => {
                out.push('\'');
                out.push_str(&text.value.replace('\'', "''"));
                out.push('\'');
            }
            ScalarStyle::Plain if !text.value.contains(['[', ']', '{', '}', ',']) => {
                out.push_str(&text.value);
            }
            _ => out.push_str(&serde_json::Value::from(&*text.value).to_string()),
        },
        NodeValue::Sequence(items) if items.is_empty() => out.push_str("[]"),
        NodeValue::Sequence(items) => {
            out.push_str("[ ");
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_flow(item, out);
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
                out.push_str(&entry.key.text);
                if entry.value.span.is_empty() {
                    let has_colon = entry.value.span.start > entry.key.span.end;
                    out.push_str(if has_colon { ":" } else { "" });
                } else {
                    out.push_str(": ");
                    write_flow(&entry.value, out);
                }
            }
            out.push_str(" }");
        }
    }
}
