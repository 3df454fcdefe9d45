//! `chain`: what a card of scope `chain` knows about the chain itself.

use super::declare::{Field, Shape};
use super::{list, object, truth};
use crate::backstage::environment::{Environment, OverrideError};
use crate::backstage::value::{Origin, Value};
use crate::backstage::workspace::{Chain, ChainOrigin};
use crate::text::Place;

/// What [`collect`] gives.
pub const FIELDS: &[Field] = &[
    Field::new(
        "name",
        Shape::String,
        "its name; points at the start command, when there is one",
    ),
    Field::new("production", Shape::Bool, "people depend on it"),
    Field::new(
        "complete",
        Shape::Bool,
        "all that the process would load is here",
    ),
    Field::new(
        "refusedVariable",
        Shape::String,
        "an `APP_CONFIG_*` variable of the deployment that the loader refuses; absent when there is none. Points at it",
    ),
    Field::new(
        "refusedBecause",
        Shape::String,
        "why, e.g. sets a key that is there already",
    ),
    Field::new(
        "nodeEnv",
        Shape::String,
        "`NODE_ENV` as the deployment or the image sets it; absent when neither does. Points at it",
    ),
    Field::new("lacks", Shape::Strings, "why it is not complete"),
    Field::new(
        "layers",
        Shape::List(LAYER_FIELDS),
        "the layers, in the order they are loaded",
    ),
    Field::new(
        "lastLayer",
        Shape::Object(LAYER_FIELDS),
        "the layer that is loaded last",
    ),
];

const LAYER_FIELDS: &[Field] = &[Field::new(
    "path",
    Shape::String,
    "its path below the repository root; points at the file",
)];

/// The chain as facts. `place_of` gives the start of a layer's text, for labels.
pub fn collect(
    chain: &Chain,
    place_of: impl Fn(&crate::files::FilePath) -> Option<Place>,
) -> Value {
    let started_at = match chain.origin {
        ChainOrigin::StartCommand { place, .. } => Some(place),
        _ => None,
    };
    let layers: Vec<Value> = chain
        .layers
        .iter()
        .map(|layer| {
            let place = place_of(&layer.path);
            object([("path", Value::string(layer.path.as_str()))]).with_origin(origin(place))
        })
        .collect();
    let refused = refused(chain);
    let last = layers.last().cloned().unwrap_or_else(super::absent);
    object([
        (
            "name",
            Value::string(chain.name.0.clone()).with_origin(origin(started_at)),
        ),
        ("production", truth(chain.production)),
        ("complete", truth(chain.is_complete())),
        (
            "refusedVariable",
            refused.as_ref().map_or_else(super::absent, |error| {
                let place = set_at(chain, &error.variable).or(started_at);
                Value::string(error.variable.as_str()).with_origin(origin(place))
            }),
        ),
        (
            "refusedBecause",
            refused.as_ref().map_or_else(super::absent, |error| {
                Value::string(error.reason.to_string())
            }),
        ),
        (
            "nodeEnv",
            node_env(chain).map_or_else(super::absent, |(value, place)| {
                Value::string(value).with_origin(origin(place))
            }),
        ),
        (
            "lacks",
            list(
                chain.lacks.iter().map(|lack| {
                    Value::string(lack.reason.as_str()).with_origin(origin(lack.place))
                }),
            ),
        ),
        ("layers", list(layers)),
        ("lastLayer", last),
    ])
}

/// Why the loader refuses the variables that the deployment sets to known values, if it does.
fn refused(chain: &Chain) -> Option<OverrideError> {
    Environment::default()
        .overrides_with(&chain.environment)
        .err()
}

/// `NODE_ENV` and where it is set, as far as that is known.
fn node_env(chain: &Chain) -> Option<(&str, Option<Place>)> {
    let variable = chain.variable("NODE_ENV")?;
    Some((variable.value.as_deref()?, variable.place))
}

/// Where the deployment sets a variable that puts config on top.
fn set_at(chain: &Chain, variable: &str) -> Option<Place> {
    chain.variable(variable)?.place
}

fn origin(place: Option<Place>) -> Option<Origin> {
    place.map(|value| Origin { value, key: None })
}
