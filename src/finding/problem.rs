//! What a stage finds wrong before any rule card has looked at it.

use super::{Fix, Label};
use crate::text::Place;
use source::ConfigPath;

/// One thing that is wrong. It becomes a [`Finding`](super::Finding) through the card of its rule, which says how bad
/// it is and how to mend it.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The id of its rule, e.g. `yaml-syntax`.
    pub rule: &'static str,
    /// One sentence in our own words, without any value of the config.
    pub message: String,
    /// Where.
    pub primary: Label,
    /// Further places, possibly in other files.
    pub related: Vec<Label>,
    /// What to write instead, when it is known better than the card knows it.
    pub help: Option<String>,
    /// The config path it is about, e.g. `backend.database.connection`; `None` for what concerns the text.
    pub config_path: Option<ConfigPath>,
    /// What would resolve it.
    pub fixes: Vec<Fix>,
    /// What it means for the app.
    pub effect: Effect,
}

/// What a problem means for the app that loads the layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// The real loader refuses the layer: the app does not start.
    Fatal,
    /// The real loader reads on; what comes out may be a surprise.
    Surprising,
}

impl Problem {
    /// A problem at one place that keeps the app from starting.
    pub fn fatal(rule: &'static str, message: impl Into<String>, place: Place) -> Self {
        Self {
            rule,
            message: message.into(),
            primary: Label {
                place,
                note: String::new(),
            },
            related: Vec::new(),
            help: None,
            config_path: None,
            fixes: Vec::new(),
            effect: Effect::Fatal,
        }
    }

    /// A problem at one place that the real loader passes over.
    pub fn surprising(rule: &'static str, message: impl Into<String>, place: Place) -> Self {
        Self {
            effect: Effect::Surprising,
            ..Self::fatal(rule, message, place)
        }
    }

    /// The same problem with a second place.
    #[must_use]
    pub fn with_related(mut self, place: Place, note: impl Into<String>) -> Self {
        self.related.push(Label {
            place,
            note: note.into(),
        });
        self
    }

    /// The same problem with what to write instead.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same problem with what would resolve it.
    #[must_use]
    pub fn with_fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }

    /// The same problem about a config path.
    #[must_use]
    pub fn with_config_path(mut self, path: ConfigPath) -> Self {
        self.config_path = Some(path);
        self
    }
}
