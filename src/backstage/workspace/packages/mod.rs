//! The packages of an app: what its backend declares, what is installed and what is locked.
//!
//! In: the files around an app root. Out: [`Packages`]. Never: which package a rule asks for.

mod lockfile;
mod manifest;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::files::{FilePath, Files, Listed};
use crate::text::Sources;
use crate::yaml;

use super::layers::ancestors;

pub use lockfile::Lockfile;
pub use manifest::{Dependency, DependencyKind, Manifest, Script};

/// The largest package.json that is read, in bytes.
const MANIFEST_LIMIT: u64 = 1 << 20;
/// The largest lockfile that is read, in bytes.
const LOCKFILE_LIMIT: u64 = 64 << 20;

/// The packages of one app root.
#[derive(Debug, Clone, Default)]
pub struct Packages {
    /// The package.json of the app root.
    pub root: Option<Arc<Manifest>>,
    /// The package.json of the backend: `packages/backend`, else the one of role `backend`, else the one that
    /// depends on `@backstage/backend-defaults`. The app root's own where there is only that.
    pub backend: Option<Arc<Manifest>>,
    /// The lockfile in the app root or above.
    pub lockfile: Option<Arc<Lockfile>>,
}

/// The version of a package, and how it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// It is in a `node_modules`.
    Installed(Arc<str>),
    /// The lockfile has it; with several versions the lowest, since which one the backend gets is not told.
    Locked(Arc<str>),
    /// Only a range in a package.json says something.
    Declared(Arc<str>),
}

impl Packages {
    /// The version of a package that the backend would load. `None` when nothing says that it has one.
    pub fn version(&self, files: &dyn Files, name: &str) -> Option<Version> {
        let folder = self.backend.as_ref().or(self.root.as_ref())?.folder();
        if let Some(version) = installed(files, &folder, name) {
            return Some(Version::Installed(version));
        }
        let locked = self
            .lockfile
            .as_ref()
            .and_then(|lock| lock.versions(name).first());
        if let Some(version) = locked {
            return Some(Version::Locked(Arc::clone(version)));
        }
        let manifests = [self.backend.as_ref(), self.root.as_ref()];
        let declared = manifests
            .into_iter()
            .flatten()
            .find_map(|manifest| manifest.dependency(name))?;
        Some(Version::Declared(Arc::clone(&declared.range)))
    }

    /// Whether the lockfile holds a package; `None` when there is no lockfile to ask.
    pub fn is_locked(&self, name: &str) -> Option<bool> {
        self.lockfile.as_ref().map(|lockfile| lockfile.has(name))
    }
}

/// The version in the nearest `node_modules` at or above a folder.
fn installed(files: &dyn Files, folder: &FilePath, name: &str) -> Option<Arc<str>> {
    #[derive(serde::Deserialize)]
    struct Installed {
        version: Option<Arc<str>>,
    }
    if name.starts_with('/') || name.contains("..") {
        return None;
    }
    let text = ancestors(folder).find_map(|folder| {
        let manifest = folder.join("node_modules").join(name).join("package.json");
        files.read(&manifest, MANIFEST_LIMIT).ok()
    })?;
    serde_json::from_str::<Installed>(&text).ok()?.version
}

/// Finds packages; each file is read once, however many app roots share it.
pub(super) struct Finder<'f> {
    files: &'f dyn Files,
    listing: &'f [Listed],
    manifests: BTreeMap<FilePath, Option<Arc<Manifest>>>,
    lockfiles: BTreeMap<FilePath, Option<Arc<Lockfile>>>,
}

impl<'f> Finder<'f> {
    pub(super) fn new(files: &'f dyn Files, listing: &'f [Listed]) -> Self {
        Self {
            files,
            listing,
            manifests: BTreeMap::new(),
            lockfiles: BTreeMap::new(),
        }
    }

    /// The packages of the app root at `folder`.
    pub(super) fn packages(&mut self, folder: &FilePath, sources: &mut Sources) -> Packages {
        let root = self.manifest(&folder.join("package.json"), sources);
        Packages {
            backend: self.backend(folder, sources).or_else(|| root.clone()),
            lockfile: self.lockfile(folder),
            root,
        }
    }

    fn backend(&mut self, folder: &FilePath, sources: &mut Sources) -> Option<Arc<Manifest>> {
        if let Some(usual) = self.manifest(&folder.join("packages/backend/package.json"), sources) {
            return Some(usual);
        }
        let candidates: Vec<FilePath> = crate::files::below(self.listing, folder)
            .iter()
            .map(|listed| &listed.path)
            .filter(|path| path.name() == "package.json")
            .filter(|path| path.parent() != *folder && may_be_backend(self.files, path))
            .cloned()
            .collect();
        let manifests: Vec<Arc<Manifest>> = candidates
            .iter()
            .filter_map(|path| self.manifest(path, sources))
            .collect();
        let is_backend = |manifest: &&Arc<Manifest>| manifest.role.as_deref() == Some("backend");
        let uses_defaults = |manifest: &&Arc<Manifest>| {
            let library = manifest
                .role
                .as_deref()
                .is_some_and(|role| role != "backend");
            !library && manifest.dependency("@backstage/backend-defaults").is_some()
        };
        let found = manifests.iter().find(is_backend);
        found
            .or_else(|| manifests.iter().find(uses_defaults))
            .cloned()
    }

    /// The package.json at a path, read once.
    pub(super) fn manifest(
        &mut self,
        path: &FilePath,
        sources: &mut Sources,
    ) -> Option<Arc<Manifest>> {
        if let Some(known) = self.manifests.get(path) {
            return known.clone();
        }
        let manifest = self.files.read(path, MANIFEST_LIMIT).ok().and_then(|text| {
            let root = yaml::parse_json(&text).root?;
            let source = sources.add(self.files.source(path, text));
            Some(Arc::new(Manifest::read(path.clone(), source, &root)))
        });
        self.manifests.insert(path.clone(), manifest.clone());
        manifest
    }

    /// The nearest lockfile at or above a folder.
    fn lockfile(&mut self, folder: &FilePath) -> Option<Arc<Lockfile>> {
        if let Some(known) = self.lockfiles.get(folder) {
            return known.clone();
        }
        let here = lockfile::NAMES.iter().find_map(|name| {
            let path = folder.join(name);
            let text = self.files.read(&path, LOCKFILE_LIMIT).ok()?;
            Lockfile::parse(path, &text).map(Arc::new)
        });
        let lockfile = match here {
            None if !folder.as_str().is_empty() => self.lockfile(&folder.parent()),
            here => here,
        };
        self.lockfiles.insert(folder.clone(), lockfile.clone());
        lockfile
    }
}

/// A first look, so that the hundred plugins of a large repository are not all read as JSON.
fn may_be_backend(files: &dyn Files, path: &FilePath) -> bool {
    files.read(path, MANIFEST_LIMIT).is_ok_and(|text| {
        text.contains("\"backend\"") || text.contains("@backstage/backend-defaults")
    })
}

#[cfg(test)]
mod tests;
