//! What `facts.databases` holds, in words for those who write policies.

use crate::backstage::facts::declare::{Field, Shape};

/// One database.
pub const FIELDS: &[Field] = &[
    Field::new(
        "plugin",
        Shape::String,
        "the plugin with settings of its own; absent in the base, which every other plugin gets. Points at its key",
    ),
    Field::new(
        "base",
        Shape::Bool,
        "it is what every plugin without settings of its own gets",
    ),
    Field::new(
        "who",
        Shape::String,
        "whose database it is, for messages: e.g. plugin `auth`, every plugin, every other plugin",
    ),
    Field::new(
        "installed",
        Shape::Bool,
        "the backend may have that plugin; false when nothing in its package.json could be it",
    ),
    Field::new(
        "configured",
        Shape::Bool,
        "there is a `backend.database`; false when the app falls back to SQLite in memory",
    ),
    Field::new(
        "inherits",
        Shape::Bool,
        "the plugin sets neither a client nor a connection: what is wrong with them is wrong with the base",
    ),
    Field::new(
        "client",
        Shape::String,
        "the client in effect, e.g. `pg`. Points at the bytes that choose it",
    ),
    Field::new(
        "clientOverridden",
        Shape::Bool,
        "it is another client than that of the base",
    ),
    Field::new(
        "baseClient",
        Shape::String,
        "the client of the base. Points at it",
    ),
    Field::new(
        "baseConnection",
        Shape::Config,
        "`connection` of the base as written",
    ),
    Field::new("sqlite", Shape::Bool, "`better-sqlite3` or `sqlite3`"),
    Field::new("postgres", Shape::Bool, "`pg`"),
    Field::new("mysql", Shape::Bool, "`mysql` or `mysql2`"),
    Field::new(
        "connection",
        Shape::Config,
        "the connection as the config writes it: the plugin's, else that of the base",
    ),
    Field::new(
        "connectionType",
        Shape::String,
        "`default`, `azure`, `cloudsql` or `rds`; absent for SQLite. Points at `connection.type`",
    ),
    Field::new(
        "host",
        Shape::String,
        "the host in effect, also from a URL; absent for SQLite and where none is set",
    ),
    Field::new(
        "port",
        Shape::Config,
        "the port in effect, also from a URL; absent for SQLite and where none is set",
    ),
    Field::new(
        "hostLocal",
        Shape::Bool,
        "the host is this machine; open where it depends on a variable; absent for SQLite",
    ),
    Field::new(
        "hostDefaultLocal",
        Shape::Bool,
        "the host comes from placeholders whose defaults are this machine, e.g. `${HOST:-localhost}`",
    ),
    Field::new(
        "socket",
        Shape::Bool,
        "it is a Unix socket; absent for SQLite",
    ),
    Field::new(
        "tls",
        Shape::String,
        "`off`, `verified`, `unverified`, or `refused` by the driver; absent for SQLite. Points at what decides it",
    ),
    Field::new(
        "tlsSet",
        Shape::Bool,
        "something decides about TLS: `ssl`, a parameter of the URL, or PGSSLMODE of the deployment",
    ),
    Field::new(
        "tlsFrom",
        Shape::String,
        "what decides: `ssl`, `url`, `PGSSLMODE` or `connector`; absent when nothing does. Points at it",
    ),
    Field::new(
        "sslText",
        Shape::String,
        "`ssl` when it is a string, which a driver takes for true unless it is empty",
    ),
    Field::new(
        "sslRequire",
        Shape::Config,
        "`ssl.require`, which is no option of the driver",
    ),
    Field::new(
        "tlsFiles",
        Shape::List(TLS_FILES),
        "files of certificates and keys that the connection names",
    ),
    Field::new(
        "passwordFrom",
        Shape::String,
        "the role of the layer that has the password as literal text, e.g. `base`; absent for any other password. Points at the password",
    ),
    Field::new(
        "hostFrom",
        Shape::String,
        "the role of the layer that sets the host. Points at the host",
    ),
    Field::new("sslMode", Shape::String, "`sslmode` of the URL"),
    Field::new(
        "libpqCompatible",
        Shape::Bool,
        "the URL asks for libpq's meaning of `sslmode`",
    ),
    Field::new(
        "inMemory",
        Shape::Bool,
        "SQLite in memory: gone at every restart; absent for other clients",
    ),
    Field::new(
        "file",
        Shape::String,
        "the file of SQLite as the manager computes it; absent in memory and in the base",
    ),
    Field::new(
        "directory",
        Shape::String,
        "`connection.directory` of SQLite",
    ),
    Field::new("pool", Shape::Object(POOL), "the pool in effect"),
    Field::new(
        "poolInherited",
        Shape::Bool,
        "the plugin has another client than the base, yet gets a pool setting from `knexConfig` of the base",
    ),
    Field::new("basePool", Shape::Config, "`knexConfig.pool` of the base"),
    Field::new(
        "poolProblems",
        Shape::List(POOL_PROBLEM),
        "options of the pool in effect that the app fails on when it starts",
    ),
    Field::new(
        "poolsMisplaced",
        Shape::List(POOL_MISPLACED),
        "pools written where nothing reads them",
    ),
    Field::new(
        "driver",
        Shape::String,
        "the package of the client's driver. Points at where the client is chosen",
    ),
    Field::new(
        "driverStatus",
        Shape::String,
        "whether the backend can have it: `declared`, `brought` by the Backstage packages in use, `dev-only`, `lockfile-only` (another package has it), `missing` or `unknown`. Points into its package.json",
    ),
    Field::new(
        "typeDriver",
        Shape::String,
        "the package that `connection.type` needs; absent when it needs none. Points at the type",
    ),
    Field::new("typeDriverStatus", Shape::String, "as `driverStatus`"),
    Field::new(
        "driverProven",
        Shape::Bool,
        "there is a lockfile that says what other packages bring",
    ),
    Field::new(
        "defaultsVersion",
        Shape::String,
        "the version of `@backstage/backend-defaults` in use, or its range",
    ),
    Field::new(
        "database",
        Shape::String,
        "the name of the database; absent for SQLite, and in the base where each plugin has its own",
    ),
    Field::new(
        "schema",
        Shape::String,
        "the PostgreSQL schema; absent in the base",
    ),
    Field::new(
        "divisionMode",
        Shape::Config,
        "`pluginDivisionMode` as written",
    ),
    Field::new(
        "division",
        Shape::String,
        "what it comes to: `database` or `schema`",
    ),
    Field::new("prefix", Shape::Config, "`prefix` as written"),
    Field::new(
        "ensureExists",
        Shape::Bool,
        "the manager creates the database. Points at the setting, if there is one",
    ),
    Field::new(
        "ensureSchemaExists",
        Shape::Bool,
        "the manager creates the schema even when it does not create the database",
    ),
    Field::new(
        "pluginEnsureSchemaExists",
        Shape::Config,
        "`ensureSchemaExists` of the plugin, which the manager does not read",
    ),
    Field::new(
        "pluginSsl",
        Shape::Config,
        "`ssl` of the plugin beside its `connection`, which nothing reads",
    ),
    Field::new(
        "droppedDatabase",
        Shape::Config,
        "the database that the base connection names where the manager leaves it out; absent otherwise",
    ),
    Field::new(
        "droppedUsed",
        Shape::Bool,
        "some plugin may get a database of that name all the same",
    ),
    Field::new(
        "leaks",
        Shape::Strings,
        "the keys of the base connection that show through although the plugin has another client; each points at its value",
    ),
    Field::new(
        "ownConnection",
        Shape::Bool,
        "the plugin has a connection of its own",
    ),
    Field::new(
        "error",
        Shape::String,
        "what the manager throws: `client-missing`, `client-unknown`, `connection-missing`, `base-filename`, `division-mode`, `connection-string`, `connection-type-unknown`, `cloudsql-client`, `cloudsql-instance`, `cloudsql-address`, `rds-incomplete`, `rds-region`, `schema-prefix`, `schema-too-long`, `verify-ca-without-ca`, `ill-typed` or `invalid-key`; absent when it does not. Points at the value it refuses",
    ),
    Field::new(
        "errorText",
        Shape::String,
        "the same for people, e.g. `client` is not set",
    ),
    Field::new(
        "clientMeant",
        Shape::String,
        "for `client-unknown`: the client that is probably meant",
    ),
    Field::new(
        "sharedWith",
        Shape::String,
        "another plugin whose database is this very one; absent when there is none. Points at that plugin's connection",
    ),
];

/// What is told of each file that a connection names.
pub const TLS_FILES: &[Field] = &[
    Field::new(
        "option",
        Shape::String,
        "`sslrootcert`, `sslcert` or `sslkey` in a URL; `ca`, `cert` or `key` in `ssl`",
    ),
    Field::new(
        "form",
        Shape::String,
        "`url`: the driver reads the file; `text`: the path stands where the text of the file belongs",
    ),
    Field::new("path", Shape::String, "the path; points at it"),
    Field::new("absolute", Shape::Bool, "it begins with a slash"),
    Field::new(
        "found",
        Shape::Bool,
        "for `url`: there is such a file below the app root or its backend package",
    ),
    Field::new(
        "who",
        Shape::String,
        "whose connection it is, for messages, e.g. plugin `auth`",
    ),
    Field::new("installed", Shape::Bool, "the backend may have that plugin"),
];

const POOL: &[Field] = &[
    Field::new(
        "min",
        Shape::Number,
        "connections kept open; points at the setting, if there is one",
    ),
    Field::new("max", Shape::Number, "connections at most, likewise"),
];

const POOL_PROBLEM: &[Field] = &[
    Field::new(
        "kind",
        Shape::String,
        "`unknown-option`, `not-a-number`, `from-variable` (a variable is always a string) or `max-below-min`",
    ),
    Field::new("option", Shape::String, "the option. Points at its value"),
];

const POOL_MISPLACED: &[Field] = &[
    Field::new(
        "where",
        Shape::String,
        "`connection` (in the connection), `plugin` (beside `knexConfig`) or `base` (in `backend.database`, which PostgreSQL alone reads)",
    ),
    Field::new("value", Shape::Config, "the setting"),
];
