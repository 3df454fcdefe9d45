//! What a run is asked for: plain data, without a word about how it is done.
//!
//! In: nothing. Out: a [`Request`], filled by the command line, by tests and by the examples of rule cards.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::files::{FilePath, GitVariables, Guard};
use crate::finding::Severity;

/// What a person asked to have checked.
#[derive(Clone, Default)]
pub struct Request {
    /// The folder the run was started in; paths are relative to it, also in reports.
    pub start: PathBuf,
    /// Files and folders named by the user; none means `start`.
    pub paths: Vec<PathBuf>,
    /// A layer whose text comes from stdin: it is judged as the file of that name, in the context of its app root.
    pub stdin: Option<StdinLayer>,
    /// `--config`: the layers of the one chain to check, in order; none means the chains that are found.
    pub config: Vec<PathBuf>,
    /// Whether that one chain is one that people depend on.
    pub production: ExplicitProduction,
    /// What becomes of local layers that git ignores.
    pub local_layers: LocalLayers,
    /// Which state of the files to read.
    pub state: FileState,
    /// Texts that are judged in the place of those of files, by absolute path: fixes that are not written yet.
    pub overlay: BTreeMap<PathBuf, Arc<str>>,
    /// Which index git names, when this runs in a hook.
    pub git: GitVariables,
    /// The variables that the app is started with.
    pub environment: EnvironmentRequest,
    /// Where the settings are; `None` looks for `stagecheck.yaml`.
    pub settings: Option<PathBuf>,
    /// `--schema`: JSON Schemas for the effective config of every chain, beyond those of the settings.
    pub schemas: Vec<PathBuf>,
    /// Where settings may load policies, schemas and other settings from.
    pub rules_from: RulesFrom,
    /// Which rules to apply, beyond the settings.
    pub rules: RuleSelection,
    /// Lowest severity that fails the run; `None` leaves it to the settings.
    pub fail_on: Option<FailOn>,
    /// Whose findings are known.
    pub baseline: BaselineRequest,
    /// Whether schemas collected earlier may be used.
    pub schema_cache: SchemaCache,
    /// Whether the edits of fixes are worked out.
    pub edits: Edits,
    /// Where the run says how far it is.
    pub progress: Progress,
    /// The files that reports will be written to: the run notes which of them it reads.
    pub guard: Guard,
}

/// Whether the edits of fixes are worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Edits {
    /// They are: the run says what can be fixed.
    #[default]
    WorkedOut,
    /// They are not: only what is found is of interest, and no finding can be fixed.
    NotNeeded,
}

/// Where settings may load policies and other settings from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum RulesFrom {
    /// The repository, and the packages in its `node_modules`.
    #[default]
    Anywhere,
    /// This folder and no package: nobody vouches for what else there is.
    Folder(FilePath),
}

/// A layer that is read from stdin.
#[derive(Clone)]
pub struct StdinLayer {
    /// The file it stands for; it need not be there.
    pub path: PathBuf,
    /// Its text.
    pub text: Arc<str>,
}

/// How far a run is, for whoever waits for it in another thread. Clones are the same run.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    found: AtomicUsize,
    checked: AtomicUsize,
}

// Nothing else depends on these counts, so no order between them is asked for.
impl Progress {
    /// So many app roots more are there to check.
    pub fn add_found(&self, count: usize) {
        self.0.found.fetch_add(count, Ordering::Relaxed);
    }

    /// One more app root has been checked.
    pub fn add_checked(&self) {
        self.0.checked.fetch_add(1, Ordering::Relaxed);
    }

    /// How many app roots there are, as far as they are found.
    pub fn found(&self) -> usize {
        self.0.found.load(Ordering::Relaxed)
    }

    /// How many of them have been checked.
    pub fn checked(&self) -> usize {
        self.0.checked.load(Ordering::Relaxed)
    }
}

/// Whether schemas that an earlier run collected may be used, and kept for the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SchemaCache {
    /// In the user's cache folder, where the environment names one.
    #[default]
    OfUser,
    /// They are collected anew (`--no-cache`).
    Off,
}

/// Whether the chain of `--config` is a production chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExplicitProduction {
    /// The names of its layers say.
    #[default]
    ByName,
    /// It is (`--production`).
    Yes,
}

/// Which state of the files is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FileState {
    /// As they are in the working tree.
    #[default]
    WorkingTree,
    /// As they are in the git index: what would be committed (`--staged`).
    Staged,
}

/// Which baseline is in use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum BaselineRequest {
    /// The one that the settings name, if any.
    #[default]
    BySettings,
    /// This file (`--baseline`).
    File(PathBuf),
    /// None: a new one is made of all findings (`--write-baseline`).
    Unused,
}

/// Where the variables come from that the app is started with. Later ones win.
#[derive(Clone, Default)]
pub struct EnvironmentRequest {
    /// `--env-file`, in order.
    pub files: Vec<PathBuf>,
    /// `--env NAME=VALUE`, in order. Without a value it is what it is in this very process, set or not.
    pub variables: Vec<(String, Option<String>)>,
    /// Whether the variables of this very process count (`--use-process-env`).
    pub process: ProcessEnvironment,
}

/// Whether the variables of this very process are what the app will see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProcessEnvironment {
    /// They are not: a laptop's variables are not the deployment's.
    #[default]
    Ignored,
    /// They are, below those from files and arguments.
    Used,
    /// They are not, and no others than those from files and arguments are set.
    Empty,
}

/// Which rules to apply, as asked on the command line; it wins over the settings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleSelection {
    /// Only these rules or groups; none means all that are on.
    pub select: Vec<String>,
    /// Not these rules or groups.
    pub ignore: Vec<String>,
    /// Severities to use instead of the cards' own; `None` turns a rule off.
    pub severities: Vec<(String, Option<Severity>)>,
}

/// What becomes of local layers that git ignores (`--with-local`). One that git does not ignore always takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LocalLayers {
    /// They are in no chain, so that a laptop and CI say the same.
    #[default]
    LeaveOut,
    /// They join the chains that would load them.
    Join,
}

/// Lowest severity that fails a run; the stricter is the lesser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailOn {
    /// On findings of this severity and above.
    From(Severity),
    /// On none.
    Never,
}

impl Default for FailOn {
    /// Errors fail, warnings do not.
    fn default() -> Self {
        Self::From(Severity::Error)
    }
}

impl FailOn {
    /// Whether a finding of this severity fails the run.
    pub fn is_reached_by(self, severity: Severity) -> bool {
        match self {
            Self::From(lowest) => severity >= lowest,
            Self::Never => false,
        }
    }
}
