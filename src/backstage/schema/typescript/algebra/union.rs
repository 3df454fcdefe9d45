//! Unions, and what they are made of.

use serde_json::Value;

use super::{Evaluated, is_never};
use crate::backstage::schema::model::{Schema, Types};

/// `A | B`
pub fn union(parts: Vec<Evaluated>) -> Evaluated {
    let may_be_undefined = parts.iter().any(|part| part.may_be_undefined);
    let mut flat: Vec<Schema> = Vec::new();
    for part in parts.into_iter().map(|part| part.schema) {
        let pure = Schema {
            any_of: part.any_of.clone(),
            ..Schema::default()
        };
        let inner = if !part.any_of.is_empty() && part == pure {
            part.any_of
        } else {
            vec![part]
        };
        for schema in inner {
            if !is_never(&schema) && !flat.contains(&schema) {
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
    let mut types = Types::ANY;
    for part in parts.iter().filter(|part| **part != string) {
        types = types.with(part.types);
        for value in part.allowed.clone().unwrap_or_else(|| vec![Value::Null]) {
            if !allowed.contains(&value) {
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
pub fn union_branches(schema: &Schema) -> Vec<Schema> {
    if schema.any_of.is_empty() {
        vec![schema.clone()]
    } else {
        schema.any_of.clone()
    }
}

/// Every member of a union, with lists of values and types taken apart too.
pub fn branches(schema: &Schema) -> Vec<Schema> {
    if is_never(schema) {
        return Vec::new();
    }
    if !schema.any_of.is_empty() {
        return schema.any_of.iter().flat_map(branches).collect();
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
