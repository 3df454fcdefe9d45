//! Findings that a stage before the rules has found: the card gives their severity and help.

use super::catalog;
use crate::finding::{Finding, Label, RuleId, Severity};
use crate::text::Place;

/// A finding of the loader's own. `rule` is the id of a card with `source: loader`; `related` is a second place
/// that explains the first, with its note. A test holds every id in use to have a card.
pub fn finding(
    rule: &'static str,
    message: impl Into<String>,
    place: Place,
    related: Option<(Place, String)>,
) -> Finding {
    let card = catalog::card(rule);
    Finding {
        rule: RuleId::loader(rule),
        severity: card.map_or(Severity::Error, |card| card.severity()),
        message: message.into(),
        primary: Label {
            place,
            note: String::new(),
        },
        related: related
            .into_iter()
            .map(|(place, note)| Label { place, note })
            .collect(),
        help: card.map(|card| card.fix.to_string()),
        fixes: Vec::new(),
        chains: Vec::new(),
        config_path: None,
        reported_by: Vec::new(),
    }
}
