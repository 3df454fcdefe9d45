//! `facts.overrides`: what the layers of a chain do to the layers below them, where that may surprise.
//!
//! In: the resolved layers of every chain of an app root. Out: for each chain a list: values that are set again, keys
//! that a `null` removes, and lists that lose items. Never: the merge itself, or a guess at an open value.

mod items;

use std::collections::HashMap;

use self::items::{Compared, named, written};
use super::fact::{Bool, List, Number, Text};
use super::macros::facts;
use crate::backstage::value::{Kind, Value};
use crate::text::Place;
use source::{ConfigPath, Part};

facts! {
    /// What a layer does to one below it.
    pub struct Override {
        /// its path in the config; points at what the upper layer sets
        path: Text,
        /// `same`: it sets what is set below it already; `removed`: a `null` removes what is below it; `list`: a list
        /// replaces one that has other items
        kind: Text,
        /// the layer that sets it
        layer: Text,
        /// the layer that set it before; points at what that one sets
        below: Text,
        /// it is so in every chain that loads the layer
        everywhere: Bool,
        /// for `removed`: `null` or `~` is written there; false for a key without a value
        explicit: Bool,
        /// what is below is a mapping with keys in it
        mapping: Bool,
        /// for `list`: the items of the list below that are gone, a mapping by the key that names it; one that is there
        /// in another form, under the same name, is not gone
        dropped: List<Text>,
        /// the first of them; points at it
        first_dropped: Text,
        /// for `list`: how many items the upper list has
        items: Number,
        /// for `list`: how many items of the list below are gone
        lost: Number,
        /// for `list`: how many items of the list below are in the upper one too
        kept: Number,
    }
}

/// One layer of a chain.
#[derive(Clone, Copy)]
pub struct Layer<'v> {
    /// Its path, for people.
    pub name: &'v str,
    /// What it sets; `None` when it sets nothing, or cannot be read.
    pub root: Option<&'v Value>,
}

/// `facts.overrides` of each of these chains, whose layers are lowest first.
pub fn collect(chains: &[Vec<Layer<'_>>]) -> Vec<List<Override>> {
    let found: Vec<Vec<Found<'_>>> = chains.iter().map(|layers| of_chain(layers)).collect();
    let mut loads: HashMap<&str, usize> = HashMap::new();
    for layer in chains.iter().flatten() {
        *loads.entry(layer.name).or_default() += 1;
    }
    let mut times: HashMap<(Effect, Place, &ConfigPath), usize> = HashMap::new();
    for one in found.iter().flatten() {
        if let Some(key) = one.key() {
            *times.entry(key).or_default() += 1;
        }
    }
    let everywhere = |one: &Found<'_>| {
        let all = loads.get(one.layer).copied().unwrap_or_default();
        one.key().is_some_and(|key| times.get(&key) == Some(&all))
    };
    found
        .iter()
        .map(|found| found.iter().map(|one| one.fact(everywhere(one))).collect())
        .collect()
}

/// What an upper layer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Effect {
    Same,
    Removed,
    List,
}

/// One value that overrides another.
struct Found<'v> {
    effect: Effect,
    path: ConfigPath,
    layer: &'v str,
    top: &'v Value,
    below: Below<'v>,
    dropped: Vec<&'v Value>,
    kept: usize,
}

/// A value in a lower layer.
#[derive(Clone, Copy)]
struct Below<'v> {
    value: &'v Value,
    layer: &'v str,
}

impl Found<'_> {
    /// What the same override in another chain shares with it.
    fn key(&self) -> Option<(Effect, Place, &ConfigPath)> {
        let place = self.top.key_place().or_else(|| self.top.place())?;
        Some((self.effect, place, &self.path))
    }

    fn fact(&self, everywhere: bool) -> Override {
        let kind = match self.effect {
            Effect::Same => "same",
            Effect::Removed => "removed",
            Effect::List => "list",
        };
        let mapping = self.below.value.as_object();
        let explicit = match self.effect {
            Effect::Removed => self
                .top
                .place()
                .is_some_and(|place| !place.span.is_empty())
                .into(),
            Effect::Same | Effect::List => Bool::default(),
        };
        let dropped: Vec<Text> = self.dropped.iter().map(|item| named(item).into()).collect();
        let count = |items: usize| match self.effect {
            Effect::List => Number::from(items as f64),
            Effect::Same | Effect::Removed => Number::default(),
        };
        let at_top = match self.top.kind {
            Kind::Null | Kind::Object(_) | Kind::Array(_) => super::fact::at_key(self.top),
            _ => self.top.origin,
        };
        Override {
            origin: at_top,
            path: Text::from(self.path.to_string()).with_origin(at_top),
            kind: kind.into(),
            layer: self.layer.into(),
            below: Text::from(self.below.layer).with_origin(super::fact::at_key(self.below.value)),
            everywhere: everywhere.into(),
            explicit,
            mapping: mapping.is_some_and(|keys| !keys.is_empty()).into(),
            first_dropped: dropped.first().cloned().unwrap_or_default(),
            items: count(self.top.as_array().map_or(0, <[Value]>::len)),
            lost: count(dropped.len()),
            kept: count(self.kept),
            dropped: match self.effect {
                Effect::List => List::Known(dropped),
                Effect::Same | Effect::Removed => List::Absent,
            },
        }
    }
}

fn of_chain<'v>(layers: &[Layer<'v>]) -> Vec<Found<'v>> {
    let mut walk = Walk {
        lookups: 0,
        layer: "",
        path: ConfigPath::root(),
        found: Vec::new(),
    };
    // Nearest layer first.
    let mut below: Vec<Below<'v>> = Vec::new();
    for layer in layers {
        let Some(root) = layer.root else { continue };
        walk.layer = layer.name;
        walk.value(root, &below);
        below.insert(
            0,
            Below {
                value: root,
                layer: layer.name,
            },
        );
    }
    walk.found
}

/// How often a key is looked up in lower layers for one chain. For more layers and keys than that, the rest is not reported:
/// nobody writes as many.
const MOST_LOOKUPS: usize = 5_000_000;

struct Walk<'v> {
    lookups: usize,
    layer: &'v str,
    path: ConfigPath,
    found: Vec<Found<'v>>,
}

/// Whether a value changes what is below it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Nothing,
    Something,
}

impl<'v> Walk<'v> {
    /// Notes what `top` does to the values below it, of which the nearest is the first.
    fn value(&mut self, top: &'v Value, below: &[Below<'v>]) -> Change {
        let Some(&nearest) = below.first() else {
            return Change::Something;
        };
        match (&top.kind, &nearest.value.kind) {
            (_, Kind::Null) => Change::Something,
            (Kind::Null, _) => {
                self.note(Effect::Removed, top, nearest);
                Change::Something
            }
            (Kind::Object(object), Kind::Object(_)) => {
                let first = self.found.len();
                let mut change = Change::Nothing;
                for (key, child) in object {
                    self.lookups = self.lookups.saturating_add(below.len());
                    if self.lookups > MOST_LOOKUPS {
                        return Change::Something;
                    }
                    let under: Vec<Below<'v>> = below
                        .iter()
                        .take_while(|lower| lower.value.as_object().is_some())
                        .filter_map(|lower| {
                            let value = lower.value.get(key)?;
                            Some(Below { value, ..*lower })
                        })
                        .collect();
                    self.path.push(Part::Key(key.clone()));
                    if self.value(child, &under) == Change::Something {
                        change = Change::Something;
                    }
                    self.path.pop();
                }
                // A mapping that changes nothing is told once, instead of key by key.
                if change == Change::Nothing && !self.path.is_root() {
                    self.found.truncate(first);
                    self.note(Effect::Same, top, nearest);
                }
                change
            }
            (Kind::Array(items), Kind::Array(under)) => self.items(items, under, top, nearest),
            _ if is_same(top, nearest.value) => {
                self.note(Effect::Same, top, nearest);
                Change::Nothing
            }
            _ => Change::Something,
        }
    }

    fn items(
        &mut self,
        items: &'v [Value],
        under: &'v [Value],
        top: &'v Value,
        nearest: Below<'v>,
    ) -> Change {
        let compared = Compared::of(items, under);
        if compared.is_same {
            self.note(Effect::Same, top, nearest);
            return Change::Nothing;
        }
        if !compared.dropped.is_empty() && compared.is_certain {
            self.note(Effect::List, top, nearest);
            if let Some(noted) = self.found.last_mut() {
                noted.kept = under.len() - compared.dropped.len();
                noted.dropped = compared.dropped;
            }
        }
        for (index, item, value) in compared.changed {
            self.path.push(Part::Item(index));
            self.within(item, Below { value, ..nearest });
            self.path.pop();
        }
        Change::Something
    }

    /// Notes what the lists in a changed item of a list do to those of the item below.
    fn within(&mut self, top: &'v Value, below: Below<'v>) {
        match (&top.kind, &below.value.kind) {
            (Kind::Object(object), Kind::Object(under)) => {
                for (key, child) in object {
                    let Some(value) = under.get(key) else {
                        continue;
                    };
                    self.path.push(Part::Key(key.clone()));
                    self.within(child, Below { value, ..below });
                    self.path.pop();
                }
            }
            (Kind::Array(items), Kind::Array(under)) if written(top) != written(below.value) => {
                self.items(items, under, top, below);
            }
            _ => {}
        }
    }

    fn note(&mut self, effect: Effect, top: &'v Value, below: Below<'v>) {
        self.found.push(Found {
            effect,
            path: self.path.clone(),
            layer: self.layer,
            top,
            below,
            dropped: Vec::new(),
            kept: 0,
        });
    }
}

/// Whether two values that are no mappings or lists say the same: open ones when the same text is written there.
fn is_same(top: &Value, below: &Value) -> bool {
    match (&top.kind, &below.kind) {
        (Kind::String(top), Kind::String(below)) => top.value == below.value,
        (Kind::Open(top), Kind::Open(below)) => {
            top.written == below.written && top.cause == below.cause && !top.written.is_empty()
        }
        (Kind::Bool(top), Kind::Bool(below)) => top == below,
        (Kind::Number(top), Kind::Number(below)) => top == below,
        _ => false,
    }
}
