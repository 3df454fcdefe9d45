//! `facts.ignoredKeys`: keys of objects that are read by fixed names, under a name nobody reads.
//!
//! In: an effective config. Out: each such key, and what it is meant to be. Never: keys that other sections explain
//! (`facts.misplaced`, `facts.pools`), and objects whose keys plugins choose.
//!
//! The names are those that `readCorsOptions`, `readHttpServerOptions`, the URL reader and the `DatabaseManager` of
//! `@backstage/backend-defaults` and `@backstage/backend-common` ask for; `backend.database` passes its own on to knex.

use super::fact::at_key;
use super::fact::{List, Text};
use super::macros::facts;
use crate::backstage::value::{Kind, Value};
use crate::text::closest;

facts! {
    /// A key that nothing reads.
    pub struct IgnoredKey {
        /// the key; points at it
        key: Text,
        /// the path of the object it is in
        within: Text,
        /// the key, or the path from that object, that is probably meant; absent where that is not plain
        meant: Text,
    }
}

/// An object that is read by fixed names.
struct Closed {
    /// Its path; `*` is each key of a mapping, or each item of a list.
    path: &'static [&'static str],
    /// The names it is read by.
    keys: &'static [&'static str],
    /// Names that people give those keys.
    aliases: &'static [(&'static str, &'static str)],
    /// Other names mean nothing either, and are told; else only the aliases are, since people put notes there.
    tells_all: bool,
}

/// What knex itself reads beside the settings of the database manager.
const KNEX: [&str; 17] = [
    "acquireConnectionTimeout",
    "asyncStackTraces",
    "compileSqlOnError",
    "debug",
    "dialect",
    "fetchAsString",
    "isolationLevel",
    "jsonbSupport",
    "log",
    "migrations",
    "pool",
    "postProcessResponse",
    "searchPath",
    "seeds",
    "useNullAsDefault",
    "version",
    "wrapIdentifier",
];

/// Keys of `backend.database` that `facts.misplaced` explains.
const EXPLAINED: [&str; 7] = [
    "ssl", "host", "port", "user", "password", "database", "cache",
];

const CLOSED: [Closed; 7] = [
    Closed {
        path: &["backend", "cors"],
        keys: &[
            "allowedHeaders",
            "credentials",
            "exposedHeaders",
            "maxAge",
            "methods",
            "optionsSuccessStatus",
            "origin",
            "preflightContinue",
        ],
        aliases: &[
            ("Access-Control-Allow-Origin", "origin"),
            ("allowOrigin", "origin"),
            ("allowedOrigin", "origin"),
            ("allowedOrigins", "origin"),
            ("Access-Control-Allow-Methods", "methods"),
            ("allowedMethods", "methods"),
            ("Access-Control-Allow-Headers", "allowedHeaders"),
            ("headers", "allowedHeaders"),
            ("Access-Control-Expose-Headers", "exposedHeaders"),
            ("Access-Control-Allow-Credentials", "credentials"),
            ("allowCredentials", "credentials"),
            ("Access-Control-Max-Age", "maxAge"),
        ],
        tells_all: true,
    },
    Closed {
        path: &["backend", "listen"],
        keys: &["address", "host", "port"],
        aliases: &[("hostname", "host"), ("interface", "host")],
        tells_all: true,
    },
    Closed {
        path: &["backend", "https"],
        keys: &["certificate"],
        aliases: &[("cert", "certificate.cert"), ("key", "certificate.key")],
        tells_all: true,
    },
    Closed {
        path: &["backend", "reading", "allow", "*"],
        keys: &["host", "paths"],
        aliases: &[("path", "paths"), ("hosts", "host"), ("url", "host")],
        tells_all: true,
    },
    // `readLocationConfig` and `CatalogRules` of `@backstage/plugin-catalog-backend`.
    Closed {
        path: &["catalog", "locations", "*"],
        keys: &["presence", "rules", "target", "type"],
        aliases: &[("allow", "rules"), ("url", "target"), ("targets", "target")],
        tells_all: false,
    },
    Closed {
        path: &["backend", "database"],
        keys: &[
            "client",
            "connection",
            "ensureExists",
            "ensureSchemaExists",
            "knexConfig",
            "plugin",
            "pluginDivisionMode",
            "prefix",
            "role",
            "schemaPrefix",
            "skipMigrations",
        ],
        aliases: &[
            ("divisionMode", "pluginDivisionMode"),
            ("pluginDivider", "pluginDivisionMode"),
            ("pluginDivision", "pluginDivisionMode"),
            ("usePluginSchemas", "pluginDivisionMode"),
            ("plugins", "plugin"),
            ("url", "connection"),
            ("connectionString", "connection"),
            ("schema", "connection.schema"),
            ("filename", "connection.filename"),
            ("directory", "connection.directory"),
        ],
        tells_all: true,
    },
    Closed {
        path: &["backend", "database", "plugin", "*"],
        keys: &[
            "additionalKnexConfig",
            "client",
            "connection",
            "ensureExists",
            "ensureSchemaExists",
            "knexConfig",
            "pluginDivisionMode",
            "role",
            "schemaPrefix",
            "skipMigrations",
        ],
        aliases: &[
            ("database", "connection.database"),
            ("host", "connection.host"),
            ("password", "connection.password"),
            ("port", "connection.port"),
            ("user", "connection.user"),
            ("filename", "connection.filename"),
            ("directory", "connection.directory"),
        ],
        tells_all: true,
    },
];

/// The ignored keys of an effective config.
pub fn collect(config: &Value) -> List<IgnoredKey> {
    let mut facts = Vec::new();
    for closed in &CLOSED {
        closed.search(config, closed.path, &mut String::new(), &mut facts);
    }
    facts.into_iter().collect()
}

impl Closed {
    fn search(&self, value: &Value, path: &[&str], name: &mut String, facts: &mut Vec<IgnoredKey>) {
        let Some((first, rest)) = path.split_first() else {
            return self.judge(value, name, facts);
        };
        let length = name.len();
        let mut down = |part: &str, child: &Value| {
            name.push_str(part);
            self.search(child, rest, name, facts);
            name.truncate(length);
        };
        let dotted = |key: &str| match length {
            0 => key.to_owned(),
            _ => format!(".{key}"),
        };
        match &value.kind {
            Kind::Object(object) if *first == "*" => {
                for (key, child) in object {
                    down(&dotted(key), child);
                }
            }
            Kind::Array(items) if *first == "*" => {
                for (index, item) in items.iter().enumerate() {
                    down(&format!("[{index}]"), item);
                }
            }
            _ => {
                if let Some(child) = value.get(first) {
                    down(&dotted(first), child);
                }
            }
        }
    }

    fn judge(&self, value: &Value, name: &str, facts: &mut Vec<IgnoredKey>) {
        let is_database = self.path.contains(&"database");
        for (key, child) in value.as_object().into_iter().flatten() {
            let key = &**key;
            let is_read = self.keys.contains(&key) || is_database && KNEX.contains(&key);
            let is_explained = match self.path.last() {
                Some(&"database") => EXPLAINED.contains(&key),
                // A rule about TLS explains this one.
                _ => is_database && key == "ssl",
            };
            if is_read || is_explained || child.kind == Kind::Null {
                continue;
            }
            let meant = self.meant(key, value);
            if !self.tells_all && (meant.is_none() || !self.is_alias(key)) {
                continue;
            }
            facts.push(IgnoredKey {
                origin: None,
                key: Text::from(key).with_origin(at_key(child)),
                within: name.into(),
                meant: Text::optional(meant),
            });
        }
    }

    fn is_alias(&self, key: &str) -> bool {
        let mut aliases = self.aliases.iter();
        aliases.any(|(alias, _)| alias.eq_ignore_ascii_case(key))
    }

    /// What a key is meant to be, unless that is set beside it.
    fn meant(&self, key: &str, within: &Value) -> Option<&'static str> {
        let mut aliases = self.aliases.iter();
        let alias = aliases.find(|(alias, _)| alias.eq_ignore_ascii_case(key));
        let near = || closest(key, self.keys.iter().copied());
        let meant = alias.map(|(_, meant)| *meant).or_else(near)?;
        within.get(meant).is_none().then_some(meant)
    }
}
