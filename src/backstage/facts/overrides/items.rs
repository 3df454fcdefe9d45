//! The items of two lists, one of which takes the place of the other.
//!
//! In: the items of both. Out: which of the lower list are gone, and which are there in another form. Never: a guess at
//! an open item.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;

use crate::backstage::value::{Kind, Value};

/// What a list does to the one below it.
#[derive(Default)]
pub(super) struct Compared<'v> {
    /// Both say the same, in the same order.
    pub(super) is_same: bool,
    /// The items below that the upper list does not have.
    pub(super) dropped: Vec<&'v Value>,
    /// Whether they are gone for sure: an open item may be any other.
    pub(super) is_certain: bool,
    /// Items of the upper list, with their index, that are items below in another form.
    pub(super) changed: Vec<(usize, &'v Value, &'v Value)>,
}

impl<'v> Compared<'v> {
    /// Compares a list with the one below it.
    pub(super) fn of(items: &'v [Value], under: &'v [Value]) -> Self {
        let upper: Vec<String> = items.iter().map(written).collect();
        let lower: Vec<String> = under.iter().map(written).collect();
        let mut compared = Self {
            is_same: upper == lower,
            is_certain: true,
            ..Self::default()
        };
        let repeated: HashSet<&String> = lower.iter().collect();
        let mut others: HashMap<String, Vec<(usize, &'v Value)>> = HashMap::new();
        for ((index, item), text) in items.iter().enumerate().zip(&upper).rev() {
            if !repeated.contains(text) {
                others
                    .entry(identity(item))
                    .or_default()
                    .push((index, item));
            }
        }
        let upper: HashSet<&String> = upper.iter().collect();
        for (item, text) in under.iter().zip(&lower) {
            if upper.contains(text) {
                continue;
            }
            match others.get_mut(&identity(item)).and_then(Vec::pop) {
                Some((index, other)) => compared.changed.push((index, other, item)),
                None => compared.dropped.push(item),
            }
        }
        let mut new = others.values().flatten().map(|(_, item)| *item).peekable();
        if new.peek().is_some() {
            compared.is_certain = new.chain(compared.dropped.iter().copied()).all(is_known);
        }
        compared
    }
}

/// The keys by which people know an item, the first that it has.
const NAMES: [&str; 7] = ["id", "name", "host", "target", "url", "resolver", "type"];

/// The key by which people know an item, and what it says.
fn name(item: &Value) -> Option<(&'static str, &Value)> {
    let of = |name: &&'static str| Some((*name, item.get(name)?));
    NAMES.iter().find_map(of)
}

/// An item as people know it, as a text.
pub(super) fn named(item: &Value) -> Value {
    match (&item.kind, name(item)) {
        (Kind::Object(_), Some((_, name))) => named(name),
        (Kind::Object(object), None) => {
            // `page:catalog: {…}`: an item with one key is known by it.
            let mut keys = object.keys();
            let name = match (keys.next(), keys.next()) {
                (Some(only), None) => Value::string(Arc::clone(only)),
                _ => Value::string("{…}"),
            };
            name.with_origin(item.origin)
        }
        (Kind::Array(_), _) => Value::string("[…]").with_origin(item.origin),
        (Kind::Null | Kind::Bool(_) | Kind::Number(_), _) => {
            Value::string(written(item)).with_origin(item.origin)
        }
        (Kind::String(_) | Kind::Open(_), _) => item.clone(),
    }
}

/// A text that two items share when people take one for the other, changed: they have the same name, or no name and the
/// same keys. A path names the same file from another folder too: images start elsewhere than developers do.
fn identity(item: &Value) -> String {
    let text = |value: &Value| match value.as_str() {
        Some(path) => format!(
            "{:?}",
            path.trim_start_matches("../").trim_start_matches("./")
        ),
        None => written(value),
    };
    match (name(item), item.as_object()) {
        (Some((key, name)), _) => format!("{key}={}", text(name)),
        (None, Some(object)) => {
            let mut keys: Vec<&str> = object.keys().map(|key| &**key).collect();
            keys.sort_unstable();
            format!("{keys:?}")
        }
        (None, None) => text(item),
    }
}

/// Whether an item is known well enough to be told from others.
fn is_known(item: &Value) -> bool {
    let is_open = |value: &Value| value.as_open().is_some();
    !is_open(item) && !name(item).is_some_and(|(_, name)| is_open(name))
}

/// A text that two items share exactly when they say the same.
pub(super) fn written(value: &Value) -> String {
    let mut text = String::new();
    write_value(value, &mut text);
    text
}

fn write_value(value: &Value, text: &mut String) {
    let _ = match &value.kind {
        Kind::Null => write!(text, "null"),
        Kind::Bool(value) => write!(text, "{value}"),
        Kind::Number(value) => write!(text, "{value}"),
        Kind::String(string) => write!(text, "{:?}", &*string.value),
        Kind::Open(open) => write!(text, "${:?}", &*open.written),
        Kind::Array(items) => {
            text.push('[');
            for item in items {
                write_value(item, text);
                text.push(',');
            }
            write!(text, "]")
        }
        Kind::Object(object) => {
            let mut entries: Vec<_> = object.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (key, child) in entries {
                let _ = write!(text, "{:?}:", &**key);
                write_value(child, text);
                text.push(',');
            }
            write!(text, "}}")
        }
    };
}
