//! Where a connection goes.

use super::connection_string::Parsed;
use super::{Client, ConnectionType, Known, Plan};
use crate::backstage::host::is_local_host as is_local;
use crate::backstage::value::{Kind, Object, Value};

/// Where a connection goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Destination {
    /// The host; `None` when none is set, or for SQLite.
    pub host: Option<Value>,
    /// The port; `None` when none is set, or for SQLite.
    pub port: Option<Value>,
    /// The base connection where it is no URL, and `pg` yet reads it as one: its host is then `base`, which nobody means,
    /// and left out here.
    pub read_as_url: Option<Value>,
    /// Whether it is this machine. A host that is not set is whatever the environment says.
    pub local: Known<bool>,
    /// Whether it is a Unix socket.
    pub socket: Known<bool>,
}

/// Where the connection of a plan goes over this base connection; `None` for SQLite.
pub fn destination(plan: &Plan, base: Option<&Value>) -> Option<Destination> {
    if plan.client.is_sqlite() {
        return None;
    }
    let connection = plan.connection()?;
    if plan.connection_type == ConnectionType::CloudSql {
        return Some(Destination {
            host: None,
            port: connection.get("port").cloned(),
            read_as_url: None,
            local: Known::Known(false),
            socket: Known::Known(false),
        });
    }
    let parsed = connection_string(connection, plan.client);
    let part = |key: &str| {
        let own = connection.get(key);
        match &parsed {
            Some(Ok(parsed)) => parsed.object.get(key).or(own),
            Some(Err(text)) => Some(text),
            None => own,
        }
    };
    let named = |key: &str| part(key).filter(|part| !is_blank(part)).cloned();
    let (host, port) = (named("host"), named("port"));
    let read_as_url = base.filter(|base| {
        let is_its_host = host
            .as_ref()
            .is_some_and(|host| host.as_str() == Some(READ_HOST) && host.origin == base.origin);
        plan.client == Client::Postgres && is_its_host && base.as_str().is_some_and(is_no_url)
    });
    let host = host.filter(|_| read_as_url.is_none());
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
        port,
        read_as_url: read_as_url.cloned(),
        local,
        socket,
    })
}

/// What is in `connectionString` (pg) or `uri` (mysql2); the text itself where it does not parse.
fn connection_string(connection: &Object, client: Client) -> Option<Result<Parsed, Value>> {
    let key = match client {
        Client::Postgres => "connectionString",
        _ => "uri",
    };
    let text = connection.get(key)?;
    Some(super::connection_string::postgres(text).map_err(|_| text.clone()))
}

/// The host of every text that is no URL: `pg-connection-string` reads it as relative to `postgres://base`.
const READ_HOST: &str = "base";

fn is_no_url(text: &str) -> bool {
    !text.contains("//")
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
