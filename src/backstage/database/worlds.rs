//! The different shapes a config may take when its open values turn out one way or the other.
//!
//! In: `backend.database`. Out: one copy per shape, in each of which the values that decide about the shape (client,
//! connection, division mode, …) are either known, gone, or unknown strings. What all shapes agree on is certain.

use crate::backstage::value::{Kind, Open, Value};

/// More shapes than this are not looked at.
const LIMIT: usize = 32;

/// Every shape of `backend.database` for one plugin; `None` when there are too many. The first takes every open value
/// as set; a database section without open values has one shape.
pub fn worlds(database: &Value, plugin: &str) -> Option<Vec<Value>> {
    let mut worlds = vec![database.clone()];
    for (path, words) in paths(plugin) {
        let mut next = Vec::new();
        for world in worlds {
            let open = world
                .at(path.iter().copied())
                .filter(|at| at.as_open().is_some());
            let Some(open) = open else {
                next.push(world);
                continue;
            };
            for choice in choices(open, words) {
                let mut world = world.clone();
                set(&mut world, &path, choice);
                next.push(world);
            }
            if next.len() > LIMIT {
                return None;
            }
        }
        worlds = next;
    }
    Some(worlds)
}

/// The paths that decide about the shape, and the words that an unknown string there may as well be.
fn paths(plugin: &str) -> Vec<(Vec<&str>, &'static [&'static str])> {
    const MODES: &[&str] = &["database", "schema"];
    const TRUTHS: &[&str] = &["true", "false"];
    const SHARED: &[(&[&str], &[&str])] = &[
        (&["client"], &[]),
        (&["connection"], &[]),
        (&["connection", "ssl"], &[]),
        (&["knexConfig"], &[]),
        (&["knexConfig", "pool"], &[]),
        (&["ensureExists"], TRUTHS),
    ];
    let mut paths = vec![
        (vec!["pluginDivisionMode"], MODES),
        (vec!["plugin"], &[]),
        (vec!["plugin", plugin], &[]),
    ];
    for (path, words) in SHARED {
        paths.push((path.to_vec(), *words));
        let mut own = vec!["plugin", plugin];
        own.extend(*path);
        paths.push((own, *words));
    }
    paths
}

/// What an open value may turn out as: an unknown string, what is below it, or nothing.
fn choices(open_value: &Value, words: &[&str]) -> Vec<Option<Value>> {
    let Some(open) = open_value.as_open() else {
        return vec![Some(open_value.clone())];
    };
    let origin = open_value.origin;
    let mut choices: Vec<Option<Value>> = words
        .iter()
        .map(|word| Some(Value::string(*word).with_origin(origin)))
        .collect();
    if words.is_empty() {
        let mut set = open.clone();
        set.below = None;
        let value = Value {
            kind: Kind::Open(Box::new(set)),
            ..open_value.clone()
        };
        choices.push(Some(value));
    }
    if open.when_unset.is_none() && !is_url(open) {
        match &open.below {
            Some(below) => choices.extend(choices_below(below)),
            None => choices.push(None),
        }
    }
    choices
}

/// Whether it is a connection URL with placeholders in it. Who writes one means it to be set: that it may disappear
/// with an unset variable, and the connection below show again, would only hide what the URL says for sure.
fn is_url(open: &Open) -> bool {
    open.written.contains("://")
}

fn choices_below(below: &Value) -> Vec<Option<Value>> {
    choices(below, &[])
}

fn set(at: &mut Value, path: &[&str], value: Option<Value>) {
    let Kind::Object(object) = &mut at.kind else {
        return;
    };
    match path {
        [] => {}
        [key] => match value {
            Some(value) => {
                object.insert((*key).into(), value);
            }
            None => {
                object.shift_remove(*key);
            }
        },
        [key, rest @ ..] => {
            if let Some(inner) = object.get_mut(*key) {
                set(inner, rest, value);
            }
        }
    }
}
