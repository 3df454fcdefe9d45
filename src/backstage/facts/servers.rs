//! `facts.servers`: the database servers, and how many connections the pools may open there.
//!
//! In: `facts.databases`. Out: each server once, with what is sure to be asked of it. Never: a guess at plugins that the
//! config does not name; the base counts once, for at least one of them.

use super::databases::as_written;
use super::declare::{Field, Shape};
use super::{absent, list, number, object};
use crate::backstage::value::{Kind, Value};

/// What [`collect`] gives for each.
pub const FIELDS: &[Field] = &[
    Field::new(
        "host",
        Shape::String,
        "the host, as in `facts.databases`; points at it",
    ),
    Field::new(
        "connections",
        Shape::Number,
        "connections that one replica may open there at least: the sum of `pool.max` over the plugins with settings of \
         their own, and once that of the base. Points at the largest",
    ),
    Field::new("pools", Shape::Number, "how many pools that are"),
];

/// One server while its pools are added up.
struct Server<'v> {
    key: String,
    host: &'v Value,
    connections: f64,
    pools: f64,
    largest: &'v Value,
}

/// The servers of these databases, in their order.
pub fn collect(databases: &Value) -> Value {
    let mut servers: Vec<Server<'_>> = Vec::new();
    for database in databases.as_array().unwrap_or_default() {
        let Some((key, host, pool)) = pool_on_server(database) else {
            continue;
        };
        let Kind::Number(connections) = pool.kind else {
            continue;
        };
        match servers.iter_mut().find(|server| server.key == key) {
            Some(server) => {
                server.connections += connections;
                server.pools += 1.0;
                if matches!(server.largest.kind, Kind::Number(largest) if largest < connections) {
                    server.largest = pool;
                }
            }
            None => servers.push(Server {
                key,
                host,
                connections,
                pools: 1.0,
                largest: pool,
            }),
        }
    }
    list(servers.into_iter().map(|server| {
        let host = server.host.as_str();
        object([
            (
                "host",
                host.map_or_else(absent, Value::string)
                    .with_origin(server.host.origin),
            ),
            (
                "connections",
                number(server.connections).with_origin(server.largest.origin),
            ),
            ("pools", number(server.pools)),
        ])
    }))
}

/// What tells the server apart, its host, and the largest number of connections in the pool.
fn pool_on_server(database: &Value) -> Option<(String, &Value, &Value)> {
    let is_installed = matches!(database.get("installed")?.kind, Kind::Bool(true));
    let host = database.get("host")?;
    let port = match database.get("port") {
        Some(port) => as_written(port)?,
        None => String::new(),
    };
    let client = database.get("client")?.as_str()?;
    let key = format!("{client} {} {port}", as_written(host)?);
    is_installed.then_some((key, host, database.at(["pool", "max"])?))
}
