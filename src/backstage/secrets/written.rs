//! What a layer spells, and what is known of a value from elsewhere.
//!
//! In: nodes, or resolved values. Out: texts to search. A secret in a layer is one whatever the environment makes
//! of it: `postgres://app:hunter2@${HOST}` is searched as written, even where `HOST` is unset and the value gone.

use std::sync::Arc;

use super::{Standing, place};
use crate::backstage::value::{Kind, Object, OpenCause, Origin, Text, Value};
use crate::text::{Place, SourceId, Sources};
use npm_yaml::{Node, NodeValue};

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
