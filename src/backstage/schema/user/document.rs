//! One schema file: its text as JSON, and where each value of it stands.

use std::collections::HashMap;

use serde_json::{Map, Number, Value as Json};

use super::load::SchemaMistake;
use crate::files::{FilePath, Files, ReadError};
use crate::text::{Place, SourceId, Sources, Span};
use npm_yaml::{Node, NodeValue};

/// The largest schema file, in bytes.
const MAX_FILE_SIZE: u64 = 4 << 20;

/// How deep the values of a schema file may be nested. Compiling a schema recurses.
const MAX_FILE_DEPTH: usize = 128;

/// Integers up to this one are exact in a 64-bit floating-point number.
const LAST_EXACT_INTEGER: f64 = 9_007_199_254_740_991.0;

/// A schema file that was read.
#[derive(Debug)]
pub(super) struct Document {
    /// Its path in the repository.
    pub path: FilePath,
    /// Its text.
    pub source: SourceId,
    /// What it holds.
    pub json: Json,
    /// The same with spans.
    root: Node,
}

impl Document {
    /// Reads a file: JSON, or YAML, which `backstage-cli config:schema` writes.
    ///
    /// # Errors
    /// What is wrong with the file, each mistake with its place; nothing but [`ReadError`] where it cannot be read.
    pub fn read(
        path: &FilePath,
        files: &dyn Files,
        sources: &Sources,
    ) -> Result<Self, DocumentError> {
        let text = files
            .read(path, MAX_FILE_SIZE)
            .map_err(DocumentError::Unreadable)?;
        let source = sources.add(files.source(path, text.clone()));
        let document = match path.as_str().ends_with(".json") {
            true => npm_yaml::parse_json(&text),
            false => npm_yaml::parse(&text),
        };
        let mistake = |span: Span, message: String| SchemaMistake {
            message,
            place: Place::new(source, span),
        };
        let fatal = document
            .problems
            .iter()
            .filter(|problem| problem.is_fatal());
        let mistakes: Vec<_> = fatal
            .map(|problem| mistake(problem.span, for_schemas(&problem.message)))
            .collect();
        if !mistakes.is_empty() {
            return Err(DocumentError::Mistakes(mistakes));
        }
        let Some(root) = document.root else {
            let message = "the schema file is empty".to_owned();
            return Err(DocumentError::Mistakes(vec![mistake(Span::at(0), message)]));
        };
        if let Some(span) = deeper_than(&root, MAX_FILE_DEPTH) {
            let message = format!("nested more than {MAX_FILE_DEPTH} levels deep");
            return Err(DocumentError::Mistakes(vec![mistake(span, message)]));
        }
        if !matches!(root.value, NodeValue::Mapping(_) | NodeValue::Bool(_)) {
            let message = "a JSON Schema must be an object".to_owned();
            return Err(DocumentError::Mistakes(vec![mistake(root.span, message)]));
        }
        Ok(Self {
            path: path.clone(),
            source,
            json: json(&root),
            root,
        })
    }

    /// The place of the value at a JSON pointer, or of the nearest value above it.
    pub fn place_at(&self, pointer: &str) -> Place {
        let mut node = &self.root;
        for segment in pointer.split('/').skip(1) {
            let segment = segment.replace("~1", "/").replace("~0", "~");
            let next = match &node.value {
                NodeValue::Mapping(entries) => entries
                    .iter()
                    .find(|entry| *entry.key.text == *segment)
                    .map(|entry| &entry.value),
                NodeValue::Sequence(items) => segment
                    .parse()
                    .ok()
                    .and_then(|index: usize| items.get(index)),
                _ => None,
            };
            let Some(next) = next else { break };
            node = next;
        }
        Place::new(self.source, node.span)
    }

    /// Where each value of [`Document::json`] stands, by its address.
    pub fn spans(&self) -> HashMap<usize, Span> {
        let mut spans = HashMap::new();
        note_spans(&self.root, &self.json, &mut spans);
        spans
    }
}

/// Why a schema file cannot be used.
pub(super) enum DocumentError {
    /// There is no text to be had.
    Unreadable(ReadError),
    /// The text is no schema.
    Mistakes(Vec<SchemaMistake>),
}

/// The address of a value, which tells it from every other one while its document is not moved.
pub(super) fn address(value: &Json) -> usize {
    std::ptr::from_ref(value) as usize
}

/// A message about a layer as one about a schema.
fn for_schemas(message: &str) -> String {
    message.replace("the app cannot", "stagecheck cannot")
}

fn note_spans(node: &Node, value: &Json, spans: &mut HashMap<usize, Span>) {
    spans.insert(address(value), node.span);
    match (&node.value, value) {
        (NodeValue::Mapping(entries), Json::Object(object)) => {
            for (entry, (_, value)) in entries.iter().zip(object) {
                note_spans(&entry.value, value, spans);
            }
        }
        (NodeValue::Sequence(items), Json::Array(values)) => {
            for (item, value) in items.iter().zip(values) {
                note_spans(item, value, spans);
            }
        }
        _ => {}
    }
}

/// The first value that is nested deeper.
fn deeper_than(node: &Node, depth: usize) -> Option<Span> {
    let Some(depth) = depth.checked_sub(1) else {
        return Some(node.span);
    };
    match &node.value {
        NodeValue::Mapping(entries) => entries
            .iter()
            .find_map(|entry| deeper_than(&entry.value, depth)),
        NodeValue::Sequence(items) => items.iter().find_map(|item| deeper_than(item, depth)),
        _ => None,
    }
}

fn json(node: &Node) -> Json {
    match &node.value {
        NodeValue::Null => Json::Null,
        NodeValue::Bool(value) => Json::Bool(*value),
        NodeValue::Number(value) => number(*value).map_or(Json::Null, Json::Number),
        NodeValue::String(text) => Json::String((*text.value).to_owned()),
        NodeValue::Sequence(items) => Json::Array(items.iter().map(json).collect()),
        NodeValue::Mapping(entries) => {
            let entry =
                |entry: &npm_yaml::Entry| ((*entry.key.text).to_owned(), json(&entry.value));
            Json::Object(entries.iter().map(entry).collect::<Map<_, _>>())
        }
    }
}

/// A number of JavaScript as one of JSON; `None` for infinities and NaN. An integer stays one, so that messages say `5`
/// and not `5.0`.
#[allow(clippy::cast_possible_truncation)] // the guard admits only what fits
pub(super) fn number(value: f64) -> Option<Number> {
    match value.fract() == 0.0 && value.abs() <= LAST_EXACT_INTEGER {
        true => Some(Number::from(value as i64)),
        false => Number::from_f64(value),
    }
}
