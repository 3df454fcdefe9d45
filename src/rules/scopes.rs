//! What the conditions of each scope read.
//!
//! In: a scope. Out: the facts that its subjects have, as their products declare them. Never: a value.

use crate::backstage::facts::fact::{Field, Section};
use crate::backstage::facts::{OfChain, OfLayer, OfRoot};
use crate::connect::facts::OfServer;
use rule_card::card::Scope;

/// Every scope, in the order of docs/facts.md.
pub const SCOPES: [Scope; 4] = [Scope::Chain, Scope::Layer, Scope::App, Scope::Server];

/// The variables that conditions of this scope read.
pub fn variables(scope: Scope) -> &'static [Field] {
    match scope {
        Scope::Layer => OfLayer::FIELDS,
        Scope::Chain => OfChain::FIELDS,
        Scope::App => OfRoot::FIELDS,
        Scope::Server => OfServer::FIELDS,
    }
}

/// What a scope judges, in words: of one product each.
pub fn product(scope: Scope) -> &'static str {
    match scope {
        Scope::Layer | Scope::Chain | Scope::App => "Backstage",
        Scope::Server => "Posit Connect",
    }
}
