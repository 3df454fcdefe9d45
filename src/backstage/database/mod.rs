//! The effective config to what the real DatabaseManager would do for each plugin.
//!
//! In: an effective config, and the [`Runtime`] that the manager has. Out: for each shape that open values leave to the
//! config a [`Planned`]: the client and the connection that knex would be given, with origins kept through every merge,
//! and what the manager would throw about. Never: a guess about an open value, and no connection, file or package is
//! looked at.
//!
//! It follows `@backstage/backend-defaults` 0.18.0 and 0.19.0 (`entrypoints/database`), `pg-connection-string` 2.14,
//! `pg` 8.23, `mysql2` 3.24, knex 3.3 and tarn; `tests/it/database_vectors.rs` holds what they were seen to do, and
//! [`Release`] says where older releases differ.

mod connection_string;
pub mod drivers;
mod error;
pub mod host;
mod merge;
mod mysql;
pub mod pool;
mod postgres;
mod reader;
mod release;
mod repair;
mod sqlite;
pub mod tls;
mod url;
mod worlds;

pub use error::{Refusal, Refused};
pub use release::{Release, first_with};
pub use repair::meant_client;

use std::borrow::Cow;
use std::sync::Arc;

use crate::backstage::value::{Kind, Object, Value};
use error::PlanError;
use reader::Reader;
use worlds::worlds;

/// What the manager would do for a plugin, in every shape that the open values of the config leave to it: the first takes
/// each open value as set. `None` where even `backend.database` is open, or there are too many shapes.
pub fn plan(config: &Value, plugin: &str, runtime: &Runtime) -> Option<Vec<Shape>> {
    let section = section(config)?;
    let shapes = worlds(&of_plugin(&section.value, plugin), plugin)?;
    let shape = |section: Value| Shape {
        planned: planned(&section, plugin, runtime),
        section,
    };
    Some(shapes.into_iter().map(shape).collect())
}

/// `backend.database` as far as one plugin is concerned: without the settings of others, of which there may be many.
fn of_plugin<'s>(section: &'s Value, plugin: &str) -> Cow<'s, Value> {
    let others = section.get("plugin").and_then(Value::as_object);
    let (Kind::Object(object), Some(others)) = (&section.kind, others) else {
        return Cow::Borrowed(section);
    };
    let own = others.get_key_value(plugin);
    let own = own.map(|(name, value)| (Arc::clone(name), value.clone()));
    let with = |value: &Value, object: Object| Value {
        kind: Kind::Object(object),
        origin: value.origin,
        overrode: value.overrode.clone(),
    };
    let entries = object.iter().map(|(key, value)| {
        let value = match **key == *"plugin" {
            true => with(value, own.clone().into_iter().collect()),
            false => value.clone(),
        };
        (Arc::clone(key), value)
    });
    Cow::Owned(with(section, entries.collect()))
}

/// One shape that a config may take.
#[derive(Debug, Clone)]
pub struct Shape {
    /// `backend.database` in this shape.
    pub section: Value,
    /// What the manager does with it.
    pub planned: Planned,
}

/// What the manager would do with a config whose shape is known.
#[derive(Debug, Clone)]
pub struct Planned {
    /// What it throws about, first what it comes upon first; empty when it throws nothing.
    pub refused: Vec<Refused>,
    /// The plan; where something is refused, the plan for a config without that fault.
    pub plan: Result<Plan, NoPlan>,
}

/// Why there is no plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPlan {
    /// The answer depends on an open value.
    Open,
    /// What is refused leaves nothing to plan.
    Refused,
    /// The id is no config key, so no plugin has it.
    PluginId,
}

/// What the manager depends on beside the config.
#[derive(Debug, Clone)]
pub struct Runtime {
    /// The release it is of.
    pub release: Release,
    /// Whether the environment names an AWS region.
    pub region: Known<bool>,
}

impl Default for Runtime {
    /// Nothing is known.
    fn default() -> Self {
        Self {
            release: Release::default(),
            region: Known::Open,
        }
    }
}

/// More faults than these are not looked for in one config.
const MAX_FAULTS: usize = 8;

fn planned(section: &Value, plugin: &str, runtime: &Runtime) -> Planned {
    let mut section = Cow::Borrowed(section);
    let mut refused: Vec<Refused> = Vec::new();
    for _ in 0..MAX_FAULTS {
        let fault = match plan_section(&section, plugin, runtime) {
            Ok((plan, fault)) => {
                refused.extend(fault);
                let plan = Ok(plan);
                return Planned { refused, plan };
            }
            Err(PlanError::Open) => {
                let plan = Err(NoPlan::Open);
                return Planned { refused, plan };
            }
            Err(PlanError::PluginId) => {
                let plan = Err(NoPlan::PluginId);
                return Planned { refused, plan };
            }
            Err(PlanError::Refused(fault)) => fault,
        };
        let repaired = repair::repaired(&section, fault);
        // What is missing after a repair is missing because of it.
        if refused.is_empty() || !fault.refusal.is_absence() {
            refused.push(fault);
        }
        match repaired {
            Some(repaired) => section = Cow::Owned(repaired),
            None => break,
        }
    }
    Planned {
        refused,
        plan: Err(NoPlan::Refused),
    }
}

/// The plan for a plugin, from `backend.database` alone, and what is refused about the type of its connection.
fn plan_section(
    database: &Value,
    plugin: &str,
    runtime: &Runtime,
) -> Result<(Plan, Option<Refused>), PlanError> {
    let reader = Reader::new(database)?;
    let settings = Settings::read(&reader, runtime)?;
    let client = reader.client(plugin)?;
    let connector = Client::of(client.value.as_str().ok_or(PlanError::Open)?);
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
        runtime,
    };
    // The connector works asynchronously: this is read before it can fail.
    if runtime.release.reads_keepalive().is(true) {
        reader.optional_boolean(&["keepalive"])?;
    }
    match connector {
        Client::Postgres => postgres::plan(&asked),
        Client::BetterSqlite3 | Client::Sqlite3 => Ok((sqlite::plan(&asked, connector)?, None)),
        Client::Mysql | Client::Mysql2 => Ok((mysql::plan(&asked, connector)?, None)),
    }
}

/// `backend.database`, or what the service factory puts in its place.
#[derive(Debug, Clone)]
pub struct DatabaseSection<'v> {
    /// The section; what is put in its place has the place of `backend`.
    pub value: Cow<'v, Value>,
    /// Whether the config has it; else it is SQLite in memory.
    pub configured: bool,
}

/// `backend.database` of a config; `None` where it is open.
pub fn section(config: &Value) -> Option<DatabaseSection<'_>> {
    let mut at = config;
    let in_memory = || DatabaseSection {
        value: Cow::Owned(in_memory().with_origin(config.get("backend").and_then(|it| it.origin))),
        configured: false,
    };
    for key in ["backend", "database"] {
        if at.as_open().is_some() {
            return None;
        }
        match at.get(key) {
            Some(value) if value.kind != Kind::Null => at = value,
            _ => return Some(in_memory()),
        }
    }
    match &at.kind {
        Kind::Open(_) => None,
        // The service factory asks whether there is a truthy value.
        Kind::Bool(false) => Some(in_memory()),
        Kind::Number(number) if *number == 0.0 => Some(in_memory()),
        Kind::String(text) if text.value.is_empty() => Some(in_memory()),
        _ => Some(DatabaseSection {
            value: Cow::Borrowed(at),
            configured: true,
        }),
    }
}

/// What the service factory makes of a config without `backend.database`.
fn in_memory() -> Value {
    let mut object = Object::default();
    object.insert("client".into(), Value::string("better-sqlite3"));
    object.insert("connection".into(), Value::string(":memory:"));
    Value::derived(Kind::Object(object))
}

/// Whether a key below `plugin` can be the id of a plugin: nothing reads any other.
pub fn is_plugin_id(key: &str) -> bool {
    reader::is_key(key)
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
    /// The database that the plugin gets; `None` for SQLite, and where none is named.
    pub database: Option<Value>,
    /// A `connectionString` in the connection: the driver takes the database from it, whatever the manager names. Without
    /// one in it, that is the database named like the user.
    pub connection_string: Option<Value>,
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
    /// Connections that the pool keeps open where the config does not say; open where the release is not known.
    pub pool_minimum: Known<f64>,
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

    /// Its name in the config, which is also the package of its driver ([`drivers::sqlite3_package`] for one exception).
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
    fn read(reader: &Reader<'_>, runtime: &Runtime) -> Result<Self, PlanError> {
        let prefix = reader.optional_string(&["prefix"])?;
        let schema_prefix = match runtime.release.reads_schema_prefix() {
            Known::Known(false) => None,
            _ => reader.optional_string(&["schemaPrefix"])?,
        };
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
    runtime: &'a Runtime,
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

    /// What the release puts below the whole config of a server: a pool that keeps no connection open.
    fn below(&self) -> Value {
        let mut below = Object::default();
        if self.runtime.release.pool_is_empty().is(true) {
            let mut pool = Object::default();
            pool.insert("min".into(), Value::derived(Kind::Number(0.0)));
            below.insert("pool".into(), Value::derived(Kind::Object(pool)));
        }
        Value::derived(Kind::Object(below))
    }

    /// Connections that the pool of a server keeps open where nothing says.
    fn pool_minimum(&self) -> Known<f64> {
        match self.runtime.release.pool_is_empty() {
            Known::Known(true) => Known::Known(0.0),
            Known::Known(false) => Known::Known(pool::KNEX_MINIMUM),
            Known::Open => Known::Open,
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
    "keepalive",
    "knexConfig",
];

fn remove_settings(config: &mut Object) {
    config.retain(|key, _| !SETTINGS.contains(&&**key));
}
