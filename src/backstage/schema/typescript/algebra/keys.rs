//! The keys of types, and what stands behind them.

use std::sync::Arc;

use indexmap::IndexSet;
use serde_json::Value;

use super::Evaluated;
use super::union::{branches, union};
use crate::backstage::schema::model::{Additional, Items, Schema, Types};

/// `keyof T`
pub fn keys(schema: &Schema) -> Evaluated {
    if schema.types == Types::ARRAY {
        return Evaluated::of(Schema::of(Types::NUMBER));
    }
    let mut names: IndexSet<Arc<str>> = schema.properties.keys().cloned().collect();
    let branches = schema
        .any_of
        .iter()
        .chain(schema.rare.iter().flat_map(|rare| &rare.all_of));
    branches.for_each(|branch| names.extend(branch.properties.keys().cloned()));
    let mut keys: Vec<Evaluated> = names
        .iter()
        .map(|name| Evaluated::literal((**name).into()))
        .collect();
    if matches!(schema.additional, Additional::Each(_)) {
        // Beside `string` the names would vanish, but what is mapped over them must keep them.
        let mut all: Vec<Schema> = keys.into_iter().map(|key| key.schema).collect();
        all.push(Schema::of(Types::STRING));
        return Evaluated::of(Schema {
            any_of: all,
            ..Schema::default()
        });
    }
    match keys.len() {
        1 => keys.remove(0),
        _ => union(keys),
    }
}

/// The texts of literal keys.
pub fn literal_texts(keys: &Schema) -> Vec<Arc<str>> {
    let mut texts = IndexSet::new();
    for branch in branches(keys) {
        for value in branch.allowed.iter().flatten() {
            texts.insert(match value {
                Value::String(text) => Arc::from(text.as_str()),
                other => other.to_string().into(),
            });
        }
    }
    texts.into_iter().collect()
}

/// Whether keys are more than literals: `string`, `number`, or anything.
pub fn has_open_keys(keys: &Schema) -> bool {
    branches(keys).iter().any(|branch| branch.allowed.is_none())
}

/// `T[K]`; `None` when it cannot be told.
pub fn indexed(object: &Schema, index: &Schema) -> Option<Evaluated> {
    if !object.any_of.is_empty() {
        let each = object.any_of.iter().map(|object| indexed(object, index));
        return each.collect::<Option<Vec<_>>>().map(union);
    }
    let mut results = Vec::new();
    for key in branches(index) {
        let literal = key.allowed.as_deref().and_then(<[Value]>::first);
        results.push(match literal {
            Some(Value::String(name)) => match object.properties.get(&**name) {
                Some(property) => Evaluated {
                    schema: property.clone(),
                    may_be_undefined: !object.required.iter().any(|key| **key == **name),
                },
                None => further(object).unwrap_or_else(Evaluated::never),
            },
            Some(Value::Number(number)) => {
                let index = usize::try_from(number.as_u64()?).ok()?;
                match object.items.as_deref()? {
                    Items::Each(item) => Evaluated::of(item.clone()),
                    Items::Tuple(items, _) => Evaluated::of(items.get(index)?.clone()),
                }
            }
            Some(_) => return None,
            None if key.types == Types::NUMBER && object.types == Types::ARRAY => {
                match object.items.as_deref()? {
                    Items::Each(item) => Evaluated::of(item.clone()),
                    Items::Tuple(items, _) => {
                        union(items.iter().cloned().map(Evaluated::of).collect())
                    }
                }
            }
            None => further(object)?,
        });
    }
    Some(union(results))
}

fn further(object: &Schema) -> Option<Evaluated> {
    match &object.additional {
        Additional::Each(schema) => Some(Evaluated::of((**schema).clone())),
        _ => None,
    }
}
