//! `facts.urls`: where the app and its backend say they are.

use super::declare::{Field, Shape};
use super::{absent, list, object, truth};
use crate::backstage::host::is_local_host;
use crate::backstage::value::{Kind, Value};

/// What [`collect`] gives for each URL.
pub const FIELDS: &[Field] = &[
    Field::new(
        "name",
        Shape::String,
        "its path in the config: `app.baseUrl` or `backend.baseUrl`",
    ),
    Field::new("value", Shape::String, "the URL; points at it"),
    Field::new(
        "scheme",
        Shape::String,
        "in lower case; open where the URL is",
    ),
    Field::new(
        "host",
        Shape::String,
        "in lower case; open where the URL is",
    ),
    Field::new(
        "hostLocal",
        Shape::Bool,
        "the host is this very machine; open where the URL is",
    ),
];

const PATHS: [[&str; 2]; 2] = [["app", "baseUrl"], ["backend", "baseUrl"]];

/// The URLs of an effective config; those that are not set are not in the list.
pub fn collect(config: &Value) -> Value {
    list(PATHS.iter().filter_map(|path| {
        let value = config.at(path.iter().copied())?;
        let parts = parts(value);
        let part = |part: Option<Value>| part.unwrap_or_else(absent).with_origin(value.origin);
        Some(
            object([
                ("name", Value::string(path.join("."))),
                ("value", value.clone()),
                (
                    "scheme",
                    part(parts.as_ref().map(|parts| parts.scheme.clone())),
                ),
                ("host", part(parts.as_ref().map(|parts| parts.host.clone()))),
                ("hostLocal", part(parts.map(|parts| parts.local))),
            ])
            .with_origin(value.origin),
        )
    }))
}

/// What is known about a URL; each part is open where the URL is.
pub(super) struct Parts {
    pub(super) scheme: Value,
    pub(super) host: Value,
    pub(super) local: Value,
}

/// The parts of a URL; `None` when it is neither a URL nor open.
pub(super) fn parts(value: &Value) -> Option<Parts> {
    if let Kind::Open(_) = value.kind {
        let open = || Value::derived(value.kind.clone());
        return Some(Parts {
            scheme: open(),
            host: open(),
            local: open(),
        });
    }
    let (scheme, rest) = value.as_str()?.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let server = authority
        .rsplit_once('@')
        .map_or(authority, |(_, server)| server);
    let host = match server.strip_prefix('[') {
        Some(address) => address.split(']').next()?,
        None => server.split(':').next()?,
    };
    Some(Parts {
        scheme: Value::string(scheme.to_ascii_lowercase()),
        host: Value::string(host.to_ascii_lowercase()),
        local: truth(is_local_host(host)),
    })
}
