//! Files to app roots, layers and chains.
//!
//! In: a [`Files`](crate::files::Files) and a folder. Out: a [`Workspace`]: every app root with its layers,
//! manifests and chains, and what was left out and why. Never: the contents of layers, beyond a look at whether
//! they are layers at all.

mod chain;
mod command;
mod compose;
mod convention;
mod defaults;
mod document;
pub mod embedded;
mod explicit;
mod helm;
mod image;
mod kubernetes;
mod layers;
mod look_alike;
mod names;
pub mod packages;
mod plain;
mod process;
mod reader;
mod script;
mod sources;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::environment::path_of;
use super::schema::{ConfigPath, Part};
use crate::files::{FilePath, Files, GitStatus};
use crate::finding::ChainName;
use crate::request::LocalLayers;
use crate::text::{Place, Sources};

pub use defaults::{BACKSTAGE_ENV, BackstageEnv};
pub use explicit::explicit;
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
    let mut finder = packages::Finder::new(files, &listing);
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

/// How to look for app roots.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What becomes of local layers that git ignores.
    pub local_layers: LocalLayers,
    /// What is known of `BACKSTAGE_ENV` beyond what start commands set.
    pub backstage_env: BackstageEnv,
}

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
    pub packages: packages::Packages,
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
}

impl AppRoot {
    fn new(path: FilePath) -> Self {
        Self {
            path,
            layers: Vec::new(),
            chains: Vec::new(),
            packages: packages::Packages::default(),
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
    pub embedded: Option<embedded::Embedded>,
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
    /// Named by a start command or settings, without a telling name.
    Other,
}

/// An ordered list of layers that one way of starting the app loads.
#[derive(Debug, Clone)]
pub struct Chain {
    /// Its name, unique in the app root.
    pub name: ChainName,
    /// Where it was found.
    pub origin: ChainOrigin,
    /// The layers, in the order they are loaded.
    pub layers: Vec<ChainLayer>,
    /// Whether people depend on it; see DESIGN "Chains".
    pub production: bool,
    /// Why it may lack something that an unseen layer sets; empty when it is complete.
    pub lacks: Vec<Lack>,
    /// The local layer of its developer, which the loader would take and git keeps away, where other chains tell what
    /// is deployed. What nothing sets here may be set there; that alone does not make the chain incomplete.
    pub local_layer: Option<FilePath>,
    /// Where further variables come from that are not here: env files that git ignores, ConfigMaps of somebody else.
    ///
    /// They make a chain incomplete only where the loader picks the layers, by `BACKSTAGE_ENV`: those are lacks. Named
    /// layers stay what they are. That such a variable sets a value on top (`APP_CONFIG_*`) or switches TLS on
    /// (`PGSSLMODE`) is possible, but rare: nearly every compose file has an env file that git ignores, and to tell all
    /// findings of all those milder would hide more than it corrects. Secrets are never here, and are not listed.
    pub unread_environment: Vec<Lack>,
    /// The environment variables that the deployment file itself sets, each once, in order.
    pub environment: Vec<EnvironmentVariable>,
}

/// An environment variable that a chain's process starts with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentVariable {
    /// Its name.
    pub name: Arc<str>,
    /// Its value. `None` when the deployment sets it to one that is not known here: from a Secret, or by a chart for
    /// its own database.
    pub value: Option<Arc<str>>,
    /// Where the deployment sets it; `None` when no file does.
    pub place: Option<Place>,
}

impl EnvironmentVariable {
    /// A variable with a known value.
    pub fn known(
        name: impl Into<Arc<str>>,
        value: impl Into<Arc<str>>,
        place: Option<Place>,
    ) -> Self {
        Self {
            name: name.into(),
            value: Some(value.into()),
            place,
        }
    }

    /// Whether it sets a config value on top of all layers (`APP_CONFIG_*`, read by `@backstage/config-loader`).
    pub fn is_override(&self) -> bool {
        self.name.starts_with("APP_CONFIG_")
    }
}

impl Chain {
    /// The variables that the process starts with, those with unknown values among them. The chain of an image has
    /// those that its `ENV` sets: that chain is the image as it runs when no deployment sets others.
    pub fn sure_environment(&self) -> &[EnvironmentVariable] {
        &self.environment
    }

    /// A variable that the deployment file sets.
    pub fn variable(&self, name: &str) -> Option<&EnvironmentVariable> {
        self.environment
            .iter()
            .find(|variable| *variable.name == *name)
    }

    /// Names and values of the variables that the deployment file sets to known values.
    pub fn known_environment(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        self.environment
            .iter()
            .filter_map(|variable| Some((&variable.name, variable.value.as_ref()?)))
    }

    /// Whether what nothing sets here is set nowhere.
    pub fn shows_absence(&self) -> bool {
        self.is_complete() && self.local_layer.is_none()
    }

    /// Whether all that the process would load is here. A variable that sets one value on top does not count: only
    /// what reads that value is less sure, see [`unseen_at`](Self::unseen_at).
    pub fn is_complete(&self) -> bool {
        let is_override = |lack: &Lack| matches!(lack.kind, LackKind::EnvironmentOverrides(_));
        self.lacks.iter().all(is_override)
    }

    /// Why something may be else than it is seen here, of what is said about these config paths: an unseen layer may
    /// set anything, an unknown `APP_CONFIG_*` variable the value at its path, what is above and what is below it. No
    /// path stands for all of them.
    pub fn unseen_at(&self, paths: &[ConfigPath]) -> Option<&Lack> {
        self.lacks.iter().find(|lack| match &lack.kind {
            LackKind::EnvironmentOverrides(variable) => {
                paths.is_empty() || paths.iter().any(|path| is_near(path, variable))
            }
            _ => true,
        })
    }
}

/// Whether a path is that of the value a variable sets, above or below it.
fn is_near(path: &ConfigPath, variable: &str) -> bool {
    let set = path_of(variable).into_iter().flatten();
    path.parts().iter().zip(set).all(|(part, key)| match part {
        Part::Key(own) => **own == *key,
        Part::Item(_) => false,
    })
}

/// One layer of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainLayer {
    /// The file; it exists and can be read.
    pub path: FilePath,
    /// Where the start command names it; `None` by convention.
    pub named_at: Option<Place>,
}

/// Where a chain comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainOrigin {
    /// The loader's defaults, or base + one layer where no start command was found.
    Convention,
    /// `--config` on our own command line.
    CommandLine,
    /// stagecheck.yaml.
    Settings,
    /// A file with a start command.
    StartCommand {
        /// What kind of file.
        kind: StartKind,
        /// The command's bytes.
        place: Place,
    },
}

/// What kind of file holds a start command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StartKind {
    /// `CMD`/`ENTRYPOINT` of a Dockerfile.
    Dockerfile,
    /// A compose service.
    Compose,
    /// A script in package.json.
    Script,
    /// A Kubernetes manifest.
    Kubernetes,
    /// Helm values.
    Helm,
    /// Procfile, systemd unit, shell script, Makefile and the like.
    Other,
}

/// Something a chain names that is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// Why, for people: `loads ${ENVIRONMENT_CONFIG}`, `/config/app-config.yaml is mounted`.
    pub reason: String,
    /// Where the start command names it.
    pub place: Option<Place>,
    /// The kind of lack.
    pub kind: LackKind,
}

/// Why a named layer is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LackKind {
    /// Its name depends on the environment.
    OpenName,
    /// An absolute path or one outside the repository, as it is written.
    Mounted(Arc<str>),
    /// A path inside an image that is not built here; of the repository it would have to be this file, which is not
    /// there.
    Foreign(FilePath),
    /// Something makes or changes it when the image is built or started.
    Made,
    /// This file is here, but something keeps it out of the image.
    KeptOut(FilePath),
    /// A path inside the repository at which there is no file.
    Absent(FilePath),
    /// This `APP_CONFIG_*` variable sets a value on top.
    EnvironmentOverrides(Arc<str>),
    /// The settings exclude the layer.
    Excluded,
    /// The start command cannot be read for sure.
    Unreadable,
    /// Environment variables come from something that is not here.
    Environment,
}

#[cfg(test)]
mod tests;
