//! What the manager does for a plugin on MySQL (`connectors/mysql`).

use super::connection_string::{self, Parsed};
use super::error::PlanError;
use super::merge;
use super::postgres::is_truthy;
use super::sqlite::database_division;
use super::{Asked, Client, ConnectionType, Division, Known, Plan};
use crate::backstage::value::{Kind, Object, Value};

pub(super) fn plan(asked: &Asked<'_>, client: Client) -> Result<Plan, PlanError> {
    let reader = asked.reader;
    let role = reader.role(asked.plugin)?;
    let knex_config = reader.knex_config(asked.plugin)?;
    let base_value = reader.base_connection()?;
    // The base is parsed as a MySQL URL even when the plugin does not use it.
    let base = connection_string::mysql(&base_value)?;
    reader.optional_string(&["pluginDivisionMode"])?;
    let own_value = reader.plugin_connection(asked.plugin)?;
    let own = match &own_value {
        Some(value) => connection_string::mysql(value)?,
        None => Parsed::default(),
    };
    // A URL cannot do without a database: that it names one says nothing.
    let is_dropped = base_value.as_object().is_some() && !asked.client.overridden;
    let dropped = base.object.get("database").filter(|_| is_dropped);
    let dropped = dropped.filter(|name| is_truthy(name)).cloned();
    let mut connection = connection(asked, base.object, &own);
    let name = connection
        .get("database")
        .filter(|name| name.kind != Kind::Null);
    let name = match name {
        Some(name) => name.clone(),
        None => asked.prefixed(&asked.settings.prefix),
    };
    let database = is_truthy(&name).then_some(name);
    // Without a name there is nothing to create, and the setting is not even read.
    let ensure_exists = match &database {
        Some(_) => reader.ensure_exists(asked.plugin)?,
        None => Known::Known(false),
    };
    database_division(asked)?;
    if let Some(database) = &database {
        connection.insert("database".into(), database.clone());
    }
    let base_origin = base_value.origin.filter(|_| !asked.client.overridden);
    let origin = own_value
        .as_ref()
        .and_then(|value| value.origin)
        .or(base_origin);
    let connection = Value::derived(Kind::Object(connection)).with_origin(origin);
    let base_unseen = base.unseen.filter(|_| !asked.client.overridden);
    Ok(Plan {
        client,
        client_value: asked.client.value.clone(),
        client_overridden: asked.client.overridden,
        effective: asked.knex(&merge::deep(asked.below(), &knex_config), connection, role),
        unseen: own.unseen.or(base_unseen),
        leaked: Vec::new(),
        dropped,
        database,
        connection_string: None,
        schema: None,
        division: Division::Database,
        ensure_exists,
        ensure_schema_exists: Known::Known(false),
        connection_type: ConnectionType::Default,
        pool_minimum: asked.pool_minimum(),
    })
}

fn connection(asked: &Asked<'_>, mut base: Object, own: &Parsed) -> Object {
    if asked.client.overridden {
        return own.object.clone();
    }
    base.shift_remove("database");
    merge::spread(&base, &own.object)
}
