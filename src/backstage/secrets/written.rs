//! What a layer spells, and what is known of a value from elsewhere.
//!
//! In: nodes, or resolved values. Out: texts to search. A secret in a layer is one whatever the environment makes
//! of it: `postgres://app:hunter2@${HOST}` is searched as written, even where `HOST` is unset and the value gone.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Standing, place};
use crate::backstage::document::NodeExt;
use crate::backstage::value::{Kind, Object, OpenCause, Origin, Text, Value};
use crate::text::{Place, SourceId, Sources, Span};
use indexmap::IndexMap;
use npm_yaml::{Document, Entry, Node, NodeValue};

/// How many keys that stand in their mapping already are looked at.
const MAX_REPEATED: usize = 32;

/// What a layer spells. Where only keys that stand twice keep the loader from reading it: what it would be with the
/// first of each, and for each further one what it would be with that one. Any of them may hold a secret.
pub(super) fn readings(document: &Document, source: SourceId) -> Vec<Value> {
    if let Some(root) = &document.root {
        return vec![value(root, source)];
    }
    let Some(refused) = &document.refused else {
        return Vec::new();
    };
    let mut repeated = vec![None];
    find_repeated(refused, &mut repeated);
    let roots = repeated.iter().map(|key| reading(refused, *key));
    roots.map(|root| value(&root, source)).collect()
}

/// The keys that stand in their mapping already.
fn find_repeated(node: &Node, found: &mut Vec<Option<Span>>) {
    for item in node.items() {
        find_repeated(item, found);
    }
    let NodeValue::Mapping(entries) = &node.value else {
        return;
    };
    let mut seen = HashSet::new();
    for entry in entries {
        if !seen.insert(&*entry.key.text) && found.len() <= MAX_REPEATED {
            found.push(Some(entry.key.span));
        }
        find_repeated(&entry.value, found);
    }
}

/// A node with each key once: the first, or the one that is asked for, or has that inside.
fn reading(node: &Node, chosen: Option<Span>) -> Node {
    let value = match &node.value {
        NodeValue::Sequence(items) => {
            NodeValue::Sequence(items.iter().map(|item| reading(item, chosen)).collect())
        }
        NodeValue::Mapping(entries) => {
            let mut kept: IndexMap<&str, &Entry> = IndexMap::new();
            for entry in entries {
                let leads = chosen.is_some_and(|chosen| {
                    chosen == entry.key.span || entry.value.span.contains(chosen)
                });
                let first = kept.entry(&*entry.key.text).or_insert(entry);
                if leads {
                    *first = entry;
                }
            }
            let entries = kept.into_values().map(|entry| Entry {
                key: entry.key.clone(),
                value: reading(&entry.value, chosen),
            });
            NodeValue::Mapping(entries.collect())
        }
        value => value.clone(),
    };
    Node {
        span: node.span,
        value,
    }
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
