//! Demands: the schemas of all packages that speak about one place of the configuration.
//!
//! The real loader merges all schemas into one. Properties add up there: a key that any package describes is
//! judged by the packages that describe it, and `additionalProperties` only speaks about keys that none
//! describes. Walking all schemas side by side gives the same without building the merged schema.

use super::model::{Additional, Items, Schema};
use super::package::PackageSchema;

/// How many schemas one place may collect, references and `allOf` counted. Real places have under fifty; a
/// schema that refers to itself in a circle would collect forever.
const MOST: usize = 2000;

/// One schema that one package wants to hold at a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Demand<'s> {
    /// The schema.
    pub schema: &'s Schema,
    /// Whose it is; also the home of the definitions it refers to.
    pub package: &'s PackageSchema,
}

/// The demands on one place, with `allOf` and references opened up.
#[derive(Debug, Clone, Default)]
pub(super) struct Demands<'s>(Vec<Demand<'s>>);

/// What holds for a key of an object.
#[derive(Debug)]
pub(super) enum KeyDemands<'s> {
    /// These demands; possibly none.
    Judged(Demands<'s>),
    /// The key must not be there, says this demand.
    Refused(Demand<'s>),
}

impl<'s> Demands<'s> {
    /// The demands of one schema.
    pub fn of(demand: Demand<'s>) -> Self {
        let mut demands = Self::default();
        demands.add(demand);
        demands
    }

    /// Adds a demand with everything its `allOf` and reference bring.
    pub fn add(&mut self, demand: Demand<'s>) {
        let mut pending = vec![demand];
        while let Some(demand) = pending.pop() {
            if self.0.len() >= MOST {
                return;
            }
            self.0.push(demand);
            let package = demand.package;
            if let Some(rare) = &demand.schema.rare {
                pending.extend(rare.all_of.iter().map(|schema| Demand { schema, package }));
            }
            let target = demand.schema.reference.as_deref();
            let target = target.and_then(|name| package.schema().definition(name));
            pending.extend(target.map(|schema| Demand { schema, package }));
        }
    }

    /// Adds one demand whose `allOf` and reference are in the set already, or will be; says whether there was
    /// room for it.
    pub fn add_flat(&mut self, demand: Demand<'s>) -> bool {
        let room = self.0.len() < MOST;
        if room {
            self.0.push(demand);
        }
        room
    }

    /// Every demand.
    pub fn iter(&self) -> impl Iterator<Item = Demand<'s>> + '_ {
        self.0.iter().copied()
    }

    /// Whether nothing is demanded.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys that any demand describes by name.
    pub fn known_keys(&self) -> impl Iterator<Item = &'s str> + '_ {
        let keys = self
            .0
            .iter()
            .flat_map(|demand| demand.schema.properties.keys());
        keys.map(|key| &**key)
    }

    /// Whether keys without a name of their own have a meaning here (a map from names to things).
    pub fn is_map(&self) -> bool {
        self.iter().any(|demand| {
            let rare = demand.schema.rare.as_ref();
            matches!(demand.schema.additional, Additional::Each(_))
                || rare.is_some_and(|rare| !rare.pattern_properties.is_empty())
        })
    }

    /// What holds for this key.
    pub fn key(&self, key: &str) -> KeyDemands<'s> {
        let mut named = Self::default();
        for Demand { schema, package } in self.iter() {
            if let Some(schema) = schema.properties.get(key) {
                named.add(Demand { schema, package });
            }
            let rare = schema.rare.iter();
            for (pattern, schema) in rare.flat_map(|rare| &rare.pattern_properties) {
                if super::judge::matches_pattern(pattern, key) != Some(false) {
                    named.add(Demand { schema, package });
                }
            }
        }
        if !named.is_empty() {
            return KeyDemands::Judged(named);
        }
        for demand in self.iter() {
            match &demand.schema.additional {
                Additional::Allowed => {}
                Additional::Refused => return KeyDemands::Refused(demand),
                Additional::Each(schema) => named.add(Demand { schema, ..demand }),
            }
        }
        KeyDemands::Judged(named)
    }

    /// What holds for the item at `index` of a list.
    pub fn item(&self, index: usize) -> KeyDemands<'s> {
        let mut demands = Self::default();
        for demand in self.iter() {
            let schema = match demand.schema.items.as_deref() {
                None => None,
                Some(Items::Each(schema)) => Some(schema),
                Some(Items::Tuple(items, rest)) => match (items.get(index), rest) {
                    (Some(schema), _) => Some(schema),
                    (None, Additional::Allowed) => None,
                    (None, Additional::Refused) => return KeyDemands::Refused(demand),
                    (None, Additional::Each(schema)) => Some(&**schema),
                },
            };
            if let Some(schema) = schema {
                demands.add(Demand { schema, ..demand });
            }
        }
        KeyDemands::Judged(demands)
    }
}
