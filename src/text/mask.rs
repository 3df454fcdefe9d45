//! The one door through which text that may hold a secret leaves the process.
//!
//! In: the places and texts that are secret, as the stages find them. Out: texts in which each of them
//! reads [`MASK`]. Every report, snippet, message and dump goes through here; nothing else decides what
//! may be shown.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{Place, SourceId, Span};

/// What a secret reads as: of fixed width, because length is information too.
pub const MASK: &str = "********";

/// Everything known to be secret in a run.
#[derive(Debug, Default)]
pub struct Secrets {
    places: BTreeMap<SourceId, BTreeSet<Span>>,
    texts: BTreeSet<String>,
    keys_only: BTreeSet<SourceId>,
}

impl Secrets {
    /// Notes that the bytes at `place` are a secret, whose value is `text`.
    pub fn add(&mut self, place: Place, text: &str) {
        self.places
            .entry(place.source)
            .or_default()
            .insert(place.span);
        self.texts.insert(text.to_owned());
    }

    /// Notes that a source did not parse: only its keys may be shown, since nothing in it can be judged.
    pub fn show_keys_only(&mut self, source: SourceId) {
        self.keys_only.insert(source);
    }

    /// `text` with every known secret, and whatever looks like one, masked.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for secret in self.texts.iter().filter(|secret| secret.len() >= 4) {
            if text.contains(secret.as_str()) {
                text = Cow::Owned(text.replace(secret.as_str(), MASK));
            }
        }
        text
    }
}
