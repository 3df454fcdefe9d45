//! Findings: one rule at one primary place.

mod edit;
mod fingerprint;
mod fix;
mod problem;
mod reporter;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::text::Place;
use source::ConfigPath;

pub use edit::Edit;
pub use fingerprint::{Fingerprint, earlier_fingerprints, fingerprints};
pub use fix::{Action, Fix, FixKind, Step};
pub use problem::{Effect, Problem};
pub use reporter::{Reporter, attribution};
pub use rule_card::{RuleId, Severity};

/// The name of a chain, e.g. `production` or `Dockerfile`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct ChainName(pub Arc<str>);

impl fmt::Display for ChainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A place and what to say about it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label {
    /// The bytes it stands on.
    pub place: Place,
    /// A few words; may be empty on the primary label.
    pub note: String,
}

/// One rule at one primary place.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// How bad it is.
    pub severity: Severity,
    /// One line, already without secrets.
    pub message: String,
    /// Where it stands.
    pub primary: Label,
    /// Further places, possibly in other files.
    pub related: Vec<Label>,
    /// The config to write instead, or what to do; several lines allowed.
    pub help: Option<String>,
    /// What would resolve it: alternatives, the best first.
    pub fixes: Vec<Fix>,
    /// The chains it was found in; empty when it is about a layer or the app root.
    pub chains: Vec<ChainName>,
    /// The config path it is about, e.g. `backend.database.connection`, when there is one.
    pub config_path: Option<ConfigPath>,
    /// The schemas that report it, without repetition; empty for a rule.
    pub reported_by: Vec<Reporter>,
}

impl Finding {
    /// The help, with the schemas that report the finding as its last paragraph.
    pub fn help_and_attribution(&self) -> Option<String> {
        let attribution = attribution(&self.reported_by);
        match &self.help {
            Some(help) if attribution.is_empty() => Some(help.clone()),
            Some(help) => Some(format!("{}\n\n{attribution}", help.trim_end())),
            None => Some(attribution).filter(|attribution| !attribution.is_empty()),
        }
    }
}
