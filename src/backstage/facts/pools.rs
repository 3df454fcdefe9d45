//! `facts.pools`: the pools of the databases, setting by setting, so that each is judged by itself.
//!
//! In: `facts.databases`. Out: for each database one item for the sizes of its pool, and one for every setting of it
//! that the app fails on or does not read. Never: a look at the config.

use super::declare::{Field, Shape};
use super::{absent, list, object};
use crate::backstage::value::{Object, Value};

/// What [`collect`] gives for each.
pub const FIELDS: &[Field] = &[
    Field::new(
        "kind",
        Shape::String,
        "`size` for the pool as a whole; for one setting of it `unknown-option`, `not-a-number`, `from-variable` (a \
         variable is always a string), `max-below-min` or `misplaced` (nothing reads it there)",
    ),
    Field::new(
        "option",
        Shape::String,
        "the setting; absent for `size`. Points at its value",
    ),
    Field::new(
        "plugin",
        Shape::String,
        "the plugin, as in `facts.databases`; absent in the base",
    ),
    Field::new(
        "who",
        Shape::String,
        "whose pool it is, for messages, as in `facts.databases`",
    ),
    Field::new(
        "installed",
        Shape::Bool,
        "the backend may have that plugin, as in `facts.databases`",
    ),
    Field::new(
        "client",
        Shape::String,
        "the client in effect. Points at the bytes that choose it",
    ),
    Field::new("sqlite", Shape::Bool, "it is SQLite"),
    Field::new("inMemory", Shape::Bool, "it is SQLite in memory"),
    Field::new(
        "min",
        Shape::Number,
        "connections kept open; points at the setting, if there is one",
    ),
    Field::new("max", Shape::Number, "connections at most, likewise"),
    Field::new(
        "inherited",
        Shape::Bool,
        "the plugin has another client than the base, yet gets a pool setting from `knexConfig` of the base",
    ),
    Field::new("base", Shape::Config, "`knexConfig.pool` of the base"),
];

/// The pools of these databases.
pub fn collect(databases: &Value) -> Value {
    let databases = databases.as_array().unwrap_or_default();
    list(databases.iter().flat_map(of_database))
}

fn of_database(database: &Value) -> Vec<Value> {
    let items = |field: &str| {
        database
            .get(field)
            .and_then(Value::as_array)
            .unwrap_or_default()
    };
    let kind = |item: &Value| item.get("kind").cloned().unwrap_or_else(absent);
    let mut pools = vec![pool(database, Value::string("size"), None)];
    for problem in items("poolProblems") {
        pools.push(pool(database, kind(problem), problem.get("option")));
    }
    for misplaced in items("poolsMisplaced") {
        let key = misplaced.get("value").and_then(super::at_key);
        let option = Value::string("pool").with_origin(key);
        pools.push(pool(database, Value::string("misplaced"), Some(&option)));
    }
    pools
}

fn pool(database: &Value, kind: Value, option: Option<&Value>) -> Value {
    let empty = Object::default();
    let size = database
        .get("pool")
        .and_then(Value::as_object)
        .unwrap_or(&empty);
    let size = |name: &str| size.get(name).cloned().unwrap_or_else(absent);
    let of = |name: &str| database.get(name).cloned().unwrap_or_else(absent);
    object([
        ("kind", kind),
        ("option", option.cloned().unwrap_or_else(absent)),
        ("plugin", of("plugin")),
        ("who", of("who")),
        ("installed", of("installed")),
        ("client", of("client")),
        ("sqlite", of("sqlite")),
        ("inMemory", of("inMemory")),
        ("min", size("min")),
        ("max", size("max")),
        ("inherited", of("poolInherited")),
        ("base", of("basePool")),
    ])
    .with_origin(database.origin)
}
