//! A text with its tree: where values stand, and how the lines around them are laid out.

use super::Language;
use super::spell::Quote;
use crate::{Comment, Document, Key, Node, NodeValue, ScalarStyle};
use source::{ConfigPath, Part, Span};

/// A text that is to be changed.
pub(super) struct View<'t> {
    pub(super) text: &'t str,
    pub(super) language: Language,
    pub(super) root: Option<&'t Node>,
    comments: &'t [Comment],
}

/// A value, its key, and what it is in.
pub(super) struct Found<'t> {
    pub(super) value: &'t Node,
    pub(super) key: Option<&'t Key>,
    /// Its number in its mapping or list.
    pub(super) index: usize,
    /// What it is in is written in brackets.
    pub(super) in_flow: bool,
    /// The column of the key or dash that it belongs to.
    pub(super) column: usize,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Nothing stands there.
    Absent,
    /// A scalar.
    Scalar,
    /// `{…}` or `[…]`
    Flow,
    /// A mapping or a list on lines of its own.
    Block,
}

impl Node {
    /// How many entries or items it has.
    pub(super) fn len(&self) -> usize {
        match &self.value {
            NodeValue::Mapping(entries) => entries.len(),
            NodeValue::Sequence(items) => items.len(),
            _ => 0,
        }
    }

    /// Whether it has none.
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it is written as `|` or `>`.
    pub(super) fn is_block_scalar(&self) -> bool {
        let NodeValue::String(text) = &self.value else {
            return false;
        };
        matches!(text.style, ScalarStyle::Literal | ScalarStyle::Folded)
    }
}

impl<'t> View<'t> {
    pub(super) fn new(text: &'t str, language: Language, document: &'t Document) -> Self {
        Self {
            text,
            language,
            root: document.root.as_ref(),
            comments: &document.comments,
        }
    }

    /// Whether a comment stands right above an entry, in it, or on its last line.
    pub(super) fn has_comments(&self, found: &Found<'_>) -> bool {
        let own = found.key.map_or(found.value.span, |key| key.span);
        let end = self.line_after(found.value.span.end.max(own.end) as usize);
        let start = self.comments_above(own.start as usize);
        let is_within = |comment: &Comment| {
            start <= comment.span.start as usize && comment.span.start as usize <= end
        };
        self.comments.iter().any(is_within)
    }

    pub(super) fn is_json(&self) -> bool {
        self.language == Language::Json
    }

    /// The value at a path.
    pub(super) fn find(&self, parts: &[Part]) -> Option<Found<'t>> {
        let mut found = Found {
            value: self.root?,
            key: None,
            index: 0,
            in_flow: self.is_json(),
            column: 0,
        };
        for part in parts {
            let in_flow = found.in_flow || self.layout(found.value) == Layout::Flow;
            found = match (&found.value.value, part) {
                (NodeValue::Mapping(entries), Part::Key(key)) => {
                    let index = entries.iter().position(|entry| entry.key.text == *key)?;
                    let entry = entries.get(index)?;
                    Found {
                        value: &entry.value,
                        key: Some(&entry.key),
                        index,
                        in_flow,
                        column: self.column(entry.key.span.start as usize),
                    }
                }
                (NodeValue::Sequence(items), Part::Item(index)) => {
                    let value = items.get(*index)?;
                    let column = match in_flow {
                        true => 0,
                        false => self.column(self.dash(value)?),
                    };
                    Found {
                        value,
                        key: None,
                        index: *index,
                        in_flow,
                        column,
                    }
                }
                _ => return None,
            };
        }
        Some(found)
    }

    pub(super) fn layout(&self, node: &Node) -> Layout {
        let first = self.text.as_bytes().get(node.span.start as usize);
        match &node.value {
            _ if node.span.is_empty() => Layout::Absent,
            NodeValue::Mapping(_) if first == Some(&b'{') => Layout::Flow,
            NodeValue::Sequence(_) if first == Some(&b'[') => Layout::Flow,
            NodeValue::Mapping(_) | NodeValue::Sequence(_) => Layout::Block,
            _ => Layout::Scalar,
        }
    }

    /// The dash before an item of a block list.
    pub(super) fn dash(&self, item: &Node) -> Option<usize> {
        let before = self.text.get(..item.span.start as usize)?;
        let mut end = before.len();
        loop {
            let at = before.get(..end)?.rfind('-')?;
            let line = before.get(self.line_start(at)..at)?;
            let rest = before.get(at + 1..)?;
            if line.chars().all(|c| c == ' ') && !rest.starts_with(|c: char| !c.is_whitespace()) {
                return Some(at);
            }
            // In `- - x` a dash stands before this one.
            if line.ends_with("- ") && line.trim_start().chars().all(|c| c == '-' || c == ' ') {
                return Some(at);
            }
            end = at;
        }
    }

    /// Where the line of an offset begins.
    pub(super) fn line_start(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        match start == 0 && before.starts_with('\u{feff}') {
            true => '\u{feff}'.len_utf8(),
            false => start,
        }
    }

    /// Where the line begins that follows the one in which a value ends.
    pub(super) fn line_after(&self, end: usize) -> usize {
        if self
            .text
            .get(..end)
            .is_some_and(|before| before.ends_with('\n'))
        {
            return end;
        }
        let rest = self.text.get(end..).unwrap_or_default();
        rest.find('\n')
            .map_or(self.text.len(), |line| end + line + 1)
    }

    /// How many characters stand before an offset on its line.
    pub(super) fn column(&self, at: usize) -> usize {
        let before = self.text.get(self.line_start(at)..at);
        before.unwrap_or_default().chars().count()
    }

    /// Whether nothing but spaces stands before an offset on its line.
    pub(super) fn begins_line(&self, at: usize) -> bool {
        let before = self.text.get(self.line_start(at)..at);
        before.is_some_and(|before| before.chars().all(|c| c == ' ' || c == '\t'))
    }

    /// The line end of the text: that of its first line.
    pub(super) fn eol(&self) -> &'static str {
        let first = self.text.find('\n').and_then(|end| self.text.get(..end));
        match first.is_some_and(|first| first.ends_with('\r')) {
            true => "\r\n",
            false => "\n",
        }
    }

    /// Lines as text to add at the beginning of a line, or behind a text whose last line has no end.
    pub(super) fn lines_at(&self, at: usize, lines: &[String]) -> String {
        let eol = self.eol();
        let lines = lines.join(eol);
        let before = self.text.get(..at).unwrap_or_default();
        match before.is_empty() || before.ends_with('\n') || before == "\u{feff}" {
            true => format!("{lines}{eol}"),
            false => format!("{eol}{lines}"),
        }
    }

    /// How many spaces a mapping is indented below its key: as the first one in the text is.
    pub(super) fn step(&self) -> usize {
        self.root
            .and_then(|root| self.first_step(root))
            .filter(|step| (1..=8).contains(step))
            .unwrap_or(2)
    }

    fn first_step(&self, node: &Node) -> Option<usize> {
        match &node.value {
            NodeValue::Mapping(entries) if self.layout(node) == Layout::Block => {
                entries.iter().find_map(|entry| {
                    let value = &entry.value;
                    let is_block = self.layout(value) == Layout::Block
                        && matches!(value.value, NodeValue::Mapping(_));
                    let own = self.column(entry.key.span.start as usize);
                    match is_block {
                        true => self.column(value.span.start as usize).checked_sub(own),
                        false => self.first_step(value),
                    }
                })
            }
            NodeValue::Sequence(items) => items.iter().find_map(|item| self.first_step(item)),
            _ => None,
        }
    }

    /// The quotes that a key or a scalar is in.
    pub(super) fn quote_of(&self, span: Span) -> Quote {
        match self.text.as_bytes().get(span.start as usize) {
            Some(b'"') => Quote::Double,
            Some(b'\'') => Quote::Single,
            _ if self.is_json() => Quote::Double,
            _ => Quote::None,
        }
    }
}

pub(super) fn locate(node: &Node, span: Span) -> Option<ConfigPath> {
    let mut path = Vec::new();
    walk(node, span, &mut path).then(|| whole(path))
}

pub(super) fn around(node: &Node, span: Span) -> Option<ConfigPath> {
    let mut node = node;
    let mut path = Vec::new();
    loop {
        match &node.value {
            NodeValue::Mapping(entries) => {
                let entry = entries
                    .iter()
                    .find(|entry| entry.value.span.contains(span))?;
                path.push(Part::Key(entry.key.text.clone()));
                node = &entry.value;
            }
            NodeValue::Sequence(items) => {
                let index = items.iter().position(|item| item.span.contains(span))?;
                path.push(Part::Item(index));
                node = items.get(index)?;
            }
            _ => return node.span.contains(span).then(|| whole(path)),
        }
    }
}

fn whole(parts: Vec<Part>) -> ConfigPath {
    let mut path = ConfigPath::root();
    for part in parts {
        path.push(part);
    }
    path
}

fn walk(node: &Node, span: Span, path: &mut Vec<Part>) -> bool {
    match &node.value {
        NodeValue::Mapping(entries) => {
            for entry in entries {
                path.push(Part::Key(entry.key.text.clone()));
                if entry.key.span == span || walk(&entry.value, span, path) {
                    return true;
                }
                path.pop();
            }
        }
        NodeValue::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(Part::Item(index));
                if walk(item, span, path) {
                    return true;
                }
                path.pop();
            }
        }
        _ => {}
    }
    node.span == span
}
