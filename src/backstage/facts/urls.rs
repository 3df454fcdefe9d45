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
    Field::new(
        "firstLocal",
        Shape::String,
        "the path of the first of these URLs whose host is this very machine; absent when none is. Points at its value",
    ),
];

const PATHS: [[&str; 2]; 2] = [["app", "baseUrl"], ["backend", "baseUrl"]];

/// The URLs of an effective config; those that are not set are not in the list.
pub fn collect(config: &Value) -> Value {
    let urls: Vec<Url<'_>> = PATHS
        .iter()
        .filter_map(|path| {
            let value = config.at(path.iter().copied())?;
            let parts = parts(value);
            let name = path.join(".");
            Some(Url { name, value, parts })
        })
        .collect();
    let first = urls.iter().find(|url| url.is_local());
    let first = first.map_or_else(absent, |url| {
        Value::string(url.name.as_str()).with_origin(url.value.origin)
    });
    list(urls.iter().map(|url| url.fact(&first)))
}

struct Url<'v> {
    name: String,
    value: &'v Value,
    parts: Option<Parts>,
}

impl Url<'_> {
    fn is_local(&self) -> bool {
        let local = self.parts.as_ref().and_then(|parts| parts.local.as_bool());
        local == Some(true)
    }

    fn fact(&self, first_local: &Value) -> Value {
        let part = |part: fn(&Parts) -> &Value| {
            let part = self.parts.as_ref().map(part).cloned();
            part.unwrap_or_else(absent).with_origin(self.value.origin)
        };
        object([
            ("name", Value::string(self.name.as_str())),
            ("value", self.value.clone()),
            ("scheme", part(|parts| &parts.scheme)),
            ("host", part(|parts| &parts.host)),
            ("hostLocal", part(|parts| &parts.local)),
            ("firstLocal", first_local.clone()),
        ])
        .with_origin(self.value.origin)
    }
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
