//! What a run is asked for, and what it comes back with: the contract between the command line, the pipeline and
//! the reports.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::backstage::workspace::{LeftOut, LocalLayers};
use crate::files::GitVariables;
use crate::finding::{Finding, Severity};
use crate::rules::card::Card;
use crate::rules::catalog;
use crate::settings::FailOn;
use crate::text::mask::Secrets;
use crate::text::{SourceId, Sources};

/// What a person asked to have checked.
#[derive(Clone, Default)]
pub struct Request {
    /// The folder the run was started in; paths are relative to it, also in reports.
    pub start: PathBuf,
    /// Files and folders named by the user; none means `start`.
    pub paths: Vec<PathBuf>,
    /// `--config`: the layers of the one chain to check, in order; none means the chains that are found.
    pub config: Vec<PathBuf>,
    /// Whether that one chain is one that people depend on.
    pub production: ExplicitProduction,
    /// What becomes of local layers that git ignores.
    pub local_layers: LocalLayers,
    /// Which state of the files to read.
    pub state: FileState,
    /// Which index git names, when this runs in a hook.
    pub git: GitVariables,
    /// The variables that the app is started with.
    pub environment: EnvironmentRequest,
    /// Where the settings are; `None` looks for `stagecheck.yaml`.
    pub settings: Option<PathBuf>,
    /// Which rules to apply, beyond the settings.
    pub rules: RuleSelection,
    /// Whose findings are known.
    pub baseline: BaselineRequest,
    /// Whether schemas collected earlier may be used.
    pub schema_cache: SchemaCache,
    /// Where the run says how far it is.
    pub progress: Progress,
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
    /// Severities to use instead of the cards' own.
    pub severities: Vec<(String, Severity)>,
}

/// What a run found.
#[derive(Debug, Default)]
pub struct Run {
    /// The findings to report, in the order of [`sort`](Self::sort): without suppressed ones and those that the
    /// baseline knows.
    pub findings: Vec<Finding>,
    /// The texts that labels stand in.
    pub sources: Sources,
    /// What must not be shown.
    pub secrets: Secrets,
    /// What was looked at.
    pub checked: Checked,
    /// The user's own rules, beyond the built-in catalogue.
    pub policies: Vec<Card>,
    /// What the baseline said; `None` when none is in use.
    pub baseline: Option<Baselined>,
    /// How many findings a comment or the settings suppressed.
    pub suppressed: usize,
    /// From which severity on the settings let a run fail; the least of several app roots'.
    pub fail_on: Option<FailOn>,
    /// What a person may want to know, with `-v`, or that nothing was checked; never part of a report.
    pub notes: Vec<Note>,
    /// How long it took.
    pub elapsed: Duration,
}

/// What was looked at.
#[derive(Debug, Default)]
pub struct Checked {
    /// How many app roots.
    pub app_roots: usize,
    /// The layers, in order of path.
    pub layers: Vec<SourceId>,
    /// How many chains.
    pub chains: usize,
    /// Files that look like layers and are none.
    pub left_out: Vec<LeftOut>,
}

/// What the baseline said.
#[derive(Debug, Default)]
pub struct Baselined {
    /// Findings that it knows, in order.
    pub known: Vec<Finding>,
    /// How many of its findings are gone.
    pub gone: usize,
}

/// Something a person may want to know about the run itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// From which `-v` on it is said.
    pub level: NoteLevel,
    /// One line, without secrets.
    pub text: String,
}

/// From which verbosity on a note is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteLevel {
    /// Unless `-q`.
    Always,
    /// With `-v`.
    Verbose,
}

/// Why a run could not be made: exit status 2.
#[derive(Debug)]
pub struct Failure {
    /// One sentence, without secrets.
    pub message: String,
    /// What to do, when it is known.
    pub help: Option<String>,
    /// The mistakes with their places, when it is a file (settings, a policy) that is wrong.
    pub mistakes: Option<Box<Run>>,
}

impl Failure {
    /// A failure of one sentence.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
            mistakes: None,
        }
    }

    /// The same failure with what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl Run {
    /// Puts the findings in the one order of all reports: by file, position, rule.
    pub fn sort(&mut self) {
        let sources = &self.sources;
        sort(&mut self.findings, sources);
        if let Some(baseline) = &mut self.baseline {
            sort(&mut baseline.known, sources);
        }
    }

    /// Adds a note, once.
    pub fn add_note(&mut self, note: Note) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// How many findings are of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        let of_severity = |finding: &&Finding| finding.severity == severity;
        self.findings.iter().filter(of_severity).count()
    }

    /// The worst severity found.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    /// Every rule that can speak in this run: the catalogue, then the user's own.
    pub fn cards(&self) -> impl Iterator<Item = &Card> {
        catalog::cards().iter().chain(&self.policies)
    }

    /// The card of a rule.
    pub fn card(&self, id: &str) -> Option<&Card> {
        let own = self.policies.iter().find(|card| card.answers_to(id));
        own.or_else(|| catalog::card(id))
    }
}

fn sort(findings: &mut [Finding], sources: &Sources) {
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| finding.primary.place.span;
        let path = |finding: &Finding| sources.get(finding.primary.place.source).path();
        path(a)
            .cmp(path(b))
            .then_with(|| key(a).cmp(&key(b)))
            .then_with(|| a.rule.cmp(&b.rule))
            .then_with(|| a.message.cmp(&b.message))
    });
}
