//! Layers and the app roots they belong to.
//!
//! In: a listing. Out: app roots with their layers, without chains, and what looks like a layer and is none.
//! Never: start commands.

use std::collections::BTreeMap;

use crate::files::{FilePath, Files, Listed};

use super::names::{self, NameKind};
use super::{AppRoot, Lack, LayerFile, LayerRole, LeftOut, look_alike};

/// The largest text that is looked at to tell a layer from a look-alike, in bytes. Reading a layer has a limit of
/// its own; a larger file is a layer until then.
const LOOK_LIMIT: u64 = 1 << 20;

/// App roots in order of path, and what was left out.
#[derive(Debug, Default)]
pub(super) struct Grouped {
    pub(super) app_roots: BTreeMap<FilePath, AppRoot>,
    pub(super) left_out: Vec<LeftOut>,
    /// Of app roots: what starts them, and cannot be read.
    pub(super) unread: BTreeMap<FilePath, Lack>,
}

/// Sorts the layers of a listing into app roots: a base layer makes its folder one, other layers belong to the
/// nearest app root above them. Layers that have none make the nearest folder with a package.json their app root,
/// else their own folder.
pub(super) fn group(files: &dyn Files, listing: &[Listed]) -> Grouped {
    let mut grouped = Grouped::default();
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

    /// The nearest app root at or above `folder`.
    pub(super) fn nearest(&self, folder: &FilePath) -> Option<&FilePath> {
        ancestors(folder).find_map(|folder| {
            let (path, _) = self.app_roots.get_key_value(&folder)?;
            Some(path)
        })
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
        ancestors(&folder).find(has_manifest).unwrap_or(folder)
    }

    fn leave_out(&mut self, path: &FilePath, reason: impl Into<String>) {
        self.left_out.push(LeftOut {
            path: path.clone(),
            reason: reason.into(),
        });
    }
}

/// A folder and every folder above it, up to the root.
pub(super) fn ancestors(folder: &FilePath) -> impl Iterator<Item = FilePath> + use<> {
    let above = |folder: &FilePath| (!folder.as_str().is_empty()).then(|| folder.parent());
    std::iter::successors(Some(folder.clone()), above)
}

fn why_not(files: &dyn Files, path: &FilePath) -> Option<String> {
    if let Some(reason) = look_alike::by_path(path) {
        return Some(reason.into());
    }
    let text = files.read(path, LOOK_LIMIT).ok()?;
    look_alike::by_text(&text)
}
