//! What a layer spells, and what is known of a value from elsewhere.
//!
//! In: nodes, or resolved values. Out: texts to search. A secret in a layer is one whatever the environment makes
//! of it: `postgres://app:hunter2@${HOST}` is searched as written, even where `HOST` is unset and the value gone.

use std::collections::HashSet;
use std::sync::Arc;

use super::neighbour::says_where;
use super::{Standing, place};
use crate::backstage::value::{Kind, Object, OpenCause, Origin, Text, Value};
use crate::text::{Place, SourceId, Sources};
use npm_yaml::{Entry, Node, NodeValue};

/// A node with each key of a mapping once: its first entry.
pub(super) fn with_first_entries(node: &Node) -> Node {
    let value = match &node.value {
        NodeValue::Sequence(items) => {
            NodeValue::Sequence(items.iter().map(with_first_entries).collect())
        }
        NodeValue::Mapping(entries) => {
            let mut seen = HashSet::new();
            let first = entries.iter().filter(|entry| seen.insert(&*entry.key.text));
            NodeValue::Mapping(first.map(entry_with_first_entries).collect())
        }
        value => value.clone(),
    };
    Node {
        span: node.span,
        value,
    }
}

fn entry_with_first_entries(entry: &Entry) -> Entry {
    Entry {
        key: entry.key.clone(),
        value: with_first_entries(&entry.value),
    }
}

/// The entries of a mapping that say what stands beside them: the first of each key, where it is a short scalar.
pub(super) fn context(entries: &[Entry]) -> Vec<&Entry> {
    const LONGEST: usize = 256;
    let says = |entry: &&Entry| {
        let key = &*entry.key.text;
        let is_scalar = !matches!(
            entry.value.value,
            NodeValue::Sequence(_) | NodeValue::Mapping(_)
        );
        let is_short = entry.value.span.range().len() <= LONGEST;
        is_scalar && is_short && (matches!(key, "name" | "key" | "value") || says_where(key))
    };
    let mut seen = HashSet::new();
    let entries = entries.iter().filter(says);
    let first = entries.filter(|entry| seen.insert(&*entry.key.text));
    first.collect()
}

/// A mapping with `repeated` in place of the first entry of its key, and beside it only what says what it means.
pub(super) fn in_context(context: &[&Entry], repeated: &Entry, source: SourceId) -> Value {
    let others = context
        .iter()
        .filter(|entry| entry.key.text != repeated.key.text);
    let kept = others.copied().chain([repeated]);
    let node = Node {
        span: repeated.value.span,
        value: NodeValue::Mapping(kept.map(entry_with_first_entries).collect()),
    };
    value(&node, source)
}

/// The nodes of a layer as a value: placeholders stay text, and what directives stand for is open.
pub(super) fn value(node: &Node, source: SourceId) -> Value {
    let origin = Origin {
        value: Place::new(source, node.span),
        key: None,
    };
    Value::derived(kind(node, source)).with_origin(Some(origin))
}

fn kind(node: &Node, source: SourceId) -> Kind {
    match &node.value {
        NodeValue::Null => Kind::Null,
        NodeValue::Bool(value) => Kind::Bool(*value),
        NodeValue::Number(value) => Kind::Number(*value),
        NodeValue::String(text) => Kind::String(Text {
            value: Arc::clone(&text.value),
            style: Some(text.style),
        }),
        NodeValue::Sequence(items) => {
            Kind::Array(items.iter().map(|item| value(item, source)).collect())
        }
        NodeValue::Mapping(entries) => {
            // What a directive names is no secret: a file, a variable. What it stands for is in the resolved layer.
            let is_directive = |name: &str| matches!(name, "$file" | "$env" | "$include");
            let entries = entries
                .iter()
                .filter(|entry| !is_directive(&entry.key.text));
            let values = entries.map(|entry| {
                let mut child = value(&entry.value, source);
                if let Some(origin) = &mut child.origin {
                    origin.key = Some(Place::new(source, entry.key.span));
                }
                (Arc::clone(&entry.key.text), child)
            });
            Kind::Object(values.collect::<Object>())
        }
    }
}

/// A text that a value has, and where from.
pub(super) struct Known {
    pub(super) text: Arc<str>,
    pub(super) standing: Standing,
}

/// The texts of a scalar: what its bytes spell, and what it is with its variables put in.
pub(super) fn texts(value: &Value, sources: &Sources) -> Vec<Known> {
    let literal = |text: Arc<str>| Known {
        text,
        standing: Standing::Literal,
    };
    let elsewhere = |text: &Arc<str>| Known {
        text: Arc::clone(text),
        standing: Standing::Elsewhere,
    };
    match &value.kind {
        Kind::String(text) if text.style.is_some() => vec![literal(Arc::clone(&text.value))],
        Kind::String(text) => {
            let spelled = value
                .place()
                .and_then(|place| place::as_spelled(sources, place));
            let spelled = spelled.map(|spelled| literal(spelled.into()));
            spelled
                .into_iter()
                .chain([elsewhere(&text.value)])
                .collect()
        }
        Kind::Number(_) => {
            let slice = value.place().map(|place| sources.slice(place));
            slice
                .map(|slice| literal(slice.into()))
                .into_iter()
                .collect()
        }
        Kind::Open(open) => match &open.cause {
            OpenCause::Placeholder(_) => vec![literal(Arc::clone(&open.written))],
            OpenCause::Env(_) | OpenCause::File(_) => {
                vec![Known {
                    text: Arc::clone(&open.written),
                    standing: Standing::Open,
                }]
            }
            OpenCause::Include(_) | OpenCause::Override(_) => Vec::new(),
        },
        Kind::Null | Kind::Bool(_) | Kind::Array(_) | Kind::Object(_) => Vec::new(),
    }
}
