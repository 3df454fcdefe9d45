//! The format of a rule card and its one reading, shared by the build script and the library.
//!
//! In: a tree of YAML. Out: a [`card::Card`], or every mistake with its field and place ([`shape::card`]).
//! Never: what a condition means; that needs the facts.

pub mod card;
mod id;
mod node;
mod severity;
pub mod shape;
pub mod tree;

pub use id::RuleId;
pub use severity::Severity;
