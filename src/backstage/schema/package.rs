//! The schema of one package.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::model::Schema;
use crate::files::FilePath;

/// The configuration schema of one version of one package.
#[derive(Debug)]
pub struct PackageSchema {
    /// The package's name, e.g. `@backstage/backend-defaults`.
    pub name: Arc<str>,
    /// Its version.
    pub version: Arc<str>,
    /// Where the schema was found.
    pub origin: SchemaOrigin,
    /// How far it can be relied on.
    pub standing: Standing,
    /// The top-level keys it speaks about.
    keys: Vec<Arc<str>>,
    schema: LazySchema,
}

/// Where a package's schema was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaOrigin {
    /// Built into this program.
    Bundled,
    /// Installed beside the app, or one of its own packages: the file that holds it.
    Installed(FilePath),
}

/// How far a schema can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Standing {
    /// The app uses an older version: what this one deprecates, or no longer knows, may be the only way there.
    OlderInUse,
    /// Nothing tells which version the app uses: what it says is a warning, and that a key is missing a hint.
    Untold,
    /// It may be of another version than the app uses: its problems are warnings, and it cannot know which
    /// keys the other version requires.
    AnotherVersion,
    /// It is of the version the app uses.
    InForce,
}

/// A schema that is read when it is first asked for.
enum LazySchema {
    Read(Schema),
    Text(&'static str, OnceLock<Schema>),
    /// A part of the text of a cache entry.
    Kept(Arc<str>, Range<usize>, OnceLock<Schema>),
}

/// Name, version, origin, standing and top-level keys of a schema from the cache.
pub(super) type KeptParts = (Arc<str>, Arc<str>, SchemaOrigin, Standing, Vec<Arc<str>>);

impl PackageSchema {
    /// An installed package's schema.
    pub fn installed(
        name: impl Into<Arc<str>>,
        version: impl Into<Arc<str>>,
        file: FilePath,
        schema: Schema,
    ) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            origin: SchemaOrigin::Installed(file),
            standing: Standing::InForce,
            keys: schema.properties.keys().cloned().collect(),
            schema: LazySchema::Read(schema),
        }
    }

    pub(super) fn built_in(
        name: &'static str,
        version: &'static str,
        keys: &[&'static str],
        text: &'static str,
        standing: Standing,
    ) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            origin: SchemaOrigin::Bundled,
            standing,
            keys: keys.iter().map(|&key| key.into()).collect(),
            schema: LazySchema::Text(text, OnceLock::new()),
        }
    }

    pub(super) fn kept(parts: KeptParts, text: Arc<str>, range: Range<usize>) -> Self {
        let (name, version, origin, standing, keys) = parts;
        Self {
            name,
            version,
            origin,
            standing,
            keys,
            schema: LazySchema::Kept(text, range, OnceLock::new()),
        }
    }

    /// The schema itself.
    pub fn schema(&self) -> &Schema {
        match &self.schema {
            LazySchema::Read(schema) => schema,
            // A test reads every built-in schema, so the fallback is never seen.
            LazySchema::Text(text, schema) => {
                schema.get_or_init(|| serde_json::from_str(text).unwrap_or_default())
            }
            // Entries are written by this program; one that was damaged demands nothing.
            LazySchema::Kept(text, range, schema) => schema.get_or_init(|| {
                let text = text.get(range.clone()).unwrap_or_default();
                serde_json::from_str(text).unwrap_or_default()
            }),
        }
    }

    /// Its name and version, as messages name it; a member of the workspace may have no version.
    pub(super) fn label(&self) -> Arc<str> {
        format!("{} {}", self.name, self.version).trim_end().into()
    }

    /// The top-level keys it speaks about.
    pub fn keys(&self) -> &[Arc<str>] {
        &self.keys
    }

    /// Whether it demands anything of this top-level key. A schema without properties at its root (a union of
    /// whole configurations, say) speaks about every key.
    pub fn speaks_about(&self, key: &str) -> bool {
        self.keys.is_empty() || self.keys.iter().any(|own| **own == *key)
    }
}

impl fmt::Debug for LazySchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LazySchema")
    }
}
