//! Paths into the facts, as cards write them: `db.connection.host`, `config.proxy.endpoints["/api"].target`.
//!
//! In: the text of a path, and variables. Out: the value there, or the nearest one above it that exists.

use std::borrow::Cow;

use super::condition::{Val, Variables};
use crate::backstage::value::Value;

/// A path: a variable and the steps from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path<'t> {
    /// The name of the variable.
    pub root: &'t str,
    /// From there.
    pub steps: Vec<Step<'t>>,
}

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step<'t> {
    /// Into a mapping.
    Key(Cow<'t, str>),
    /// Into a sequence.
    Index(usize),
}

impl<'t> Path<'t> {
    /// Reads a path; `None` when it is none. Keys of letters, digits, `_` and `-` follow a dot; any other
    /// stands in `["…"]`.
    pub fn parse(text: &'t str) -> Option<Self> {
        let (root, mut rest) = name(text)?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if let Some(behind) = rest.strip_prefix('.') {
                let (key, behind) = name(behind)?;
                steps.push(Step::Key(Cow::Borrowed(key)));
                rest = behind;
            } else if let Some(behind) = rest.strip_prefix("[\"") {
                let (key, behind) = behind.split_once("\"]")?;
                steps.push(Step::Key(Cow::Borrowed(key)));
                rest = behind;
            } else {
                let (index, behind) = rest.strip_prefix('[')?.split_once(']')?;
                steps.push(Step::Index(index.parse().ok()?));
                rest = behind;
            }
        }
        Some(Self { root, steps })
    }

    /// The value at the path.
    pub fn value<'v>(&self, variables: &Variables<'v>) -> Option<Val<'v>> {
        let root = variables.get(self.root)?.clone();
        if self.steps.is_empty() {
            return Some(root);
        }
        let Val::Node(root) = root else {
            return None;
        };
        self.steps.iter().try_fold(root, down).map(Val::of)
    }

    /// The node at the path; `None` when it is absent, or its variable is no part of the facts.
    pub fn node<'v>(&self, variables: &Variables<'v>) -> Option<&'v Value> {
        let nodes = self.nodes(variables)?;
        (nodes.len() == self.steps.len() + 1)
            .then(|| nodes.last().copied())
            .flatten()
    }

    /// The nodes along the path, as far as they exist, from the variable down.
    pub fn nodes<'v>(&self, variables: &Variables<'v>) -> Option<Vec<&'v Value>> {
        let root = variables.node(self.root)?;
        let mut nodes = vec![root];
        let mut at = root;
        for step in &self.steps {
            match down(at, step) {
                Some(child) => at = child,
                None => break,
            }
            nodes.push(at);
        }
        Some(nodes)
    }
}

fn down<'v>(node: &'v Value, step: &Step<'_>) -> Option<&'v Value> {
    match step {
        Step::Key(key) => node.get(key),
        Step::Index(index) => node.as_array()?.get(*index),
    }
}

fn name(text: &str) -> Option<(&str, &str)> {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    (!name.is_empty()).then_some((name, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_behind_dots_or_in_brackets_and_indexes_in_brackets() {
        let path = Path::parse("config.proxy[\"/a.b\"].hosts[2]").unwrap();
        assert_eq!(path.root, "config");
        assert_eq!(
            path.steps,
            [
                Step::Key("proxy".into()),
                Step::Key("/a.b".into()),
                Step::Key("hosts".into()),
                Step::Index(2)
            ]
        );
    }

    #[test]
    fn half_a_path_is_none() {
        for text in ["", ".a", "a.", "a..b", "a[", "a[x]", "a[\"b]", "a b"] {
            assert_eq!(Path::parse(text), None, "{text}");
        }
    }
}
