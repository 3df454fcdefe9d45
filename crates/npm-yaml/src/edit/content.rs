//! Values without places: what a change writes, and what a changed text must hold.

use std::sync::Arc;

use super::{Change, Language};
use crate::{Node, NodeValue};
use source::{ConfigPath, Part};

/// A value to write.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// `null`
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    String(Arc<str>),
    /// A list.
    Sequence(Vec<Content>),
    /// A mapping, in the order in which it is written.
    Mapping(Vec<(String, Content)>),
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl Content {
    /// The value at a path below a node; `None` where there is none.
    pub fn at(node: &Node, path: &ConfigPath) -> Option<Self> {
        let mut node = node;
        for part in path.parts() {
            node = match (&node.value, part) {
                (NodeValue::Mapping(entries), Part::Key(key)) => {
                    let entry = entries.iter().find(|entry| entry.key.text == *key)?;
                    &entry.value
                }
                (NodeValue::Sequence(items), Part::Item(index)) => items.get(*index)?,
                _ => return None,
            };
        }
        Some(Self::of(node))
    }

    /// The value of a node.
    pub fn of(node: &Node) -> Self {
        match &node.value {
            NodeValue::Null => Self::Null,
            NodeValue::Bool(value) => Self::Bool(*value),
            NodeValue::Number(value) => Self::Number(*value),
            NodeValue::String(text) => Self::String(Arc::clone(&text.value)),
            NodeValue::Sequence(items) => Self::Sequence(items.iter().map(Self::of).collect()),
            NodeValue::Mapping(entries) => {
                let pair =
                    |entry: &crate::Entry| (entry.key.text.to_string(), Self::of(&entry.value));
                Self::Mapping(entries.iter().map(pair).collect())
            }
        }
    }

    /// Whether it takes lines of its own in block style.
    pub(super) fn is_block(&self) -> bool {
        match self {
            Self::Sequence(items) => !items.is_empty(),
            Self::Mapping(pairs) => !pairs.is_empty(),
            _ => false,
        }
    }

    /// Equal, where NaN is NaN.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => {
                one == other || (one.is_nan() && other.is_nan())
            }
            (Self::Sequence(one), Self::Sequence(other)) => {
                one.len() == other.len()
                    && one.iter().zip(other).all(|(one, other)| one.is_same(other))
            }
            (Self::Mapping(one), Self::Mapping(other)) => {
                let same = |(one, other): (&(String, Self), &(String, Self))| {
                    one.0 == other.0 && one.1.is_same(&other.1)
                };
                one.len() == other.len() && one.iter().zip(other).all(same)
            }
            _ => self == other,
        }
    }
}

/// Content below keys. `None` where a part is an item: a list cannot be begun in its middle.
pub(super) fn nested(parts: &[Part], content: &Content) -> Option<Content> {
    parts
        .iter()
        .rev()
        .try_fold(content.clone(), |content, part| match part {
            Part::Key(key) => Some(Content::Mapping(vec![(key.to_string(), content)])),
            Part::Item(_) => None,
        })
}

/// The tree after a change; `None` where it cannot be made.
pub(super) fn changed(
    root: Option<Content>,
    change: &Change,
    language: Language,
) -> Option<Content> {
    let mut root = root.unwrap_or(Content::Mapping(Vec::new()));
    match change {
        Change::Set { path, content } => set(&mut root, path.parts(), content, language)?,
        Change::Append { path, content } => match at(&mut root, path.parts())? {
            Content::Sequence(items) => items.push(content.clone()),
            _ => return None,
        },
        Change::Remove { path } => {
            let (last, above) = path.parts().split_last()?;
            match (at(&mut root, above)?, last) {
                (Content::Mapping(pairs), Part::Key(key)) => {
                    pairs.retain(|(one, _)| **one != **key)
                }
                (Content::Sequence(items), Part::Item(index)) if *index < items.len() => {
                    items.remove(*index);
                }
                _ => return None,
            }
        }
        Change::Move { path, to } => {
            let content = at(&mut root, path.parts())?.clone();
            let path = path.clone();
            root = changed(Some(root), &Change::Remove { path }, language)?;
            set(&mut root, to.parts(), &content, language)?;
        }
        Change::Rename { path, key: new } => {
            let (last, above) = path.parts().split_last()?;
            let (Content::Mapping(pairs), Part::Key(old)) = (at(&mut root, above)?, last) else {
                return None;
            };
            if pairs.iter().any(|(key, _)| key == new) {
                return None;
            }
            let pair = pairs.iter_mut().find(|(key, _)| **key == **old)?;
            pair.0.clone_from(new);
        }
    }
    Some(root)
}

fn at<'c>(content: &'c mut Content, parts: &[Part]) -> Option<&'c mut Content> {
    parts
        .iter()
        .try_fold(content, |content, part| match (content, part) {
            (Content::Mapping(pairs), Part::Key(key)) => pairs
                .iter_mut()
                .find_map(|(one, value)| (**one == **key).then_some(value)),
            (Content::Sequence(items), Part::Item(index)) => items.get_mut(*index),
            _ => None,
        })
}

fn set(root: &mut Content, parts: &[Part], content: &Content, language: Language) -> Option<()> {
    let Some((first, rest)) = parts.split_first() else {
        *root = content.clone();
        return Some(());
    };
    if *root == Content::Null {
        *root = Content::Mapping(Vec::new());
    }
    match (root, first) {
        (Content::Sequence(items), Part::Item(index)) => {
            set(items.get_mut(*index)?, rest, content, language)
        }
        (Content::Mapping(pairs), Part::Key(key)) => {
            if let Some((_, value)) = pairs.iter_mut().find(|(one, _)| **one == **key) {
                return set(value, rest, content, language);
            }
            let keys: Vec<&str> = pairs.iter().map(|(key, _)| &**key).collect();
            let index = place_of(&keys, key, language);
            pairs.insert(index, (key.to_string(), nested(rest, content)?));
            Some(())
        }
        _ => None,
    }
}

/// Where a key is added: at the end, and in JSON among sorted keys where it belongs.
pub(super) fn place_of(keys: &[&str], key: &str, language: Language) -> usize {
    let is_sorted = language == Language::Json && keys.len() > 1 && keys.is_sorted();
    let greater = keys.iter().position(|other| *other > key);
    greater.filter(|_| is_sorted).unwrap_or(keys.len())
}
