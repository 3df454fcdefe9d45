//! `facts.refusals`: what the DatabaseManager throws about, fault by fault, so that none hides another.
//!
//! In: `facts.databases`. Out: for each database one item for each thing it is refused for. Never: a look at the config.

use super::databases::Database;
use super::fact::{Bool, Config, List, Text};
use super::macros::facts;

facts! {
    /// Something that the app does not start with.
    pub struct Refusal {
        /// what the manager throws, as in `facts.databases`. Points at the value it refuses
        error: Text,
        /// the path of the value it refuses, e.g. `backend.database.prefix`
        setting: Text,
        /// the plugin, as in `facts.databases`; absent in the base
        plugin: Text,
        /// whose database it is, for messages, as in `facts.databases`
        who: Text,
        /// it is what every plugin without its own settings gets
        base: Bool,
        /// the backend may have that plugin, as in `facts.databases`
        installed: Bool,
        /// the plugin sets neither a client nor a connection: the fault is that of the base
        inherits: Bool,
        /// the client in effect. Points at the bytes that choose it
        client: Text,
        /// the client of the base. Points at it
        base_client: Text,
        /// for `client-unknown`: the client that is probably meant
        client_meant: Text,
        /// `mysql` or `mysql2`
        mysql: Bool,
        /// `connection.type` as the config writes it
        connection_type: Config,
        /// for `connection-type-later`: the first release of `@backstage/backend-defaults` that has the type
        first_with_type: Text,
        /// the version of `@backstage/backend-defaults` in use, or its range
        defaults_version: Text,
    }
}

/// What these databases are refused for.
pub fn collect(databases: &List<Database>) -> List<Refusal> {
    databases.items().iter().flat_map(of_database).collect()
}

fn of_database(database: &Database) -> impl Iterator<Item = Refusal> {
    let identity = &database.identity;
    let errors = database.refused.errors.items().iter();
    errors.map(move |fault| Refusal {
        origin: database.origin,
        error: fault.error.clone(),
        setting: fault.setting.clone(),
        plugin: identity.plugin.clone(),
        who: identity.who.clone(),
        base: identity.base.clone(),
        installed: identity.installed.clone(),
        inherits: identity.inherits.clone(),
        client: identity.client.clone(),
        base_client: identity.base_client.clone(),
        client_meant: database.refused.client_meant.clone(),
        mysql: identity.mysql.clone(),
        connection_type: fault.connection_type.clone(),
        first_with_type: fault.first_with_type.clone(),
        defaults_version: database.drivers.defaults_version.clone(),
    })
}
