//! Unions, and what they are made of.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem::take;

use serde_json::Value;

use super::{Evaluated, is_never};
use crate::backstage::schema::model::{Schema, Types};
use crate::backstage::schema::typescript::budget::{Budget, size};

/// `A | B`
pub fn union(parts: Vec<Evaluated>) -> Evaluated {
    let may_be_undefined = parts.iter().any(|part| part.may_be_undefined);
    let mut flat: Vec<Schema> = Vec::new();
    let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
    for mut part in parts.into_iter().map(|part| part.schema) {
        let mut inner = take(&mut part.any_of);
        let is_pure = !inner.is_empty() && part == Schema::default();
        if !is_pure {
            part.any_of = inner;
            inner = vec![part];
        }
        for schema in inner.into_iter().filter(|schema| !is_never(schema)) {
            let alike = places.entry(digest(&schema)).or_default();
            if !alike.iter().any(|&at| flat.get(at) == Some(&schema)) {
                alike.push(flat.len());
                flat.push(schema);
            }
        }
    }
    Evaluated {
        schema: union_schema(flat),
        may_be_undefined,
    }
}

fn union_schema(mut parts: Vec<Schema>) -> Schema {
    match parts.len() {
        0 => Schema::never(),
        1 => parts.remove(0),
        _ => union_of_scalars(&parts)
            .or_else(|| union_of_literals(&parts))
            .unwrap_or_else(|| Schema {
                any_of: parts,
                ..Schema::default()
            }),
    }
}

/// `string | number` and the like is one list of types.
fn union_of_scalars(parts: &[Schema]) -> Option<Schema> {
    let scalars = Types::STRING
        .with(Types::NUMBER)
        .with(Types::BOOLEAN)
        .with(Types::NULL);
    let bare = |part: &Schema| !part.types.is_any() && *part == Schema::of(part.types);
    parts
        .iter()
        .all(|part| bare(part) && part.types.within(scalars))
        .then(|| {
            let types = parts.iter().map(|part| part.types);
            Schema::of(types.fold(Types::ANY, Types::with))
        })
}

/// Literals are one list of values; beside `string`, those that are strings vanish in it.
fn union_of_literals(parts: &[Schema]) -> Option<Schema> {
    let literal = |part: &Schema| {
        let plain = Schema {
            types: part.types,
            allowed: part.allowed.clone(),
            ..Schema::default()
        };
        part.allowed.is_some() && *part == plain
    };
    let string = Schema::of(Types::STRING);
    let null = Schema::of(Types::NULL);
    let fits = |part: &Schema| literal(part) || *part == string || *part == null;
    if !parts.iter().all(fits) {
        return None;
    }
    let mut allowed = Vec::new();
    let mut seen = HashSet::new();
    let mut types = Types::ANY;
    for part in parts.iter().filter(|part| **part != string) {
        types = types.with(part.types);
        for value in part.allowed.clone().unwrap_or_else(|| vec![Value::Null]) {
            if seen.insert(value.to_string()) {
                allowed.push(value);
            }
        }
    }
    let literals = Schema {
        types,
        ..Schema::only(allowed)
    };
    if !parts.contains(&string) {
        return Some(literals);
    }
    if !types.within(Types::STRING.with(Types::NULL)) {
        return Some(Schema {
            any_of: vec![string, literals],
            ..Schema::default()
        });
    }
    Some(Schema::of(if types.has(Types::NULL) {
        Types::STRING.with(Types::NULL)
    } else {
        Types::STRING
    }))
}

/// The branches of a schema that is nothing but a union; else the schema itself.
pub fn union_branches(schema: Schema) -> Vec<Schema> {
    if schema.any_of.is_empty() {
        vec![schema]
    } else {
        schema.any_of
    }
}

/// A number that equal schemas have in common, and others hardly ever.
pub fn digest(schema: &Schema) -> u64 {
    let mut hasher = DefaultHasher::new();
    for types in schema.types.each() {
        types.hash(&mut hasher);
    }
    for value in schema.allowed.iter().flatten() {
        value.to_string().hash(&mut hasher);
    }
    // Two mappings are equal in whatever order their keys are.
    let keys = schema.properties.iter().map(|(key, value)| {
        let mut hasher = DefaultHasher::new();
        (key, digest(value)).hash(&mut hasher);
        hasher.finish()
    });
    keys.fold(0, u64::wrapping_add).hash(&mut hasher);
    schema.required.hash(&mut hasher);
    schema.reference.hash(&mut hasher);
    schema.deprecated.hash(&mut hasher);
    if let Some(rare) = &schema.rare {
        (&rare.description, &rare.pattern, rare.bounds.len()).hash(&mut hasher);
        for (_, bound) in &rare.bounds {
            bound.to_bits().hash(&mut hasher);
        }
    }
    for child in schema.children().into_iter().skip(schema.properties.len()) {
        digest(child).hash(&mut hasher);
    }
    hasher.finish()
}

/// Every member of a union, with lists of values and types taken apart too; `None` when they are too many.
pub fn branches(schema: &Schema, budget: &mut Budget) -> Option<Vec<Schema>> {
    budget.make(size_apart(schema)).then(|| apart(schema))
}

fn size_apart(schema: &Schema) -> usize {
    if !schema.any_of.is_empty() {
        return schema.any_of.iter().map(size_apart).sum();
    }
    match &schema.allowed {
        Some(allowed) => allowed.len(),
        None => size(schema) * schema.types.each().count().max(1),
    }
}

fn apart(schema: &Schema) -> Vec<Schema> {
    if is_never(schema) {
        return Vec::new();
    }
    if !schema.any_of.is_empty() {
        return schema.any_of.iter().flat_map(apart).collect();
    }
    if let Some(allowed) = &schema.allowed {
        let values = allowed
            .iter()
            .map(|value| Evaluated::literal(value.clone()).schema);
        return values.collect();
    }
    let types: Vec<Types> = schema.types.each().collect();
    match types.as_slice() {
        [] | [_] => vec![schema.clone()],
        types => types
            .iter()
            .map(|&types| Schema {
                types,
                ..schema.clone()
            })
            .collect(),
    }
}
