//! Intersections, and objects with a base.

use std::collections::HashSet;
use std::mem::take;
use std::sync::Arc;

use indexmap::map::Entry;

use super::union::{digest, union, union_branches};
use super::{Evaluated, additional};
use crate::backstage::schema::model::{Additional, Schema, Types};
use crate::backstage::schema::typescript::budget::{Budget, size};

/// How many combinations an intersection of unions may have.
const MOST_COMBINATIONS: usize = 1000;

/// `A & B`: unions are multiplied out, objects become one. `None` when that is more than the budget allows.
pub fn intersection(parts: Vec<Evaluated>, budget: &mut Budget) -> Option<Evaluated> {
    if parts
        .iter()
        .any(|part| part.is_never() && !part.may_be_undefined)
    {
        return Some(Evaluated::never());
    }
    let parts: Vec<Vec<Branch<'_>>> = parts.iter().map(|part| Branch::all(&part.schema)).collect();
    let mut count = 1_usize;
    for part in &parts {
        count = count.saturating_mul(part.len());
        if count > MOST_COMBINATIONS {
            return Some(Evaluated::anything());
        }
    }
    // Every branch stands in each combination of the branches of the other parts.
    let made = parts.iter().map(|part| {
        let own: usize = part.iter().map(|branch| size(branch.schema)).sum();
        own.saturating_mul(count / part.len().max(1))
    });
    let affordable = budget.make(made.fold(0, usize::saturating_add))
        && budget.take(count.saturating_mul(parts.len()));
    if !affordable {
        return None;
    }
    let combinations = (0..count).map(|number| combination(&parts, number));
    let combined = combinations.filter_map(combine).map(Evaluated::of);
    Some(union(combined.collect()))
}

/// A branch of a union, with what tells it from others.
struct Branch<'s> {
    schema: &'s Schema,
    digest: u64,
}

impl<'s> Branch<'s> {
    fn all(schema: &'s Schema) -> Vec<Self> {
        let branches = match schema.any_of.as_slice() {
            [] => std::slice::from_ref(schema),
            branches => branches,
        };
        let branches = branches.iter();
        branches
            .map(|schema| Self {
                schema,
                digest: digest(schema),
            })
            .collect()
    }
}

/// One branch of each part: those that the number spells, the last part counting fastest. Each only once.
fn combination(parts: &[Vec<Branch<'_>>], mut number: usize) -> Vec<Schema> {
    let mut chosen: Vec<&Branch<'_>> = Vec::with_capacity(parts.len());
    for part in parts.iter().rev() {
        chosen.extend(part.get(number % part.len().max(1)));
        number /= part.len().max(1);
    }
    let mut seen: HashSet<u64> = HashSet::new();
    let mut schemas: Vec<Schema> = Vec::with_capacity(chosen.len());
    for branch in chosen.into_iter().rev() {
        if seen.insert(branch.digest) || !schemas.contains(branch.schema) {
            schemas.push(branch.schema.clone());
        }
    }
    schemas
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
    for (key, value) in take(&mut base.properties) {
        match schema.properties.entry(key) {
            Entry::Vacant(vacant) => {
                vacant.insert(value);
            }
            Entry::Occupied(mut own)
                if own.get().types == Types::OBJECT && value.types == Types::OBJECT =>
            {
                let merged = extend(Evaluated::of(take(own.get_mut())), Evaluated::of(value));
                own.insert(merged.schema);
            }
            Entry::Occupied(_) => {}
        }
    }
    if !base.required.is_empty() {
        let own: HashSet<Arc<str>> = schema.required.iter().cloned().collect();
        let more = base.required.into_iter().filter(|key| !own.contains(key));
        schema.required.extend(more);
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
        | (Additional::Refused, Additional::Each(one)) => additional(types_only(vec![*one])),
        (Additional::Each(own), Additional::Each(base)) => {
            additional(types_only(vec![*own, *base]))
        }
    }
}

/// The union of the types of schemas; what a schema says beyond its types is dropped.
fn types_only(schemas: Vec<Schema>) -> Schema {
    let branches = schemas.into_iter().flat_map(union_branches);
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
