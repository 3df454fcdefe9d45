//! Layers inside other files: ConfigMaps and Helm values.
//!
//! In: the text of a host file, and where in it a layer stands. Out: the layer's document, every place in it pointing
//! into the host. Never: which chain loads it.

use std::ops::Range;
use std::sync::Arc;

use crate::text::{SourceId, Sources, Span};
use npm_yaml::{Document, Entry, Node, NodeValue, ScalarStyle, Text};

use crate::backstage::document::NodeExt as _;

/// Where a layer stands in a host file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedded {
    /// The host's text.
    pub source: SourceId,
    /// The bytes of the YAML document in it.
    pub document: Range<usize>,
    /// The keys that lead to the layer; that of an item in a sequence is its number.
    pub keys: Vec<Arc<str>>,
    /// What fills in the host before anybody loads it.
    pub filled_in_by: FilledInBy,
}

/// What fills in a host file before its layers are loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilledInBy {
    /// Nothing.
    Nothing,
    /// Helm: a string with `{{ … }}` is not known.
    Helm,
}

/// What a string with `{{ … }}` is to the loader's eyes: one that depends on something that is not known here.
const TEMPLATED: &str = "${HELM_TEMPLATE}";

impl Embedded {
    /// The layer's document. Without a root when the layer is empty, or the host is not what it was.
    pub fn document(&self, sources: &Sources) -> Document {
        let host = sources.get(self.source).text();
        let text = host.get(self.document.clone()).unwrap_or_default();
        let mut document = npm_yaml::parse(text);
        let start = self.document.start;
        let found = document.root.take().and_then(|mut root| {
            move_spans(&mut root, &|span| moved(span, start));
            descend(host, &root, &self.keys)
        });
        let Some(node) = found else {
            return Document::default();
        };
        let mut inner = match &node.value {
            NodeValue::String(text) => inside_text(host, node.span, text),
            NodeValue::Null => Document::default(),
            _ => Document {
                comments: document
                    .comments
                    .into_iter()
                    .map(|comment| npm_yaml::Comment {
                        span: moved(comment.span, start),
                    })
                    .filter(|comment| node.span.contains(comment.span))
                    .collect(),
                root: Some(node),
                ..Document::default()
            },
        };
        if let (Some(root), FilledInBy::Helm) = (&mut inner.root, self.filled_in_by) {
            open_templates(root, host);
        }
        inner
    }
}

/// The node that keys lead to, also through texts that are YAML themselves. The spans are those of the host.
fn descend(host: &str, root: &Node, keys: &[Arc<str>]) -> Option<Node> {
    let mut node = root;
    for (index, key) in keys.iter().enumerate() {
        if let Some(inner) = in_text(host, node) {
            return descend(host, &inner, keys.get(index..)?);
        }
        node = inside(node, key)?;
    }
    Some(node.clone())
}

/// The root of the YAML in a text of the host.
pub(in crate::backstage) fn in_text(host: &str, node: &Node) -> Option<Node> {
    match &node.value {
        NodeValue::String(text) => inside_text(host, node.span, text).root,
        _ => None,
    }
}

/// The value of a key in a mapping, or the item of a number in a sequence.
fn inside<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let item = || node.items().get(key.parse::<usize>().ok()?);
    node.get(key).or_else(item)
}

/// A document inside a string of the host.
fn inside_text(host: &str, node: Span, text: &Text) -> Document {
    let mut document = npm_yaml::parse(&text.value);
    let lines = Lines::of(host, node, text);
    let back = |span: Span| lines.back(host, node, text, span);
    let roots = [&mut document.root, &mut document.refused];
    for root in roots.into_iter().flatten() {
        move_spans(root, &back);
    }
    for comment in &mut document.comments {
        comment.span = back(comment.span);
    }
    for problem in &mut document.problems {
        problem.span = back(problem.span);
        if let Some((span, _)) = &mut problem.related {
            *span = back(*span);
        }
        problem.aligned_with = problem.aligned_with.map(&back);
    }
    for tag in &mut document.tags {
        *tag = back(*tag);
    }
    document
}

/// Where the lines of a literal block stand in the host: its indentation is cut from each, and nothing else changes.
struct Lines {
    /// First byte of each decoded line, and of its text in the host.
    starts: Vec<(usize, usize)>,
}

impl Lines {
    /// No lines for the other styles: there each part is looked for by itself.
    fn of(host: &str, node: Span, text: &Text) -> Self {
        let mut starts = Vec::new();
        let body = host.get(node.range()).unwrap_or_default();
        let header = body.find('\n').map_or(body.len(), |end| end + 1);
        if text.style == ScalarStyle::Literal {
            let mut at = node.start as usize + header;
            let mut decoded = 0;
            let mut lines = text.value.split_inclusive('\n');
            for line in host.get(at..).unwrap_or_default().split_inclusive('\n') {
                let Some(inner) = lines.next() else {
                    break;
                };
                let content = |line: &str| line.trim_end_matches(['\r', '\n']).len();
                let cut = content(line).saturating_sub(content(inner));
                starts.push((decoded, at + cut));
                decoded += inner.len();
                at += line.len();
            }
        }
        Self { starts }
    }

    fn back(&self, host: &str, node: Span, text: &Text, span: Span) -> Span {
        if self.starts.is_empty() {
            return npm_yaml::subspan(host, node, text.style, span.range()).unwrap_or(node);
        }
        Span::new(
            self.offset(span.start as usize),
            self.offset(span.end as usize),
        )
    }

    fn offset(&self, decoded: usize) -> usize {
        let line = self
            .starts
            .partition_point(|(start, _)| *start <= decoded)
            .saturating_sub(1);
        self.starts
            .get(line)
            .map_or(0, |(start, host)| host + (decoded - start.min(&decoded)))
    }
}

/// Makes every string with a template in it one that depends on a variable, as the loader would have to see it. A
/// template without quotes, `{{ .Values.url }}`, reads as a mapping with a mapping for its key.
fn open_templates(node: &mut Node, host: &str) {
    let written = host.get(node.span.range()).unwrap_or_default();
    if matches!(node.value, NodeValue::Mapping(_)) && written.starts_with("{{") {
        node.value = NodeValue::String(Text {
            value: TEMPLATED.into(),
            style: ScalarStyle::Plain,
        });
        return;
    }
    match &mut node.value {
        NodeValue::String(text) if text.value.contains("{{") => text.value = TEMPLATED.into(),
        NodeValue::Sequence(items) => {
            for item in items {
                open_templates(item, host);
            }
        }
        NodeValue::Mapping(entries) => {
            for entry in entries {
                open_templates(&mut entry.value, host);
            }
        }
        _ => {}
    }
}

/// Applies a function to every span of a tree.
pub(in crate::backstage) fn move_spans(node: &mut Node, to: &dyn Fn(Span) -> Span) {
    node.span = to(node.span);
    match &mut node.value {
        NodeValue::Sequence(items) => items.iter_mut().for_each(|item| move_spans(item, to)),
        NodeValue::Mapping(entries) => {
            for Entry { key, value } in entries {
                key.span = to(key.span);
                move_spans(value, to);
            }
        }
        _ => {}
    }
}

pub(in crate::backstage) fn moved(span: Span, by: usize) -> Span {
    Span::new(span.start as usize + by, span.end as usize + by)
}
