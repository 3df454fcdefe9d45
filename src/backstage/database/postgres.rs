//! What the manager does for a plugin on PostgreSQL (`connectors/postgres`).

use super::connection_string::{self, Parsed};
use super::merge;
use super::{Asked, Client, ConnectionType, Division, Known, Plan, PlanError, Refusal, open_at};
use crate::backstage::value::{Kind, Object, Origin, Text, Value};

/// The longest name of a schema, in bytes.
const SCHEMA_LIMIT: usize = 63;

pub(super) fn plan(asked: &Asked<'_>) -> Result<Plan, PlanError> {
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
    let whole = merge::deep(reader.whole(), &Value::derived(Kind::Object(underneath)));
    if admin_is_built(
        database.as_ref(),
        ensure_exists,
        ensure_schema_exists,
        division,
    ) {
        connection_type(&whole)?;
        reader.optional_string(&["role"])?;
    }
    let merged = merge::deep(whole, &overrides);
    let connection_type = connection_type(&merged)?;
    // `SET ROLE` uses the role of the base, whatever the plugin says.
    reader.optional_string(&["role"])?;
    let leaked = if asked.client.overridden {
        leaked(&base.object, &connection)
    } else {
        Vec::new()
    };
    Ok(Plan {
        client: Client::Postgres,
        client_value: asked.client.value.clone(),
        client_overridden: asked.client.overridden,
        effective: effective(merged, connection_type),
        unseen: own.unseen.or(base.unseen),
        leaked,
        dropped,
        database,
        schema,
        division,
        ensure_exists,
        ensure_schema_exists,
        connection_type,
    })
}

/// Anything but `schema` is a database per plugin.
fn division(asked: &Asked<'_>) -> Result<Division, PlanError> {
    let mode = asked.reader.optional_string(&["pluginDivisionMode"])?;
    match mode {
        Some(mode) if mode.as_open().is_some() => Err(open_at(mode)),
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

/// What `connection.type` asks for, and what the manager checks of it before it connects.
fn connection_type(merged: &Value) -> Result<ConnectionType, PlanError> {
    let connection = merged.get("connection");
    let Some(kind) = connection.and_then(|connection| connection.get("type")) else {
        return Ok(ConnectionType::Default);
    };
    let refused = |refusal| Err(PlanError::refused(refusal, kind.origin));
    let setting = |key: &str| connection.and_then(|connection| connection.get(key));
    match &kind.kind {
        Kind::Open(_) => Ok(ConnectionType::Open),
        Kind::String(Text { value, .. }) => match &**value {
            "" | "default" => Ok(ConnectionType::Default),
            "azure" => Ok(ConnectionType::Azure),
            "cloudsql" => {
                if merged.get("client").and_then(Value::as_str) != Some("pg") {
                    return refused(Refusal::CloudSqlClient);
                }
                let settings = [setting("instance"), setting("ipAddressType")];
                cloud_sql(kind, settings)
            }
            "rds" => rds(kind, &setting),
            _ => refused(Refusal::ConnectionTypeUnknown),
        },
        _ if !is_truthy(kind) => Ok(ConnectionType::Default),
        _ => refused(Refusal::ConnectionTypeUnknown),
    }
}

/// Checks `instance` and `ipAddressType` beside `kind`, which is `cloudsql`.
fn cloud_sql(
    kind: &Value,
    [instance, address]: [Option<&Value>; 2],
) -> Result<ConnectionType, PlanError> {
    let refused = |refusal, value: &Value| Err(PlanError::refused(refusal, value.origin));
    let Some(instance) = instance else {
        return refused(Refusal::CloudSqlInstance, kind);
    };
    if let Some(ill) = [Some(instance), address]
        .into_iter()
        .flatten()
        .find(|value| !is_text(value))
    {
        return refused(Refusal::IllTyped, ill);
    }
    match address {
        Some(address)
            if address
                .as_str()
                .is_some_and(|kind| !["PUBLIC", "PRIVATE", "PSC"].contains(&kind)) =>
        {
            refused(Refusal::CloudSqlAddress, address)
        }
        _ => Ok(ConnectionType::CloudSql),
    }
}

fn rds<'v>(
    kind: &Value,
    setting: &impl Fn(&str) -> Option<&'v Value>,
) -> Result<ConnectionType, PlanError> {
    let number = |value: &Value| match &value.kind {
        Kind::Number(_) | Kind::Open(_) => true,
        Kind::String(text) => {
            text.value.trim().is_empty() || text.value.trim().parse::<f64>().is_ok()
        }
        _ => false,
    };
    let complete = setting("host").is_some_and(is_text)
        && setting("user").is_some_and(is_text)
        && setting("port").is_some_and(number);
    if !complete {
        return Err(PlanError::refused(Refusal::RdsIncomplete, kind.origin));
    }
    if setting("region").is_none() {
        return Err(PlanError::refused(Refusal::RdsRegion, kind.origin));
    }
    Ok(ConnectionType::Rds)
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
