//! Who may see a value, by its path alone.
//!
//! In: the [`Schemas`] and a path. Out: the [`Visibility`] the app's packages give that path. All branches of
//! unions count, since a secret in one form is a secret to be careful with in every form.

use super::demand::{Demand, Demands, KeyDemands};
use super::model::Visibility;
use super::package::PackageSchema;
use super::packages::Schemas;
use super::walk::UNION_DEPTH;
use crate::text::closest;
use ::source::{ConfigPath, Part};

impl Schemas {
    /// Who may see the value at a path. When packages disagree, the most careful wins: `secret` over
    /// `frontend` over `backend`, which is what a path without any visibility has.
    pub fn visibility(&self, path: &ConfigPath) -> Visibility {
        let mut scope = self.scope();
        for part in path.parts() {
            scope = match part {
                Part::Key(key) => scope.key(key),
                Part::Item(index) => scope.item(*index),
            };
        }
        scope.visibility()
    }

    /// The root, for a walk down a configuration: cheaper than a path for each value.
    pub fn scope(&self) -> Scope<'_> {
        Scope {
            schemas: Some(self),
            demands: Demands::default(),
            inherited: None,
        }
    }
}

/// What the schemas say about one path, for a walk down a configuration.
#[derive(Debug, Clone)]
pub struct Scope<'s> {
    /// At the root only: packages are read when a key asks for them.
    schemas: Option<&'s Schemas>,
    demands: Demands<'s>,
    inherited: Option<Visibility>,
}

impl<'s> Scope<'s> {
    /// The scope of a key.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let mut below = self.below();
        if let Some(schemas) = self.schemas {
            let roots = schemas
                .packages()
                .iter()
                .filter(|package| package.speaks_about(key));
            for package in roots {
                let root = Demands::of(root(package));
                below.add_open(root.key(key));
            }
        } else {
            below.add_open(self.demands.key(key));
        }
        below
    }

    /// The scope of the key that an unknown one was probably meant to be; `None` for a known key, and where none is near.
    pub fn meant(&self, key: &str) -> Option<Self> {
        let meant = match self.schemas {
            Some(schemas) => {
                let packages = schemas.packages().iter();
                let known = packages.flat_map(|package| package.keys());
                closest(key, known.map(|known| &**known))
            }
            None => closest(key, self.demands.known_keys()),
        };
        meant.map(|meant| self.key(meant))
    }

    /// The scope of an item of a list.
    #[must_use]
    pub fn item(&self, index: usize) -> Self {
        let mut below = self.below();
        below.add_open(self.demands.item(index));
        below
    }

    /// Who may see the value. See [`Schemas::visibility`].
    pub fn visibility(&self) -> Visibility {
        let own = self
            .demands
            .iter()
            .filter_map(|demand| demand.schema.visibility);
        let seen = own.chain(self.deep());
        seen.max().unwrap_or(Visibility::Backend)
    }

    /// Whether the schemas say nothing about this path: no package describes it.
    pub fn is_unknown(&self) -> bool {
        self.schemas.is_none() && self.demands.is_empty() && self.inherited.is_none()
    }

    fn deep(&self) -> Option<Visibility> {
        let own = self
            .demands
            .iter()
            .filter_map(|demand| demand.schema.deep_visibility);
        own.chain(self.inherited).max()
    }

    fn below(&self) -> Self {
        Self {
            schemas: None,
            demands: Demands::default(),
            inherited: self.deep(),
        }
    }

    /// Adds demands and every branch of their unions.
    fn add_open(&mut self, demands: KeyDemands<'s>) {
        let KeyDemands::Judged(demands) = demands else {
            return;
        };
        let mut pending: Vec<(Demand<'s>, u8)> = demands.iter().map(|demand| (demand, 0)).collect();
        while let Some((demand, depth)) = pending.pop() {
            let full = !self.demands.add_flat(demand);
            // Unions of unions occur; unions that come back to themselves end here.
            if full || depth == UNION_DEPTH {
                continue;
            }
            let one_of = demand.schema.rare.iter().flat_map(|rare| &rare.one_of);
            for schema in demand.schema.any_of.iter().chain(one_of) {
                let branch = Demands::of(Demand { schema, ..demand });
                pending.extend(branch.iter().map(|inner| (inner, depth + 1)));
            }
        }
    }
}

fn root(package: &PackageSchema) -> Demand<'_> {
    Demand {
        schema: package.schema(),
        package,
    }
}
