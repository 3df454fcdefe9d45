//! A way of starting the app: the layers it loads, and what is not known of it.

use std::fmt::Debug;
use std::sync::Arc;

use source::{ConfigPath, Part};

use super::variable::{EnvironmentVariable, path_of};
use crate::files::{FilePath, Files};
use crate::finding::ChainName;
use crate::text::Place;

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
    /// What its process runs in.
    pub runs_in: RunsIn,
}

/// What the process of a chain runs in, as far as that is known.
#[derive(Debug, Clone, Default)]
pub struct RunsIn {
    /// The Dockerfile of its image, when that is here.
    pub image: Option<FilePath>,
    /// What is in that image.
    pub contents: Option<Arc<dyn ImageContents>>,
    /// Whether it has a network of its own, in which nothing else listens on the loopback address.
    pub own_network: bool,
}

/// What is in an image, as far as its Dockerfile and its deployment tell.
pub trait ImageContents: Debug + Send + Sync {
    /// Why there is no file at each of these paths; `None` where there may be one.
    fn absences(&self, files: &dyn Files, paths: &[PathInImage<'_>]) -> Vec<Option<Absence>>;
}

/// A path as a process in an image sees it.
#[derive(Debug, Clone, Copy)]
pub enum PathInImage<'p> {
    /// A file of the repository that a layer names by a path relative to itself.
    Beside {
        /// The layer.
        layer: &'p FilePath,
        /// The file.
        file: &'p FilePath,
    },
    /// A path from the working directory on.
    FromWorkingDirectory(&'p str),
}

/// Why a file of the repository is not in an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absence {
    /// Something keeps it out: what, for people.
    KeptOut(String),
    /// No `COPY` brings it.
    NotCopied,
    /// The path leads out of the working directory, to this one, to which nothing is copied.
    Outside(String),
}

impl Chain {
    /// Whether it is that of an image by itself.
    pub fn is_of_image(&self) -> bool {
        matches!(&self.origin, ChainOrigin::StartCommand { kind, .. } if *kind == StartKind::Dockerfile)
    }

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
    /// A deployment starts the same image with more layers.
    StartedOtherwise,
    /// Several layers are loaded in no fixed order; their names, for people.
    Unordered(Arc<str>),
}

/// Whether a path is that of the value a variable sets, above or below it.
fn is_near(path: &ConfigPath, variable: &str) -> bool {
    let set = path_of(variable).into_iter().flatten();
    path.parts().iter().zip(set).all(|(part, key)| match part {
        Part::Key(own) => **own == *key,
        Part::Item(_) => false,
    })
}
