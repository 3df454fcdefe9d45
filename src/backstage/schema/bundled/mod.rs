//! The schemas that are built in, for repositories whose packages are not installed.
//!
//! Made by `cargo xtask schemas` from the published packages; a schema's text is read when it is first asked
//! for. Beside the packages with a schema, the index knows the packages that bring them.

mod index;

use std::sync::{Arc, LazyLock, OnceLock};

use super::package::{PackageSchema, Standing};

/// A published package that has a schema, or brings one that has.
pub(super) struct Bundled {
    /// The package.
    pub name: &'static str,
    /// The version that is built in.
    pub version: &'static str,
    /// The top-level keys it speaks about.
    pub keys: &'static [&'static str],
    /// The schema as JSON text; `None` when it only brings others.
    pub text: Option<&'static str>,
    /// The packages it depends on, as far as they are in the index, by their place in it.
    pub brings: &'static [u16],
}

/// Every built-in package, in order of name.
pub(super) const BUNDLED: &[Bundled] = index::PACKAGES;

/// The built-in package of this name.
pub(super) fn named(name: &str) -> Option<&'static Bundled> {
    let at = BUNDLED
        .binary_search_by(|package| package.name.cmp(name))
        .ok()?;
    BUNDLED.get(at)
}

/// What was made of each built-in package, by its place in the index: a repository of ten thousand apps reads a
/// schema once.
static SHARED: LazyLock<Vec<Shared>> =
    LazyLock::new(|| BUNDLED.iter().map(|_| Shared::default()).collect());

#[derive(Default)]
struct Shared {
    in_force: OnceLock<Arc<PackageSchema>>,
    another_version: OnceLock<Arc<PackageSchema>>,
    older_in_use: OnceLock<Arc<PackageSchema>>,
    untold: OnceLock<Arc<PackageSchema>>,
}

impl Bundled {
    /// As a package's schema of this standing; `None` when it has no schema of its own.
    pub fn with(&'static self, standing: Standing) -> Option<Arc<PackageSchema>> {
        let text = self.text?;
        let make = || {
            Arc::new(PackageSchema::built_in(
                self.name,
                self.version,
                self.keys,
                text,
                standing,
            ))
        };
        let at = BUNDLED.binary_search_by(|package| package.name.cmp(self.name));
        let Some(shared) = at.ok().and_then(|at| SHARED.get(at)) else {
            return Some(make());
        };
        let cell = match standing {
            Standing::InForce => &shared.in_force,
            Standing::AnotherVersion => &shared.another_version,
            Standing::OlderInUse => &shared.older_in_use,
            Standing::Untold => &shared.untold,
        };
        Some(Arc::clone(cell.get_or_init(make)))
    }

    /// The packages it depends on.
    pub fn brings(&self) -> impl Iterator<Item = &'static Bundled> {
        self.brings
            .iter()
            .filter_map(|&at| BUNDLED.get(usize::from(at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backstage::schema::Schema;

    #[test]
    fn every_built_in_schema_reads_and_its_index_entry_is_true() {
        let mut schemas = 0;
        for bundled in BUNDLED {
            assert!(bundled.brings().all(|brought| brought.name != bundled.name));
            let Some(text) = bundled.text else {
                assert!(!bundled.brings.is_empty(), "{}", bundled.name);
                continue;
            };
            schemas += 1;
            let schema: Schema = serde_json::from_str(text).unwrap();
            let keys: Vec<_> = schema.properties.keys().map(|key| &**key).collect();
            assert_eq!(keys, bundled.keys, "{}", bundled.name);
            assert!(!text.contains("\"description\": \""), "{}", bundled.name);
        }
        assert!(schemas >= 80, "{schemas} schemas");
    }

    #[test]
    fn the_index_is_in_order_of_name() {
        assert!(BUNDLED.is_sorted_by_key(|package| package.name));
        assert!(named("@backstage/backend-defaults").is_some());
        assert!(named("left-pad").is_none());
    }
}
