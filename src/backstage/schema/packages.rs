//! The schemas of the packages an app is made of.

use std::sync::Arc;

use super::bundled::BUNDLED;
use super::conflicts::Conflict;
use super::package::{PackageSchema, Standing};

/// The schemas in force for one app: one per package (and version).
#[derive(Debug, Default)]
pub struct Schemas {
    packages: Vec<Arc<PackageSchema>>,
    conflicts: Vec<Conflict>,
}

impl Schemas {
    /// Exactly these. Schemas that are built in are shared by all who use them: they are read once in a process.
    pub fn new(packages: Vec<impl Into<Arc<PackageSchema>>>) -> Self {
        Self {
            packages: packages.into_iter().map(Into::into).collect(),
            conflicts: Vec::new(),
        }
    }

    /// The same, with what the packages contradict each other in.
    #[must_use]
    pub(super) fn with_conflicts(mut self, conflicts: Vec<Conflict>) -> Self {
        self.conflicts = conflicts;
        self
    }

    /// Where the packages contradict each other, whatever the configuration.
    pub(super) fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    /// Every schema that is built in, none of them known to be of the app's own version.
    pub fn bundled() -> Self {
        let all = BUNDLED.iter();
        Self::new(
            all.filter_map(|package| package.with(Standing::AnotherVersion))
                .collect(),
        )
    }

    /// Every package.
    pub fn packages(&self) -> &[Arc<PackageSchema>] {
        &self.packages
    }

    /// The packages whose schemas speak about this top-level key.
    pub fn about<'s>(&'s self, key: &'s str) -> impl Iterator<Item = &'s PackageSchema> {
        let packages = self.packages.iter().map(|package| &**package);
        packages.filter(move |package| package.speaks_about(key))
    }
}
