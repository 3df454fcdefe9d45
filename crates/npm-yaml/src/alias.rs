//! Anchors and aliases, with the limits of the real loader.
//!
//! In: anchored nodes as they are finished, and aliases to them. Out: what an alias stands for, or why it stands for
//! nothing. A node is kept only where an alias names its anchor: nested anchors would hold a text many times. The npm package `yaml` 2.9 stops when the number of uses of an anchor times that of the anchors inside it
//! passes 100 (`nodes/Alias.js`), which also bounds what aliases can grow a text to.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{MAX_VALUES, Node};

/// The limit of the real loader: uses times nested uses, where an anchor counts as its own first use.
const MAX_ALIAS_COUNT: u64 = 100;

/// All anchors of a document that an alias may name.
#[derive(Debug)]
pub(super) struct Anchors<'t> {
    anchors: BTreeMap<usize, Anchor>,
    /// Whatever stands behind a `*`: the names of all aliases, and what only looks like one.
    used: HashSet<&'t str>,
    /// How many values are kept.
    values: usize,
}

/// One anchor.
#[derive(Debug)]
struct Anchor {
    /// What it stands for; `None` while it is being read.
    node: Option<(Node, Extent)>,
    leaves: Leaves,
    count: u64,
    weight: u64,
}

/// How large a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    /// How many values, itself included.
    pub values: usize,
    /// How many levels, itself included.
    pub depth: usize,
}

/// What the tips of a tree are, for the alias limit.
#[derive(Debug, Clone, Default)]
pub(super) struct Leaves {
    scalar: bool,
    aliases: BTreeSet<usize>,
}

impl Leaves {
    /// A scalar.
    pub(super) fn scalar() -> Self {
        Self {
            scalar: true,
            aliases: BTreeSet::new(),
        }
    }

    /// An alias to an anchor.
    pub(super) fn alias(anchor: usize) -> Self {
        Self {
            scalar: false,
            aliases: BTreeSet::from([anchor]),
        }
    }

    /// Adds the tips of a part.
    pub(super) fn add(&mut self, mut part: Leaves) {
        self.scalar |= part.scalar;
        // The smaller into the larger: a list of aliases in many brackets is not copied for each of them.
        if part.aliases.len() > self.aliases.len() {
            std::mem::swap(&mut self.aliases, &mut part.aliases);
        }
        self.aliases.extend(part.aliases);
    }
}

/// Why an alias stands for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AliasError {
    /// It is inside what it refers to.
    Cyclic,
    /// It passes the limit of the real loader.
    Excessive,
}

impl<'t> Anchors<'t> {
    /// For the anchors of a text.
    pub(super) fn new(text: &'t str) -> Self {
        let end = [' ', '\t', '\r', '\n', ',', '[', ']', '{', '}'];
        let behind = text.split('*').skip(1);
        Self {
            anchors: BTreeMap::new(),
            used: behind.filter_map(|rest| rest.split(end).next()).collect(),
            values: 0,
        }
    }

    /// Whether an alias may name this anchor.
    pub(super) fn is_used(&self, name: &str) -> bool {
        // A name may hold a `*`.
        name.split('*')
            .next()
            .is_some_and(|name| self.used.contains(name))
    }

    /// Notes that a collection with an anchor begins.
    pub(super) fn begin(&mut self, id: usize) {
        self.anchors.insert(
            id,
            Anchor {
                node: None,
                leaves: Leaves::default(),
                count: 1,
                weight: 0,
            },
        );
    }

    /// Notes what an anchor stands for. Out: how many values are kept in all.
    pub(super) fn finish(
        &mut self,
        id: usize,
        node: &Node,
        extent: Extent,
        leaves: Leaves,
    ) -> usize {
        self.values += extent.values;
        if self.values > MAX_VALUES {
            return self.values;
        }
        self.anchors.insert(
            id,
            Anchor {
                node: Some((node.clone(), extent)),
                leaves,
                count: 1,
                weight: 0,
            },
        );
        self.values
    }

    /// What an alias stands for.
    pub(super) fn resolve(&mut self, id: usize) -> Result<(&Node, Extent), AliasError> {
        let weight = self.weight(id);
        let anchor = self.anchors.get_mut(&id).ok_or(AliasError::Cyclic)?;
        anchor.count += 1;
        if anchor.weight == 0 {
            anchor.weight = weight;
        }
        if anchor.count * anchor.weight > MAX_ALIAS_COUNT {
            return Err(AliasError::Excessive);
        }
        let (node, extent) = anchor.node.as_ref().ok_or(AliasError::Cyclic)?;
        Ok((node, *extent))
    }

    fn weight(&self, id: usize) -> u64 {
        let Some(anchor) = self.anchors.get(&id) else {
            return 0;
        };
        let used = |alias: &usize| {
            let anchor = self.anchors.get(alias)?;
            Some(anchor.count * anchor.weight)
        };
        let nested = anchor.leaves.aliases.iter().filter_map(used).max();
        nested
            .unwrap_or_default()
            .max(u64::from(anchor.leaves.scalar))
    }
}
