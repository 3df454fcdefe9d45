//! Reading nodes of manifests and deployment files.

use crate::yaml::{Entry, Node, NodeValue};

/// What a node is, for readers that pass over whatever has another shape than they expect.
pub(super) trait NodeExt {
    /// The entries of a mapping; none when it is something else.
    fn entries(&self) -> &[Entry];
    /// The items of a sequence; none when it is something else.
    fn items(&self) -> &[Node];
    /// The string, when it is one.
    fn as_str(&self) -> Option<&str>;
    /// The entry of a key in a mapping.
    fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| *entry.key.text == *key)
    }
    /// The value of a key in a mapping.
    fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }
}

impl NodeExt for Node {
    fn entries(&self) -> &[Entry] {
        match &self.value {
            NodeValue::Mapping(entries) => entries,
            _ => &[],
        }
    }

    fn items(&self) -> &[Node] {
        match &self.value {
            NodeValue::Sequence(items) => items,
            _ => &[],
        }
    }

    fn as_str(&self) -> Option<&str> {
        match &self.value {
            NodeValue::String(text) => Some(&text.value),
            _ => None,
        }
    }
}
