//! [`Node`]s as [`Tree`]s, for settings and policies.

use npm_yaml::{Node, NodeValue};
use source::Span;

use crate::tree::Tree;

impl Tree for Node {
    type Place = Span;

    fn place(&self) -> Span {
        self.span
    }

    fn text(&self) -> Option<&str> {
        match &self.value {
            NodeValue::String(text) => Some(&text.value),
            _ => None,
        }
    }

    fn truth(&self) -> Option<bool> {
        match self.value {
            NodeValue::Bool(value) => Some(value),
            _ => None,
        }
    }

    fn number(&self) -> Option<f64> {
        match self.value {
            NodeValue::Number(value) => Some(value),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        self.value == NodeValue::Null
    }

    fn items(&self) -> Option<Vec<&Self>> {
        match &self.value {
            NodeValue::Sequence(items) => Some(items.iter().collect()),
            _ => None,
        }
    }

    fn entries(&self) -> Option<Vec<(&str, Span, &Self)>> {
        match &self.value {
            NodeValue::Mapping(entries) => Some(
                entries
                    .iter()
                    .map(|entry| (&*entry.key.text, entry.key.span, &entry.value))
                    .collect(),
            ),
            _ => None,
        }
    }
}
