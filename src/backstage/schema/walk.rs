//! A walk down a configuration with the demands of all packages side by side.
//!
//! In: demands and a value. Out: what they say against it and everything below. Never: which packages speak about a
//! top-level key; `check` asks them.

use std::sync::Arc;

use super::check::{Ground, Problem};
use super::conflicts::Conflict;
use super::demand::{Demand, Demands, KeyDemands};
use super::explain;
use super::judge::{Fault, Judge, Verdict, missing_keys};
use super::model::{Schema, Visibility};
use super::package::Standing;
use super::packages::Schemas;
use crate::backstage::value::{Kind, Object, Value};
use crate::finding::{Fix, Reporter, RuleId, Severity};
use crate::text::Place;
use ::source::{ConfigPath, Part};

/// How many unions directly within unions are looked into for what they describe.
pub(super) const UNION_DEPTH: u8 = 8;

/// With more top-level keys than this no misspelt ones are looked for: each is compared with every known one, and
/// no config of an app has so many.
const MOST_TOP_LEVEL_KEYS: usize = 2_000;

/// The visibilities that schemas give a value, inherited ones included.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    /// A union above has no form that the value has: what its forms say of the keys below is not said of this value.
    formless: bool,
    frontend: bool,
    secret: bool,
    reported: bool,
}

/// What is said about one place before it is known which packages say it.
pub(super) struct Saying {
    pub rule: &'static str,
    pub message: String,
    pub place: Option<Place>,
    pub note: String,
    pub help: Option<String>,
    pub fix: Option<Fix>,
    pub ground: Ground,
    /// The key that is missing, where it is about that one key.
    pub missing: Option<Arc<str>>,
    /// It refuses what another version may well know: a key of which the known one is the plural, singular or longer form,
    /// or a value that is not even close to those that are allowed.
    pub other_may_know: bool,
}

/// A walk down a configuration with all demands side by side.
pub(super) struct Walk {
    pub judge: Judge,
    pub path: ConfigPath,
    pub problems: Vec<Problem>,
    /// Keys that no schema knows, nor any name much like them.
    pub strays: Vec<ConfigPath>,
    /// The nearest place for values that have none.
    pub nearest: Option<Place>,
}

impl Walk {
    pub fn new(nearest: Option<Place>) -> Self {
        Self {
            judge: Judge::default(),
            path: ConfigPath::root(),
            problems: Vec::new(),
            strays: Vec::new(),
            nearest,
        }
    }

    /// Goes one step down for the time of `inner`.
    pub fn step(&mut self, part: Part, value: &Value, inner: impl FnOnce(&mut Self)) {
        let nearest = self.nearest;
        self.nearest = value.key_place().or(value.place()).or(nearest);
        self.path.push(part);
        inner(self);
        self.path.pop();
        self.nearest = nearest;
    }

    /// Checks one value: `judged` must hold; `described` is what unions that do hold say about it.
    pub fn value(
        &mut self,
        judged: &Demands<'_>,
        described: &Demands<'_>,
        value: &Value,
        seen: Seen,
    ) {
        if judged.is_empty() && described.is_empty() {
            return;
        }
        let mut seen = self.remarks(judged, described, value, seen);
        let mut described = described.clone();
        let mut mistyped = false;
        for demand in judged.iter() {
            match self.judge.own(demand, value) {
                Ok(_) => self.describe(demand, value, &mut described, UNION_DEPTH),
                Err(fault) => {
                    mistyped |= matches!(fault, Fault::Type(_));
                    seen.formless |= matches!(fault, Fault::NoneOf(_));
                    self.fault(demand, fault, value, &mut described);
                }
            }
            self.report_missing(demand, value);
        }
        if mistyped {
            return;
        }
        match &value.kind {
            Kind::Object(object) => {
                for (key, child) in object {
                    self.key(judged, &described, key, child, value, seen);
                }
            }
            Kind::Array(items) => {
                for (index, child) in items.iter().enumerate() {
                    self.item(judged, &described, index, child, seen);
                }
            }
            _ => {}
        }
    }

    fn key(
        &mut self,
        judged: &Demands<'_>,
        described: &Demands<'_>,
        key: &Arc<str>,
        child: &Value,
        parent: &Value,
        seen: Seen,
    ) {
        let known_below = match described.key(key) {
            KeyDemands::Judged(demands) => demands,
            KeyDemands::Refused(_) => Demands::default(),
        };
        let part = Part::Key(key.clone());
        match judged.key(key) {
            KeyDemands::Refused(by) if known_below.is_empty() && child.as_open().is_none() => {
                self.step(part, child, |walk| {
                    let saying = explain::refused(walk, &[judged, described], key, child, parent);
                    walk.say(by, saying);
                });
            }
            KeyDemands::Refused(_) => {}
            KeyDemands::Judged(demands) => self.step(part, child, |walk| {
                if demands.is_empty() && known_below.is_empty() {
                    walk.unknown_key(&[judged, described], key, child, parent);
                } else {
                    walk.value(&demands, &known_below, child, seen);
                }
            }),
        }
    }

    fn item(
        &mut self,
        judged: &Demands<'_>,
        described: &Demands<'_>,
        index: usize,
        child: &Value,
        seen: Seen,
    ) {
        let known_below = match described.item(index) {
            KeyDemands::Judged(demands) => demands,
            KeyDemands::Refused(_) => Demands::default(),
        };
        self.step(Part::Item(index), child, |walk| match judged.item(index) {
            KeyDemands::Judged(demands) => walk.value(&demands, &known_below, child, seen),
            KeyDemands::Refused(by) => {
                let saying = explain::too_many_items(walk, child);
                walk.say(by, saying);
            }
        });
    }

    /// Adds what the branches of a demand's unions say, where they are not ruled out.
    fn describe<'s>(
        &self,
        demand: Demand<'s>,
        value: &Value,
        described: &mut Demands<'s>,
        depth: u8,
    ) {
        if depth == 0 {
            return;
        }
        let one_of = demand.schema.rare.iter().flat_map(|rare| &rare.one_of);
        for schema in demand.schema.any_of.iter().chain(one_of) {
            let demand = Demand { schema, ..demand };
            let branch = Demands::of(demand);
            if self.judge.judge(&branch, value) != Verdict::Invalid {
                for inner in branch.iter() {
                    described.add_flat(inner);
                    self.describe(inner, value, described, depth - 1);
                }
            }
        }
    }

    fn fault<'s>(
        &mut self,
        demand: Demand<'s>,
        fault: Fault<'s>,
        value: &Value,
        described: &mut Demands<'s>,
    ) {
        if let Fault::NoneOf(branches) = fault {
            // Which keys are known is asked of every branch: the union is reported already.
            for schema in branches {
                for inner in Demands::of(Demand { schema, ..demand }).iter() {
                    described.add_flat(inner);
                }
            }
            explain::union(self, demand, branches, value);
        } else {
            let saying = explain::fault(self, demand.schema, fault, value);
            self.say(demand, saying);
        }
    }

    pub fn report_missing(&mut self, demand: Demand<'_>, value: &Value) {
        let standing = demand.package.standing;
        if matches!(standing, Standing::AnotherVersion | Standing::OlderInUse) {
            return;
        }
        let keys: Vec<&str> = missing_keys(demand.schema, value).collect();
        if !keys.is_empty() {
            let mut saying = explain::missing(self, &keys, keys.len(), value);
            if let ([key], Some(object)) = (&*keys, value.as_object()) {
                let demands = Demands::of(demand);
                let fits = |fix: &Fix| {
                    let is_renamed = |child: &&Value| {
                        let place = child.key_place();
                        fix.edits.iter().any(|edit| place == Some(edit.place))
                    };
                    let mut renamed = object.values().filter(is_renamed);
                    renamed.all(|child| self.fits(&[&demands], key, child))
                };
                saying.fix = saying.fix.filter(fits);
            }
            self.say(demand, saying);
        }
    }

    /// Whether a value may be that of a known key, as far as it is known. What is required of it may be missing.
    pub fn fits(&self, known: &[&Demands<'_>], key: &str, value: &Value) -> bool {
        let mut demands = known.iter().map(|demands| demands.key(key));
        demands.all(|demands| match demands {
            KeyDemands::Judged(demands) => self.judge.judge(&demands, value) != Verdict::Invalid,
            KeyDemands::Refused(_) => true,
        })
    }

    /// Deprecation and visibility, which are said of a value whether or not it is right.
    fn remarks(
        &mut self,
        judged: &Demands<'_>,
        described: &Demands<'_>,
        value: &Value,
        mut seen: Seen,
    ) -> Seen {
        let mut deepest = seen;
        let in_force = judged.iter().map(|demand| (demand, true));
        let of_forms = described.iter().map(|demand| (demand, !seen.formless));
        for (demand, speaks_of_this) in in_force.chain(of_forms) {
            let Schema {
                visibility,
                deep_visibility,
                deprecated,
                ..
            } = demand.schema;
            if let Some(reason) = deprecated.as_deref().filter(|_| speaks_of_this) {
                let saying = explain::deprecated(self, demand.schema, reason, value);
                self.say(demand, saying);
            }
            for given in [visibility, deep_visibility].into_iter().flatten() {
                seen.frontend |= *given == Visibility::Frontend;
                seen.secret |= *given == Visibility::Secret;
            }
            if let Some(given) = deep_visibility {
                deepest.frontend |= *given == Visibility::Frontend;
                deepest.secret |= *given == Visibility::Secret;
            }
            if seen.frontend && seen.secret && !seen.reported {
                let saying = explain::visible_secret(self, value);
                self.say(demand, saying);
                seen.reported = true;
            }
        }
        deepest.reported = seen.reported;
        deepest
    }

    fn unknown_key(&mut self, known: &[&Demands<'_>], key: &str, child: &Value, parent: &Value) {
        // What is below it is handed to plugins that are loaded at run time, whose schemas are not those here.
        let hands_on = |part: &Part| matches!(part, Part::Key(key) if **key == *"dynamicPlugins");
        if known.iter().any(|demands| demands.is_map()) || self.path.parts().iter().any(hands_on) {
            return;
        }
        let Some(by) = known.iter().find_map(|demands| {
            demands
                .iter()
                .find(|demand| !demand.schema.properties.is_empty())
        }) else {
            return;
        };
        if let Some((saying, nearest)) = explain::unknown(self, known, key, child, parent) {
            let owner = known.iter().find_map(|demands| {
                demands
                    .iter()
                    .find(|demand| demand.schema.properties.contains_key(nearest))
            });
            self.say(owner.unwrap_or(by), saying);
        } else {
            self.strays.push(self.path.clone());
        }
    }

    /// A top-level key that no package speaks about.
    pub fn top_level_key(
        &mut self,
        key: &Arc<str>,
        value: &Value,
        object: &Object,
        schemas: &Schemas,
    ) {
        if object.len() > MOST_TOP_LEVEL_KEYS {
            return;
        }
        let known = schemas.packages().iter().flat_map(|package| package.keys());
        let candidates = known
            .map(|key| &**key)
            .filter(|known| explain::may_be_meant(known, object.get(*known), key, value));
        let Some(nearest) = explain::misspelling_of(key, candidates) else {
            self.strays.push(self.path.with(Part::Key(key.clone())));
            return;
        };
        let Some(package) = schemas.about(nearest).next() else {
            return;
        };
        self.step(Part::Key(key.clone()), value, |walk| {
            // A section of the root is not renamed by an ending from one version to the next.
            let mut saying = Saying {
                other_may_know: false,
                ..explain::misspelt(walk, nearest, value)
            };
            let demand = Demand {
                schema: package.schema(),
                package,
            };
            let fits = walk.fits(&[&Demands::of(demand)], nearest, value);
            saying.fix = saying.fix.filter(|_| fits);
            walk.say(demand, saying);
        });
    }

    /// Says that schemas contradict each other about a value, whether or not it is there: the app does not start
    /// either way. To what the walk has said of one that is there it adds the packages.
    pub fn report_conflict(&mut self, conflict: &Conflict, effective: &Value) {
        let parts = conflict.path.iter().cloned().map(Part::Key);
        let path = parts.fold(ConfigPath::root(), |path, part| path.with(part));
        let says_so = |said: &Problem| {
            said.rule.as_str() == explain::VISIBLE_SECRET
                && said.path != path
                && path.parts().starts_with(said.path.parts())
        };
        if self.problems.iter().any(says_so) {
            return;
        }
        let mut nearest = effective;
        for key in &conflict.path {
            match nearest.get(key) {
                Some(value) => nearest = value,
                None => break,
            }
        }
        let above = std::mem::replace(&mut self.path, path);
        let saying = explain::visible_secret(self, nearest);
        let path = std::mem::replace(&mut self.path, above);
        self.adopt(Problem {
            rule: RuleId::loader(saying.rule),
            severity: Severity::Error,
            message: saying.message,
            place: saying.place.or(self.nearest),
            note: saying.note,
            help: saying.help,
            fix: saying.fix,
            path,
            ground: saying.ground,
            missing: saying.missing,
            by: conflict
                .packages
                .iter()
                .cloned()
                .map(Reporter::Package)
                .collect(),
        });
    }

    /// Notes a problem, or one more package that says the same.
    pub fn say(&mut self, demand: Demand<'_>, saying: Saying) {
        let package = demand.package;
        // What a newer schema deprecates or has renamed may be all that the version in use knows.
        let is_advice = match package.standing {
            Standing::OlderInUse => saying.rule == explain::DEPRECATED || saying.other_may_know,
            Standing::Untold => saying.rule == explain::DEPRECATED,
            Standing::AnotherVersion | Standing::InForce => false,
        };
        if is_advice {
            return;
        }
        let severity = match (saying.rule, package.standing) {
            // Whether the version in use deprecates it too is not known.
            (explain::DEPRECATED, Standing::AnotherVersion) => Severity::Info,
            // Another version may know it, or do without.
            (_, Standing::Untold) if saying.other_may_know || saying.ground == Ground::Absence => {
                Severity::Info
            }
            (explain::DEPRECATED | explain::UNKNOWN_KEY, _) => Severity::Warning,
            (_, Standing::InForce) => Severity::Error,
            (_, _) => Severity::Warning,
        };
        self.adopt(Problem {
            rule: RuleId::loader(saying.rule),
            severity,
            message: saying.message,
            place: saying.place.or(self.nearest),
            note: saying.note,
            help: saying.help,
            fix: saying.fix,
            path: self.path.clone(),
            ground: saying.ground,
            missing: saying.missing,
            by: vec![Reporter::Package(package.label())],
        });
    }

    /// Adds a problem, or its schemas to the problem that says the same.
    pub fn adopt(&mut self, new: Problem) {
        let same = self.problems.iter_mut().find(|problem| {
            problem.path == new.path && problem.rule == new.rule && problem.message == new.message
        });
        let Some(problem) = same else {
            return self.problems.push(new);
        };
        problem.severity = problem.severity.max(new.severity);
        for by in new.by {
            if !problem.by.contains(&by) {
                problem.by.push(by);
            }
        }
    }
}
