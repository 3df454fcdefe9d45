//! `facts.pools`: the pools of the databases, setting by setting, so that each is judged by itself.
//!
//! In: `facts.databases`. Out: for each database one item for the sizes of its pool, and one for every setting of it
//! that the app fails on or does not read. Never: a look at the config.

use super::databases::Database;
use super::fact::{Bool, Config, List, Number, Text};
use super::macros::facts;

facts! {
    /// A pool as a whole, or one setting of it.
    pub struct PoolSetting {
        /// `size` for the pool as a whole; for one setting of it `unknown-option`, `not-a-number`, `from-variable` (a
        /// variable is always a string), `max-below-min` or `misplaced` (nothing reads it there)
        kind: Text,
        /// the setting; absent for `size`. Points at its value
        option: Text,
        /// the plugin, as in `facts.databases`; absent in the base
        plugin: Text,
        /// whose pool it is, for messages, as in `facts.databases`
        who: Text,
        /// the backend may have that plugin, as in `facts.databases`
        installed: Bool,
        /// the client in effect. Points at the bytes that choose it
        client: Text,
        /// it is SQLite
        sqlite: Bool,
        /// it is SQLite in memory
        in_memory: Bool,
        /// connections kept open; points at the setting, if there is one
        min: Number,
        /// connections at most, likewise
        max: Number,
        /// the plugin has another client than the base, yet gets a pool setting from `knexConfig` of the base
        inherited: Bool,
        /// `knexConfig.pool` of the base
        base: Config,
    }
}

/// The pools of these databases.
pub fn collect(databases: &List<Database>) -> List<PoolSetting> {
    databases.items().iter().flat_map(of_database).collect()
}

fn of_database(database: &Database) -> Vec<PoolSetting> {
    let mut settings = vec![setting(database, "size".into(), Text::default())];
    for problem in database.pools.pool_problems.items() {
        let option = problem.option.clone();
        settings.push(setting(database, problem.kind.clone(), option));
    }
    for misplaced in database.pools.pools_misplaced.items() {
        let key = misplaced.value.get().and_then(super::fact::at_key);
        let option = Text::from("pool").with_origin(key);
        settings.push(setting(database, "misplaced".into(), option));
    }
    settings
}

fn setting(database: &Database, kind: Text, option: Text) -> PoolSetting {
    let (identity, pools) = (&database.identity, &database.pools);
    let size = pools.pool.clone().unwrap_or_default();
    PoolSetting {
        origin: database.origin,
        kind,
        option,
        plugin: identity.plugin.clone(),
        who: identity.who.clone(),
        installed: identity.installed.clone(),
        client: identity.client.clone(),
        sqlite: identity.sqlite.clone(),
        in_memory: database.file.in_memory.clone(),
        min: size.min,
        max: size.max,
        inherited: pools.pool_inherited.clone(),
        base: pools.base_pool.clone(),
    }
}
