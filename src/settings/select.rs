//! Which rules are judged, and with which severity.
//!
//! In: cards, settings, and what the command line asks for. Out: a [`Selection`]. Never: a name that is silently
//! ignored.
//!
//! What is asked for last wins: the card's own severity, then the settings, then those for the file of a finding,
//! then the command line. A rule's own name wins over its group's at each of these.

use super::{Level, RuleSetting, Settings};
use crate::files::FilePath;
use crate::finding::Finding;
use crate::request::RuleSelection;
use crate::rules::catalog;
use crate::text::closest;
use rule_card::card::{Card, Group, Switch};

/// Which rules are judged, and with which severity.
pub struct Selection<'s> {
    settings: &'s Settings,
    asked: &'s RuleSelection,
}

impl<'s> Selection<'s> {
    /// The selection of one app root.
    pub fn new(settings: &'s Settings, asked: &'s RuleSelection) -> Self {
        Self { settings, asked }
    }

    /// The cards to judge: the catalogue and the settings' policies, as far as they are on anywhere.
    pub fn cards(&self) -> impl Iterator<Item = &'s Card> {
        let settings = self.settings;
        catalog::cards()
            .iter()
            .chain(&settings.policies)
            .filter(|card| self.is_on(card))
    }

    /// Whether a card is judged in some file.
    pub fn is_on(&self, card: &Card) -> bool {
        let named = |names: &[String]| names.iter().any(|name| is_named(card, name));
        let asked = self.asked_level(card);
        if named(&self.asked.ignore) || asked == Some(Level::Off) {
            return false;
        }
        if !self.asked.select.is_empty() {
            return named(&self.asked.select);
        }
        let overrides = self.settings.overrides.iter();
        asked.is_some()
            || overrides
                .flat_map(|one| &one.rules)
                .any(|rule| rule.level != Level::Off && is_named(card, &rule.name))
            || match level(card, &self.settings.rules) {
                Some(level) => level != Level::Off,
                None => card.default == Switch::On,
            }
    }

    /// The finding as it is to be reported, in the file at `path`; `None` when its rule is off there.
    pub fn adjust(&self, mut finding: Finding, path: &FilePath) -> Option<Finding> {
        let card = self.card(&finding)?;
        if !self.is_on(card) {
            return None;
        }
        let here = self
            .settings
            .overrides
            .iter()
            .rev()
            .filter(|one| one.paths.matches(path))
            .find_map(|one| level(card, &one.rules));
        let level = self
            .asked_level(card)
            .or(here)
            .or_else(|| level(card, &self.settings.rules));
        match level {
            Some(Level::Off) if self.asked.select.is_empty() => None,
            Some(Level::On(severity)) => {
                finding.severity = severity;
                Some(finding)
            }
            _ => Some(finding),
        }
    }

    fn card(&self, finding: &Finding) -> Option<&'s Card> {
        let id = finding.rule.as_str();
        let own = self.settings.policies.iter().find(|card| card.id == id);
        own.or_else(|| catalog::card(id))
    }

    fn asked_level(&self, card: &Card) -> Option<Level> {
        let of = |exact: bool| {
            let severities = self.asked.severities.iter().rev();
            severities
                .filter(move |(name, _)| card.answers_to(name) == exact)
                .find(|(name, _)| is_named(card, name))
        };
        of(true)
            .or_else(|| of(false))
            .map(|(_, severity)| severity.map_or(Level::Off, Level::On))
    }
}

/// What settings say about a card: the last entry of its own name, else the last of its group.
fn level(card: &Card, rules: &[RuleSetting]) -> Option<Level> {
    let own = rules.iter().rev().find(|rule| card.answers_to(&rule.name));
    let group = || {
        rules
            .iter()
            .rev()
            .find(|rule| &*rule.name == card.group.as_str())
    };
    own.or_else(group).map(|rule| rule.level)
}

fn is_named(card: &Card, name: &str) -> bool {
    card.answers_to(name) || card.group.as_str() == name
}

/// Why a name is neither a rule nor a group of rules; `None` when it is one.
pub fn unknown<'c>(name: &str, policies: impl IntoIterator<Item = &'c Card>) -> Option<String> {
    let cards: Vec<&Card> = catalog::cards().iter().chain(policies).collect();
    let groups = Group::ALL.map(Group::as_str);
    if groups.contains(&name) || cards.iter().any(|card| card.answers_to(name)) {
        return None;
    }
    let ids = cards.iter().map(|card| card.id.as_ref()).chain(groups);
    Some(format!("unknown rule or group `{name}`{}", hint(name, ids)))
}

/// The rule of a name.
///
/// # Errors
/// Why the name is not that of one rule.
pub fn rule<'c>(name: &str, policies: &'c [Card]) -> Result<&'c Card, String> {
    let own = || policies.iter().find(|card| card.answers_to(name));
    if let Some(card) = catalog::card(name).or_else(own) {
        return Ok(card);
    }
    if Group::ALL.iter().any(|group| group.as_str() == name) {
        return Err(format!("`{name}` is a group of rules, not a rule"));
    }
    let ids = catalog::cards().iter().chain(policies);
    let ids = ids.map(|card| card.id.as_ref());
    Err(format!("unknown rule `{name}`{}", hint(name, ids)))
}

/// The name that was probably meant, as the end of a message; nothing where none is near.
fn hint<'n>(name: &str, names: impl Iterator<Item = &'n str> + Clone) -> String {
    // A name that is cut short is far from the whole one, letter by letter.
    let begun = || {
        let mut names = names.clone();
        names.find(|known| name.len() > 3 && known.starts_with(name))
    };
    let meant = closest(name, names.clone()).or_else(begun);
    meant.map_or_else(String::new, |known| format!("; did you mean `{known}`?"))
}
