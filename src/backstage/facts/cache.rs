//! `facts.cache`: the store that plugins keep their caches in.

use super::declare::{Field, Shape};
use super::{absent, object, truth};
use crate::backstage::value::Value;
use crate::text::closest;

/// What [`collect`] gives.
pub const FIELDS: &[Field] = &[
    Field::new(
        "store",
        Shape::Config,
        "`backend.cache.store` as written; absent without it. Points at it",
    ),
    Field::new(
        "known",
        Shape::Bool,
        "some version of the backend has that store; absent where the store is not known",
    ),
    Field::new(
        "meant",
        Shape::String,
        "the store that is probably meant; absent when it is known, or like none",
    ),
];

/// The stores of `@backstage/backend-defaults` 0.19; versions before have fewer.
const STORES: [&str; 5] = ["infinispan", "memcache", "memory", "redis", "valkey"];

/// The cache of an effective config.
pub fn collect(config: &Value) -> Value {
    let store = config.at(["backend", "cache", "store"]);
    let name = store.and_then(Value::as_str);
    let known = name.map(|name| STORES.contains(&name));
    let meant = name.filter(|_| known == Some(false)).and_then(|name| {
        let lower = name.trim().to_ascii_lowercase();
        let same = STORES.into_iter().find(|store| *store == lower);
        same.or_else(|| closest(&lower, STORES))
    });
    object([
        ("store", store.cloned().unwrap_or_else(absent)),
        ("known", known.map_or_else(absent, truth)),
        ("meant", meant.map_or_else(absent, Value::string)),
    ])
    .with_origin(store.and_then(|store| store.origin))
}
