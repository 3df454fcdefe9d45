//! Files to app roots, layers and chains.
//!
//! In: a [`Files`](crate::files::Files) and a folder. Out: a [`Workspace`]: every app root with its layers,
//! manifests and chains, and what was left out and why. Never: the contents of layers, beyond a look at whether
//! they are layers at all.

mod chain;
mod cluster;
mod command;
mod compose;
mod convention;
mod defaults;
mod explicit;
mod helm;
mod image;
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
use crate::backstage::words::{Chain, ChainOrigin, StartKind, Workspace};
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
        names::kind_of(name) != names::NameKind::Unrelated || sources::is_wanted(name)
    });
    let mut grouped = layers::group(files, &listing);
    let mut finder = npm::Finder::new(files, &listing);
    for (folder, root) in &mut grouped.app_roots {
        root.packages = finder.packages(folder, sources);
    }
    sources::add_chains(files, &listing, options, &mut grouped, sources);
    for (folder, root) in &mut grouped.app_roots {
        if root.packages.backend.is_none() {
            root.packages = finder.packages(folder, sources);
        }
    }
    for root in grouped.app_roots.values_mut() {
        root.layers.sort_by(|a, b| a.path.cmp(&b.path));
        let overruled = grouped.overruled.get(&root.path);
        let of_image = |chain: &&mut Chain| matches!(&chain.origin, ChainOrigin::StartCommand { kind, .. } if *kind == StartKind::Dockerfile);
        for chain in root.chains.iter_mut().filter(of_image) {
            chain.lacks.extend(overruled.cloned());
        }
        convention::add_chains(root, options, grouped.unread.get(&root.path));
        convention::note_local_layers(root, files);
        name_apart(&mut root.chains);
    }
    Workspace {
        app_roots: grouped.app_roots.into_values().collect(),
        left_out: grouped.left_out,
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
