//! The types every TypeScript file knows: `Array`, `Record`, `Omit` and their like.

use super::assignable::is_assignable;
use super::keys::{has_open_keys, literal_texts};
use super::union::{branches, union};
use super::{Evaluated, additional};
use crate::backstage::schema::model::{Additional, Schema, Types};

/// The types every TypeScript file knows; `None` for a name that is none of them.
pub fn standard(name: &str, arguments: Vec<Evaluated>) -> Option<Evaluated> {
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
        ("Record", Some(keys), Some(value)) => record(&keys.schema, &value),
        // `-?` of `Required` counts as a question mark in the real generator.
        ("Partial" | "Required", Some(inner), _) => {
            each_object(inner, |object| object.required.clear())
        }
        ("Pick", Some(object), Some(keys)) => {
            let wanted = literal_texts(&keys.schema);
            pick(
                object,
                &|key| wanted.iter().any(|wanted| **wanted == *key),
                false,
            )
        }
        ("Omit", Some(object), Some(keys)) => {
            let unwanted = literal_texts(&keys.schema);
            pick(
                object,
                &|key| !unwanted.iter().any(|unwanted| **unwanted == *key),
                true,
            )
        }
        ("Exclude", Some(from), Some(what)) => keep(&from, &what, false)?,
        ("Extract", Some(from), Some(what)) => keep(&from, &what, true)?,
        _ => return None,
    })
}

fn record(keys: &Schema, value: &Evaluated) -> Evaluated {
    let mut schema = Schema::of(Types::OBJECT);
    let names = literal_texts(keys);
    for name in &names {
        if !value.may_be_undefined {
            schema.required.push(name.clone());
        }
        schema.properties.insert(name.clone(), value.schema.clone());
    }
    if has_open_keys(keys) {
        schema.additional = additional(value.schema.clone());
    } else if names.len() == 1 {
        schema.additional = Additional::Refused;
    }
    Evaluated::of(schema)
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
fn keep(from: &Evaluated, what: &Evaluated, assignable: bool) -> Option<Evaluated> {
    let mut kept = Vec::new();
    for branch in branches(&from.schema) {
        if is_assignable(&branch, &what.schema)? == assignable {
            kept.push(Evaluated::of(branch));
        }
    }
    Some(union(kept))
}
