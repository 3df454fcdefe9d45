//! Intersections, and objects with a base.

use indexmap::map::Entry;

use super::union::{union, union_branches};
use super::{Evaluated, additional};
use crate::backstage::schema::model::{Additional, Schema, Types};

/// How many combinations an intersection of unions may have.
const MOST_COMBINATIONS: usize = 1000;

/// `A & B`: unions are multiplied out, objects become one.
pub fn intersection(parts: Vec<Evaluated>) -> Evaluated {
    if parts
        .iter()
        .any(|part| part.is_never() && !part.may_be_undefined)
    {
        return Evaluated::never();
    }
    let mut combinations: Vec<Vec<Schema>> = vec![Vec::new()];
    for part in &parts {
        let branches = union_branches(&part.schema);
        let next: Vec<Vec<Schema>> = combinations
            .iter()
            .flat_map(|combination| {
                branches.iter().map(|branch| {
                    let mut combination = combination.clone();
                    if !combination.contains(branch) {
                        combination.push(branch.clone());
                    }
                    combination
                })
            })
            .take(MOST_COMBINATIONS + 1)
            .collect();
        if next.len() > MOST_COMBINATIONS {
            return Evaluated::anything();
        }
        combinations = next;
    }
    union(
        combinations
            .into_iter()
            .filter_map(combine)
            .map(Evaluated::of)
            .collect(),
    )
}

/// The schema of one combination; `None` when two scalars contradict each other.
fn combine(mut parts: Vec<Schema>) -> Option<Schema> {
    parts.retain(|part| *part != Schema::default());
    if parts.len() < 2 {
        return Some(parts.pop().unwrap_or_default());
    }
    let collection = Types::OBJECT.with(Types::ARRAY);
    let is_scalar = |part: &&Schema| !part.types.is_any() && !part.types.has(collection);
    let scalars: Vec<&Schema> = parts.iter().filter(is_scalar).collect();
    match scalars.as_slice() {
        [] => {}
        [only] => return Some((*only).clone()),
        _ => return None,
    }
    let (objects, others): (Vec<Schema>, Vec<Schema>) = parts
        .into_iter()
        .partition(|part| part.types == Types::OBJECT && part.any_of.is_empty());
    let mut all = others;
    if !objects.is_empty() {
        let closed = Schema {
            additional: Additional::Refused,
            ..Schema::of(Types::OBJECT)
        };
        let parts = objects.into_iter().map(Evaluated::of);
        all.push(parts.fold(Evaluated::of(closed), extend).schema);
    }
    if all.len() == 1 {
        return all.pop();
    }
    let mut schema = Schema::default();
    schema.rare_mut().all_of = all;
    Some(schema)
}

/// An object with everything a base has on top; its own properties win. The base's remarks are not taken.
pub fn extend(whole: Evaluated, base: Evaluated) -> Evaluated {
    let Evaluated { mut schema, .. } = whole;
    let mut base = base.schema;
    let object = base.types == Types::OBJECT && base.any_of.is_empty() && base.allowed.is_none();
    if !object {
        if base != Schema::default() {
            schema.rare_mut().all_of.push(base);
        }
        return Evaluated::of(schema);
    }
    for (key, value) in std::mem::take(&mut base.properties) {
        match schema.properties.entry(key) {
            Entry::Vacant(vacant) => {
                vacant.insert(value);
            }
            Entry::Occupied(mut own)
                if own.get().types == Types::OBJECT && value.types == Types::OBJECT =>
            {
                let merged = extend(Evaluated::of(own.get().clone()), Evaluated::of(value));
                own.insert(merged.schema);
            }
            Entry::Occupied(_) => {}
        }
    }
    for key in base.required {
        if !schema.required.contains(&key) {
            schema.required.push(key);
        }
    }
    schema.additional = further_keys(schema.additional, base.additional);
    Evaluated::of(schema)
}

/// What holds for further keys of an object and its base. The real generator is not even-handed: an object that
/// allows any key stays so whatever its base says.
fn further_keys(own: Additional, base: Additional) -> Additional {
    match (own, base) {
        (Additional::Allowed, _) | (Additional::Refused, Additional::Allowed) => {
            Additional::Allowed
        }
        (Additional::Refused, Additional::Refused) => Additional::Refused,
        (Additional::Each(own), Additional::Allowed) => Additional::Each(own),
        (Additional::Each(one), Additional::Refused)
        | (Additional::Refused, Additional::Each(one)) => additional(types_only(&[*one])),
        (Additional::Each(own), Additional::Each(base)) => additional(types_only(&[*own, *base])),
    }
}

/// The union of the types of schemas; what a schema says beyond its types is dropped.
fn types_only(schemas: &[Schema]) -> Schema {
    let branches = schemas.iter().flat_map(union_branches);
    let mut types = Types::ANY;
    let mut others = Vec::new();
    for branch in branches {
        if branch.types.is_any() {
            others.push(Evaluated::of(branch));
        } else {
            types = types.with(branch.types);
        }
    }
    if !types.is_any() {
        others.push(Evaluated::of(Schema::of(types)));
    }
    union(others).schema
}
