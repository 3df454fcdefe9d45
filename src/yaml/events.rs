//! Collections while they are being read.
//!
//! In: finished nodes in the order of the text. Out: the sequence or mapping they make. Never: text.

use std::collections::HashMap;
use std::sync::Arc;

use granit_parser::StructureStyle;

use super::alias::{Extent, Leaves};
use super::key::{self, KeyKind};
use super::tag::TagName;
use super::{Entry, Key, Node, NodeValue};
use crate::text::Span;

/// One open collection.
pub(super) struct Frame {
    collection: Collection,
    style: StructureStyle,
    anchor: usize,
    tag: Option<TagName>,
    span: Span,
    extent: Extent,
    leaves: Leaves,
    /// A key in brackets that the real parser may lose its way at.
    pub(super) lost_key: Option<Span>,
    /// Whether the last node is a collection in block style.
    pub(super) last_is_block: bool,
}

/// What an open collection holds so far.
pub(super) enum Collection {
    /// Items.
    Sequence(Vec<Node>),
    /// Pairs.
    Mapping(Pairs),
}

impl Collection {
    /// An empty sequence.
    pub(super) fn sequence() -> Self {
        Self::Sequence(Vec::new())
    }

    /// An empty mapping.
    pub(super) fn mapping() -> Self {
        Self::Mapping(Pairs::default())
    }
}

/// Why a node cannot stand where it stands.
pub(super) enum Refused {
    /// The key is there already.
    Duplicate {
        /// The second one.
        key: Span,
        /// The first one.
        first: Span,
    },
    /// The value of a merge key is no mapping.
    Merge,
}

/// A collection that is complete.
pub(super) struct Finished {
    pub value: NodeValue,
    pub span: Span,
    pub anchor: usize,
    pub tag: Option<TagName>,
    pub extent: Extent,
    pub leaves: Leaves,
    pub style: StructureStyle,
}

impl Frame {
    /// A collection whose first event has this span.
    pub(super) fn new(
        collection: Collection,
        style: StructureStyle,
        anchor: usize,
        tag: Option<TagName>,
        span: Span,
    ) -> Self {
        Self {
            collection,
            style,
            anchor,
            tag,
            span,
            extent: Extent {
                values: 1,
                depth: 1,
            },
            leaves: Leaves::default(),
            lost_key: None,
            last_is_block: false,
        }
    }

    /// Where it begins.
    pub(super) fn start(&self) -> usize {
        self.span.range().start
    }

    /// Adds a node: an item, a key or a value.
    pub(super) fn push(
        &mut self,
        node: Node,
        extent: Extent,
        leaves: &Leaves,
        is_merge_key: bool,
    ) -> Result<(), Refused> {
        self.last_is_block = false;
        self.extent.values += extent.values;
        self.extent.depth = self.extent.depth.max(extent.depth + 1);
        self.leaves.add(leaves);
        self.span.end = self.span.end.max(node.span.end);
        match &mut self.collection {
            Collection::Sequence(items) => {
                items.push(node);
                Ok(())
            }
            Collection::Mapping(pairs) => pairs.push(node, leaves.is_alias(), is_merge_key),
        }
    }

    /// Whether the next node is a key.
    pub(super) fn expects_key(&self) -> bool {
        matches!(&self.collection, Collection::Mapping(pairs) if pairs.pending.is_none())
    }

    /// The key whose value is next.
    pub(super) fn pending_key(&self) -> Option<Span> {
        match &self.collection {
            Collection::Mapping(pairs) => Some(pairs.pending.as_ref()?.key.span),
            Collection::Sequence(_) => None,
        }
    }

    /// Whether this is a block mapping whose next node is a key, and not its first.
    pub(super) fn is_block_mapping_with_entries(&self) -> bool {
        self.style == StructureStyle::Block
            && matches!(&self.collection, Collection::Mapping(pairs)
                if pairs.pending.is_none() && !pairs.entries.is_empty())
    }

    /// Whether the last value of this mapping is a collection in block style.
    pub(super) fn ends_with_block_collection(&self) -> bool {
        self.last_is_block
    }

    /// The collection, whose last event has the span `end`.
    pub(super) fn finish(self, end: Span) -> Finished {
        let span = match self.style {
            StructureStyle::Flow => Span::new(self.span.range().start, end.range().end),
            StructureStyle::Block => self.span,
        };
        Finished {
            value: match self.collection {
                Collection::Sequence(items) => NodeValue::Sequence(items),
                Collection::Mapping(pairs) => NodeValue::Mapping(pairs.entries),
            },
            span,
            anchor: self.anchor,
            tag: self.tag,
            extent: self.extent,
            leaves: self.leaves,
            style: self.style,
        }
    }
}

/// Mappings of more entries than this get an index.
const INDEX_FROM: usize = 16;

/// The pairs of an open mapping.
#[derive(Default)]
pub(super) struct Pairs {
    entries: Vec<Entry>,
    /// For each entry the kinds of keys that were written with its text: `1` and `"1"` are two keys to the real
    /// loader's check, and one in the object it makes.
    kinds: Vec<Vec<KeyKind>>,
    index: HashMap<Arc<str>, usize>,
    pending: Option<Pending>,
}

struct Pending {
    key: Key,
    kind: KeyKind,
    is_merge: bool,
}

impl Pairs {
    fn push(&mut self, node: Node, is_alias: bool, is_merge: bool) -> Result<(), Refused> {
        let Some(pending) = self.pending.take() else {
            let kind = match is_alias || is_merge {
                true => KeyKind::Unequal,
                false => key::kind(&node),
            };
            let key = Key {
                text: key::text(&node),
                span: node.span,
            };
            self.pending = Some(Pending {
                key,
                kind,
                is_merge,
            });
            return Ok(());
        };
        if pending.is_merge {
            return self.merge(node);
        }
        self.insert(pending, node)
    }

    fn insert(&mut self, pending: Pending, value: Node) -> Result<(), Refused> {
        let Pending { key, kind, .. } = pending;
        let Some(at) = self.find(&key.text) else {
            self.add(Entry { key, value }, vec![kind]);
            return Ok(());
        };
        let (Some(entry), Some(kinds)) = (self.entries.get_mut(at), self.kinds.get_mut(at)) else {
            return Ok(());
        };
        if kind != KeyKind::Unequal && kinds.contains(&kind) {
            return Err(Refused::Duplicate {
                key: key.span,
                first: entry.key.span,
            });
        }
        kinds.push(kind);
        *entry = Entry { key, value };
        Ok(())
    }

    fn merge(&mut self, value: Node) -> Result<(), Refused> {
        let sources = match value.value {
            NodeValue::Sequence(items) => items,
            NodeValue::Mapping(_) => vec![value],
            _ => return Err(Refused::Merge),
        };
        for source in sources {
            let NodeValue::Mapping(entries) = source.value else {
                return Err(Refused::Merge);
            };
            for entry in entries {
                if self.find(&entry.key.text).is_none() {
                    self.add(entry, Vec::new());
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, entry: Entry, kinds: Vec<KeyKind>) {
        if self.entries.len() == INDEX_FROM {
            let texts = self.entries.iter().enumerate();
            self.index = texts
                .map(|(at, entry)| (Arc::clone(&entry.key.text), at))
                .collect();
        }
        if self.entries.len() >= INDEX_FROM {
            self.index
                .insert(Arc::clone(&entry.key.text), self.entries.len());
        }
        self.entries.push(entry);
        self.kinds.push(kinds);
    }

    fn find(&self, text: &str) -> Option<usize> {
        if self.entries.len() > INDEX_FROM {
            return self.index.get(text).copied();
        }
        self.entries
            .iter()
            .position(|entry| *entry.key.text == *text)
    }
}
