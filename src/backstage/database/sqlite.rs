//! What the manager does for a plugin on SQLite (`connectors/sqlite3`).

use super::error::PlanError;
use super::merge;
use super::{Asked, Client, ConnectionType, Division, Known, Plan, Refusal};
use crate::backstage::value::{Kind, Object, Value};

pub(super) fn plan(asked: &Asked<'_>, client: Client) -> Result<Plan, PlanError> {
    let reader = asked.reader;
    let role = reader.role(asked.plugin)?;
    let knex_config = reader.knex_config(asked.plugin)?;
    let base_value = reader.base_connection()?;
    let mut base = normalized(&base_value)?;
    check_base(&base)?;
    reader.optional_string(&["pluginDivisionMode"])?;
    base.shift_remove("database");
    let own_value = reader.plugin_connection(asked.plugin)?;
    let own = match &own_value {
        Some(value) => normalized(value)?,
        None => Object::default(),
    };
    database_division(asked)?;
    let mut connection = if asked.client.overridden {
        own
    } else {
        merge::spread(&base, &own)
    };
    let filename = filename(&connection, asked.plugin)?;
    connection.insert("filename".into(), filename);
    let origin = own_value
        .as_ref()
        .and_then(|value| value.origin)
        .or_else(|| (!asked.client.overridden).then_some(base_value.origin)?);
    let connection = Value::derived(Kind::Object(connection)).with_origin(origin);
    Ok(Plan {
        client,
        client_value: asked.client.value.clone(),
        client_overridden: asked.client.overridden,
        effective: asked.knex(&knex_config, connection, role),
        unseen: None,
        leaked: Vec::new(),
        dropped: None,
        database: None,
        connection_string: None,
        schema: None,
        division: Division::Database,
        ensure_exists: Known::Known(false),
        ensure_schema_exists: Known::Known(false),
        connection_type: ConnectionType::Default,
        pool_minimum: Known::Known(1.0),
    })
}

/// A string is a file name.
fn normalized(value: &Value) -> Result<Object, PlanError> {
    match &value.kind {
        Kind::Object(object) => Ok(object.clone()),
        Kind::String(_) | Kind::Open(_) => {
            let mut object = Object::default();
            object.insert("filename".into(), value.clone());
            Ok(object)
        }
        _ => Err(PlanError::refused(Refusal::IllTyped, value.origin)),
    }
}

/// The base may hold no file name, also when the plugin does not use the base connection at all.
fn check_base(base: &Object) -> Result<(), PlanError> {
    match base.get("filename") {
        None => Ok(()),
        Some(name) if name.as_str() == Some(":memory:") => Ok(()),
        Some(name) if may_be_memory(name) => Err(PlanError::Open),
        Some(name) => Err(PlanError::refused(Refusal::SqliteBaseFilename, name.origin)),
    }
}

/// Whether an open text could turn out as `:memory:`.
fn may_be_memory(name: &Value) -> bool {
    name.as_open().is_some_and(|open| {
        let literal = open.written.split("${").next().unwrap_or_default();
        ":memory:".starts_with(literal) || literal.ends_with('$')
    })
}

pub(super) fn database_division(asked: &Asked<'_>) -> Result<(), PlanError> {
    match asked.reader.optional_string(&["pluginDivisionMode"])? {
        Some(mode) if mode.as_open().is_some() => Err(PlanError::Open),
        Some(mode) if mode.as_str() != Some("database") => {
            Err(PlanError::refused(Refusal::DivisionMode, mode.origin))
        }
        _ => Ok(()),
    }
}

/// `path.join(directory ?? '.', filename ?? id + '.sqlite')`, unless it is in memory.
fn filename(connection: &Object, plugin: &str) -> Result<Value, PlanError> {
    let name = connection.get("filename");
    if let Some(name) = name
        && (name.as_str() == Some(":memory:") || name.as_open().is_some())
    {
        return Ok(name.clone());
    }
    let directory = connection.get("directory");
    if let Some(directory) = directory.filter(|value| value.as_open().is_some()) {
        return Ok(directory.clone());
    }
    let text = |value: Option<&Value>, default: &str| match value {
        None => Ok(default.to_owned()),
        Some(value) => match value.as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(PlanError::refused(Refusal::IllTyped, value.origin)),
        },
    };
    let path = joined(
        &text(directory, ".")?,
        &text(name, &format!("{plugin}.sqlite"))?,
    );
    let origin = name.or(directory).and_then(|value| value.origin);
    Ok(Value::string(path).with_origin(origin))
}

/// `path.posix.join`
fn joined(directory: &str, name: &str) -> String {
    let parts: Vec<&str> = [directory, name]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    let path = parts.join("/");
    let absolute = path.starts_with('/');
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => {
                segments.pop();
            }
            ".." if absolute => {}
            segment => segments.push(segment),
        }
    }
    let mut out = segments.join("/");
    let trailing = path.ends_with('/') && !out.is_empty();
    if trailing {
        out.push('/');
    }
    match (absolute, out.is_empty()) {
        (true, _) => format!("/{out}"),
        (false, true) if path.ends_with('/') => "./".to_owned(),
        (false, true) => ".".to_owned(),
        (false, false) => out,
    }
}
