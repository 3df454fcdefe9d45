//! The keys of types, and what stands behind them.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexSet;
use serde_json::Value;

use super::union::{branches, union};
use super::{Evaluated, is_never};
use crate::backstage::schema::model::{Additional, Items, Schema, Types};
use crate::backstage::schema::typescript::budget::Budget;

/// `keyof T`; `None` when the keys are too many.
pub fn keys(schema: &Schema, budget: &mut Budget) -> Option<Evaluated> {
    if schema.types == Types::ARRAY {
        return Some(Evaluated::of(Schema::of(Types::NUMBER)));
    }
    let mut names: IndexSet<Arc<str>> = schema.properties.keys().cloned().collect();
    let branches = schema
        .any_of
        .iter()
        .chain(schema.rare.iter().flat_map(|rare| &rare.all_of));
    branches.for_each(|branch| names.extend(branch.properties.keys().cloned()));
    if !budget.make(names.len()) {
        return None;
    }
    let mut keys: Vec<Evaluated> = names
        .iter()
        .map(|name| Evaluated::literal((**name).into()))
        .collect();
    if matches!(schema.additional, Additional::Each(_)) {
        // Beside `string` the names would vanish, but what is mapped over them must keep them.
        let mut all: Vec<Schema> = keys.into_iter().map(|key| key.schema).collect();
        all.push(Schema::of(Types::STRING));
        return Some(Evaluated::of(Schema {
            any_of: all,
            ..Schema::default()
        }));
    }
    Some(match keys.len() {
        1 => keys.remove(0),
        _ => union(keys),
    })
}

/// The texts of literal keys.
pub fn literal_texts(keys: &Schema) -> Vec<Arc<str>> {
    let mut texts = IndexSet::new();
    for branch in members(keys) {
        for value in branch.allowed.iter().flatten() {
            texts.insert(match value {
                Value::String(text) => Arc::from(text.as_str()),
                other => other.to_string().into(),
            });
        }
    }
    texts.into_iter().collect()
}

/// Every member of a union, lists of values whole.
pub fn members(schema: &Schema) -> Vec<&Schema> {
    match schema.any_of.as_slice() {
        _ if is_never(schema) => Vec::new(),
        [] => vec![schema],
        branches => branches.iter().flat_map(members).collect(),
    }
}

/// Whether keys are more than literals: `string`, `number`, or anything.
pub fn has_open_keys(keys: &Schema) -> bool {
    let members = members(keys);
    members.iter().any(|member| member.allowed.is_none())
}

/// `T[K]`; `None` when it cannot be told, or is too much.
pub fn indexed(object: &Schema, index: &Schema, budget: &mut Budget) -> Option<Evaluated> {
    if !object.any_of.is_empty() {
        let each = object.any_of.iter();
        let each = each.map(|object| indexed(object, index, budget));
        return each.collect::<Option<Vec<_>>>().map(union);
    }
    let required: HashSet<&str> = object.required.iter().map(|key| &**key).collect();
    let mut results = Vec::new();
    for key in branches(index, budget)? {
        let literal = key.allowed.as_deref().and_then(<[Value]>::first);
        results.push(match literal {
            Some(Value::String(name)) => match object.properties.get(&**name) {
                Some(property) => Evaluated {
                    schema: budget.copy(property)?,
                    may_be_undefined: !required.contains(&**name),
                },
                None => match further(object) {
                    Some(schema) => Evaluated::of(budget.copy(schema)?),
                    None => Evaluated::never(),
                },
            },
            Some(Value::Number(number)) => {
                let index = usize::try_from(number.as_u64()?).ok()?;
                match object.items.as_deref()? {
                    Items::Each(item) => Evaluated::of(budget.copy(item)?),
                    Items::Tuple(items, _) => Evaluated::of(budget.copy(items.get(index)?)?),
                }
            }
            Some(_) => return None,
            None if key.types == Types::NUMBER && object.types == Types::ARRAY => {
                match object.items.as_deref()? {
                    Items::Each(item) => Evaluated::of(budget.copy(item)?),
                    Items::Tuple(items, _) => {
                        let copies = items.iter().map(|item| budget.copy(item));
                        union(
                            copies
                                .map(|copy| copy.map(Evaluated::of))
                                .collect::<Option<_>>()?,
                        )
                    }
                }
            }
            None => Evaluated::of(budget.copy(further(object)?)?),
        });
    }
    Some(union(results))
}

fn further(object: &Schema) -> Option<&Schema> {
    match &object.additional {
        Additional::Each(schema) => Some(schema),
        _ => None,
    }
}
