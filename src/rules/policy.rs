//! Users' policies: cards in files of their own, in the format of the built-in ones.
//!
//! In: the parsed text of a policy file: one card, or a list of them. Out: cards, or every mistake with its
//! place in that file. Never: a run with a policy that is not understood.

use super::{catalog, check, shape};
use crate::text::Span;
use npm_yaml::{Node, NodeValue};
use rule_card::card::{Card, Detection};
use rule_card::tree::Mistake;

/// A mistake in a policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyMistake {
    /// One sentence that names the field.
    pub message: String,
    /// Where in the file.
    pub span: Span,
}

/// Reads a policy file.
///
/// # Errors
/// Every mistake of shape and meaning. The id of a built-in rule is one; a card without examples is not.
pub fn read(root: &Node) -> Result<Vec<Card>, Vec<PolicyMistake>> {
    let nodes: Vec<&Node> = match &root.value {
        NodeValue::Sequence(items) => items.iter().collect(),
        _ => vec![root],
    };
    let mut cards: Vec<Card> = Vec::new();
    let mut mistakes = Vec::new();
    for node in &nodes {
        match read_one(node) {
            Ok(card) => {
                if let Some(name) = taken(&card, &cards) {
                    mistakes.push(at(
                        node,
                        "id",
                        &format!("`id`: a rule `{name}` already exists"),
                    ));
                }
                cards.push(card);
            }
            Err(found) => mistakes.extend(found),
        }
    }
    let sound = mistakes.is_empty();
    for (node, card) in nodes.iter().zip(&cards).filter(|_| sound) {
        if let Some(name) = superseded_unknown(card, &cards) {
            let message = format!("`supersedes`: unknown rule `{name}`");
            mistakes.push(at(node, "supersedes", &message));
        }
    }
    if mistakes.is_empty() {
        Ok(cards)
    } else {
        Err(mistakes)
    }
}

fn read_one(node: &Node) -> Result<Card, Vec<PolicyMistake>> {
    let card = shape::card(node).map_err(|mistakes| {
        mistakes
            .into_iter()
            .map(|mistake| PolicyMistake {
                message: sentence(&mistake.field, &mistake.message),
                span: mistake.place,
            })
            .collect::<Vec<_>>()
    })?;
    let mut mistakes: Vec<PolicyMistake> = check::card(&card)
        .into_iter()
        .map(|Mistake { field, message, .. }| at(node, &field, &sentence(&field, &message)))
        .collect();
    if card.source == Detection::Loader {
        mistakes.push(at(
            node,
            "source",
            "`source: loader` is only for built-in rules",
        ));
    }
    if mistakes.is_empty() {
        Ok(card)
    } else {
        Err(mistakes)
    }
}

/// An id or alias of the card that some other rule has already.
fn taken<'c>(card: &'c Card, others: &[Card]) -> Option<&'c str> {
    card.aliases
        .iter()
        .chain([&card.id])
        .map(AsRef::as_ref)
        .find(|name: &&str| {
            catalog::card(name).is_some() || others.iter().any(|other| other.answers_to(name))
        })
}

/// A rule that the card supersedes and that neither is built in nor stands in the same file.
fn superseded_unknown<'c>(card: &'c Card, others: &[Card]) -> Option<&'c str> {
    card.supersedes
        .iter()
        .map(AsRef::as_ref)
        .find(|name: &&str| {
            catalog::card(name).is_none() && !others.iter().any(|other| other.answers_to(name))
        })
}

fn sentence(field: &str, message: &str) -> String {
    if field.is_empty() {
        format!("a rule card {message}")
    } else {
        format!("`{field}` {message}")
    }
}

fn at(card: &Node, field: &str, message: &str) -> PolicyMistake {
    PolicyMistake {
        message: message.to_owned(),
        span: locate(card, field).span,
    }
}

/// The node of a field such as `cases[0].at[1].here`, or the nearest above it.
fn locate<'n>(card: &'n Node, field: &str) -> &'n Node {
    let mut node = card;
    for part in field.split(['.', '[']).filter(|part| !part.is_empty()) {
        let child = match (&node.value, part.strip_suffix(']')) {
            (NodeValue::Sequence(items), Some(index)) => {
                index.parse().ok().and_then(|index: usize| items.get(index))
            }
            (NodeValue::Mapping(entries), None) => entries
                .iter()
                .find(|entry| &*entry.key.text == part)
                .map(|entry| &entry.value),
            _ => None,
        };
        match child {
            Some(child) => node = child,
            None => break,
        }
    }
    node
}
