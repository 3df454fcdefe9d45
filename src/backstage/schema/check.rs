//! The schema check: an effective config against the schemas of the app's packages.
//!
//! In: the effective config of a chain and the [`Schemas`]. Out: [`Problem`]s with places, in the order of the
//! configuration. Only schemas that speak about a top-level key which is present are read. Never: a value of
//! the configuration in a message, and never a problem that an open value could make go away.

use std::sync::Arc;

use super::demand::{Demand, Demands, KeyDemands};
use super::packages::Schemas;
use super::stray;
use super::walk::{Seen, Walk};
use crate::backstage::value::Value;
use crate::finding::{Fix, Reporter, RuleId, Severity};
use crate::text::Place;
use ::source::{ConfigPath, Part};

/// Holds an effective config against the schemas of the app's packages.
pub fn check(effective: &Value, schemas: &Schemas) -> Vec<Problem> {
    let mut walk = Walk::new(effective.place());
    let Some(object) = effective.as_object() else {
        return Vec::new();
    };
    let mut missing = Vec::new();
    for package in schemas.packages() {
        // Top-level `required` speaks about the whole configuration; without a key that it speaks about, a
        // package is not in use.
        if package.keys().iter().any(|key| object.contains_key(key)) {
            missing.push(Demand {
                schema: package.schema(),
                package,
            });
        }
    }
    for demand in missing {
        walk.report_missing(demand, effective);
    }
    for (key, value) in object {
        let mut judged = Demands::default();
        for package in schemas.about(key) {
            if let KeyDemands::Judged(demands) = Demands::of(Demand {
                schema: package.schema(),
                package,
            })
            .key(key)
            {
                demands.iter().for_each(|demand| judged.add(demand));
            }
        }
        if judged.is_empty() {
            walk.top_level_key(key, value, object, schemas);
        }
        let described = Demands::default();
        walk.step(Part::Key(key.clone()), value, |walk| {
            walk.value(&judged, &described, value, Seen::default());
        });
    }
    let strays = std::mem::take(&mut walk.strays);
    for problem in stray::problems(&strays, effective, schemas) {
        walk.adopt(problem);
    }
    for conflict in schemas.conflicts() {
        walk.report_conflict(conflict, effective);
    }
    walk.problems
}

/// Something the schemas say against a configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// `schema-violation`, `schema-deprecated`, `unknown-key` or `secret-visible-to-frontend`.
    pub rule: RuleId,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence; no value of the configuration occurs in it.
    pub message: String,
    /// Where: the value, its key, or the nearest value above that has a place. `None` when all of it comes from
    /// the environment.
    pub place: Option<Place>,
    /// A few words for the label there; may be empty.
    pub note: String,
    /// What to write instead.
    pub help: Option<String>,
    /// The same as a change of the text, where one word takes the place of another.
    pub fix: Option<Fix>,
    /// The path it is about.
    pub path: ConfigPath,
    /// Whether something that is there is wrong, or something is not there.
    pub ground: Ground,
    /// The key of the value at `path` that is missing, where it is about that one key.
    pub missing: Option<Arc<str>>,
    /// The schemas that say so, without repetition.
    pub by: Vec<Reporter>,
}

impl Problem {
    /// The path of what is wrong or missing.
    pub fn full_path(&self) -> ConfigPath {
        match &self.missing {
            Some(key) => self.path.with(Part::Key(Arc::clone(key))),
            None => self.path.clone(),
        }
    }
}

/// What a problem stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// A value that is there.
    Presence,
    /// A value that is not there; a layer that is not seen might set it.
    Absence,
}
