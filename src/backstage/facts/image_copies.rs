//! `facts.localCopies`: local layers that Dockerfiles take into images.
//!
//! In: an app root. Out: facts of scope `app`. Never: what is in those layers; a git-ignored one need not be there.

use super::fact::{Bool, List, Text};
use super::layers::Known;
use super::macros::facts;
use crate::backstage::words::{AppRoot, Chain, LayerCopy, LayerRole};
use crate::files::FilePath;

facts! {
    /// A local layer that a Dockerfile takes into an image.
    pub struct LocalCopy {
        /// the file name of the local layer
        name: Text,
        /// its path, when it is read; points at its start. Absent when git ignores it
        layer: Text,
        /// the Dockerfile; points at what the `COPY` names
        dockerfile: Text,
        /// the image starts without `--config`, so that the loader takes it
        loaded: Bool,
        /// the .dockerignore of the build that may leave it out, which need not be there yet. Absent when the `COPY` names
        /// the layer itself or a chain loads it: the image cannot do without it
        ignore_file: Text,
    }
}

/// The local layers that images take in. `known` gives what was read of a layer.
pub fn collect(app: &AppRoot, known: &dyn Fn(&FilePath) -> Option<Known>) -> List<LocalCopy> {
    // A layer that is here has the role that its chains give it.
    let role = |copy: &LayerCopy| {
        let mut layers = app.layers.iter();
        let layer = layers.find(|layer| layer.path == copy.layer);
        layer.map_or_else(|| LayerRole::of(&copy.layer), |layer| layer.role.clone())
    };
    let is_local = |copy: &&LayerCopy| role(copy) == LayerRole::Local;
    let is_needed = |copy: &LayerCopy| {
        let loads = |chain: &Chain| chain.layers.iter().any(|layer| layer.path == copy.layer);
        copy.is_named || app.chains.iter().any(loads)
    };
    let fact = |copy: &LayerCopy| LocalCopy {
        origin: None,
        name: copy.layer.name().into(),
        layer: known(&copy.layer).map_or_else(Text::default, |known| {
            Text::from(copy.layer.as_str()).at(Some(known.start))
        }),
        dockerfile: Text::from(copy.dockerfile.as_str()).at(Some(copy.place)),
        loaded: copy.loaded_by_default.into(),
        ignore_file: match is_needed(copy) {
            true => Text::default(),
            false => Text::from(copy.ignore_file.as_str()),
        },
    };
    app.copies.iter().filter(is_local).map(fact).collect()
}
