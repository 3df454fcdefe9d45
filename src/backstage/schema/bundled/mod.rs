//! The schemas that are built in, for repositories whose packages are not installed.
//!
//! Made by `cargo xtask schemas` from the published packages; a schema's text is read when it is first asked
//! for.

mod index;

use super::packages::{PackageSchema, Standing};

/// The schema of one published package.
pub(super) struct Bundled {
    /// The package.
    pub name: &'static str,
    /// The version it comes from.
    pub version: &'static str,
    /// The top-level keys it speaks about.
    pub keys: &'static [&'static str],
    /// The schema as JSON text.
    pub text: &'static str,
}

/// Every built-in schema, in order of name.
pub(super) const BUNDLED: &[Bundled] = index::PACKAGES;

impl Bundled {
    /// As a package's schema of this standing.
    pub fn with(&self, standing: Standing) -> PackageSchema {
        PackageSchema::built_in(self.name, self.version, self.keys, self.text, standing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backstage::schema::Schema;

    #[test]
    fn every_built_in_schema_reads_and_its_index_entry_is_true() {
        assert!(BUNDLED.len() > 70, "{} schemas", BUNDLED.len());
        for bundled in BUNDLED {
            let schema: Schema = serde_json::from_str(bundled.text).unwrap();
            let keys: Vec<_> = schema.properties.keys().map(|key| &**key).collect();
            assert_eq!(keys, bundled.keys, "{}", bundled.name);
            assert!(
                !bundled.text.contains("\"description\": \""),
                "{}",
                bundled.name
            );
        }
    }
}
