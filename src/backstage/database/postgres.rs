//! What the manager does for a plugin on PostgreSQL (`connectors/postgres`).

use super::connection_string::{self, Parsed};
use super::error::PlanError;
use super::merge;
use super::{
    Asked, Client, ConnectionType, Division, Known, Plan, Refusal, Refused, Runtime, first_with,
};
use crate::backstage::value::{Kind, Object, Origin, Value};

/// The longest name of a schema, in bytes.
const SCHEMA_LIMIT: usize = 63;

/// The plan, and what is refused about the type of the connection, which comes last.
pub(super) fn plan(asked: &Asked<'_>) -> Result<(Plan, Option<Refused>), PlanError> {
    let reader = asked.reader;
    let plugin = asked.plugin;
    let role = reader.role(plugin)?;
    let knex_config = reader.knex_config(plugin)?;
    let ensure_exists = reader.ensure_exists(plugin)?;
    let base_schema = reader.optional_boolean(&["ensureSchemaExists"])?;
    // The manager looks for this key, not for the documented `ensureSchemaExists` of the plugin.
    let odd_key = ["plugin", plugin, "getEnsureSchemaExistsConfig"];
    let ensure_schema_exists = reader
        .optional_boolean(&odd_key)?
        .or(base_schema)
        .unwrap_or(Known::Known(false));
    let division = division(asked)?;
    let base_value = reader.base_connection()?;
    let base = connection_string::postgres(&base_value)?;
    let own_value = reader.plugin_connection(plugin)?;
    let own = match &own_value {
        Some(value) => connection_string::postgres(value)?,
        None => Parsed::default(),
    };
    let connection = connection(asked, &base, &own, division);
    let is_named = base.unseen.is_none() && !asked.client.overridden;
    let is_dropped = is_named && division == Division::Database;
    let dropped = base.object.get("database").filter(|_| is_dropped);
    let dropped = dropped.filter(|name| is_truthy(name)).cloned();
    let name = connection
        .get("database")
        .filter(|name| name.kind != Kind::Null);
    let database = match (name, division) {
        (Some(name), _) => Some(name.clone()),
        (None, Division::Schema) if base.unseen.is_some() || own.unseen.is_some() => {
            base.unseen.clone().or_else(|| own.unseen.clone())
        }
        (None, Division::Schema) => None,
        (None, Division::Database) => Some(asked.prefixed(&asked.settings.prefix)),
    };
    let database = database.filter(is_truthy);
    let schema = schema(asked, division)?;

    let connection_origin = own_value
        .as_ref()
        .and_then(|value| value.origin)
        .or(base_value.origin);
    let mut overrides = object_of(&knex_config);
    let mut connection_object = connection.clone();
    if let Some(database) = &database {
        connection_object.insert("database".into(), database.clone());
    }
    overrides.insert(
        "connection".into(),
        Value::derived(Kind::Object(connection_object)).with_origin(connection_origin),
    );
    overrides.insert("client".into(), asked.client.value.clone());
    if let Some(role) = role {
        overrides.insert("role".into(), role);
    }
    let mut overrides = Value::derived(Kind::Object(overrides));
    if let Some(schema) = &schema {
        let mut path = Object::default();
        let list = Value::derived(Kind::Array(vec![schema.clone()]));
        path.insert("searchPath".into(), list);
        overrides = merge::deep(overrides, &Value::derived(Kind::Object(path)));
    }
    // `buildPgDatabaseConfig` merges the whole of `backend.database` underneath again.
    let mut underneath = Object::default();
    let base_object = Value::derived(Kind::Object(base.object.clone()));
    underneath.insert(
        "connection".into(),
        base_object.with_origin(base_value.origin),
    );
    let whole = merge::deep(asked.below(), &reader.whole());
    let whole = merge::deep(whole, &Value::derived(Kind::Object(underneath)));
    let mut fault = None;
    // `SET ROLE` uses the role of the base, whatever the plugin says.
    let base_role = |fault: Option<Refused>| match (fault, reader.optional_string(&["role"])) {
        (None, Err(error)) => Err(error),
        _ => Ok(()),
    };
    if admin_is_built(
        database.as_ref(),
        ensure_exists,
        ensure_schema_exists,
        division,
    ) {
        fault = connection_type(&whole, asked.runtime).1;
        base_role(fault)?;
    }
    let merged = merge::deep(whole, &overrides);
    let (connection_type, own_fault) = connection_type(&merged, asked.runtime);
    let fault = fault.or(own_fault);
    base_role(fault)?;
    let leaked = if asked.client.overridden {
        leaked(&base.object, &connection)
    } else {
        Vec::new()
    };
    let winning = merged.get("connection").and_then(Value::as_object);
    let winning = winning.and_then(connection_string::winning);
    let (connection_string, database, dropped) = match winning {
        Some((text, parsed)) => (Some(text), named_in(parsed.as_ref()), None),
        None => (None, database, dropped),
    };
    let plan = Plan {
        client: Client::Postgres,
        client_value: asked.client.value.clone(),
        client_overridden: asked.client.overridden,
        effective: effective(merged, connection_type),
        unseen: own.unseen.or(base.unseen),
        leaked,
        dropped,
        database,
        connection_string,
        schema,
        division,
        ensure_exists,
        ensure_schema_exists,
        connection_type,
        pool_minimum: asked.pool_minimum(),
    };
    Ok((plan, fault))
}

/// The database that a connection string names; the whole string where it is open.
fn named_in(parsed: Option<&Parsed>) -> Option<Value> {
    let parsed = parsed?;
    let name = parsed.unseen.as_ref();
    name.or_else(|| parsed.object.get("database"))
        .filter(|name| is_truthy(name))
        .cloned()
}

/// Anything but `schema` is a database per plugin.
fn division(asked: &Asked<'_>) -> Result<Division, PlanError> {
    let mode = asked.reader.optional_string(&["pluginDivisionMode"])?;
    match mode {
        Some(mode) if mode.as_open().is_some() => Err(PlanError::Open),
        Some(mode) if mode.as_str() == Some("schema") => Ok(Division::Schema),
        _ => Ok(Division::Database),
    }
}

/// The base connection, unless the client is overridden, below the plugin's.
fn connection(asked: &Asked<'_>, base: &Parsed, own: &Parsed, division: Division) -> Object {
    if asked.client.overridden {
        return own.object.clone();
    }
    let mut below = base.object.clone();
    if division == Division::Database {
        below.shift_remove("database");
    }
    let named = below.get("application_name").is_some_and(is_truthy);
    if !named && base.unseen.is_none() {
        let name = format!("backstage_plugin_{}", asked.plugin);
        below.insert("application_name".into(), Value::string(name));
    }
    if let Some(unseen) = &own.unseen {
        let shown: Object = below
            .keys()
            .map(|key| (key.clone(), unseen.clone()))
            .collect();
        below = merge::spread(&below, &shown);
    }
    merge::spread(&below, &own.object)
}

fn schema(asked: &Asked<'_>, division: Division) -> Result<Option<Value>, PlanError> {
    if division == Division::Database {
        return Ok(None);
    }
    let name = asked.prefixed(&asked.settings.schema_prefix);
    if name.as_str().is_some_and(|name| name.len() > SCHEMA_LIMIT) {
        return Err(PlanError::refused(Refusal::SchemaTooLong, name.origin));
    }
    Ok(Some(name))
}

/// Whether the manager connects to the base first, so that a broken base connection stops the plugin.
fn admin_is_built(
    database: Option<&Value>,
    ensure_exists: Known<bool>,
    ensure_schema_exists: Known<bool>,
    division: Division,
) -> bool {
    let creates = ensure_exists.is(true);
    (database.is_some_and(|name| name.as_open().is_none()) && creates)
        || (division == Division::Schema && (creates || ensure_schema_exists.is(true)))
}

/// What `connection.type` asks for, and what the manager refuses about it before it connects.
fn connection_type(merged: &Value, runtime: &Runtime) -> (ConnectionType, Option<Refused>) {
    let connection = merged.get("connection");
    let Some(kind) = connection.and_then(|connection| connection.get("type")) else {
        return (ConnectionType::Default, None);
    };
    let origin = kind.origin;
    let refused = |refusal| Some(Refused { refusal, origin });
    let setting = |key: &str| connection.and_then(|connection| connection.get(key));
    let asked_for = match &kind.kind {
        Kind::Open(_) => return (ConnectionType::Open, None),
        Kind::String(text) => match &*text.value {
            "" | "default" => return (ConnectionType::Default, None),
            "azure" => Some(ConnectionType::Azure),
            "cloudsql" => Some(ConnectionType::CloudSql),
            "rds" => Some(ConnectionType::Rds),
            _ => None,
        },
        _ if !is_truthy(kind) => return (ConnectionType::Default, None),
        _ => None,
    };
    let Some(asked_for) = asked_for else {
        return (
            ConnectionType::Default,
            refused(Refusal::ConnectionTypeUnknown),
        );
    };
    if first_with(asked_for).is_some() && runtime.release.has_type(asked_for).is(false) {
        return (asked_for, refused(Refusal::ConnectionTypeLater));
    }
    let fault = match asked_for {
        ConnectionType::CloudSql if merged.get("client").and_then(Value::as_str) != Some("pg") => {
            refused(Refusal::CloudSqlClient)
        }
        ConnectionType::CloudSql => {
            cloud_sql(kind, [setting("instance"), setting("ipAddressType")])
        }
        ConnectionType::Rds => rds(&setting, runtime).and_then(refused),
        _ => None,
    };
    (asked_for, fault)
}

/// What is wrong with `instance` and `ipAddressType` beside `kind`, which is `cloudsql`.
fn cloud_sql(kind: &Value, [instance, address]: [Option<&Value>; 2]) -> Option<Refused> {
    let refused = |refusal, value: &Value| {
        let origin = value.origin;
        Some(Refused { refusal, origin })
    };
    let Some(instance) = instance else {
        return refused(Refusal::CloudSqlInstance, kind);
    };
    let mut settings = [Some(instance), address].into_iter().flatten();
    if let Some(ill) = settings.find(|value| !is_text(value)) {
        return refused(Refusal::IllTyped, ill);
    }
    let address = address?;
    let is_known = |kind| ["PUBLIC", "PRIVATE", "PSC"].contains(&kind);
    match address.as_str().is_none_or(is_known) {
        true => None,
        false => refused(Refusal::CloudSqlAddress, address),
    }
}

/// What `type: rds` lacks.
fn rds<'v>(setting: &impl Fn(&str) -> Option<&'v Value>, runtime: &Runtime) -> Option<Refusal> {
    let number = |value: &Value| match &value.kind {
        Kind::Number(_) | Kind::Open(_) => true,
        // An empty text is no number to the reader of config: a connection string without a port has one.
        Kind::String(text) => text.value.trim().parse::<f64>().is_ok(),
        _ => false,
    };
    let complete = setting("host").is_some_and(is_text)
        && setting("user").is_some_and(is_text)
        && setting("port").is_some_and(number);
    if !complete {
        return Some(Refusal::RdsIncomplete);
    }
    let lacks_region = setting("region").is_none() && runtime.region.is(false);
    lacks_region.then_some(Refusal::RdsRegion)
}

fn is_text(value: &Value) -> bool {
    match &value.kind {
        Kind::String(text) => !text.value.is_empty(),
        Kind::Open(_) => true,
        _ => false,
    }
}

/// The config without the keys that only the manager reads.
fn effective(mut merged: Value, connection_type: ConnectionType) -> Value {
    let dropped: &[&str] = match connection_type {
        ConnectionType::Default | ConnectionType::Azure => &["type", "instance", "tokenCredential"],
        ConnectionType::CloudSql => &["type", "instance"],
        ConnectionType::Rds => &["type", "region"],
        ConnectionType::Open => &[],
    };
    if connection_type != ConnectionType::Default {
        merged = merge::without_nulls(&merged);
    }
    if let Kind::Object(object) = &mut merged.kind {
        super::remove_settings(object);
        if let Some(Kind::Object(connection)) =
            object.get_mut("connection").map(|value| &mut value.kind)
        {
            connection.retain(|key, _| !dropped.contains(&&**key));
        }
    }
    merged
}

/// The keys of the base that show through although the plugin has another client, and that `pg` takes for something.
fn leaked(base: &Object, own: &Object) -> Vec<Value> {
    let of_sqlite = ["database", "directory", "filename"];
    let says_nothing = |value: &Value| value.kind == Kind::Null || value.as_str() == Some("");
    base.iter()
        .filter(|(key, value)| {
            !own.contains_key(*key) && !of_sqlite.contains(&&***key) && !says_nothing(value)
        })
        .map(|(key, value)| Value::string(&**key).with_origin(short(value)))
        .collect()
}

/// Of a mapping its key, which is enough to point at.
fn short(value: &Value) -> Option<Origin> {
    let origin = value.origin?;
    let key = origin.key.filter(|_| value.as_object().is_some());
    Some(key.map_or(origin, |key| Origin {
        value: key,
        key: None,
    }))
}

fn object_of(value: &Value) -> Object {
    value.as_object().cloned().unwrap_or_default()
}

/// What JavaScript takes for true; an open value counts as such.
pub(super) fn is_truthy(value: &Value) -> bool {
    match &value.kind {
        Kind::Null => false,
        Kind::Bool(truth) => *truth,
        Kind::Number(number) => *number != 0.0 && !number.is_nan(),
        Kind::String(text) => !text.value.is_empty(),
        Kind::Open(_) | Kind::Array(_) | Kind::Object(_) => true,
    }
}
