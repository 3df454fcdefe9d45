//! Whether a secret is one of something on this very machine.
//!
//! In: the values around a secret. Out: whether a literal local host stands beside it.

use crate::backstage::host::is_local_host;
use crate::backstage::value::{Kind, Value};
use source::{ConfigPath, Part};

/// The keys beside a password that say where it is used.
const HOST_KEYS: &[&str] = &[
    "host",
    "hostname",
    "server",
    "address",
    "url",
    "uri",
    "baseUrl",
    "apiBaseUrl",
    "target",
    "endpoint",
    "origin",
    "metadataUrl",
    "authorizationUrl",
    "tokenUrl",
    "issuer",
    "node",
    "instanceUrl",
];

/// Whether a key says where what stands beside it is used.
pub(super) fn says_where(key: &str) -> bool {
    HOST_KEYS.contains(&key)
}

/// Whether the nearest mapping around a value that says where its secret is used says: here. `above` are the values
/// around it, from the root down; only mappings within one connection are asked, so at most two levels up.
pub(super) fn is_local(above: &[&Value], path: &ConfigPath, root: &Value) -> bool {
    const LEVELS: usize = 2;
    let around = above.iter().rev().take(LEVELS);
    let hosts = around.filter_map(|value| HOST_KEYS.iter().find_map(|key| value.get(key)));
    let own = hosts.into_iter().next();
    let own = own.or_else(|| inherited_database_host(path, root));
    own.is_some_and(|host| matches!(&host.kind, Kind::String(_)) && is_local_value(host))
}

/// A plugin's connection overlays the base connection: its host holds where the plugin sets none.
fn inherited_database_host<'v>(path: &ConfigPath, root: &'v Value) -> Option<&'v Value> {
    let keys: Vec<&str> = path
        .parts()
        .iter()
        .filter_map(|part| match part {
            Part::Key(key) => Some(&**key),
            Part::Item(_) => None,
        })
        .collect();
    let plugin = keys.starts_with(&["backend", "database", "plugin"]);
    plugin.then(|| root.at(["backend", "database", "connection", "host"]))?
}

fn is_local_value(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| is_local_host(host_of(text)))
}

/// The host in a URL, in `host:port`, or alone.
pub(super) fn host_of(text: &str) -> &str {
    let authority = text.split_once("://").map_or(text, |(_, behind)| behind);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    if host.starts_with('[') {
        return host.split_inclusive(']').next().unwrap_or_default();
    }
    // More than one colon: an IPv6 address without brackets.
    if host.matches(':').count() == 1 {
        return host.split(':').next().unwrap_or_default();
    }
    host
}

#[cfg(test)]
mod tests {
    use super::host_of;

    #[test]
    fn hosts_are_found_in_urls_and_alone() {
        for (text, host) in [
            ("http://localhost:7007/x", "localhost"),
            ("localhost:5432", "localhost"),
            ("::1", "::1"),
            ("pg://u:p@[::1]:5432/x", "[::1]"),
            ("db.example", "db.example"),
            ("pg://u:p@ss@db/x", "db"),
        ] {
            assert_eq!(host_of(text), host);
        }
    }
}
