//! The pairs of a mapping.
//!
//! In: keys and values in the order of the text. Out: entries whose keys are unique, as in the object that the real
//! loader makes. Never: text.

use std::collections::HashMap;
use std::sync::Arc;

use super::key::KeyKind;
use super::{Entry, Key, Node, NodeValue};
use source::Span;

/// A key that has been read.
pub(super) struct PairKey {
    /// Its string and place.
    pub key: Key,
    /// What it equals.
    pub kind: KeyKind,
    /// Whether it is `<<`, and merges.
    pub is_merge: bool,
}

/// Why a pair cannot stand where it stands.
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

/// Mappings of more entries than this get an index.
const INDEX_FROM: usize = 16;

/// The pairs of a mapping that is being read.
#[derive(Default)]
pub(super) struct Pairs {
    entries: Vec<Entry>,
    /// For each entry the kinds of keys that were written with its text: `1` and `"1"` are two keys to the real
    /// loader's check, and one in the object it makes.
    kinds: Vec<Vec<KeyKind>>,
    index: HashMap<Arc<str>, usize>,
    /// The pairs that were refused because their key was there already.
    repeated: Vec<Entry>,
}

impl Pairs {
    /// Adds a pair.
    pub(super) fn insert(&mut self, key: PairKey, value: Node) -> Result<(), Refused> {
        if key.is_merge {
            return self.merge(value);
        }
        let PairKey { key, kind, .. } = key;
        let Some(at) = self.find(&key.text) else {
            self.add(Entry { key, value }, vec![kind]);
            return Ok(());
        };
        let (Some(entry), Some(kinds)) = (self.entries.get_mut(at), self.kinds.get_mut(at)) else {
            return Ok(());
        };
        if kind != KeyKind::Unequal && kinds.contains(&kind) {
            let refused = Refused::Duplicate {
                key: key.span,
                first: entry.key.span,
            };
            self.repeated.push(Entry { key, value });
            return Err(refused);
        }
        kinds.push(kind);
        *entry = Entry { key, value };
        Ok(())
    }

    /// All entries in order, and behind them those that were refused.
    pub(super) fn into_entries(mut self) -> Vec<Entry> {
        self.entries.append(&mut self.repeated);
        self.entries
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
