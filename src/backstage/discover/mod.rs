//! Files to app roots, layers and chains.
//!
//! In: a [`Files`](crate::files::Files) and a folder. Out: a [`Workspace`]: every app root with its layers,
//! manifests and chains, and what was left out and why. Never: the contents of layers, beyond a look at whether
//! they are layers at all.

mod chain;
mod cluster;
pub(crate) mod command;
pub(crate) mod compose;
mod convention;
mod defaults;
mod dynamic_plugins;
mod explicit;
mod helm;
pub(crate) mod image;
mod kubernetes;
mod layers;
mod look_alike;
mod options;
mod plain;
mod process;
mod reader;
mod script;
mod source;
mod sources;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::backstage::npm;
use crate::backstage::words::names;
use crate::backstage::words::{
    AppRoot, Chain, ChainOrigin, Lack, LackKind, LayerRole, LeftOut, StartKind, Workspace,
};
use crate::files::{FilePath, Files};
use crate::finding::ChainName;
use crate::text::Sources;

pub use defaults::{BACKSTAGE_ENV, BackstageEnv};
pub use explicit::explicit;
pub use options::Options;
pub use sources::{SOURCES, SourceKind, source_kind};

/// Finds every app root below `folder`. The texts of manifests and start commands are added to `sources`; those of
/// layers are not. Nothing found is an empty workspace, not an error.
pub fn find(
    files: &dyn Files,
    folder: &FilePath,
    options: &Options,
    sources: &mut Sources,
) -> Workspace {
    let listing = files.list(folder, &|name| {
        names::kind_of(name) != names::NameKind::Unrelated
            || sources::is_wanted(name)
            || npm::is_schema(name)
    });
    let mut grouped = layers::group(files, &listing);
    let mut finder = npm::Finder::new(files, &listing);
    for (folder, root) in &mut grouped.app_roots {
        root.packages = finder.packages(folder, sources);
    }
    sources::add_chains(files, &listing, options, &mut grouped, sources);
    grouped.drop_loaded_elsewhere();
    for (folder, root) in &mut grouped.app_roots {
        if root.packages.backend.is_none() {
            root.packages = finder.packages(folder, sources);
        }
    }
    let folders: BTreeSet<FilePath> = grouped.app_roots.keys().cloned().collect();
    let mut seen = BTreeSet::new();
    let key = |left: &LeftOut| (left.path.clone(), left.reason.clone());
    grouped.left_out.retain(|left| seen.insert(key(left)));
    for root in grouped.app_roots.values_mut() {
        note_named_layers(root);
        root.layers.sort_by(|a, b| a.path.cmp(&b.path));
        let overruled = grouped.overruled.get(&root.path);
        for chain in root.chains.iter_mut().filter(|chain| chain.is_of_image()) {
            chain.lacks.extend(overruled.into_iter().flatten().cloned());
        }
        note_other_starts(&mut root.chains);
        convention::add_chains(root, options, grouped.unread.get(&root.path));
        convention::note_fragments(root, files, &folders);
        convention::note_local_layers(root, files);
        name_apart(&mut root.chains);
    }
    Workspace {
        app_roots: grouped.app_roots.into_values().collect(),
        left_out: grouped.left_out,
    }
}

/// Takes a layer that is called local in its own way (`app-config.local-stack.yaml`), and that a start command names, for
/// no layer of one machine.
fn note_named_layers(root: &mut AppRoot) {
    let named = root.chains.iter().flat_map(|chain| &chain.layers);
    let named = named.filter(|layer| layer.named_at.is_some());
    let named: BTreeSet<&FilePath> = named.map(|layer| &layer.path).collect();
    let endings = [".local.yaml", ".local.yml"];
    for layer in &mut root.layers {
        let is_usual = endings
            .iter()
            .any(|ending| layer.path.name().ends_with(ending));
        if layer.role == LayerRole::Local && !is_usual && named.contains(&layer.path) {
            layer.role = LayerRole::Other;
        }
    }
}

/// Notes on the chain of an image what a cluster starts it with, where that is, or may be, a layer more: then the image
/// by itself is not how the portal runs.
fn note_other_starts(chains: &mut [Chain]) {
    let in_cluster = |chain: &&Chain| {
        let kind = match &chain.origin {
            ChainOrigin::StartCommand { kind, .. } => *kind,
            _ => return false,
        };
        let is_of_cluster = matches!(kind, StartKind::Kubernetes | StartKind::Helm);
        is_of_cluster && chain.runs_in.image.is_some()
    };
    let others: Vec<Chain> = chains.iter().filter(in_cluster).cloned().collect();
    let runs = |image: &Option<FilePath>| others.iter().any(|other| other.runs_in.image == *image);
    for chain in chains.iter_mut().filter(|chain| chain.is_of_image()) {
        let own: Vec<&FilePath> = chain.layers.iter().map(|layer| &layer.path).collect();
        let is_more = |other: &Chain| {
            let mut layers = other.layers.iter();
            layers.any(|layer| !own.contains(&&layer.path))
        };
        // A deployment names an image, not the Dockerfile: of two in one app, it may run either.
        let is_alone = runs(&chain.runs_in.image);
        let reason = |other: &Chain| {
            let is_same_image = other.runs_in.image == chain.runs_in.image;
            let mut lacks = other.lacks.iter();
            let is_unread = lacks.any(|lack| lack.kind == LackKind::Unreadable);
            let name = &other.name;
            match (is_same_image, is_more(other)) {
                (true, true) => Some(format!("`{name}` starts the image with another command")),
                (true, false) if is_unread => {
                    Some(format!("`{name}` may start the image with another command"))
                }
                (false, true) if !is_alone && chain.production => Some(format!(
                    "`{name}` may start this image with another command"
                )),
                _ => None,
            }
        };
        let found = others
            .iter()
            .find_map(|other| Some((other, reason(other)?)));
        if let Some((other, reason)) = found {
            let place = match &other.origin {
                ChainOrigin::StartCommand { place, .. } => Some(*place),
                _ => None,
            };
            chain.lacks.push(Lack {
                reason,
                place,
                kind: LackKind::StartedOtherwise,
            });
        }
    }
}

/// Gives chains of one name a number each, and puts them in order of name.
fn name_apart(chains: &mut [Chain]) {
    let mut taken = BTreeSet::new();
    for chain in chains.iter_mut() {
        let wanted = Arc::clone(&chain.name.0);
        let mut number = 2;
        while !taken.insert(Arc::clone(&chain.name.0)) {
            chain.name = ChainName(format!("{wanted} ({number})").into());
            number += 1;
        }
    }
    chains.sort_by(|a, b| a.name.cmp(&b.name));
}

#[cfg(test)]
mod tests;
