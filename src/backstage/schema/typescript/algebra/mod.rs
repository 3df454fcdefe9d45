//! Types as sets, on schemas: what TypeScript computes with types.
//!
//! In: evaluated types. Out: the evaluated type of their union, intersection, keys, and so on, as the real generator
//! writes it. Never: names, declarations, or files.

mod assignable;
mod intersection;
mod keys;
mod sequence;
mod standard;
mod union;

use serde_json::Value;

use crate::backstage::schema::model::{Additional, Items, Schema, Types};

pub(super) use assignable::{is_assignable, may_compare};
pub(super) use intersection::{extend, intersection};
pub(super) use keys::{has_open_keys, indexed, keys, literal_texts};
pub(super) use sequence::{template, tuple};
pub(super) use standard::standard;
pub(super) use union::{branches, union};

/// A type that has been evaluated.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Evaluated {
    /// What values it has, `undefined` aside.
    pub schema: Schema,
    /// Whether it includes `undefined`: then a key need not be there.
    pub may_be_undefined: bool,
}

impl Evaluated {
    pub fn of(schema: Schema) -> Self {
        Self {
            schema,
            may_be_undefined: false,
        }
    }

    pub fn anything() -> Self {
        Self::of(Schema::default())
    }

    pub fn never() -> Self {
        Self::of(Schema::never())
    }

    pub fn undefined() -> Self {
        Self {
            may_be_undefined: true,
            ..Self::never()
        }
    }

    pub fn literal(value: Value) -> Self {
        let types = match &value {
            Value::String(_) => Types::STRING,
            Value::Number(_) => Types::NUMBER,
            Value::Bool(_) => Types::BOOLEAN,
            _ => Types::NULL,
        };
        Self::of(Schema {
            types,
            ..Schema::only(vec![value])
        })
    }

    pub fn array(item: Self) -> Self {
        Self::of(Schema {
            items: Some(Box::new(Items::Each(item.schema))),
            ..Schema::of(Types::ARRAY)
        })
    }

    pub fn is_never(&self) -> bool {
        is_never(&self.schema)
    }
}

pub(super) fn is_never(schema: &Schema) -> bool {
    schema.rare.as_ref().is_some_and(|rare| rare.never)
}

/// What holds for further keys when each must satisfy this.
pub(super) fn additional(schema: Schema) -> Additional {
    if is_never(&schema) {
        Additional::Refused
    } else if schema == Schema::default() {
        Additional::Allowed
    } else {
        Additional::Each(Box::new(schema))
    }
}

/// Items of an array schema; `None` when they may be anything.
pub(super) fn items_of(schema: &Schema) -> Option<&Schema> {
    match schema.items.as_deref() {
        Some(Items::Each(item)) => Some(item),
        _ => None,
    }
}
