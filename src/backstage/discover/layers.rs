//! Layers and the app roots they belong to.
//!
//! In: a listing. Out: app roots with their layers, without chains, and what looks like a layer and is none.
//! Never: start commands.

use std::collections::{BTreeMap, BTreeSet};

use crate::files::{FilePath, Files, Listed};

use super::look_alike;
use crate::backstage::words::names::{self, NameKind};
use crate::backstage::words::{AppRoot, Lack, LayerFile, LayerRole, LeftOut};

/// The largest text that is looked at to tell a layer from a look-alike, in bytes. Reading a layer has another limit; a
/// larger file is a layer until then.
const LOOK_LIMIT: u64 = 1 << 20;

/// App roots in order of path, and what was left out.
#[derive(Debug, Default)]
pub(super) struct Grouped {
    pub(super) app_roots: BTreeMap<FilePath, AppRoot>,
    pub(super) left_out: Vec<LeftOut>,
    /// Folders of apps that something else fills in, such as the template of `create-app` in a monorepo.
    pub(super) template_apps: Vec<FilePath>,
    /// Of app roots: what starts them, and cannot be read.
    pub(super) unread: BTreeMap<FilePath, Lack>,
    /// Of app roots: what may run their images with another command line.
    pub(super) overruled: BTreeMap<FilePath, Vec<Lack>>,
}

/// Sorts the layers of a listing into app roots: a base layer makes its folder one, other layers belong to the
/// nearest app root above them. Layers that have none make the nearest folder with a package.json their app root,
/// else their own folder.
pub(super) fn group(files: &dyn Files, listing: &[Listed]) -> Grouped {
    let mut grouped = Grouped {
        template_apps: template_apps(listing),
        ..Grouped::default()
    };
    let mut others = Vec::new();
    for listed in listing {
        let role = match names::kind_of(listed.path.name()) {
            NameKind::Unrelated => continue,
            NameKind::NotALayer(reason) => {
                grouped.leave_out(&listed.path, reason);
                continue;
            }
            NameKind::Layer(role) => role,
        };
        if grouped.is_in_template_app(&listed.path) {
            grouped.leave_out(&listed.path, "belongs to a template");
            continue;
        }
        if let Some(reason) = why_not(files, &listed.path) {
            grouped.leave_out(&listed.path, reason);
            continue;
        }
        let layer = LayerFile {
            path: listed.path.clone(),
            role,
            git: listed.git,
            named_by_ignore_rule: listed.named_by_ignore_rule,
            embedded: None,
        };
        if layer.role == LayerRole::Base {
            let folder = layer.path.parent();
            grouped.root(&folder).layers.push(layer);
        } else {
            others.push(layer);
        }
    }
    for layer in others {
        let folder = grouped.folder_for(&layer.path, listing);
        grouped.root(&folder).layers.push(layer);
    }
    for root in grouped.app_roots.values_mut() {
        root.layers.sort_by(|a, b| a.path.cmp(&b.path));
    }
    grouped
}

impl Grouped {
    /// The app root at `folder`, made when there is none.
    pub(super) fn root(&mut self, folder: &FilePath) -> &mut AppRoot {
        self.app_roots
            .entry(folder.clone())
            .or_insert_with(|| AppRoot::new(folder.clone()))
    }

    /// Whether a file belongs to a template.
    pub(super) fn is_in_template_app(&self, path: &FilePath) -> bool {
        let mut folders = self.template_apps.iter();
        folders.any(|folder| path.is_within(folder))
    }

    /// The nearest app root at or above `folder`.
    pub(super) fn nearest(&self, folder: &FilePath) -> Option<&FilePath> {
        folder.ancestors().find_map(|folder| {
            let (path, _) = self.app_roots.get_key_value(&folder)?;
            Some(path)
        })
    }

    /// Drops app roots that start nothing and of which every layer is loaded by another one: folders of an overlay, not
    /// portals.
    pub(super) fn drop_loaded_elsewhere(&mut self) {
        let mut loaded: BTreeSet<FilePath> = BTreeSet::new();
        for root in self.app_roots.values() {
            let layers = root.chains.iter().flat_map(|chain| &chain.layers);
            loaded.extend(layers.map(|layer| layer.path.clone()));
        }
        self.app_roots.retain(|_, root| {
            let is_loaded = |layer: &LayerFile| loaded.contains(&layer.path);
            !root.chains.is_empty() || !root.layers.iter().all(is_loaded)
        });
    }

    fn folder_for(&self, layer: &FilePath, listing: &[Listed]) -> FilePath {
        let folder = layer.parent();
        if let Some(root) = self.nearest(&folder) {
            return root.clone();
        }
        let has_manifest = |folder: &FilePath| {
            let manifest = folder.join("package.json");
            listing
                .binary_search_by(|listed| listed.path.cmp(&manifest))
                .is_ok()
        };
        folder.ancestors().find(has_manifest).unwrap_or(folder)
    }

    fn leave_out(&mut self, path: &FilePath, reason: impl Into<String>) {
        self.left_out.push(LeftOut {
            path: path.clone(),
            reason: reason.into(),
        });
    }
}

/// The folders below others whose base layer is a template (`app-config.yaml.hbs`). A template at the top of a
/// repository is filled in when that repository's own app is deployed.
fn template_apps(listing: &[Listed]) -> Vec<FilePath> {
    let is_base = |path: &FilePath| {
        let stem = path.name().strip_prefix("app-config.yaml");
        stem.is_some_and(|ending| !ending.is_empty()) && names::is_template(path.name())
    };
    let has = |path: &FilePath| {
        let found = listing.binary_search_by(|listed| listed.path.cmp(path));
        found.is_ok()
    };
    let paths = listing.iter().map(|listed| &listed.path);
    let folders = paths.filter(|path| is_base(path)).map(FilePath::parent);
    folders
        .filter(|folder| !folder.as_str().is_empty() && !has(&folder.join("app-config.yaml")))
        // A portal of its own in a folder of its own has a manifest that is no template.
        .filter(|folder| !has(&folder.join("package.json")))
        .collect()
}

fn why_not(files: &dyn Files, path: &FilePath) -> Option<String> {
    if let Some(reason) = look_alike::by_path(path) {
        return Some(reason.into());
    }
    let text = files.read(path, LOOK_LIMIT).ok()?;
    look_alike::by_text(&text)
}
