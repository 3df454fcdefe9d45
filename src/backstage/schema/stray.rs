//! Where a key that no schema knows belongs.
//!
//! In: keys that the walk could make nothing of, the effective config and the schemas. Out: a problem for each that is
//! known by its very name nearby: one level up or further, below a sibling, or in another section. Never: a key whose
//! value would not fit there.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::check::{Ground, Problem};
use super::demand::{Demand, Demands, KeyDemands};
use super::explain;
use super::judge::{Judge, Verdict};
use super::packages::Schemas;
use crate::backstage::value::{Kind, Object, Value};
use crate::finding::{Reporter, RuleId, Severity};
use ::source::{ConfigPath, Part};

/// Names that so many things have that a simple value under one of them tells nothing.
const GENERIC: [&str; 16] = [
    "baseUrl",
    "description",
    "enabled",
    "host",
    "id",
    "key",
    "label",
    "name",
    "path",
    "port",
    "schedule",
    "target",
    "title",
    "token",
    "type",
    "url",
];

/// Objects that are handed on to a driver, a library or a loader of plugins, which knows more keys than the schema.
const HANDED_ON: [&str; 6] = [
    "connection",
    "dynamicPlugins",
    "knexConfig",
    "proxy",
    "clientOptions",
    "options",
];

/// How many stray keys are looked into: each is compared with all that is known around it.
const MOST: usize = 200;

/// The problems of keys that belong elsewhere.
pub(super) fn problems(
    strays: &[ConfigPath],
    effective: &Value,
    schemas: &Schemas,
) -> Vec<Problem> {
    let search = Search {
        schemas,
        judge: Judge::default(),
    };
    let strays = strays.iter().take(MOST);
    strays
        .filter_map(|path| search.problem(path, effective))
        .collect()
}

struct Search<'s> {
    schemas: &'s Schemas,
    judge: Judge,
}

impl<'s> Search<'s> {
    fn problem(&self, path: &ConfigPath, effective: &Value) -> Option<Problem> {
        let (Part::Key(key), parent) = path.parts().split_last()? else {
            return None;
        };
        let hands_on = |part: &Part| matches!(part, Part::Key(key) if HANDED_ON.contains(&&**key));
        if parent.iter().any(hands_on) {
            return None;
        }
        let value = effective.at_path(path.parts())?;
        let home = self.home(key, parent, value, effective)?;
        let package = self.known(&home, key)?.iter().next()?.package.label();
        let meant = home
            .iter()
            .fold(ConfigPath::root(), |path, part| path.with(part.clone()));
        let meant = meant.with(Part::Key(Arc::clone(key)));
        Some(Problem {
            rule: RuleId::loader(explain::UNKNOWN_KEY),
            severity: Severity::Warning,
            message: format!("`{path}` is ignored; it belongs in `{meant}`"),
            place: value.key_place().or(value.place()),
            note: "misplaced".into(),
            help: Some(format!("Move it to `{meant}`.")),
            fix: None,
            path: path.clone(),
            ground: Ground::Presence,
            missing: None,
            by: vec![Reporter::Package(package)],
        })
    }

    /// The object in which the key is known, and in which its value fits.
    fn home(
        &self,
        key: &str,
        parent: &[Part],
        value: &Value,
        effective: &Value,
    ) -> Option<Vec<Part>> {
        let fits = |home: &[Part]| {
            self.known(home, key)
                .is_some_and(|known| self.fits(key, &known, value))
        };
        // Too deep: the nearest level above that knows it.
        let above = (0..parent.len())
            .rev()
            .filter_map(|depth| parent.get(..depth));
        if let Some(home) = above.into_iter().find(|home| fits(home)) {
            return Some(home.to_vec());
        }
        // In a section of the wrong section: `backend.auth.session` for `auth.session`.
        if let Some((_, rest)) = parent.split_first()
            && !rest.is_empty()
            && fits(rest)
        {
            return Some(rest.to_vec());
        }
        // Not deep enough, or in the wrong section.
        let is_mapping = value.as_object().is_some();
        let below = self.only_child(parent, effective, is_mapping, &fits);
        let is_near_root = parent.len() < 2 && is_mapping;
        below.or_else(|| {
            is_near_root
                .then(|| self.only_child(&[], effective, is_mapping, &fits))
                .flatten()
        })
    }

    /// The one object below `parent` that satisfies; where several do, the one that is set.
    fn only_child(
        &self,
        parent: &[Part],
        effective: &Value,
        is_mapping: bool,
        fits: &dyn Fn(&[Part]) -> bool,
    ) -> Option<Vec<Part>> {
        let child = |key: &str| {
            let mut child = parent.to_vec();
            child.push(Part::Key(key.into()));
            child
        };
        let known = self.keys_of(parent);
        let mut fitting: Vec<Vec<Part>> = known
            .into_iter()
            .map(child)
            .filter(|child| fits(child))
            .collect();
        // A mapping tells by its keys where it belongs; a list or a simple value only where that place is in use.
        if fitting.len() > 1 || !is_mapping {
            fitting.retain(|home| effective.at_path(home).is_some());
        }
        match fitting.len() {
            1 => fitting.pop(),
            _ => None,
        }
    }

    /// The keys that are known in an object.
    fn keys_of(&self, object: &[Part]) -> BTreeSet<&'s str> {
        if object.is_empty() {
            let packages = self.schemas.packages().iter();
            return packages
                .flat_map(|package| package.keys())
                .map(|key| &**key)
                .collect();
        }
        self.demands(object).known_keys().collect()
    }

    /// What is demanded of a key in an object; `None` where no schema names it there.
    fn known(&self, object: &[Part], key: &str) -> Option<Demands<'s>> {
        if !object.is_empty() && !self.demands(object).known_keys().any(|known| known == key) {
            return None;
        }
        let mut path = object.to_vec();
        path.push(Part::Key(key.into()));
        let demands = self.demands(&path);
        (!demands.is_empty()).then_some(demands)
    }

    /// What is demanded at a path.
    fn demands(&self, path: &[Part]) -> Demands<'s> {
        let mut demands = Demands::default();
        let Some((Part::Key(first), rest)) = path.split_first() else {
            return demands;
        };
        for package in self.schemas.packages() {
            if !package.keys().iter().any(|key| key == first) {
                continue;
            }
            let root = Demands::of(Demand {
                schema: package.schema(),
                package,
            });
            if let KeyDemands::Judged(found) = root.key(first) {
                found.iter().for_each(|demand| demands.add(demand));
            }
        }
        for part in rest {
            let next = match part {
                Part::Key(key) => demands.key(key),
                Part::Item(index) => demands.item(*index),
            };
            demands = match next {
                KeyDemands::Judged(demands) => demands,
                KeyDemands::Refused(_) => Demands::default(),
            };
        }
        demands
    }

    /// Whether a value could stand there: a mapping has only keys that are known there, and anything else is no more
    /// than the schema allows, under a name that says something.
    fn fits(&self, key: &str, known: &Demands<'s>, value: &Value) -> bool {
        if self.judge.judge(known, value) == Verdict::Invalid {
            return false;
        }
        match &value.kind {
            // What an open value holds is not known, nor whether it would fit.
            Kind::Null | Kind::Open(_) => false,
            Kind::Object(object) => !object.is_empty() && knows_all(known, object, false),
            Kind::Array(items) => !items.is_empty() && !GENERIC.contains(&key),
            _ => !GENERIC.contains(&key),
        }
    }
}

/// Whether every key of a mapping and of the mappings in it is known there. At the top of what is moved, a key that any
/// other would do for as well tells nothing.
fn knows_all(known: &Demands<'_>, object: &Object, free: bool) -> bool {
    object.iter().all(|(key, value)| {
        let is_named = known.known_keys().any(|known| *known == **key);
        let below = match known.key(key) {
            KeyDemands::Judged(below) => below,
            KeyDemands::Refused(_) => return false,
        };
        (is_named || free && known.is_map())
            && value
                .as_object()
                .is_none_or(|object| below.is_empty() || knows_all(&below, object, true))
    })
}
