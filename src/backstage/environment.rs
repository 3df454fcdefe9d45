//! The environment variables of the process that would load the config, as far as they are known here.
//!
//! In: what a person said about them (`--env-file`, `--env`, `--use-process-env`, settings) or a deployment file
//! sets. Out: [`Environment`], which answers for one variable, and [`app_config`], the layer that `APP_CONFIG_*`
//! variables make. Never: a guess; a variable nobody spoke of is [`Variable::Unknown`].

mod app_config;
mod dotenv;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use app_config::{AppConfigError, app_config};
pub use dotenv::parse as parse_dotenv;

/// What is known about the variables of a process.
#[derive(Clone, Default)]
pub struct Environment {
    known: BTreeMap<Arc<str>, Option<Arc<str>>>,
    others: Others,
}

/// What a variable is that nobody spoke of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Others {
    /// It may have any value or none.
    #[default]
    Unknown,
    /// It is not set: all variables are known.
    Unset,
}

/// What is known about one variable.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Variable<'e> {
    /// It has this value: trimmed, as the real loader trims it (config-loader, `substitutionFunc`).
    Is(&'e str),
    /// It is not set.
    Unset,
    /// It may be anything.
    Unknown,
}

impl Environment {
    /// An environment in which only what is set later is set, and nothing is unknown.
    pub fn complete() -> Self {
        Self {
            known: BTreeMap::new(),
            others: Others::Unset,
        }
    }

    /// Says that a variable has this value; a later word wins.
    pub fn set(&mut self, name: impl Into<Arc<str>>, value: impl Into<Arc<str>>) {
        self.known.insert(name.into(), Some(value.into()));
    }

    /// Says that a variable is not set.
    pub fn unset(&mut self, name: impl Into<Arc<str>>) {
        self.known.insert(name.into(), None);
    }

    /// What is known about a variable.
    pub fn get(&self, name: &str) -> Variable<'_> {
        match (self.known.get(name), self.others) {
            (Some(Some(value)), _) => Variable::Is(trim(value)),
            (Some(None), _) | (None, Others::Unset) => Variable::Unset,
            (None, Others::Unknown) => Variable::Unknown,
        }
    }

    /// Every variable that is known to be set, by name, as it was given.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.known
            .iter()
            .filter_map(|(name, value)| Some((&**name, value.as_deref()?)))
    }
}

/// Trims what JavaScript's `trim` does: white space and the byte order mark.
fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() && c != '\u{85}' || c == '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_nobody_spoke_of_is_unknown_unless_all_are_known() {
        assert!(Environment::default().get("HOME") == Variable::Unknown);
        assert!(Environment::complete().get("HOME") == Variable::Unset);
    }

    #[test]
    fn values_are_trimmed_and_the_last_word_wins() {
        let mut environment = Environment::default();
        environment.set("A", "1");
        environment.set("A", " v \n");
        environment.unset("B");
        assert!(environment.get("A") == Variable::Is("v"));
        assert!(environment.get("B") == Variable::Unset);
    }
}
