//! `layer`: what a card of scope `layer` knows about the layer itself.

use super::fact::{Bool, Text};
use super::macros::facts;
use crate::backstage::words::{Chain, LayerFile, LayerRole};
use crate::text::Place;

facts! {
    /// The layer that a card of scope `layer` judges.
    pub struct LayerSubject {
        /// its path below the repository root; points at the file
        path: Text,
        /// what its name says: `base`, `local`, `environment`, `example` or `other`
        role: Text,
        /// the environment in its name; absent without one
        environment: Text,
        /// what git does with it: `tracked`, `ignored`, `untracked` or `no-repository`
        git: Text,
        /// it is in values that only the tests of a chart use: `ci/*-values.yaml`
        for_chart_tests: Bool,
        /// some chain loads it
        loaded: Bool,
        /// some production chain loads it
        loaded_by_production: Bool,
    }
}

/// The layer as facts. `chains` are those of its app root; `start` is the start of its text.
pub fn collect(layer: &LayerFile, chains: &[Chain], start: Option<Place>) -> LayerSubject {
    let loads = |chain: &&Chain| chain.layers.iter().any(|loaded| loaded.path == layer.path);
    let environment = match &layer.role {
        LayerRole::Environment(name) => Text::from(name.clone()),
        _ => Text::default(),
    };
    LayerSubject {
        origin: None,
        path: Text::from(layer.path.as_str()).at(start),
        role: super::layers::role(&layer.role).into(),
        environment,
        git: super::layers::git(layer.git).into(),
        for_chart_tests: layer.is_for_chart_tests().into(),
        loaded: chains.iter().any(|chain| loads(&chain)).into(),
        loaded_by_production: chains
            .iter()
            .filter(loads)
            .any(|chain| chain.production)
            .into(),
    }
}
