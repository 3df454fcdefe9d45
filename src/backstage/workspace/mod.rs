//! Files to app roots, layers and chains.
//!
//! In: a [`Files`](crate::files::Files) and a folder. Out: a [`Workspace`]: every app root with its layers,
//! manifests and chains, and what was left out and why. Never: the contents of layers.

use std::sync::Arc;

use crate::files::{FilePath, GitStatus};
use crate::finding::ChainName;
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
    /// Environment variables the deployment file itself sets to known values.
    pub environment: Vec<(Arc<str>, Arc<str>)>,
}

impl Chain {
    /// Whether all that the process would load is here.
    pub fn is_complete(&self) -> bool {
        self.lacks.is_empty()
    }
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
    /// An absolute path or one outside the repository.
    Mounted,
    /// A path inside the repository at which there is no file.
    Absent(FilePath),
    /// `APP_CONFIG_*` variables set values on top.
    EnvironmentOverrides,
    /// The start command cannot be read for sure.
    Unreadable,
}
