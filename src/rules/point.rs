//! Where labels stand: values of the facts to places in the layers, and back to config paths.

use std::collections::{BTreeMap, HashMap};

use super::condition::Variables;
use super::path::Path;
use crate::backstage::value::{Kind, Value};
use crate::text::{Place, SourceId};
use source::{ConfigPath, Part};

/// The bytes to point at for a value: its own, or its key's when it is a mapping, a sequence or nothing at
/// all, of which the own bytes would be too many or none. `None` for a derived value.
pub fn place(node: &Value) -> Option<Place> {
    let origin = node.origin?;
    let by_key = match &node.kind {
        Kind::Array(_) | Kind::Object(_) => true,
        _ => origin.value.span.is_empty(),
    };
    match origin.key {
        Some(key) if by_key => Some(key),
        _ => Some(origin.value),
    }
}

/// What to point at for a value: its place, or those of its items where it is a list that stands nowhere itself.
pub fn places(node: &Value) -> Vec<Place> {
    match (place(node), &node.kind) {
        (Some(place), _) => vec![place],
        (None, Kind::Array(items)) => items.iter().filter_map(place).collect(),
        (None, _) => Vec::new(),
    }
}

/// The place of the value at a path, or of the nearest one above it that has a place.
pub fn nearest(path: &Path<'_>, variables: &Variables<'_>) -> Option<Place> {
    path.nodes(variables)?.into_iter().rev().find_map(place)
}

/// Where every value of a config stands, so that many findings find their config paths in one walk.
pub struct ConfigPaths<'v> {
    nodes: Vec<Node<'v>>,
    /// The value at exactly these bytes, as [`place`] gives them; of several the first.
    exact: HashMap<Place, usize>,
    /// What covers bytes without further values in it, by where it begins, with where it ends.
    leaves: BTreeMap<(SourceId, u32), (u32, usize)>,
}

/// A value within another.
struct Node<'v> {
    within: Option<usize>,
    step: Step<'v>,
}

enum Step<'v> {
    Root,
    Key(&'v str),
    Index(usize),
}

impl<'v> ConfigPaths<'v> {
    /// The places of a config.
    pub fn of(config: &'v Value) -> Self {
        let mut paths = Self {
            nodes: Vec::new(),
            exact: HashMap::new(),
            leaves: BTreeMap::new(),
        };
        paths.add(config, None, Step::Root);
        paths
    }

    /// The path of the value that stands at `at`, e.g. `backend.database.connection`; also when `at` is only a part of
    /// it, like the password in a URL.
    pub fn get(&self, at: Place) -> Option<ConfigPath> {
        let up_to = (at.source, at.span.start);
        let covering = || {
            let (key, (end, node)) = self.leaves.range(..=up_to).next_back()?;
            (key.0 == at.source && at.span.end <= *end).then_some(*node)
        };
        let node = self.exact.get(&at).copied().or_else(covering)?;
        let mut above = Vec::new();
        let mut next = Some(node);
        while let Some(node) = next.and_then(|index| self.nodes.get(index)) {
            above.push(&node.step);
            next = node.within;
        }
        let mut path = ConfigPath::root();
        for step in above.into_iter().rev() {
            match step {
                Step::Root => {}
                Step::Key(key) => path.push(Part::Key((*key).into())),
                Step::Index(index) => path.push(Part::Item(*index)),
            }
        }
        Some(path)
    }

    /// What is inside comes first: the innermost value at a place is the one that is meant.
    fn add(&mut self, value: &'v Value, within: Option<usize>, step: Step<'v>) {
        let index = self.nodes.len();
        self.nodes.push(Node { within, step });
        match &value.kind {
            Kind::Object(object) => {
                for (key, child) in object {
                    self.add(child, Some(index), Step::Key(key));
                }
            }
            Kind::Array(items) => {
                for (position, child) in items.iter().enumerate() {
                    self.add(child, Some(index), Step::Index(position));
                }
            }
            _ => {
                if let Some(own) = value.place() {
                    let key = (own.source, own.span.start);
                    self.leaves.entry(key).or_insert((own.span.end, index));
                    self.exact.entry(own).or_insert(index);
                }
                if let Some(key) = value.key_place() {
                    self.exact.entry(key).or_insert(index);
                }
                return;
            }
        }
        if let Some(place) = place(value).filter(|_| within.is_some()) {
            self.exact.entry(place).or_insert(index);
        }
    }
}
