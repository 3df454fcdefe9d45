//! Reading nodes of manifests and deployment files.

pub mod embedded;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use npm_yaml::{Entry, Node, NodeValue};

/// The root node of a text; `None` when it does not parse or is empty. What is wrong with a deployment file is not
/// ours to say: other tools read it.
pub(crate) fn root(text: &str) -> Option<Node> {
    npm_yaml::parse(text).root
}

/// The same tree with its merge keys (`<<`) carried out, as compose reads them: a mapping's own keys win, then those of
/// the earlier of several. Whatever else stands there is left as it is.
pub(crate) fn merged(mut node: Node) -> Node {
    match node.value {
        NodeValue::Sequence(items) => {
            node.value = NodeValue::Sequence(items.into_iter().map(merged).collect());
        }
        NodeValue::Mapping(entries) => {
            let (below, own): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(is_merge);
            let mut keys: BTreeSet<Arc<str>> = own.iter().map(key_of).collect();
            let mut all: Vec<Entry> = own.into_iter().map(merged_entry).collect();
            for entry in below.into_iter().flat_map(|entry| entries_of(entry.value)) {
                if keys.insert(key_of(&entry)) {
                    all.push(entry);
                }
            }
            node.value = NodeValue::Mapping(all);
        }
        _ => {}
    }
    node
}

fn is_merge(entry: &Entry) -> bool {
    let is_mapping = |node: &Node| matches!(node.value, NodeValue::Mapping(_));
    let list = entry.value.items();
    let is_list = !list.is_empty() && list.iter().all(is_mapping);
    *entry.key.text == *"<<" && (is_mapping(&entry.value) || is_list)
}

fn key_of(entry: &Entry) -> Arc<str> {
    Arc::clone(&entry.key.text)
}

fn merged_entry(entry: Entry) -> Entry {
    Entry {
        value: merged(entry.value),
        ..entry
    }
}

/// The entries of a mapping, or of each in a sequence of them.
fn entries_of(node: Node) -> Vec<Entry> {
    match node.value {
        NodeValue::Sequence(items) => items.into_iter().flat_map(entries_of).collect(),
        _ => match merged(node).value {
            NodeValue::Mapping(entries) => entries,
            _ => Vec::new(),
        },
    }
}

/// What a node is, for readers that pass over whatever has another shape than they expect.
pub(in crate::backstage) trait NodeExt {
    /// The entries of a mapping; none when it is something else.
    fn entries(&self) -> &[Entry];
    /// The items of a sequence; none when it is something else.
    fn items(&self) -> &[Node];
    /// The string, when it is one.
    fn as_str(&self) -> Option<&str>;
    /// A scalar as the text that a command line or a variable gets of it; `None` for null and what is no scalar.
    fn scalar_text(&self) -> Option<String>;
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

    fn scalar_text(&self) -> Option<String> {
        match &self.value {
            NodeValue::String(text) => Some(text.value.to_string()),
            NodeValue::Bool(value) => Some(value.to_string()),
            NodeValue::Number(value) => Some(value.to_string()),
            NodeValue::Null | NodeValue::Sequence(_) | NodeValue::Mapping(_) => None,
        }
    }
}

/// How many documents of one file are read.
const DOCUMENT_LIMIT: usize = 1000;

/// The documents of a file of several (`---` between them) that `wanted` takes at a first look at their text, with
/// their bytes in it. Places are those of the file. Documents that do not parse are passed over.
pub(in crate::backstage) fn documents(
    text: &str,
    wanted: &dyn Fn(&str) -> bool,
) -> Vec<(Range<usize>, Node)> {
    ranges(text)
        .take(DOCUMENT_LIMIT)
        .filter(|range| text.get(range.clone()).is_some_and(wanted))
        .filter_map(|range| {
            let mut node = root(text.get(range.clone())?)?;
            embedded::move_spans(&mut node, &|span| embedded::moved(span, range.start));
            Some((range, node))
        })
        .collect()
}

/// Whether a file holds more documents than are read.
pub(in crate::backstage) fn has_more(text: &str) -> bool {
    ranges(text).nth(DOCUMENT_LIMIT).is_some()
}

/// The bytes between the lines `---`.
fn ranges(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    let mut done = false;
    std::iter::from_fn(move || {
        if done {
            return None;
        }
        let start = at;
        for line in text.get(at..).unwrap_or_default().split_inclusive('\n') {
            let begin = at;
            at += line.len();
            if line.trim_end() == "---" || line.starts_with("--- ") {
                return Some(start..begin);
            }
        }
        done = true;
        Some(start..text.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_keep_their_places_in_the_file() {
        let text = "# head\n---\na: 1\n--- # two\nb: [\n---\nc: x\n";
        let found: Vec<&str> = documents(text, &|_| true)
            .iter()
            .map(|(_, node)| text.get(node.entries()[0].key.span.range()).unwrap())
            .collect();
        assert_eq!(found, ["a", "c"]);
    }

    #[test]
    fn merge_keys_are_carried_out() {
        let text =
            "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2, <<: *a}\nc: {<<: [*b, *a], x: 3}\nd: {<<: 4}\n";
        let root = merged(root(text).unwrap());
        let shown = |key: &str| -> Vec<String> {
            let entries = root.get(key).unwrap().entries().iter();
            entries
                .map(|entry| format!("{}{}", entry.key.text, entry.value.scalar_text().unwrap()))
                .collect()
        };
        assert_eq!(shown("b"), ["y2", "z2", "x1"]);
        assert_eq!(shown("c"), ["x3", "y2", "z2"]);
        assert_eq!(shown("d"), ["<<4"]);
    }

    #[test]
    fn only_so_many_documents_are_looked_at() {
        let text = "---\na: 1\n".repeat(10_000);
        assert_eq!(
            documents(&text, &|text| text.contains('a')).len(),
            DOCUMENT_LIMIT - 1
        );
    }
}
