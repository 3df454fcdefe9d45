//! `facts.cache`: the store that plugins keep their caches in.

use super::fact::{Bool, Config, Text};
use super::macros::facts;
use crate::backstage::value::Value;
use crate::text::closest;

facts! {
    /// The store that plugins keep their caches in.
    pub struct Cache {
        /// `backend.cache.store` as written; absent without it. Points at it
        store: Config,
        /// some version of the backend has that store; absent where the store is not known
        known: Bool,
        /// the store that is probably meant; absent when it is known, or like none
        meant: Text,
    }
}

/// The stores of `@backstage/backend-defaults` 0.19; versions before have fewer.
const STORES: [&str; 5] = ["infinispan", "memcache", "memory", "redis", "valkey"];

/// The cache of an effective config.
pub fn collect(config: &Value) -> Cache {
    let store = config.at(["backend", "cache", "store"]);
    let name = store.and_then(Value::as_str);
    let known = name.map(|name| STORES.contains(&name));
    let meant = name.filter(|_| known == Some(false)).and_then(|name| {
        let lower = name.trim().to_ascii_lowercase();
        let same = STORES.into_iter().find(|store| *store == lower);
        same.or_else(|| closest(&lower, STORES))
    });
    Cache {
        origin: store.and_then(|store| store.origin),
        store: store.into(),
        known: known.map_or_else(Bool::default, Bool::from),
        meant: Text::optional(meant),
    }
}
