//! `facts.unset`: keys that the app does not see, because a variable is known not to be set.
//!
//! In: what vanished from the layers of a chain, and its effective config. Out: those that no other layer sets. Never:
//! a guess; where nothing is known of the environment the list is empty.

use super::fact::{List, Text};
use super::macros::facts;
use crate::backstage::resolve::Vanished;
use crate::backstage::value::Value;

facts! {
    /// A key that is gone.
    pub struct Unset {
        /// its path in the config; points at the value that needs the variable
        path: Text,
        /// the variable
        variable: Text,
    }
}

/// The keys that are gone from an effective config.
pub fn collect(vanished: &[&Vanished], config: &Value) -> List<Unset> {
    let is_gone = |gone: &&&Vanished| config.at(gone.keys.iter().map(|key| &**key)).is_none();
    let fact = |gone: &&Vanished| Unset {
        origin: None,
        path: Text::from(gone.path.to_string()).at(Some(gone.place)),
        variable: gone.variable.clone().into(),
    };
    vanished.iter().filter(is_gone).map(fact).collect()
}
