//! `facts.databases`, declared.

use crate::backstage::facts::fact::{Bool, Config, List, Number, Text};
use crate::backstage::facts::macros::{facts, joined_facts};

joined_facts! {
    /// What the DatabaseManager would do for one plugin. Where it refuses the config, or an open value decides, the parts
    /// that need its plan are absent.
    pub struct Database {
        /// what does not need a plan
        identity: Identity,
        /// where the connection goes
        destination: Destination,
        /// whether the connection is encrypted
        encryption: Encryption,
        /// where host and password come from
        sign_in: SignIn,
        /// where SQLite keeps its data
        file: SqliteFile,
        /// the pool in effect, and those that nothing reads
        pools: Pools,
        /// the packages that it needs
        drivers: Drivers,
        /// the database and schema of each plugin
        layout: Layout,
        /// why the app does not start with it
        refused: Refused,
        /// what it has to do with the other databases
        neighbours: Neighbours,
    }
}

facts! {
    /// Whose database it is, and what the config says of it.
    pub struct Identity {
        /// the plugin with its own settings; absent in the base, which every other plugin gets. Points at its key
        plugin: Text,
        /// it is what every plugin without its own settings gets
        base: Bool,
        /// whose database it is, for messages: plugin `auth`; in the base `backend.database`, or the default database where
        /// nothing is configured
        who: Text,
        /// the backend may have that plugin; false when nothing in its package.json could be it
        installed: Bool,
        /// there is a `backend.database`; false when the app falls back to SQLite in memory
        configured: Bool,
        /// the plugin sets neither a client nor a connection: what is wrong with them is wrong with the base
        inherits: Bool,
        /// the client in effect, e.g. `pg`. Points at the bytes that choose it
        client: Text,
        /// the client of the base. Points at it
        base_client: Text,
        /// `connection` of the base as written
        base_connection: Config,
        /// `better-sqlite3` or `sqlite3`
        sqlite: Bool,
        /// `pg`
        postgres: Bool,
        /// `mysql` or `mysql2`
        mysql: Bool,
        /// the connection as the config writes it: the plugin's, else that of the base
        connection: Config,
        /// the plugin has its own connection
        own_connection: Bool,
        /// `pluginDivisionMode` as written
        division_mode: Config,
        /// `prefix` as written
        prefix: Config,
        /// `schemaPrefix` as written; absent where the release of Backstage does not read it
        schema_prefix: Config,
        /// `ensureSchemaExists` of the plugin, which the manager does not read
        plugin_ensure_schema_exists: Config,
        /// `ssl` of the plugin beside its `connection`, which nothing reads
        plugin_ssl: Config,
    }

    /// Where the connection goes.
    pub struct Destination {
        /// `default`, `azure`, `cloudsql` or `rds`; absent for SQLite. Points at `connection.type`
        connection_type: Text,
        /// the host in effect, also from a URL; absent for SQLite and where none is set
        host: Text,
        /// the port in effect, also from a URL; absent for SQLite and where none is set
        port: Config,
        /// the connection of another client that `pg` reads as a URL, so that it looks for a host named `base`, e.g.
        /// `:memory:`. Points at it; then there is no `host`
        read_as_url: Text,
        /// the host is local; open where it depends on a variable; absent for SQLite
        host_local: Bool,
        /// the host comes from placeholders with local defaults, e.g. `${HOST:-localhost}`
        host_default_local: Bool,
        /// it is a Unix socket; absent for SQLite
        socket: Bool,
    }

    /// Whether the connection is encrypted.
    pub struct Encryption {
        /// `off`, `verified`, `unverified`, or `refused` by the driver; absent for SQLite. Points at what decides it
        tls: Text,
        /// something decides about TLS: `ssl`, a parameter of the URL, or PGSSLMODE of the deployment
        tls_set: Bool,
        /// what decides: `ssl`, `url`, `PGSSLMODE` or `connector`; absent when nothing does. Points at it
        tls_from: Text,
        /// `ssl` when it is a string, which a driver takes for true unless it is empty
        ssl_text: Text,
        /// `ssl.rejectUnauthorized` when it is a string: Node.js checks the certificate unless it is the boolean `false`
        reject_text: Text,
        /// `ssl.require`, which is not an option of the driver
        ssl_require: Config,
        /// `sslmode` of the URL
        ssl_mode: Text,
        /// the URL asks for libpq's meaning of `sslmode`
        libpq_compatible: Bool,
        /// files of certificates and keys that the connection names
        tls_files: List<TlsFile>,
    }

    /// Where host and password come from.
    pub struct SignIn {
        /// the role of the layer that has the password as literal text, e.g. `base`; absent for any other password.
        /// Points at the password
        password_from: Text,
        /// the role of the layer that sets the host. Points at the host
        host_from: Text,
    }

    /// Where SQLite keeps its data.
    pub struct SqliteFile {
        /// SQLite in memory: gone at every restart; absent for other clients
        in_memory: Bool,
        /// the file of SQLite as the manager computes it; absent in memory and in the base
        file: Text,
        /// `connection.directory` of SQLite
        directory: Text,
    }

    /// The pool in effect, and those that nothing reads.
    pub struct Pools {
        /// the pool in effect
        pool: Option<PoolSize>,
        /// the plugin has another client than the base, yet gets a pool setting from `knexConfig` of the base
        pool_inherited: Bool,
        /// `knexConfig.pool` of the base
        base_pool: Config,
        /// options of the pool in effect that the app fails on when it starts
        pool_problems: List<PoolProblem>,
        /// pools written where nothing reads them
        pools_misplaced: List<MisplacedPool>,
    }

    /// The packages that it needs.
    pub struct Drivers {
        /// the package of the client's driver. Points at where the client is chosen
        driver: Text,
        /// whether the backend can have it: `declared`, `brought` by the Backstage packages in use, `dev-only`,
        /// `lockfile-only` (another package has it), `missing` or `unknown`. Points into its package.json
        driver_status: Text,
        /// the package that `connection.type` needs; absent when it needs none. Points at the type
        type_driver: Text,
        /// as `driverStatus`
        type_driver_status: Text,
        /// there is a lockfile that says what other packages bring
        driver_proven: Bool,
        /// the version of `@backstage/backend-defaults` in use, or its range
        defaults_version: Text,
    }

    /// What the manager makes of the plugins.
    pub struct Layout {
        /// it is another client than that of the base
        client_overridden: Bool,
        /// the name of the database; absent for SQLite, and in the base where each plugin has its own
        database: Text,
        /// the PostgreSQL schema; absent in the base
        schema: Text,
        /// what it comes to: `database` or `schema`
        division: Text,
        /// `connectionString` of the base gives every plugin the one database that it names. Points at it
        shared_by_string: Bool,
        /// the manager creates the database. Points at the setting, if there is one
        ensure_exists: Bool,
        /// the manager creates the schema even when it does not create the database
        ensure_schema_exists: Bool,
        /// the database that the base connection names where the manager leaves it out; absent otherwise
        dropped_database: Config,
        /// the keys of the base connection that show through although the plugin has another client; each points at its
        /// value
        leaks: List<Text>,
    }

    /// Why the app does not start with it. What can be known of it all the same is in the other fields.
    pub struct Refused {
        /// what the manager throws: `client-missing`, `client-unknown`, `connection-missing`, `base-filename`,
        /// `division-mode`, `connection-string`, `connection-type-unknown`, `connection-type-later`, `cloudsql-client`,
        /// `cloudsql-instance`, `cloudsql-address`, `rds-incomplete`, `rds-region`, `schema-prefix`, `schema-too-long`,
        /// `verify-ca-without-ca` or `ill-typed`; absent when it does not. Points at the value it refuses
        error: Text,
        /// the same in words, e.g. `client` is not set
        error_text: Text,
        /// what it throws about, one by one: the next one once those before it are gone
        errors: List<DatabaseError>,
        /// for `client-unknown`: the client that is probably meant
        client_meant: Text,
    }

    /// Something that the manager throws about.
    pub struct DatabaseError {
        /// its word, as in `error`; points at the value
        error: Text,
        /// the same in words
        text: Text,
        /// the path of the refused value, e.g. `backend.database.prefix`
        setting: Text,
        /// for a fault of `connection.type`: the type as written
        connection_type: Config,
        /// for `connection-type-later`: the first release of `@backstage/backend-defaults` that has the type
        first_with_type: Text,
    }

    /// What it has to do with the other databases.
    pub struct Neighbours {
        /// some plugin may get a database of that name all the same
        dropped_used: Bool,
        /// another plugin whose database is this very one; absent when there is none. Points at that plugin's connection
        shared_with: Text,
    }

    /// A file that a connection names.
    pub struct TlsFile {
        /// `sslrootcert`, `sslcert` or `sslkey` in a URL; `ca`, `cert` or `key` in `ssl`
        option: Text,
        /// `url`: the driver reads the file; `text`: a path where the driver expects the text of the file
        form: Text,
        /// the path; points at it
        path: Text,
        /// it begins with a slash
        absolute: Bool,
        /// for `url`: there is such a file below the app root or its backend package
        found: Bool,
        /// whose connection it is, for messages, e.g. plugin `auth`
        who: Text,
        /// the backend may have that plugin
        installed: Bool,
    }

    /// The size of a pool.
    pub struct PoolSize {
        /// connections kept open; points at the setting, if there is one
        min: Number,
        /// connections at most, likewise
        max: Number,
    }

    /// An option of a pool that the app fails on.
    pub struct PoolProblem {
        /// `unknown-option`, `not-a-number`, `from-variable` (a variable is always a string) or `max-below-min`
        kind: Text,
        /// the option. Points at its value
        option: Text,
    }

    /// A pool that nothing reads.
    pub struct MisplacedPool {
        /// `connection` (in the connection), `plugin` (beside `knexConfig`) or `base` (in `backend.database`, which
        /// PostgreSQL alone reads)
        r#where: Text,
        /// the setting
        value: Config,
    }
}
