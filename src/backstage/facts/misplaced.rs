//! `facts.misplaced`: database settings that stand where nothing reads them.
//!
//! In: an effective config. Out: each key, and where it belongs. Never: settings of a plugin, which are a part of
//! `facts.databases`.

use super::fact::at_key;
use super::fact::{List, Text};
use super::macros::facts;
use crate::backstage::value::{Kind, Value};

facts! {
    /// A setting that stands where nothing reads it.
    pub struct Misplaced {
        /// where it is, e.g. `backend.database.ssl`; points at the key
        path: Text,
        /// where it belongs, e.g. `backend.database.connection.ssl`
        meant: Text,
    }
}

/// Keys of a connection that `backend.database` itself does not have.
const OF_CONNECTION: [&str; 6] = ["ssl", "host", "port", "user", "password", "database"];

/// The misplaced settings of an effective config.
pub fn collect(config: &Value) -> List<Misplaced> {
    let mut all = Vec::new();
    for key in OF_CONNECTION {
        let meant = format!("backend.database.connection.{key}");
        all.extend(found(config, &["backend", "database", key], &meant));
    }
    all.extend(found(
        config,
        &["backend", "database", "cache"],
        "backend.cache",
    ));
    let reading = ["backend", "reading", "database"];
    all.extend(found(config, &reading, "backend.database"));
    // Something else may have a `database` at the top: only what looks like this one counts.
    let is_meant = config.get("database").is_some_and(|database| {
        database.get("client").is_some() || database.get("connection").is_some()
    });
    if is_meant {
        all.extend(found(config, &["database"], "backend.database"));
    }
    all.into_iter().collect()
}

fn found(config: &Value, path: &[&str], meant: &str) -> Option<Misplaced> {
    let value = config.at(path.iter().copied())?;
    if value.kind == Kind::Null {
        return None;
    }
    Some(Misplaced {
        origin: None,
        path: Text::from(path.join(".")).with_origin(at_key(value)),
        meant: meant.into(),
    })
}
