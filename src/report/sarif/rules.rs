//! The rules of a run as SARIF describes them.

use std::collections::HashMap;

use super::level;
use super::model::{Configuration, Descriptor, Help, Message, RuleProperties};
use crate::finding::Severity;
use crate::report::home::page;
use crate::report::item::Item;
use crate::report::text;
use crate::run::Run;
use rule_card::card::{Card, Detection, Group};

/// Every rule that can speak, in order, and where each stands.
pub(super) struct Rules {
    descriptors: Vec<Descriptor>,
    indices: HashMap<String, usize>,
}

impl Rules {
    /// The rules of the catalogue, the user's own, and what else the findings name.
    pub(super) fn new(run: &Run, items: &[Item]) -> Self {
        let mut rules = Self {
            descriptors: Vec::new(),
            indices: HashMap::new(),
        };
        for card in run.cards() {
            rules.add(of_card(run, card));
        }
        for item in items {
            if rules.index_of(item.rule()).is_none() {
                rules.add(without_card(item));
            }
        }
        rules
    }

    pub(super) fn index_of(&self, rule: &str) -> Option<usize> {
        self.indices.get(rule).copied()
    }

    pub(super) fn into_descriptors(self) -> Vec<Descriptor> {
        self.descriptors
    }

    fn add(&mut self, descriptor: Descriptor) {
        let index = self.descriptors.len();
        let known = self.indices.entry(descriptor.id.clone());
        if let std::collections::hash_map::Entry::Vacant(entry) = known {
            entry.insert(index);
            self.descriptors.push(descriptor);
        }
    }
}

fn of_card(run: &Run, card: &Card) -> Descriptor {
    let url = page(run, &card.id);
    let [title, why, fix] =
        [&card.title, &card.why, &card.fix].map(|words| text::lines(run, words));
    let pages = url.iter().map(String::as_str);
    let pages = pages.chain(card.references.iter().map(AsRef::as_ref));
    let pages: Vec<String> = pages.map(|page| format!("- <{page}>")).collect();
    Descriptor {
        id: card.id.to_string(),
        name: pascal_case(&card.id),
        short_description: Message::new(title),
        help: Help {
            text: format!("{why}\n\n{fix}"),
            markdown: format!("{why}\n\n{fix}\n\n{}", pages.join("\n")),
        },
        full_description: Message::new(why),
        help_uri: url,
        default_configuration: Configuration {
            level: level(card.severity()),
        },
        properties: RuleProperties {
            precision: match card.source {
                Detection::Loader => "very-high",
                Detection::Conditions => "high",
            },
            security_severity: security_severity(card),
            tags: tags(card.group),
        },
    }
}

/// A finding whose rule has no card: of another version's policy, say.
fn without_card(item: &Item) -> Descriptor {
    let id = item.rule().to_owned();
    Descriptor {
        name: pascal_case(&id),
        short_description: Message::new(id.clone()),
        full_description: Message::new(id.clone()),
        help: Help {
            text: id.clone(),
            markdown: id.clone(),
        },
        help_uri: None,
        default_configuration: Configuration {
            level: level(item.severity()),
        },
        properties: RuleProperties {
            precision: "high",
            security_severity: None,
            tags: vec!["backstage"],
        },
        id,
    }
}

/// `hardcoded-secret` as `HardcodedSecret`: the form that SARIF advises for names.
fn pascal_case(id: &str) -> String {
    let words = id.split(|c: char| !c.is_alphanumeric());
    let capitalized = words.map(|word| {
        let mut characters = word.chars();
        let first = characters.next().map(char::to_uppercase);
        first
            .into_iter()
            .flatten()
            .chain(characters)
            .collect::<String>()
    });
    capitalized.collect()
}

/// GitHub's steps: over 7.0 is high, over 4.0 medium, else low.
fn security_severity(card: &Card) -> Option<&'static str> {
    if !is_security(card.group) {
        return None;
    }
    Some(match card.severity() {
        Severity::Error => "8.0",
        Severity::Warning => "5.0",
        Severity::Info => "2.0",
    })
}

fn is_security(group: Group) -> bool {
    matches!(group, Group::Secrets | Group::Security)
}

fn tags(group: Group) -> Vec<&'static str> {
    let mut tags = vec!["backstage", group.as_str()];
    if is_security(group) && group != Group::Security {
        tags.push("security");
    }
    tags
}
