//! Values that one package's schema keeps secret and another's shows to everyone.
//!
//! In: the schemas of installed packages. Out: the paths at which the real loader refuses to merge them, whatever the
//! configuration holds. Never: branches of unions, items of lists and further keys of maps: a check sees those once
//! something stands there.

use std::sync::Arc;

use indexmap::IndexSet;
use serde::{Deserialize, Serialize};

use super::demand::{Demand, Demands, KeyDemands};
use super::model::Visibility;
use super::package::{PackageSchema, SchemaOrigin};

/// How deep keys are followed.
const MOST_DEPTH: usize = 32;

/// How many keys are looked at; a large app has some thousand.
const MOST_KEYS: usize = 50_000;

/// The paths at which these packages contradict each other. The built-in schemas do not, so they are not asked.
pub(super) fn conflicts(packages: &[Arc<PackageSchema>]) -> Vec<Conflict> {
    let mut root = Demands::default();
    for package in packages {
        if matches!(package.origin, SchemaOrigin::Installed(_)) {
            root.add(Demand {
                schema: package.schema(),
                package,
            });
        }
    }
    let mut search = Search::default();
    let passes = |wanted| {
        let mut demands = root.iter();
        demands.any(|demand| demand.schema.deep_visibility == Some(wanted))
    };
    let inherited = Inherited {
        frontend: passes(Visibility::Frontend),
        secret: passes(Visibility::Secret),
    };
    search.below(&root, inherited);
    search.found
}

/// A value that is both secret and visible to the frontend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The keys that lead to it.
    pub path: Vec<Arc<str>>,
    /// The packages that say so, by name and version.
    pub packages: Vec<Arc<str>>,
}

/// What the values above pass on.
#[derive(Debug, Clone, Copy, Default)]
struct Inherited {
    frontend: bool,
    secret: bool,
}

#[derive(Default)]
struct Search {
    path: Vec<Arc<str>>,
    keys: usize,
    found: Vec<Conflict>,
}

impl Search {
    fn below(&mut self, demands: &Demands<'_>, inherited: Inherited) {
        let keys: IndexSet<&str> = demands.known_keys().collect();
        for key in keys {
            self.keys += 1;
            if self.keys > MOST_KEYS {
                return;
            }
            if let KeyDemands::Judged(demands) = demands.key(key) {
                self.path.push(key.into());
                self.value(&demands, inherited);
                self.path.pop();
            }
        }
    }

    fn value(&mut self, demands: &Demands<'_>, inherited: Inherited) {
        let is = |wanted| {
            move |demand: &Demand<'_>| {
                let given = [demand.schema.visibility, demand.schema.deep_visibility];
                given.contains(&Some(wanted))
            }
        };
        let (frontend, secret) = (is(Visibility::Frontend), is(Visibility::Secret));
        let any = |holds: &dyn Fn(&Demand<'_>) -> bool| demands.iter().any(|demand| holds(&demand));
        if (inherited.frontend || any(&frontend)) && (inherited.secret || any(&secret)) {
            let by = demands
                .iter()
                .filter(|demand| frontend(demand) || secret(demand));
            let packages: IndexSet<Arc<str>> = by.map(|demand| demand.package.label()).collect();
            self.found.push(Conflict {
                path: self.path.clone(),
                packages: packages.into_iter().collect(),
            });
        } else if self.path.len() < MOST_DEPTH {
            let passes = |wanted| any(&|demand| demand.schema.deep_visibility == Some(wanted));
            let inherited = Inherited {
                frontend: inherited.frontend || passes(Visibility::Frontend),
                secret: inherited.secret || passes(Visibility::Secret),
            };
            self.below(demands, inherited);
        }
    }
}
