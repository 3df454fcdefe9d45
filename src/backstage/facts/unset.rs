//! `facts.unset`: keys that the app does not see, because a variable is known not to be set.
//!
//! In: what vanished from the layers of a chain, and its effective config. Out: those that no other layer sets. Never:
//! a guess; where nothing is known of the environment the list is empty.

use super::declare::{Field, Shape};
use super::{list, object};
use crate::backstage::resolve::Vanished;
use crate::backstage::value::{Origin, Value};

/// What [`collect`] gives for each.
pub const FIELDS: &[Field] = &[
    Field::new(
        "path",
        Shape::String,
        "its path in the config; points at the value that needs the variable",
    ),
    Field::new("variable", Shape::String, "the variable"),
];

/// The keys that are gone from an effective config.
pub fn collect<'v>(vanished: impl Iterator<Item = &'v Vanished>, config: &Value) -> Value {
    let is_gone = |gone: &&Vanished| config.at(gone.keys.iter().map(|key| &**key)).is_none();
    list(vanished.filter(is_gone).map(|gone| {
        let origin = Origin {
            value: gone.place,
            key: None,
        };
        object([
            (
                "path",
                Value::string(gone.path.as_str()).with_origin(Some(origin)),
            ),
            ("variable", Value::string(gone.variable.clone())),
        ])
    }))
}
