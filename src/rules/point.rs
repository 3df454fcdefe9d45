//! Where labels stand: values of the facts to places in the layers, and back to config paths.

use super::condition::Variables;
use super::path::Path;
use crate::backstage::value::{Kind, Value};
use crate::text::Place;

/// The bytes to point at for a value: its own, or its key's when it is a mapping, a sequence or nothing at
/// all, of which the own bytes would be too many or none. `None` for a derived value.
pub fn place(node: &Value) -> Option<Place> {
    let origin = node.origin?;
    let by_key = match &node.kind {
        Kind::Array(_) | Kind::Object(_) => true,
        _ => origin.value.span.is_empty(),
    };
    match origin.key {
        Some(key) if by_key => Some(key),
        _ => Some(origin.value),
    }
}

/// The place of the value at a path, or of the nearest one above it that has a place.
pub fn nearest(path: &Path<'_>, variables: &Variables<'_>) -> Option<Place> {
    path.nodes(variables)?.into_iter().rev().find_map(place)
}

/// The path in the config of the value that stands at `at` (as [`place`] gives it), e.g.
/// `backend.database.connection`; also when `at` is only a part of it, like the password in a URL.
pub fn config_path(config: &Value, at: Place) -> Option<String> {
    let mut path = String::new();
    find(config, at, &mut path).then_some(path)
}

/// Depth first, so that the innermost value that covers the place is found.
fn find(node: &Value, at: Place, path: &mut String) -> bool {
    let length = path.len();
    match &node.kind {
        Kind::Object(object) => {
            for (key, child) in object {
                push_key(path, key);
                if find(child, at, path) {
                    return true;
                }
                path.truncate(length);
            }
        }
        Kind::Array(items) => {
            for (index, child) in items.iter().enumerate() {
                path.push_str(&format!("[{index}]"));
                if find(child, at, path) {
                    return true;
                }
                path.truncate(length);
            }
        }
        _ => {
            return node.place().is_some_and(|own| covers(own, at)) || node.key_place() == Some(at);
        }
    }
    !path.is_empty() && place(node) == Some(at)
}

fn covers(own: Place, at: Place) -> bool {
    own.source == at.source && own.span.contains(at.span)
}

/// Keys that a dotted path cannot hold stand in brackets.
fn push_key(path: &mut String, key: &str) {
    let plain = key
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if !plain || key.is_empty() {
        path.push_str("[\"");
        path.push_str(key);
        path.push_str("\"]");
    } else {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(key);
    }
}
