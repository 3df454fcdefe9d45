//! `facts.typeConflicts`: layers that the config reader refuses to read over each other.
//!
//! In: the resolved layers of a chain, lowest first. Out: each value that is no mapping below one that is. Never: paths
//! that are read as a whole (`connection: ':memory:'` below a mapping starts).
//!
//! `ConfigReader.getOptionalConfig` of `@backstage/config` 1.3 asks every layer for a mapping, the lower ones too, as
//! soon as a higher one has a mapping there: "Invalid type in config for key 'backend.listen' in
//! 'app-config.production.yaml', got string, wanted object". A mapping below something else is fine.

use super::fact::{List, Text};
use super::macros::facts;
use super::overrides::Layer;
use crate::backstage::value::{Kind, Value};

facts! {
    /// A value that is no mapping below one that is.
    pub struct TypeConflict {
        /// its path in the config; points at the value that is not a mapping
        path: Text,
        /// the layer that sets that value
        layer: Text,
        /// what it is: `a string`, `a number`, `a boolean` or `a list`
        got: Text,
        /// the layer that sets a mapping; points at the mapping
        above: Text,
        /// the first key of that mapping, e.g. `port`
        key: Text,
    }
}

/// The mappings that the backend reads with `getConfig` or by a path through them, and that may be written as something
/// else: `listen: ':7007'`, `https: true`.
const READ_AS_MAPPINGS: [[&str; 2]; 2] = [["backend", "listen"], ["backend", "https"]];

/// The conflicts of a chain.
pub fn collect(layers: &[Layer<'_>]) -> List<TypeConflict> {
    let conflicts = READ_AS_MAPPINGS
        .iter()
        .filter_map(|path| of_path(layers, path));
    conflicts.collect()
}

fn of_path(layers: &[Layer<'_>], path: &[&str]) -> Option<TypeConflict> {
    let mut lower: Option<(&str, &Value)> = None;
    for layer in layers {
        let Some(value) = layer.root.and_then(|root| at(root, path)) else {
            continue;
        };
        match (&value.kind, lower) {
            // What is below a null is not asked.
            (Kind::Null, _) => lower = None,
            (Kind::Object(object), Some(below)) => {
                let key = object.keys().next().map_or("", |key| &**key);
                return Some(fact(path, below, (layer.name, value, key)));
            }
            (Kind::Object(_) | Kind::Open(_), _) => {}
            _ => lower = Some((layer.name, value)),
        }
    }
    None
}

/// The value at a path; a null above it counts as one there.
fn at<'v>(root: &'v Value, path: &[&str]) -> Option<&'v Value> {
    let mut at = root;
    for key in path {
        if at.kind == Kind::Null {
            return Some(at);
        }
        at = at.get(key)?;
    }
    Some(at)
}

fn fact(path: &[&str], below: (&str, &Value), above: (&str, &Value, &str)) -> TypeConflict {
    let ((layer, value), (upper, mapping, key)) = (below, above);
    let got = match value.kind {
        Kind::Bool(_) => "a boolean",
        Kind::Number(_) => "a number",
        Kind::Array(_) => "a list",
        _ => "a string",
    };
    TypeConflict {
        origin: None,
        path: Text::from(path.join(".")).with_origin(value.origin),
        layer: layer.into(),
        got: got.into(),
        above: Text::from(upper).with_origin(mapping.origin.map(|mut origin| {
            origin.value = origin.key.unwrap_or(origin.value);
            origin
        })),
        key: key.into(),
    }
}
