//! The packages of an app: what its backend declares, what is installed and what is locked.
//!
//! In: the files around an app root. Out: [`Packages`]. Never: which package a rule asks for.

mod install;
mod lockfile;
mod manifest;
mod members;
mod plug_and_play;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::files::{FilePath, Files, Listed};
use crate::text::Sources;

pub use install::Installs;
pub use lockfile::Lockfile;
pub use manifest::{Dependency, DependencyKind, Manifest, Script};
pub use plug_and_play::{Location, PlugAndPlay};

/// The largest package.json that is read, in bytes.
const MANIFEST_LIMIT: u64 = 1 << 20;

/// Where packages keep the schema of their configuration, by the documentation of Backstage.
const SCHEMA_FILES: &[&str] = &["config.d.ts", "config.schema.json"];

/// Whether a file is the schema of a package, by its name.
pub(in crate::backstage) fn is_schema(name: &str) -> bool {
    SCHEMA_FILES.contains(&name)
}

/// The packages of one app root.
#[derive(Debug, Clone, Default)]
pub struct Packages {
    /// The package.json of the app root.
    pub root: Option<Arc<Manifest>>,
    /// The package.json of the backend: `packages/backend`, else the one of role `backend`, else the one that
    /// depends on `@backstage/backend-defaults`. The app root's own where there is only that.
    pub backend: Option<Arc<Manifest>>,
    /// The lockfile in the app root or above; [`Installs`] reads it.
    pub lockfile: Option<Arc<Lockfile>>,
    /// The data of Yarn's Plug'n'Play there; [`Installs`] reads it.
    pub plug_and_play: Option<Arc<PlugAndPlay>>,
    /// The packages of the repository that the backend depends on and that have a schema beside their package.json,
    /// with the file of that schema.
    pub with_schema: Vec<(Arc<Manifest>, FilePath)>,
}

/// The version of a package, and how it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// It is in a `node_modules`, or where Yarn's Plug'n'Play says.
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
        let installed = self.plug_and_play.as_ref();
        if let Some(installed) = installed.filter(|installed| installed.knows(&folder)) {
            let version = installed.version(&folder, name);
            return version.map(Version::Installed);
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
    let text = folder.ancestors().find_map(|folder| {
        let manifest = folder.join("node_modules").join(name).join("package.json");
        files.read(&manifest, MANIFEST_LIMIT).ok()
    })?;
    serde_json::from_str::<Installed>(&text).ok()?.version
}

/// Finds packages; each file is read once, however many app roots share it.
pub(in crate::backstage) struct Finder<'f> {
    files: &'f dyn Files,
    listing: &'f [Listed],
    manifests: BTreeMap<FilePath, Option<Arc<Manifest>>>,
    /// The backend of each workspace that was asked for.
    workspaces: BTreeMap<FilePath, Option<Arc<Manifest>>>,
}

impl<'f> Finder<'f> {
    pub(in crate::backstage) fn new(files: &'f dyn Files, listing: &'f [Listed]) -> Self {
        Self {
            files,
            listing,
            manifests: BTreeMap::new(),
            workspaces: BTreeMap::new(),
        }
    }

    /// The packages of the app root at `folder`.
    pub(in crate::backstage) fn packages(
        &mut self,
        folder: &FilePath,
        sources: &mut Sources,
    ) -> Packages {
        let root = self.manifest(&folder.join("package.json"), sources);
        let backend = self.backend(folder, root.as_ref(), sources);
        let with_schema = backend.as_ref().map(|backend| {
            let local = local_dependencies(backend);
            self.with_schema(folder, &local, sources)
        });
        Packages {
            with_schema: with_schema.unwrap_or_default(),
            backend,
            root,
            ..Packages::default()
        }
    }

    /// The packages of these names below a folder that have a schema beside their package.json.
    fn with_schema(
        &mut self,
        folder: &FilePath,
        names: &BTreeSet<Arc<str>>,
        sources: &mut Sources,
    ) -> Vec<(Arc<Manifest>, FilePath)> {
        if names.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<(Arc<Manifest>, FilePath)> = Vec::new();
        let below = crate::files::below(self.listing, folder).iter();
        for schema in below.map(|listed| &listed.path) {
            let is_next_to_last = |(_, last): &(_, FilePath)| last.parent() == schema.parent();
            if !is_schema(schema.name()) || found.last().is_some_and(is_next_to_last) {
                continue;
            }
            let manifest = self.manifest(&schema.parent().join("package.json"), sources);
            let is_named = |manifest: &Arc<Manifest>| {
                let name = manifest.name.as_ref();
                name.is_some_and(|name| names.contains(name))
            };
            found.extend(
                manifest
                    .filter(is_named)
                    .map(|manifest| (manifest, schema.clone())),
            );
        }
        found
    }

    /// The backend of the app root at `folder`: below it, or among the packages of the workspace it is part of.
    fn backend(
        &mut self,
        folder: &FilePath,
        own: Option<&Arc<Manifest>>,
        sources: &mut Sources,
    ) -> Option<Arc<Manifest>> {
        if let Some(usual) = self.manifest(&folder.join("packages/backend/package.json"), sources) {
            return Some(usual);
        }
        let below: Vec<FilePath> = crate::files::below(self.listing, folder)
            .iter()
            .map(|listed| &listed.path)
            .filter(|path| path.name() == "package.json" && path.parent() != *folder)
            .cloned()
            .collect();
        if let Some(found) = self.backends(&below, sources).into_iter().next() {
            return Some(found);
        }
        let is_backend = |own: &&Arc<Manifest>| own.is_backend() || own.uses_backend();
        if own.filter(is_backend).is_none()
            && let Some(found) = self.backend_of_workspace(folder, sources)
        {
            return Some(found);
        }
        own.cloned()
    }

    /// The one backend of the workspace around a folder; none when there are several to choose from. A workspace
    /// without a package.json for each of its packages (Nx) has the dependencies of all in that of its root.
    fn backend_of_workspace(
        &mut self,
        folder: &FilePath,
        sources: &mut Sources,
    ) -> Option<Arc<Manifest>> {
        let workspace = members::root(self.files, folder)?;
        if let Some(known) = self.workspaces.get(&workspace) {
            return known.clone();
        }
        let members = members::manifests(self.files, &workspace);
        let backends = self.backends(&members, sources);
        let found = match backends.as_slice() {
            [one] => Some(Arc::clone(one)),
            [] => {
                let root = self.manifest(&workspace.join("package.json"), sources);
                root.filter(|root| root.uses_backend())
            }
            _ => None,
        };
        self.workspaces.insert(workspace, found.clone());
        found
    }

    /// The backends among these: those of that role; only without one, those that use what backends are made of.
    fn backends(&mut self, paths: &[FilePath], sources: &mut Sources) -> Vec<Arc<Manifest>> {
        let candidates = paths.iter().filter(|path| may_be_backend(self.files, path));
        let candidates: Vec<FilePath> = candidates.cloned().collect();
        let manifests: Vec<Arc<Manifest>> = candidates
            .iter()
            .filter_map(|path| self.manifest(path, sources))
            .collect();
        let (by_role, others): (Vec<_>, Vec<_>) = manifests
            .into_iter()
            .partition(|manifest| manifest.is_backend());
        if !by_role.is_empty() {
            return by_role;
        }
        others
            .into_iter()
            .filter(|manifest| manifest.uses_backend())
            .collect()
    }

    /// The package.json at a path, read once.
    pub(in crate::backstage) fn manifest(
        &mut self,
        path: &FilePath,
        sources: &mut Sources,
    ) -> Option<Arc<Manifest>> {
        if let Some(known) = self.manifests.get(path) {
            return known.clone();
        }
        let manifest = self.files.read(path, MANIFEST_LIMIT).ok().and_then(|text| {
            let root = npm_yaml::parse_json(&text).root?;
            let source = sources.add(self.files.source(path, text));
            Some(Arc::new(Manifest::read(path.clone(), source, &root)))
        });
        self.manifests.insert(path.clone(), manifest.clone());
        manifest
    }
}

/// The dependencies of a package that are in the repository, by their range.
fn local_dependencies(manifest: &Manifest) -> BTreeSet<Arc<str>> {
    let is_local = |dependency: &&Dependency| {
        let kinds = ["workspace:", "link:", "file:", "portal:"];
        dependency.kind == DependencyKind::Normal
            && kinds.iter().any(|kind| dependency.range.starts_with(kind))
    };
    let local = manifest.dependencies.iter().filter(is_local);
    local
        .map(|dependency| Arc::clone(&dependency.name))
        .collect()
}

/// A first look, so that the hundred plugins of a large repository are not all read as JSON.
fn may_be_backend(files: &dyn Files, path: &FilePath) -> bool {
    files.read(path, MANIFEST_LIMIT).is_ok_and(|text| {
        text.contains("\"backend\"") || text.contains("@backstage/backend-defaults")
    })
}

#[cfg(test)]
mod tests;
