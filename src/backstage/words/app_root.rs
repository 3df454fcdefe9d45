//! A folder with an app, its layers as files, and what surrounds them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::chain::Chain;
use super::names;
use crate::backstage::document::embedded::Embedded;
use crate::backstage::npm::Packages;
use crate::files::{FilePath, Files, GitStatus};
use crate::text::Place;

/// Everything found below one folder.
#[derive(Debug, Default)]
pub struct Workspace {
    /// Every app root, in order of path.
    pub app_roots: Vec<AppRoot>,
    /// Files that look like layers and are none.
    pub left_out: Vec<LeftOut>,
}

/// A file that was not taken, and why: one half sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The file.
    pub path: FilePath,
    /// Why, e.g. `is a template`.
    pub reason: String,
}

/// A folder that holds a base layer, and what belongs to it.
#[derive(Debug)]
pub struct AppRoot {
    /// The folder.
    pub path: FilePath,
    /// Every layer of the root, in order of path.
    pub layers: Vec<LayerFile>,
    /// Every way of starting the app, in order of name.
    pub chains: Vec<Chain>,
    /// Files that Dockerfiles put into images, by the paths they would have in the repository.
    pub brought: BTreeSet<FilePath>,
    /// For each layer that no chain loads although something deploys the app: the base layer and it. They are no ways
    /// of starting the app; the layer is judged in them by its shape.
    pub unloaded: Vec<Chain>,
    /// Its packages.
    pub packages: Packages,
    /// Which of its layers images take in, whether or not a command loads them there.
    pub copies: Vec<LayerCopy>,
}

/// A layer that a Dockerfile copies into an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerCopy {
    /// The layer.
    pub layer: FilePath,
    /// The `COPY` that takes it in: what it copies.
    pub place: Place,
    /// Whether the image's own start command leaves the layers to the loader, which then loads it.
    pub loaded_by_default: bool,
    /// The Dockerfile.
    pub dockerfile: FilePath,
    /// The .dockerignore of the build, which need not be there yet.
    pub ignore_file: FilePath,
    /// The `COPY` names this very file: a build without it fails.
    pub is_named: bool,
}

impl AppRoot {
    pub(in crate::backstage) fn new(path: FilePath) -> Self {
        Self {
            path,
            layers: Vec::new(),
            chains: Vec::new(),
            packages: Packages::default(),
            copies: Vec::new(),
            unloaded: Vec::new(),
            brought: BTreeSet::new(),
        }
    }

    /// The layer at a path.
    pub fn layer(&self, path: &FilePath) -> Option<&LayerFile> {
        self.layers.iter().find(|layer| layer.path == *path)
    }
}

/// A layer as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerFile {
    /// The file.
    pub path: FilePath,
    /// What its name says.
    pub role: LayerRole,
    /// What git does with it.
    pub git: GitStatus,
    /// Whether an ignore rule names it, also when it is tracked all the same.
    pub named_by_ignore_rule: bool,
    /// Where it stands, when it is a part of another file; then `path` is the file's with `#` and a key behind it,
    /// and the other fields are the file's.
    pub embedded: Option<Embedded>,
}

impl LayerFile {
    /// The layer at a path, by what its name and git say. Something that is not listed counts as untracked.
    pub fn of(files: &dyn Files, path: &FilePath) -> Self {
        let beside = files.list(&path.parent(), &|name| name == path.name());
        let listed = beside.into_iter().find(|listed| listed.path == *path);
        Self {
            path: path.clone(),
            role: LayerRole::of(path),
            git: listed
                .as_ref()
                .map_or(GitStatus::Untracked, |listed| listed.git),
            named_by_ignore_rule: listed.is_some_and(|listed| listed.named_by_ignore_rule),
            embedded: None,
        }
    }
}

impl LayerFile {
    /// Whether it is a part of values that only the tests of a chart use.
    pub fn is_for_chart_tests(&self) -> bool {
        let host = self.path.as_str().split('#').next().unwrap_or_default();
        self.embedded.is_some() && names::is_for_chart_tests(&FilePath::new(host))
    }
}

impl LayerRole {
    /// Whether the name says that people depend on what loads it.
    pub fn is_production(&self) -> bool {
        names::is_production(self)
    }

    /// What the name of a file says, also of one that only a start command makes a layer.
    pub fn of(path: &FilePath) -> Self {
        match names::kind_of(path.name()) {
            names::NameKind::Layer(role) => role,
            _ => Self::Other,
        }
    }
}

/// What the name of a layer says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LayerRole {
    /// `app-config.yaml`
    Base,
    /// `app-config.local.yaml`, `app-config.production.local.yaml`: for one machine only.
    Local,
    /// `app-config.production.yaml` and its kind: the environment's name.
    Environment(Arc<str>),
    /// An example or template that no deployment loads.
    Example,
    /// The configuration of a dynamic plugin, which its loader adds when it installs the plugin. The plugin, and with it
    /// the schema of its keys, is not among the packages of the repository.
    DynamicPlugin,
    /// Named by a start command or settings, without a telling name.
    Other,
}
