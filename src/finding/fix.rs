//! Fixes: what resolves a finding, as a whole.
//!
//! In: what a stage or a card knows about the right configuration. Out: a [`Fix`], first as [`Step`]s on values, then as
//! [`Edit`]s of bytes. Never: a decision whether it may be shown; reports leave out what touches a secret.

use npm_yaml::edit::Content;

use super::{Edit, Finding};
use crate::text::Place;
use source::ConfigPath;

pub use rule_card::card::FixKind;

/// A change of one or several files that resolves a finding. All of it is made, or nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// What it does, in the imperative and without a full stop. Without secrets.
    pub title: String,
    /// How far it can be trusted.
    pub kind: FixKind,
    /// The changes of values that become edits once the findings are settled; empty from then on.
    pub steps: Vec<Step>,
    /// The bytes to replace, in one or several sources.
    pub edits: Vec<Edit>,
}

/// A change of one value.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The bytes of a value or of its key; empty at the start of a source for its root.
    pub anchor: Place,
    /// From that value to the one that is meant.
    pub below: ConfigPath,
    /// What to do with it.
    pub action: Action,
}

/// What to do with a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Give it other content, or add it.
    Set(Content),
    /// Take it out.
    Remove,
    /// Give it another key.
    Rename(String),
    /// Take it out, and add it at a path below another value of the same source.
    Move(Place, ConfigPath),
    /// Add a line at the end of a file, named by its path from the root of the repository that the source of the anchor
    /// is in; it need not be there yet.
    AddLine {
        /// The file.
        file: String,
        /// The line, without its end.
        line: String,
    },
}

impl Fix {
    /// A fix whose bytes are known.
    pub fn of_edits(title: impl Into<String>, kind: FixKind, edits: Vec<Edit>) -> Self {
        Self {
            title: title.into(),
            kind,
            steps: Vec::new(),
            edits,
        }
    }

    /// Whether `--fix` or `--unsafe-fixes` may apply it.
    pub fn is_applicable(&self) -> bool {
        self.kind != FixKind::Display && !self.edits.is_empty()
    }
}

impl Finding {
    /// The first fix that may be applied where only fixes up to a kind are wanted.
    pub fn fix(&self, up_to: FixKind) -> Option<&Fix> {
        let is_wanted = |fix: &&Fix| fix.is_applicable() && fix.kind <= up_to;
        self.fixes.iter().find(is_wanted)
    }
}
