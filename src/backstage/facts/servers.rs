//! `facts.servers`: the database servers, and how many connections the pools may open there.
//!
//! In: `facts.databases`. Out: each server once, with what is sure to be asked of it. Never: a guess at plugins that the
//! config does not name; the base counts once, for at least one of them.

use super::databases::{Database, as_written};
use super::fact::{List, Number, Text};
use super::macros::facts;

facts! {
    /// A database server.
    pub struct Server {
        /// the host, as in `facts.databases`; points at it
        host: Text,
        /// connections that one replica may open there at least: the sum of `pool.max` over the plugins with their
        /// own settings, and once that of the base. Points at the largest
        connections: Number,
        /// how many pools that are
        pools: Number,
    }
}

/// One server while its pools are added up.
struct Sum<'d> {
    key: String,
    host: &'d Text,
    connections: f64,
    pools: f64,
    largest: &'d Number,
}

/// The servers of these databases, in their order.
pub fn collect(databases: &List<Database>) -> List<Server> {
    let mut sums: Vec<Sum<'_>> = Vec::new();
    for database in databases.items() {
        let Some((key, host, pool, connections)) = pool_on_server(database) else {
            continue;
        };
        match sums.iter_mut().find(|sum| sum.key == key) {
            Some(sum) => {
                sum.connections += connections;
                sum.pools += 1.0;
                if sum.largest.known().is_some_and(|most| most < connections) {
                    sum.largest = pool;
                }
            }
            None => sums.push(Sum {
                key,
                host,
                connections,
                pools: 1.0,
                largest: pool,
            }),
        }
    }
    sums.into_iter()
        .map(|sum| Server {
            origin: None,
            host: Text::optional(sum.host.known()).with_origin(sum.host.origin()),
            connections: Number::from(sum.connections).with_origin(sum.largest.origin()),
            pools: sum.pools.into(),
        })
        .collect()
}

/// What tells the server apart, its host, and the largest number of connections in the pool.
fn pool_on_server(database: &Database) -> Option<(String, &Text, &Number, f64)> {
    let (identity, to) = (&database.identity, &database.destination);
    let port = match to.port.get() {
        Some(port) => as_written(port)?,
        None => String::new(),
    };
    let client = identity.client.known()?;
    let key = format!("{client} {} {port}", as_written(to.host.get()?)?);
    let max = &database.pools.pool.as_ref()?.max;
    let is_installed = identity.installed.known() == Some(true);
    is_installed.then_some((key, &to.host, max, max.known()?))
}
