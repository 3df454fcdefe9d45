//! Kustomizations, as far as they may change what a workload runs.
//!
//! In: kustomization.yaml files. Out: which of them change a manifest. Never: the result of their patches.

use crate::backstage::discover::command::word::Word;
use crate::backstage::document::{self, NodeExt as _};
use crate::files::FilePath;
use crate::text::{Place, SourceId};

/// Keys by which a kustomization changes manifests, or makes ConfigMaps and Secrets for them.
const CHANGES: &[&str] = &[
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "configMapGenerator",
    "secretGenerator",
    "components",
    "replacements",
    "transformers",
];

/// A kustomization that changes manifests.
pub(in crate::backstage::discover) struct Kustomization {
    path: FilePath,
    /// The files and folders that it takes in.
    resources: Vec<FilePath>,
    /// The first key that changes something.
    change: Place,
}

/// Whether a file is a kustomization, by its name.
pub(in crate::backstage::discover) fn is_kustomization(name: &str) -> bool {
    matches!(name, "kustomization.yaml" | "kustomization.yml")
}

/// Reads a kustomization; `None` for one that changes nothing.
pub(in crate::backstage::discover) fn read(
    path: &FilePath,
    source: SourceId,
    text: &str,
) -> Option<Kustomization> {
    let node = document::root(text)?;
    let mut keys = node.entries().iter().map(|entry| &entry.key);
    let change = keys.find(|key| CHANGES.contains(&&*key.text))?;
    let list = |key: &str| node.get(key).map_or(&[][..], |list| list.items());
    let items = list("resources").iter().chain(list("bases"));
    let folder = path.parent();
    let local = items.filter_map(|item| item.as_str());
    Some(Kustomization {
        path: path.clone(),
        resources: local.map(|local| folder.join(local)).collect(),
        change: Place::new(source, change.span),
    })
}

/// The first kustomization that may change a manifest: it takes in the file, or a folder around it.
pub(super) fn patching(all: &[Kustomization], manifest: &FilePath) -> Option<Word> {
    let takes_in = |one: &&Kustomization| {
        let taken = |resource: &FilePath| resource == manifest || manifest.is_within(resource);
        one.resources.iter().any(taken) || one.path.parent() == manifest.parent()
    };
    let found = all.iter().find(takes_in)?;
    Some(Word::known(
        format!("the kustomization `{}`", found.path),
        found.change,
    ))
}
