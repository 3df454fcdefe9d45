//! The types every TypeScript file knows: `Array`, `Record`, `Omit` and their like.

use std::collections::HashSet;
use std::sync::Arc;

use super::assignable::{is_assignable, may_compare};
use super::keys::{has_open_keys, literal_texts};
use super::union::{branches, union};
use super::{Evaluated, additional};
use crate::backstage::schema::model::{Additional, Schema, Types};
use crate::backstage::schema::typescript::budget::Budget;

/// The types every TypeScript file knows; `None` for a name that is none of them, and for what is too much.
pub fn standard(name: &str, arguments: Vec<Evaluated>, budget: &mut Budget) -> Option<Evaluated> {
    let mut arguments = arguments.into_iter();
    let first = arguments.next();
    let second = arguments.next();
    Some(match (name, first, second) {
        ("Array" | "ReadonlyArray", Some(item), _) => Evaluated::array(item),
        ("Array" | "ReadonlyArray" | "Promise" | "PromiseLike", None, _) => Evaluated::anything(),
        ("Promise" | "PromiseLike" | "Readonly" | "Awaited", Some(inner), _) => inner,
        // The real generator keeps `null` and `undefined`, too.
        ("NonNullable", Some(inner), _) => inner,
        ("Date" | "RegExp" | "URL" | "String", _, _) => Evaluated::of(Schema::of(Types::STRING)),
        ("Number", _, _) => Evaluated::of(Schema::of(Types::NUMBER)),
        ("Boolean", _, _) => Evaluated::of(Schema::of(Types::BOOLEAN)),
        ("Object", _, _) => Evaluated::anything(),
        ("Record", Some(keys), Some(value)) => record(&keys.schema, &value, budget)?,
        // `-?` of `Required` counts as a question mark in the real generator.
        ("Partial" | "Required", Some(inner), _) => {
            each_object(inner, |object| object.required.clear())
        }
        ("Pick", Some(object), Some(keys)) => {
            let wanted: HashSet<Arc<str>> = literal_texts(&keys.schema).into_iter().collect();
            pick(object, &|key| wanted.contains(key), false)
        }
        ("Omit", Some(object), Some(keys)) => {
            let unwanted: HashSet<Arc<str>> = literal_texts(&keys.schema).into_iter().collect();
            pick(object, &|key| !unwanted.contains(key), true)
        }
        ("Exclude", Some(from), Some(what)) => keep(&from, &what, false, budget)?,
        ("Extract", Some(from), Some(what)) => keep(&from, &what, true, budget)?,
        _ => return None,
    })
}

fn record(keys: &Schema, value: &Evaluated, budget: &mut Budget) -> Option<Evaluated> {
    let mut schema = Schema::of(Types::OBJECT);
    let names = literal_texts(keys);
    for name in &names {
        if !value.may_be_undefined {
            schema.required.push(name.clone());
        }
        let copy = budget.copy(&value.schema)?;
        schema.properties.insert(name.clone(), copy);
    }
    if has_open_keys(keys) {
        schema.additional = additional(budget.copy(&value.schema)?);
    } else if names.len() == 1 {
        schema.additional = Additional::Refused;
    }
    Some(Evaluated::of(schema))
}

/// Changes an object, or every object of a union.
fn each_object(evaluated: Evaluated, change: impl Fn(&mut Schema)) -> Evaluated {
    let mut schema = evaluated.schema;
    if schema.any_of.is_empty() {
        change(&mut schema);
    } else {
        schema.any_of.iter_mut().for_each(change);
    }
    Evaluated::of(schema)
}

/// The object with the keys that are wanted; a single one closes it.
fn pick(object: Evaluated, wanted: &dyn Fn(&str) -> bool, keep_further: bool) -> Evaluated {
    each_object(object, |object| {
        object.properties.retain(|key, _| wanted(key));
        object.required.retain(|key| wanted(key));
        let further = std::mem::take(&mut object.additional);
        object.additional = match further {
            Additional::Each(schema) if keep_further => Additional::Each(schema),
            _ if object.properties.len() == 1 => Additional::Refused,
            _ => Additional::Allowed,
        };
    })
}

/// The members of a union that are, or are not, assignable to a type; `None` when that cannot be told.
fn keep(
    from: &Evaluated,
    what: &Evaluated,
    assignable: bool,
    budget: &mut Budget,
) -> Option<Evaluated> {
    if !may_compare(&from.schema, &what.schema, budget) {
        return None;
    }
    let mut kept = Vec::new();
    for branch in branches(&from.schema, budget)? {
        if is_assignable(&branch, &what.schema)? == assignable {
            kept.push(Evaluated::of(branch));
        }
    }
    Some(union(kept))
}
