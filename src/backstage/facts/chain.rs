//! `chain`: what a card of scope `chain` knows about the chain itself.

use super::fact::{Bool, List, Text};
use super::macros::facts;
use crate::backstage::environment::{Environment, OverrideError};
use crate::backstage::value::Origin;
use crate::backstage::words::{Chain, ChainLayer, ChainOrigin};
use crate::text::Place;

facts! {
    /// The chain that a card of scope `chain` judges.
    pub struct ChainSubject {
        /// its name; points at the start command, when there is one
        name: Text,
        /// it is a production chain: an image, compose or Helm command, or a chain with a production layer
        production: Bool,
        /// every layer that the process loads was found
        complete: Bool,
        /// its process has its own network: nothing else listens on its loopback address
        own_network: Bool,
        /// an `APP_CONFIG_*` variable of the deployment that the loader refuses; absent when there is none. Points at it
        refused_variable: Text,
        /// why, e.g. sets a key that is already set
        refused_because: Text,
        /// `NODE_ENV` as the deployment or the image sets it; absent when neither does. Points at it
        node_env: Text,
        /// why it is not complete
        lacks: List<Text>,
        /// the layers, in the order they are loaded
        layers: List<LoadedLayer>,
        /// the layer that is loaded last
        last_layer: Option<LoadedLayer>,
    }

    /// A layer of a chain.
    pub struct LoadedLayer {
        /// its path below the repository root; points at the file
        path: Text,
    }
}

/// The chain as facts. `place_of` gives the start of a layer's text, for labels.
pub fn collect(
    chain: &Chain,
    place_of: impl Fn(&crate::files::FilePath) -> Option<Place>,
) -> ChainSubject {
    let started_at = match chain.origin {
        ChainOrigin::StartCommand { place, .. } => Some(place),
        _ => None,
    };
    let layer = |layer: &ChainLayer| LoadedLayer {
        origin: place_of(&layer.path).map(|value| Origin { value, key: None }),
        path: layer.path.as_str().into(),
    };
    let refused = refused(chain);
    let refused_at = refused
        .as_ref()
        .and_then(|error| set_at(chain, &error.variable).or(started_at));
    let lacks = chain.lacks.iter();
    ChainSubject {
        origin: None,
        name: Text::from(chain.name.0.clone()).at(started_at),
        production: chain.production.into(),
        complete: chain.is_complete().into(),
        own_network: chain.runs_in.own_network.into(),
        refused_variable: Text::optional(refused.as_ref().map(|error| error.variable.as_str()))
            .at(refused_at),
        refused_because: Text::optional(refused.as_ref().map(|error| error.reason.to_string())),
        node_env: node_env(chain),
        lacks: lacks
            .map(|lack| Text::from(lack.reason.as_str()).at(lack.place))
            .collect(),
        layers: chain.layers.iter().map(layer).collect(),
        last_layer: chain.layers.last().map(layer),
    }
}

/// Why the loader refuses the variables that the deployment sets to known values, if it does.
fn refused(chain: &Chain) -> Option<OverrideError> {
    Environment::default()
        .overrides_with(&chain.environment)
        .err()
}

/// `NODE_ENV` and where it is set, as far as that is known.
fn node_env(chain: &Chain) -> Text {
    let variable = chain.variable("NODE_ENV");
    let value = variable.and_then(|variable| variable.value.as_deref());
    Text::optional(value).at(variable.and_then(|variable| variable.place))
}

/// Where the deployment sets a variable that puts config on top.
fn set_at(chain: &Chain, variable: &str) -> Option<Place> {
    chain.variable(variable)?.place
}
