//! `layer`: what a card of scope `layer` knows about the layer itself.

use super::declare::{Field, Shape};
use super::{object, truth};
use crate::backstage::value::{Origin, Value};
use crate::backstage::workspace::{Chain, LayerFile, LayerRole};
use crate::text::Place;

/// What [`collect`] gives.
pub const FIELDS: &[Field] = &[
    Field::new(
        "path",
        Shape::String,
        "its path below the repository root; points at the file",
    ),
    Field::new(
        "role",
        Shape::String,
        "what its name says: `base`, `local`, `environment`, `example` or `other`",
    ),
    Field::new(
        "environment",
        Shape::String,
        "the environment in its name; absent without one",
    ),
    Field::new(
        "git",
        Shape::String,
        "what git does with it: `tracked`, `ignored`, `untracked` or `no-repository`",
    ),
    Field::new("loaded", Shape::Bool, "some chain loads it"),
    Field::new(
        "loadedByProduction",
        Shape::Bool,
        "some production chain loads it",
    ),
];

/// The layer as facts. `chains` are those of its app root; `start` is the start of its text.
pub fn collect(layer: &LayerFile, chains: &[Chain], start: Option<Place>) -> Value {
    let loads = |chain: &&Chain| chain.layers.iter().any(|loaded| loaded.path == layer.path);
    let environment = match &layer.role {
        LayerRole::Environment(name) => Value::string(name.clone()),
        _ => super::absent(),
    };
    object([
        (
            "path",
            Value::string(layer.path.as_str())
                .with_origin(start.map(|value| Origin { value, key: None })),
        ),
        ("role", Value::string(super::layers::role(&layer.role))),
        ("environment", environment),
        ("git", Value::string(super::layers::git(layer.git))),
        ("loaded", truth(chains.iter().any(|chain| loads(&chain)))),
        (
            "loadedByProduction",
            truth(chains.iter().filter(loads).any(|chain| chain.production)),
        ),
    ])
}
