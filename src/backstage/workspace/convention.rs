//! Chains by convention: what the loader picks by itself, where no start command says otherwise.

use std::sync::Arc;

use crate::files::GitStatus;
use crate::finding::ChainName;

use super::{
    AppRoot, Chain, ChainLayer, ChainOrigin, LayerFile, LayerRole, LocalLayers, Options, names,
};

/// The layers that the loader takes without `--config`: the base layer, and the local one when it takes part.
/// Only the `.yaml` ending counts, and only beside the base layer.
#[allow(dead_code)] // start commands use it
pub(super) fn default_layers(root: &AppRoot, options: &Options) -> Vec<ChainLayer> {
    ["app-config.yaml", "app-config.local.yaml"]
        .iter()
        .filter_map(|name| root.layer(&root.path.join(name)))
        .filter(|layer| takes_part(layer, options))
        .map(|layer| ChainLayer {
            path: layer.path.clone(),
            named_at: None,
        })
        .collect()
}

/// One chain of the base layer, and one of base + X for each further layer X that is no example.
pub(super) fn chains(root: &AppRoot, options: &Options) -> Vec<Chain> {
    let Some(base) = base_of(root) else {
        return root
            .layers
            .iter()
            .filter(|layer| joins(layer, options))
            .map(|layer| chain(name_of(root, layer), &[layer]))
            .collect();
    };
    let mut chains = vec![chain("default".into(), &[base])];
    let further = root
        .layers
        .iter()
        .filter(|layer| layer.path != base.path && joins(layer, options));
    chains.extend(further.map(|layer| chain(name_of(root, layer), &[base, layer])));
    chains
}

/// The base layer: `.yaml` before `.yml`.
pub(super) fn base_of(root: &AppRoot) -> Option<&LayerFile> {
    let beside = |name: &str| root.layer(&root.path.join(name));
    beside("app-config.yaml").or_else(|| beside("app-config.yml"))
}

/// Whether a local layer takes part: one that git ignores only when asked for, so that a laptop and CI say the same.
pub(super) fn takes_part(layer: &LayerFile, options: &Options) -> bool {
    layer.git != GitStatus::Ignored || options.local_layers == LocalLayers::Join
}

fn joins(layer: &LayerFile, options: &Options) -> bool {
    layer.role != LayerRole::Example && takes_part(layer, options)
}

fn chain(name: Arc<str>, layers: &[&LayerFile]) -> Chain {
    Chain {
        name: ChainName(name),
        origin: ChainOrigin::Convention,
        production: layers.iter().any(|layer| names::is_production(&layer.role)),
        layers: layers
            .iter()
            .map(|layer| ChainLayer {
                path: layer.path.clone(),
                named_at: None,
            })
            .collect(),
        lacks: Vec::new(),
        environment: Vec::new(),
    }
}

/// What a layer is called as a chain: its environment, else its path.
fn name_of(root: &AppRoot, layer: &LayerFile) -> Arc<str> {
    match &layer.role {
        LayerRole::Environment(name) => Arc::clone(name),
        LayerRole::Local if layer.path.name() == "app-config.local.yaml" => "local".into(),
        _ => layer.path.relative_to(&root.path).into(),
    }
}
