//! `facts.flattened`: keys that stand beside the empty key they belong under.
//!
//! In: one resolved layer. Out: for each mapping an empty key and the keys behind it that are its own. Never: a key
//! that has a meaning where it stands.

use super::fact::at_key;
use super::fact::{List, Text};
use super::macros::facts;
use crate::backstage::value::{Kind, Value};

facts! {
    /// A mapping in which that is so.
    pub struct Flattened {
        /// the first empty key; points at it
        empty: Text,
        /// the keys after it that belong under it, or under another empty key among them; each points at itself
        keys: List<Text>,
        /// the first of these keys; points at it
        first: Text,
        /// the path of the mapping; absent at the top
        path: Text,
    }
}

/// Keys whose values are mappings, and keys of those mappings that mean nothing one level higher.
const BELOW: [(&str, &[&str]); 19] = [
    ("app", &["baseUrl", "title", "extensions", "support"]),
    ("auth", &["providers", "session", "environment"]),
    (
        "backend",
        &[
            "auth", "baseUrl", "cache", "cors", "csp", "database", "https", "listen", "reading",
        ],
    ),
    ("cache", &["store", "connection"]),
    (
        "catalog",
        &[
            "locations",
            "rules",
            "import",
            "providers",
            "processingInterval",
        ],
    ),
    (
        "connection",
        &[
            "host",
            "port",
            "user",
            "password",
            "database",
            "ssl",
            "filename",
            "directory",
        ],
    ),
    ("cors", &["origin", "methods", "credentials"]),
    (
        "csp",
        &[
            "connect-src",
            "connectSrc",
            "img-src",
            "script-src",
            "default-src",
        ],
    ),
    (
        "database",
        &[
            "client",
            "connection",
            "plugin",
            "knexConfig",
            "pluginDivisionMode",
        ],
    ),
    (
        "kubernetes",
        &["serviceLocatorMethod", "clusterLocatorMethods"],
    ),
    ("knexConfig", &["pool"]),
    ("listen", &["port", "host"]),
    ("organization", &["name"]),
    ("permission", &["enabled"]),
    ("pool", &["min", "max"]),
    ("proxy", &["endpoints"]),
    ("signIn", &["resolvers"]),
    ("ssl", &["rejectUnauthorized", "ca", "cert", "require"]),
    ("techdocs", &["builder", "generator", "publisher"]),
];

/// How deep mappings are followed.
const MOST_DEPTH: usize = 32;

/// The flattened mappings of a layer.
pub fn collect(root: Option<&Value>) -> List<Flattened> {
    let mut facts = Vec::new();
    if let Some(root) = root {
        search(root, &mut Vec::new(), &mut facts);
    }
    facts.into_iter().collect()
}

fn search<'v>(value: &'v Value, path: &mut Vec<&'v str>, facts: &mut Vec<Flattened>) {
    if path.len() > MOST_DEPTH {
        return;
    }
    facts.extend(of_mapping(value, path));
    for (key, child) in value.as_object().into_iter().flatten() {
        path.push(key);
        search(child, path, facts);
        path.pop();
    }
}

fn of_mapping(value: &Value, path: &[&str]) -> Option<Flattened> {
    let mut empty: Vec<(&str, &Value)> = Vec::new();
    let mut first: Option<(&str, &Value)> = None;
    let mut keys = Vec::new();
    for (key, child) in value.as_object()? {
        let key = &**key;
        let belongs = empty.iter().any(|(empty, _)| below(empty).contains(&key));
        if belongs {
            first = first.or_else(|| empty.first().copied());
            keys.push(Text::from(key).with_origin(at_key(child)));
        }
        match (&child.kind, belongs) {
            (Kind::Null, true) => empty.push((key, child)),
            (Kind::Null, false) => empty = vec![(key, child)],
            (_, true) => {}
            (_, false) => empty.clear(),
        }
    }
    let (name, child) = first?;
    Some(Flattened {
        origin: None,
        empty: Text::from(name).with_origin(at_key(child)),
        first: keys.first().cloned().unwrap_or_default(),
        keys: keys.into_iter().collect(),
        path: Text::optional((!path.is_empty()).then(|| path.join("."))),
    })
}

fn below(key: &str) -> &'static [&'static str] {
    let mut all = BELOW.iter();
    all.find(|(name, _)| *name == key)
        .map_or(&[], |(_, keys)| keys)
}
