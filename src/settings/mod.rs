//! `stagecheck.yaml`: what a repository wants checked, and how severely.
//!
//! In: the files of a repository and a folder in it. Out: [`Settings`], with what the file `extends` below it and
//! the policies it names read, or every mistake with its place. Never: a setting that is not understood.

mod globs;
pub mod in_force;
mod load;
mod read;
pub mod select;
#[cfg(test)]
mod tests;

use std::str::FromStr;
use std::sync::Arc;

pub use globs::Globs;
pub use load::{Loader, NAMES};

use crate::backstage::schema::UserSchema;
use crate::files::FilePath;
use crate::finding::Severity;
use crate::request::FailOn;
use crate::text::{Place, SourceId};
use rule_card::card::Card;

/// What a repository wants.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The file; `None` where there is none, and for what it extends.
    pub file: Option<SourceId>,
    /// Severities by rule or group, in order: a later one of the same name wins.
    pub rules: Vec<RuleSetting>,
    /// Severities for findings in some files only, in order: a later one wins.
    pub overrides: Vec<PathOverride>,
    /// Chains, beyond those that are found.
    pub chains: Vec<ChainSetting>,
    /// Files to leave out, as if they were not there.
    pub exclude: Globs,
    /// How many replicas of the backend run at most.
    pub replicas: Option<u32>,
    /// How many connections the database server takes.
    pub max_connections: Option<u32>,
    /// What is said of Posit Connect servers.
    pub connect: ConnectSetting,
    /// Variables that the app or server is started with.
    pub environment: Vec<SettingVariable>,
    /// The user's own rules.
    pub policies: Vec<Card>,
    /// JSON Schemas of the user's own, in order.
    pub schemas: Vec<SchemaSetting>,
    /// From which severity on a run fails.
    pub fail_on: Option<FailOn>,
    /// A baseline to use when the command line names none.
    pub baseline: Option<FilePath>,
}

/// A JSON Schema of the user's own, and what it judges.
#[derive(Debug, Clone)]
pub struct SchemaSetting {
    /// The schema.
    pub schema: Arc<UserSchema>,
    /// What it judges.
    pub applies_to: AppliesTo,
}

/// What a schema judges.
#[derive(Debug, Clone)]
pub enum AppliesTo {
    /// The effective config of each chain whose name matches; `None` is every chain.
    Chains(Option<Globs>),
    /// Each layer by itself whose path matches; `None` is every layer.
    Layers(Option<Globs>),
}

impl AppliesTo {
    /// Whether the effective config of the chain of this name is judged.
    pub fn chain(&self, name: &str) -> bool {
        match self {
            Self::Chains(only) => only
                .as_ref()
                .is_none_or(|globs| globs.matches(&FilePath::new(name))),
            Self::Layers(_) => false,
        }
    }

    /// Whether the layer at this path is judged.
    pub fn layer(&self, path: &FilePath) -> bool {
        match self {
            Self::Layers(only) => only.as_ref().is_none_or(|globs| globs.matches(path)),
            Self::Chains(_) => false,
        }
    }
}

/// What settings say of the Posit Connect servers below them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectSetting {
    /// The version that runs, with its place.
    pub version: Option<(Arc<str>, Place)>,
    /// How many nodes run, with its place.
    pub nodes: Option<(u32, Place)>,
}

/// An environment variable that settings name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingVariable {
    /// Its name.
    pub name: Arc<str>,
    /// Its value, as a shell would have it.
    pub value: Arc<str>,
    /// Where the value is.
    pub place: Place,
}

/// The level of one rule or group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSetting {
    /// A rule's id or alias, or a group.
    pub name: Arc<str>,
    /// What it is set to.
    pub level: Level,
    /// Where the settings say so.
    pub place: Place,
}

/// Levels that only hold for some files.
#[derive(Debug, Clone)]
pub struct PathOverride {
    /// The files a finding must stand in.
    pub paths: Globs,
    /// The levels.
    pub rules: Vec<RuleSetting>,
}

/// A chain from settings.
#[derive(Debug, Clone)]
pub struct ChainSetting {
    /// Its name; one that is found under the same name is changed by it.
    pub name: Arc<str>,
    /// Its layers in the order they are loaded; empty keeps those that are found.
    pub layers: Vec<(FilePath, Place)>,
    /// Whether people depend on it; `None` leaves it to the names.
    pub production: Option<bool>,
    /// Variables it is started with.
    pub environment: Vec<SettingVariable>,
    /// Where the settings name it.
    pub place: Place,
}

/// What a rule is set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Not judged.
    Off,
    /// Judged, with this severity.
    On(Severity),
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self::Off),
            severity => severity
                .parse()
                .map(Self::On)
                .map_err(|_| "a level must be `error`, `warning`, `info` or `off`".to_owned()),
        }
    }
}

/// A mistake in settings, a policy or a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// One sentence that names the field.
    pub message: String,
    /// What it is in.
    pub file: MistakenFile,
    /// Where.
    pub place: Place,
}

/// What a file with a mistake is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MistakenFile {
    /// Settings, or what they extend.
    Settings,
    /// A policy that settings name.
    Policy,
    /// A JSON Schema that settings or the command line name.
    Schema,
}

impl Settings {
    /// These settings on top of `base`: lists add up, what both set is taken from these.
    #[must_use]
    fn over(mut self, mut base: Self) -> Self {
        base.rules.append(&mut self.rules);
        base.overrides.append(&mut self.overrides);
        base.chains.append(&mut self.chains);
        base.exclude.add(self.exclude);
        base.environment.append(&mut self.environment);
        base.policies.append(&mut self.policies);
        base.schemas.append(&mut self.schemas);
        base.connect.version = self.connect.version.or(base.connect.version);
        base.connect.nodes = self.connect.nodes.or(base.connect.nodes);
        base.replicas = self.replicas.or(base.replicas);
        base.max_connections = self.max_connections.or(base.max_connections);
        base.fail_on = self.fail_on.or(base.fail_on);
        base.baseline = self.baseline.or(base.baseline);
        base
    }
}
