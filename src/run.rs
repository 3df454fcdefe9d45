//! What a run comes back with: the contract between the pipeline and the reports.

use std::fmt;
use std::time::Duration;

use crate::backstage::words::LeftOut;
use crate::finding::{Finding, FixKind, Severity};
use crate::request::FailOn;
use crate::rules::catalog;
use crate::text::mask::Secrets;
use crate::text::{SourceId, Sources};
use rule_card::card::Card;

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
    /// Lowest severity that fails this run: the command line's, else the strictest of all settings.
    pub fail_on: FailOn,
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
    /// How many Posit Connect servers.
    pub servers: usize,
    /// The layers, and the files of servers, in order of path.
    pub layers: Vec<SourceId>,
    /// How many chains.
    pub chains: usize,
    /// Files that look like layers and are none.
    pub left_out: Vec<LeftOut>,
    /// The schemas that each app root was checked against, in the order of the roots.
    pub schemas: Vec<SchemasInForce>,
}

/// Which schemas an app root was checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemasInForce {
    /// The folder of the app root, relative to where the run was started.
    pub root: String,
    /// How many packages brought their schema from `node_modules` or the workspace.
    pub installed: usize,
    /// How many packages were checked by the schema that is built into this program.
    pub bundled: usize,
}

impl fmt::Display for SchemasInForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let packages = |count: usize| match count {
            1 => "1 package".to_owned(),
            count => format!("{count} packages"),
        };
        match (self.installed, self.bundled) {
            (0, 0) => f.write_str("none"),
            (installed, 0) => write!(f, "installed, {}", packages(installed)),
            (0, bundled) => write!(f, "bundled, {}", packages(bundled)),
            (installed, bundled) => {
                write!(f, "installed, {}; bundled, {bundled}", packages(installed))
            }
        }
    }
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

    /// How many findings are of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        let of_severity = |finding: &&Finding| finding.severity == severity;
        self.findings.iter().filter(of_severity).count()
    }

    /// Whether a finding fails the run.
    pub fn is_failed(&self) -> bool {
        let reaches = |worst| self.fail_on.is_reached_by(worst);
        self.worst().is_some_and(reaches)
    }

    /// How many findings have a fix of this very kind as the first that may be applied.
    pub fn fixable(&self, kind: FixKind) -> usize {
        let is_first = |finding: &&Finding| {
            let safe = finding.fix(FixKind::Safe).is_some();
            match kind {
                FixKind::Safe => safe,
                kind => !safe && finding.fix(kind).is_some(),
            }
        };
        self.findings.iter().filter(is_first).count()
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

/// Adds notes that are not there yet.
pub fn add_once(notes: &mut Vec<Note>, more: impl IntoIterator<Item = Note>) {
    for note in more {
        if !notes.contains(&note) {
            notes.push(note);
        }
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
