//! The built-in rules, embedded at build time.
//!
//! In: nothing at run time. Out: [`cards`], in order of id. Never: parsing, since the build script has done it.

use std::borrow::Cow;

use crate::finding::Severity;
use rule_card::card::{self, Card, Detection};

include!(concat!(env!("OUT_DIR"), "/cards.rs"));

/// Every built-in card, in order of id.
pub fn cards() -> &'static [Card] {
    &CARDS
}

/// Those of what only the loader can find.
pub fn loader_cards<'c>() -> impl Iterator<Item = &'c Card> {
    CARDS.iter().filter(|card| card.source == Detection::Loader)
}

/// The built-in card that answers to `id`, by its own or an earlier one.
pub fn card(id: &str) -> Option<&'static Card> {
    CARDS
        .binary_search_by(|card| card.id.as_ref().cmp(id))
        .ok()
        .and_then(|index| CARDS.get(index))
        .or_else(|| CARDS.iter().find(|card| card.answers_to(id)))
}
