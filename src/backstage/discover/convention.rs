//! Chains by convention: what the loader picks by itself, where no start command says otherwise.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::files::{FilePath, Files, GitStatus};
use crate::finding::ChainName;

use super::defaults::names_of;
use super::options::Options;
use crate::backstage::words::{
    AppRoot, Chain, ChainLayer, ChainOrigin, Lack, LackKind, LayerFile, LayerRole, StartKind, names,
};
use crate::request::LocalLayers;

/// Adds the chains of an app root that no start command deploys for people: one of the base layer, and one of base + X
/// for each further layer X that is no example and in no chain yet. Where a start script was found, it stands for the
/// base layer alone. Where something deploys the app, those chains are only what its unloaded layers are judged in.
/// `unread` is a start command that cannot be read: it may load other layers than a convention tells.
pub(super) fn add_chains(root: &mut AppRoot, options: &Options, unread: Option<&Lack>) {
    let deploys = |chain: &Chain| {
        let by_script = matches!(
            chain.origin,
            ChainOrigin::StartCommand {
                kind: StartKind::Script,
                ..
            } | ChainOrigin::Convention
        );
        chain.production && !by_script
    };
    let is_deployed = root.chains.iter().any(deploys);
    let mut chains = Vec::new();
    let base = base_of(root);
    if let Some(base) = base.filter(|_| root.chains.is_empty()) {
        chains.push(chain("default".into(), &defaults(root, base, options)));
    }
    let by_default = chains.clone();
    let loaded = |path: &FilePath| {
        let loads = |chain: &Chain| chain.layers.iter().any(|layer| layer.path == *path);
        root.chains.iter().chain(&by_default).any(loads)
    };
    let further = root
        .layers
        .iter()
        .filter(|layer| base.is_none_or(|base| base.path != layer.path))
        .filter(|layer| joins(layer, options) && !loaded(&layer.path));
    for layer in further {
        let layers: Vec<&LayerFile> = base.into_iter().chain([layer]).collect();
        chains.push(chain(name_of(root, layer), &layers));
    }
    if is_deployed {
        for chain in &mut chains {
            chain.production = false;
        }
        root.unloaded = chains;
        return;
    }
    for chain in &mut chains {
        chain.lacks.extend(unread.cloned());
    }
    root.chains.extend(chains);
}

/// The base layer, and what the loader takes besides where it is known what `BACKSTAGE_ENV` names.
fn defaults<'r>(root: &'r AppRoot, base: &'r LayerFile, options: &Options) -> Vec<&'r LayerFile> {
    let mut layers = vec![base];
    if let Some(names) = options.backstage_env.at(&root.path) {
        for (name, _) in names_of(names) {
            let layer = root.layer(&root.path.join(&name));
            layers.extend(layer.filter(|layer| takes_part(layer, options)));
        }
    }
    layers
}

/// Notes on the chains of convention that their layers may be a part of another config: those of an app root below
/// another one that has no package.json and no start command, and those of layers in a folder of documentation.
pub(super) fn note_fragments(root: &mut AppRoot, files: &dyn Files, folders: &BTreeSet<FilePath>) {
    let is_below = root
        .path
        .ancestors()
        .skip(1)
        .any(|above| folders.contains(&above));
    let is_convention = |chain: &Chain| matches!(chain.origin, ChainOrigin::Convention);
    let is_part = is_below
        && root.chains.iter().all(is_convention)
        && !files.is_file(&root.path.join("package.json"));
    let chains = root.chains.iter_mut().chain(&mut root.unloaded);
    for chain in chains.filter(|chain| is_convention(chain)) {
        let mut layers = chain.layers.iter();
        let documents = layers.any(|layer| names::is_documentation(&layer.path));
        if !is_part && !documents {
            continue;
        }
        chain.lacks.push(Lack {
            reason: "no start command names these layers: they may be a part of another config"
                .into(),
            place: None,
            kind: LackKind::Unreadable,
        });
    }
}

/// Notes the local layer of a developer on the chains that would load it, where git ignores it and another chain says
/// what is deployed: create-app ignores `*.local.yaml`, and what a database needs to connect is what people put there.
pub(super) fn note_local_layers(root: &mut AppRoot, files: &dyn Files) {
    let local = root.path.join("app-config.local.yaml");
    let would = |chain: &Chain| {
        let by_loader = chain.layers.iter().all(|layer| layer.named_at.is_none());
        let here = chain.layers.iter().any(|layer| layer.path == local);
        let beside = match chain.origin {
            ChainOrigin::Convention => chain.layers.len() == 1,
            ChainOrigin::StartCommand { kind, .. } => {
                matches!(kind, StartKind::Script | StartKind::Other) && !chain.production
            }
            ChainOrigin::CommandLine | ChainOrigin::Settings => false,
        };
        by_loader && beside && !here && !chain.layers.is_empty()
    };
    let is_told_elsewhere = root.chains.iter().any(|chain| !would(chain));
    if !is_told_elsewhere || !root.chains.iter().any(would) || !files.is_ignored(&local) {
        return;
    }
    for chain in root.chains.iter_mut().filter(|chain| would(chain)) {
        chain.local_layer = Some(local.clone());
    }
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
    let is_for_others = matches!(layer.role, LayerRole::Example | LayerRole::DynamicPlugin);
    !is_for_others && takes_part(layer, options)
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
        unread_environment: Vec::new(),
        local_layer: None,
        environment: Vec::new(),
        runs_in: Default::default(),
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
