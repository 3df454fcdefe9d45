//! Where a connection goes.

use super::{Client, ConnectionType, Known, Plan};
use crate::backstage::host::is_local_host as is_local;
use crate::backstage::value::{Kind, Object, Value};

/// Where a connection goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Destination {
    /// The host; `None` when none is set, or for SQLite.
    pub host: Option<Value>,
    /// Whether it is this machine. A host that is not set is whatever the environment says.
    pub local: Known<bool>,
    /// Whether it is a Unix socket.
    pub socket: Known<bool>,
}

/// Where the connection of a plan goes; `None` for SQLite.
pub fn destination(plan: &Plan) -> Option<Destination> {
    if plan.client.is_sqlite() {
        return None;
    }
    let connection = plan.connection()?;
    if plan.connection_type == ConnectionType::CloudSql {
        return Some(Destination {
            host: None,
            local: Known::Known(false),
            socket: Known::Known(false),
        });
    }
    let parsed = connection_string(connection, plan.client);
    let host = parsed.or_else(|| connection.get("host").cloned());
    let host = host.filter(|host| !is_blank(host));
    let socket_path = plan.client.is_mysql() && connection.contains_key("socketPath");
    let socket = match &host {
        _ if socket_path => Known::Known(true),
        Some(host) if plan.client == Client::Postgres => known(host, &|text| text.starts_with('/')),
        None if plan.unseen.is_some() => Known::Open,
        _ => Known::Known(false),
    };
    let local = match &host {
        _ if socket_path => Known::Known(true),
        Some(host) => known(host, &|text| text.starts_with('/') || is_local(text)),
        None if plan.unseen.is_some() || plan.client == Client::Postgres => Known::Open,
        None => Known::Known(true),
    };
    Some(Destination {
        host,
        local,
        socket,
    })
}

/// The host in `connectionString` (pg) or `uri` (mysql2), which win.
fn connection_string(connection: &Object, client: Client) -> Option<Value> {
    let key = match client {
        Client::Postgres => "connectionString",
        _ => "uri",
    };
    let text = connection.get(key)?;
    match super::connection_string::postgres(text) {
        Ok(parsed) => parsed.object.get("host").cloned(),
        Err(_) => Some(text.clone()),
    }
}

fn is_blank(value: &Value) -> bool {
    matches!(&value.kind, Kind::Null) || value.as_str() == Some("")
}

/// Whether a text passes, whatever it turns out as.
fn known(value: &Value, test: &impl Fn(&str) -> bool) -> Known<bool> {
    match &value.kind {
        Kind::String(text) => Known::Known(test(&text.value)),
        // `/cloudsql/${INSTANCE}` is a path, whatever the variable holds.
        Kind::Open(open) if open.below.is_none() && open.written.starts_with('/') => {
            Known::Known(test(&open.written))
        }
        Kind::Open(_) => Known::Open,
        _ => Known::Known(false),
    }
}
