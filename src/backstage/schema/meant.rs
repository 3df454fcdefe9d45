//! Of a failed union, the branch the user meant.
//!
//! A union of twenty forms fails with twenty complaints, nineteen of them beside the point. The meant branch is
//! found by the kind of value, then by keys that tell the branches apart (`type`, `store`, `client`), then by
//! which branch knows most of what is written, then by which has least against it.

use super::coerce::coerce;
use super::demand::{Demand, Demands, KeyDemands};
use super::explain::{not_allowed, wanted_words, wrong_kind};
use super::model::Schema;
use super::walk::{Seen, UNION_DEPTH, Walk};
use crate::backstage::value::{Kind, Value};
use ::source::Part;

/// How many branches are held against a value to find the meant one.
const MOST_BRANCHES: usize = 64;

/// How deep what is written is held against the keys of a branch.
const FAMILIAR_DEPTH: u8 = 5;

/// Says what is wrong with a value that satisfies no branch of a union.
pub(super) fn union<'s>(
    walk: &mut Walk,
    demand: Demand<'s>,
    branches: &'s [Schema],
    value: &Value,
) {
    let all = branches.iter().take(MOST_BRANCHES);
    let all: Vec<Demands<'s>> = all
        .map(|schema| Demands::of(Demand { schema, ..demand }))
        .collect();
    if let Some(allowed) = literals_of_all(branches) {
        let saying = not_allowed(walk, &allowed, value);
        return walk.say(demand, saying);
    }
    let of_kind: Vec<&Demands<'s>> = all
        .iter()
        .filter(|branch| fits_kind(branch, value, UNION_DEPTH))
        .collect();
    if of_kind.is_empty() {
        let mut words = Vec::new();
        for schema in branches {
            wanted_words(Demand { schema, ..demand }, &mut words);
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let saying = wrong_kind(walk, &words, value);
        return walk.say(demand, saying);
    }
    match told_apart(&of_kind, value) {
        Told::Branches(branches) => least_complaints(walk, &branches, value),
        Told::Unknown(key, allowed, child) => {
            walk.path.push(Part::Key(key.into()));
            let saying = not_allowed(walk, &allowed, child);
            walk.say(demand, saying);
            walk.path.pop();
        }
    }
}

/// The values of a union of nothing but values.
fn literals_of_all(branches: &[Schema]) -> Option<Vec<serde_json::Value>> {
    let lists = branches.iter().map(|branch| branch.allowed.clone());
    lists
        .collect::<Option<Vec<_>>>()
        .map(|lists| lists.concat())
}

/// Whether a value is of a kind that a branch takes at all.
fn fits_kind(branch: &Demands<'_>, value: &Value, depth: u8) -> bool {
    depth == 0
        || branch.iter().all(|demand| {
            let schema = demand.schema;
            let of_branch =
                |schema| fits_kind(&Demands::of(Demand { schema, ..demand }), value, depth - 1);
            coerce(value, schema.types).is_some()
                && (schema.allowed.is_none() || value.as_object().is_none())
                && (schema.any_of.is_empty() || schema.any_of.iter().any(of_branch))
        })
}

/// What the keys that tell branches apart say.
enum Told<'a, 's, 'v> {
    /// One of these is meant.
    Branches(Vec<&'a Demands<'s>>),
    /// This key should be one of these values.
    Unknown(&'s str, Vec<serde_json::Value>, &'v Value),
}

fn told_apart<'a, 's, 'v>(branches: &[&'a Demands<'s>], value: &'v Value) -> Told<'a, 's, 'v> {
    let mut left = branches.to_vec();
    let mut keys: Vec<&'s str> = left.iter().flat_map(|branch| branch.known_keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        let Some(child) = value.get(key).filter(|child| child.as_open().is_none()) else {
            continue;
        };
        let literals: Vec<_> = left.iter().map(|branch| literals(branch, key)).collect();
        if left.len() < 2 || literals.iter().any(Option::is_none) {
            continue;
        }
        let matching: Vec<_> = left
            .iter()
            .zip(&literals)
            .filter(|(_, literals)| is_one_of(child, literals.as_deref().unwrap_or_default()))
            .map(|(branch, _)| *branch)
            .collect();
        if matching.is_empty() {
            let mut allowed: Vec<serde_json::Value> = Vec::new();
            for literal in literals.into_iter().flatten().flatten() {
                if !allowed.contains(&literal) {
                    allowed.push(literal);
                }
            }
            return Told::Unknown(key, allowed, child);
        }
        left = matching;
    }
    Told::Branches(left)
}

/// The values a branch allows for a key, when it is a key of fixed values there.
fn literals(branch: &Demands<'_>, key: &str) -> Option<Vec<serde_json::Value>> {
    let KeyDemands::Judged(demands) = branch.key(key) else {
        return None;
    };
    demands
        .iter()
        .find_map(|demand| match &demand.schema.allowed {
            Some(allowed) => Some(allowed.clone()),
            None => literals_of_all(&demand.schema.any_of).filter(|all| !all.is_empty()),
        })
}

fn is_one_of(value: &Value, literals: &[serde_json::Value]) -> bool {
    literals.iter().any(|literal| match literal {
        serde_json::Value::String(text) => value.as_str() == Some(text),
        serde_json::Value::Bool(flag) => value.as_bool() == Some(*flag),
        serde_json::Value::Number(number) => value.as_number() == number.as_f64(),
        _ => false,
    })
}

/// How many of the keys in a value, at any depth, a branch describes by name, where the value of the key is of a kind
/// that the branch takes. One provider and a map of providers both take an object of objects; only one of them knows
/// what is inside.
fn familiar_keys(branch: &Demands<'_>, value: &Value, depth: u8) -> usize {
    if depth == 0 {
        return 0;
    }
    if let Kind::Array(items) = &value.kind {
        let of_item = |(index, item): (usize, &Value)| match branch.item(index) {
            KeyDemands::Judged(demands) => familiar_keys(&demands, item, depth - 1),
            KeyDemands::Refused(_) => 0,
        };
        return items
            .iter()
            .take(MOST_BRANCHES)
            .enumerate()
            .map(of_item)
            .sum();
    }
    let Some(object) = value.as_object() else {
        return 0;
    };
    let own = object.iter().take(MOST_BRANCHES).map(|(key, child)| {
        let KeyDemands::Judged(demands) = branch.key(key) else {
            return 0;
        };
        if !fits_kind(&demands, child, UNION_DEPTH) {
            return 0;
        }
        let is_named = branch.known_keys().any(|known| *known == **key);
        usize::from(is_named) + familiar_keys(&demands, child, depth - 1)
    });
    let own: usize = own.sum();
    let inner = branch.iter().flat_map(|demand| {
        let branches = demand.schema.any_of.iter().take(MOST_BRANCHES);
        branches.map(move |schema| {
            let inner = Demands::of(Demand { schema, ..demand });
            familiar_keys(&inner, value, depth - 1)
        })
    });
    own + inner.max().unwrap_or_default()
}

/// Says what the branch has to say that has least to say.
fn least_complaints<'s>(walk: &mut Walk, branches: &[&Demands<'s>], value: &Value) {
    let nothing = Demands::default();
    let complaints = branches.iter().map(|branch| {
        let mut trial = Walk::new(walk.nearest);
        trial.path.clone_from(&walk.path);
        trial.value(branch, &nothing, value, Seen::default());
        let known = value.as_object().map_or(0, |object| {
            let known = |key: &str| branch.known_keys().any(|own| own == key);
            object.keys().filter(|key| known(key)).count()
        });
        let strange = usize::MAX - familiar_keys(branch, value, FAMILIAR_DEPTH);
        let rank = (strange, trial.problems.len(), usize::MAX - known);
        (rank, trial.problems)
    });
    let least = complaints.min_by_key(|(rank, _)| *rank);
    for problem in least.into_iter().flat_map(|(_, problems)| problems) {
        walk.adopt(problem);
    }
}
