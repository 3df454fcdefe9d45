//! Who may see a value, by its path alone.
//!
//! In: the [`Schemas`] and a path. Out: the [`Visibility`] the app's packages give that path. All branches of
//! unions count, since a secret in one form is a secret to be careful with in every form.

use super::demand::{Demand, Demands, KeyDemands};
use super::model::{Types, Visibility};
use super::package::PackageSchema;
use super::packages::Schemas;
use super::walk::UNION_DEPTH;
use crate::text::closest;
use ::source::{ConfigPath, Part};

impl Schemas {
    /// Who may see the value at a path. When packages disagree, the most careful wins: `secret` over
    /// `frontend` over `backend`, which is what a path without any visibility has.
    pub fn visibility(&self, path: &ConfigPath) -> Visibility {
        self.scope_at(path).visibility()
    }

    /// What the schemas say about a path.
    pub fn scope_at(&self, path: &ConfigPath) -> Scope<'_> {
        let mut scope = self.scope();
        for part in path.parts() {
            scope = match part {
                Part::Key(key) => scope.key(key),
                Part::Item(index) => scope.item(*index),
            };
        }
        scope
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

/// What schemas say of a value to a reader.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Description<'s> {
    /// The types that any of them admits; empty where none is named.
    pub types: Types,
    /// The values that any of them lists.
    pub allowed: Vec<&'s serde_json::Value>,
    /// What it is about. Built-in schemas do not say.
    pub texts: Vec<&'s str>,
    /// Why it should no longer be set.
    pub deprecated: Option<&'s str>,
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

    /// What the schemas say of the path to a reader. All forms of a union count.
    pub fn description(&self) -> Description<'s> {
        let mut about = Description::default();
        for Demand { schema, .. } in self.demands.iter() {
            about.types = about.types.with(schema.types);
            for value in schema.allowed.iter().flatten() {
                if !about.allowed.contains(&value) {
                    about.allowed.push(value);
                }
            }
            let rare = schema.rare.as_deref();
            if let Some(text) = rare.and_then(|rare| rare.description.as_deref())
                && !about.texts.contains(&text)
            {
                about.texts.push(text);
            }
            about.deprecated = about.deprecated.or(schema.deprecated.as_deref());
        }
        about
    }

    /// The keys that any schema describes by name, some more than once.
    pub fn known_keys(&self) -> Vec<&'s str> {
        match self.schemas {
            Some(schemas) => {
                let packages = schemas.packages().iter();
                let keys = packages.flat_map(|package| package.keys());
                keys.map(|key| &**key).collect()
            }
            None => self.demands.known_keys().collect(),
        }
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
