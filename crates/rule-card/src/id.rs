//! Names of rules.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

/// The id of a rule: kebab-case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct RuleId(Cow<'static, str>);

impl RuleId {
    /// The id of a built-in loader rule.
    pub const fn loader(id: &'static str) -> Self {
        Self(Cow::Borrowed(id))
    }

    /// The id of a card.
    pub fn new(id: impl Into<Cow<'static, str>>) -> Self {
        Self(id.into())
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
