//! The effective config to what the real DatabaseManager would do for each plugin.
//!
//! In: an effective config. Out: a [`Plan`] per plugin: the client and the connection that knex would be given,
//! with origins kept through every merge, or the [`PlanError`] the manager would throw. Never: a guess about an
//! open value, and no connection, file or package is looked at.
//!
//! It follows `@backstage/backend-defaults` 0.18.0 (`entrypoints/database`), `pg-connection-string` 2.14,
//! `pg` 8.23, `mysql2` 3.24, knex 3.3 and tarn; `tests/it/database_vectors.rs` holds what they were seen to do.

mod connection_string;
pub mod drivers;
mod error;
pub mod host;
mod merge;
mod mysql;
pub mod pool;
mod postgres;
mod reader;
mod sqlite;
pub mod tls;
mod url;
mod worlds;

pub use error::{PlanError, Refusal};
pub use worlds::worlds;

use crate::backstage::value::{Kind, Object, Value};
use error::open_at;
use reader::Reader;

/// What the manager would do for a plugin, an open connection taken as an unknown string. Where the shape itself
/// depends on open values, ask [`worlds`] first and plan each of them.
///
/// # Errors
/// What the manager would throw, or that the answer depends on an open value.
pub fn plan(config: &Value, plugin: &str) -> Result<Plan, PlanError> {
    let Some(database) = section(config)? else {
        return plan_section(&in_memory(), plugin);
    };
    plan_section(database, plugin)
}

/// The plan for a plugin, from `backend.database` alone.
///
/// # Errors
/// As [`plan`].
pub fn plan_section(database: &Value, plugin: &str) -> Result<Plan, PlanError> {
    let reader = Reader::new(database)?;
    let settings = Settings::read(&reader)?;
    let client = reader.client(plugin)?;
    let connector = Client::of(
        client
            .value
            .as_str()
            .ok_or_else(|| open_at(&client.value))?,
    );
    let Some(connector) = connector else {
        return Err(PlanError::refused(
            Refusal::ClientUnknown,
            client.value.origin,
        ));
    };
    let own = reader.optional_boolean(&["plugin", plugin, "skipMigrations"])?;
    if own.is_none() {
        reader.optional_boolean(&["skipMigrations"])?;
    }
    let asked = Asked {
        reader: &reader,
        settings: &settings,
        plugin,
        client,
    };
    match connector {
        Client::Postgres => postgres::plan(&asked),
        Client::BetterSqlite3 | Client::Sqlite3 => sqlite::plan(&asked, connector),
        Client::Mysql | Client::Mysql2 => mysql::plan(&asked, connector),
    }
}

/// `backend.database`; `None` where the manager falls back to SQLite in memory.
///
/// # Errors
/// When that depends on an open value.
pub fn section(config: &Value) -> Result<Option<&Value>, PlanError> {
    let mut at = config;
    for key in ["backend", "database"] {
        if at.as_open().is_some() {
            return Err(open_at(at));
        }
        match at.get(key) {
            Some(value) if value.kind != Kind::Null => at = value,
            _ => return Ok(None),
        }
    }
    match &at.kind {
        Kind::Open(_) => Err(open_at(at)),
        // The service factory asks whether there is a truthy value.
        Kind::Bool(false) => Ok(None),
        Kind::Number(number) if *number == 0.0 => Ok(None),
        Kind::String(text) if text.value.is_empty() => Ok(None),
        _ => Ok(Some(at)),
    }
}

/// What the service factory makes of a config without `backend.database`.
pub fn in_memory() -> Value {
    let mut object = Object::default();
    object.insert("client".into(), Value::string("better-sqlite3"));
    object.insert("connection".into(), Value::string(":memory:"));
    Value::derived(Kind::Object(object))
}

/// What the manager would do for one plugin.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The client.
    pub client: Client,
    /// Where the client is chosen.
    pub client_value: Value,
    /// Whether the plugin's client differs from the base client.
    pub client_overridden: bool,
    /// The config knex would be given, without what the manager adds for every client alike (`useNullAsDefault`)
    /// and without its own settings (`prefix`, `plugin`, …), which knex ignores.
    pub effective: Value,
    /// Set when the connection may hold further keys: the open connection that would bring them.
    pub unseen: Option<Value>,
    /// Keys of the connection that show through from the base although the client was overridden.
    pub leaked: Vec<Value>,
    /// The database that the base connection names for sure, and that the manager leaves out.
    pub dropped: Option<Value>,
    /// The database; `None` for SQLite, and where none is named.
    pub database: Option<Value>,
    /// The PostgreSQL schema, in division mode `schema`.
    pub schema: Option<Value>,
    /// `pluginDivisionMode`
    pub division: Division,
    /// Whether the manager creates the database.
    pub ensure_exists: Known<bool>,
    /// Whether the manager creates the schema although it does not create the database.
    pub ensure_schema_exists: Known<bool>,
    /// How the connection authenticates and travels.
    pub connection_type: ConnectionType,
}

impl Plan {
    /// The connection knex would be given; for [`ConnectionType::Azure`] and [`ConnectionType::Rds`] the part that
    /// is known before a token is fetched.
    pub fn connection(&self) -> Option<&Object> {
        self.effective.get("connection").and_then(Value::as_object)
    }
}

/// A client the manager supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Client {
    /// `pg`
    Postgres,
    /// `better-sqlite3`
    BetterSqlite3,
    /// `sqlite3`
    Sqlite3,
    /// `mysql`
    Mysql,
    /// `mysql2`
    Mysql2,
}

impl Client {
    /// Every one.
    pub const ALL: [Self; 5] = [
        Self::Postgres,
        Self::BetterSqlite3,
        Self::Sqlite3,
        Self::Mysql,
        Self::Mysql2,
    ];

    /// The client of that name, as the manager looks it up.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|client| client.name() == name)
    }

    /// Its name in the config, which is also the package of its driver.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "pg",
            Self::BetterSqlite3 => "better-sqlite3",
            Self::Sqlite3 => "sqlite3",
            Self::Mysql => "mysql",
            Self::Mysql2 => "mysql2",
        }
    }

    /// The port that its driver connects to where none is set; `None` for SQLite.
    pub const fn default_port(self) -> Option<u16> {
        match self {
            Self::Postgres => Some(5432),
            Self::Mysql | Self::Mysql2 => Some(3306),
            Self::BetterSqlite3 | Self::Sqlite3 => None,
        }
    }

    /// Whether it is SQLite.
    pub const fn is_sqlite(self) -> bool {
        matches!(self, Self::BetterSqlite3 | Self::Sqlite3)
    }

    /// Whether it is MySQL.
    pub const fn is_mysql(self) -> bool {
        matches!(self, Self::Mysql | Self::Mysql2)
    }
}

/// `pluginDivisionMode`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Division {
    /// A database per plugin; also what PostgreSQL makes of a mode it does not know.
    Database,
    /// One database, a schema per plugin.
    Schema,
}

/// `connection.type`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConnectionType {
    /// A plain connection.
    Default,
    /// A token of Azure.
    Azure,
    /// The connector of Cloud SQL, which encrypts by itself.
    CloudSql,
    /// A token of AWS.
    Rds,
    /// Depends on an open value.
    Open,
}

/// Something that may depend on an open value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Known<T> {
    /// It is this.
    Known(T),
    /// It is not known here.
    Open,
}

impl<T: PartialEq + Copy> Known<T> {
    /// Whether it is known to be this.
    pub fn is(self, value: T) -> bool {
        matches!(self, Self::Known(known) if known == value)
    }
}

/// What the name of a plugin's database begins with where `prefix` is not set.
pub const DEFAULT_PREFIX: &str = "backstage_plugin_";

/// The settings that `DatabaseManager.fromConfig` reads.
struct Settings {
    prefix: Value,
    schema_prefix: Value,
}

impl Settings {
    fn read(reader: &Reader<'_>) -> Result<Self, PlanError> {
        let prefix = reader.optional_string(&["prefix"])?;
        let schema_prefix = reader.optional_string(&["schemaPrefix"])?;
        if let Some(prefix) = schema_prefix
            && prefix.as_str().is_some_and(|text| !is_schema_prefix(text))
        {
            return Err(PlanError::refused(Refusal::SchemaPrefix, prefix.origin));
        }
        Ok(Self {
            prefix: prefix
                .cloned()
                .unwrap_or_else(|| Value::string(DEFAULT_PREFIX)),
            schema_prefix: schema_prefix.cloned().unwrap_or_else(|| Value::string("")),
        })
    }
}

/// `/^[a-zA-Z_][a-zA-Z0-9_]*$/`
fn is_schema_prefix(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.chars().all(word) && !text.starts_with(|c: char| c.is_ascii_digit()) && !text.is_empty()
}

/// What a connector is asked.
struct Asked<'a> {
    reader: &'a Reader<'a>,
    settings: &'a Settings,
    plugin: &'a str,
    client: reader::ClientChoice,
}

impl Asked<'_> {
    /// A string as it begins with a setting, e.g. `backstage_plugin_` + id; open when the setting is.
    fn prefixed(&self, prefix: &Value) -> Value {
        match prefix.as_str() {
            Some(text) => {
                Value::string(format!("{text}{}", self.plugin)).with_origin(prefix.origin)
            }
            None => prefix.clone(),
        }
    }

    /// What SQLite and MySQL hand to knex.
    fn knex(&self, knex_config: &Value, connection: Value, role: Option<Value>) -> Value {
        let mut config = knex_config.as_object().cloned().unwrap_or_default();
        config.insert("connection".into(), connection);
        config.insert("client".into(), self.client.value.clone());
        if let Some(role) = role {
            config.insert("role".into(), role);
        }
        Value::derived(Kind::Object(config))
    }
}

/// The keys of `backend.database` that only the manager reads.
const SETTINGS: &[&str] = &[
    "plugin",
    "prefix",
    "schemaPrefix",
    "pluginDivisionMode",
    "ensureExists",
    "ensureSchemaExists",
    "skipMigrations",
    "knexConfig",
];

fn remove_settings(config: &mut Object) {
    config.retain(|key, _| !SETTINGS.contains(&&**key));
}
