//! Rule cards: what is wrong, when, where to point, why, how to mend.
//!
//! [`card`] is the format and [`shape`] its reading; [`catalog`] holds the built-in cards and [`policy`] reads
//! users' own. [`condition`] compiles and evaluates the CEL of a card, [`path`] and [`message`] look up what
//! it points at and says, [`check`] finds what can never be right in a card, and [`engine`] judges facts by
//! cards.

pub mod catalog;
pub mod check;
pub mod combine;
pub mod condition;
pub mod engine;
pub mod facts_page;
mod fixes;
pub mod loader;
pub mod message;
pub mod page;
pub mod path;
pub mod point;
pub mod policy;
pub mod scopes;
#[cfg(test)]
mod tests;

pub use rule_card::shape;
