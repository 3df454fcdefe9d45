//! Whether a value satisfies demands: yes, no, or not known.
//!
//! In: [`Demands`] and a value. Out: a [`Verdict`], and the first [`Fault`] of one schema. An open value is
//! never a fault. Bounded work: past [`MOST_STEPS`] the verdict is "not known".

use std::cell::{Cell, RefCell};
use std::collections::HashSet;

use super::coerce::coerce;
use super::demand::{Demand, Demands, KeyDemands};
use super::model::{Bound, Rare, Schema, Types};
use super::package::Standing;
use crate::backstage::value::{Kind, Value};
use crate::text::patterns::Patterns;

/// How many schemas may be held against values in one check. A real app needs some ten thousand; unions of
/// recursive types could ask for exponentially many.
const MOST_STEPS: u32 = 500_000;

/// How deep schemas may be nested in each other on the way to a verdict; unions that come back to themselves
/// would nest forever.
const MOST_DEPTH: u32 = 128;

/// Whether a value satisfies demands. Orders from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// It does.
    Valid,
    /// That depends on open values.
    Unknown,
    /// It does not, whatever the open values are.
    Invalid,
}

/// What one schema, children aside, finds wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Fault<'s> {
    /// It is of none of these types.
    Type(Types),
    /// It is none of these values.
    NotAllowed(&'s [serde_json::Value]),
    /// It is out of bounds.
    Bound(Bound, f64),
    /// It does not match this regular expression.
    Pattern(&'s str),
    /// Its items are not all different.
    Duplicates,
    /// It satisfies none of these schemas.
    NoneOf(&'s [Schema]),
    /// It satisfies several of these schemas where just one is wanted.
    SeveralOf(&'s [Schema]),
    /// It satisfies what it must not.
    Not,
    /// Nothing may stand here.
    Never,
}

/// Judges values; counts its steps.
#[derive(Debug, Default)]
pub(super) struct Judge {
    steps: Cell<u32>,
    depth: Cell<u32>,
}

impl Judge {
    /// Whether `value` satisfies all of `demands`.
    pub fn judge(&self, demands: &Demands<'_>, value: &Value) -> Verdict {
        let depth = self.depth.get();
        if depth == MOST_DEPTH {
            return Verdict::Unknown;
        }
        self.depth.set(depth + 1);
        let verdict = self.judge_here(demands, value);
        self.depth.set(depth);
        verdict
    }

    fn judge_here(&self, demands: &Demands<'_>, value: &Value) -> Verdict {
        let mut verdict = Verdict::Valid;
        for demand in demands.iter() {
            verdict = verdict.max(match self.own(demand, value) {
                Ok(verdict) => verdict,
                Err(_) => return Verdict::Invalid,
            });
            if missing_keys(demand.schema, value).next().is_some() {
                match demand.package.standing {
                    Standing::InForce => return Verdict::Invalid,
                    // Another version may require other keys.
                    Standing::OlderInUse | Standing::Untold | Standing::AnotherVersion => {
                        verdict = Verdict::Unknown;
                    }
                }
            }
        }
        match &value.kind {
            Kind::Object(object) => {
                for (key, child) in object {
                    verdict = verdict.max(self.child(demands.key(key), child));
                    if verdict == Verdict::Invalid {
                        break;
                    }
                }
            }
            Kind::Array(items) => {
                for (index, child) in items.iter().enumerate() {
                    verdict = verdict.max(self.child(demands.item(index), child));
                    if verdict == Verdict::Invalid {
                        break;
                    }
                }
            }
            _ => {}
        }
        verdict
    }

    fn child(&self, demands: KeyDemands<'_>, child: &Value) -> Verdict {
        match demands {
            KeyDemands::Judged(demands) if demands.is_empty() => Verdict::Valid,
            KeyDemands::Judged(demands) => self.judge(&demands, child),
            // An open value may vanish, and its key with it.
            KeyDemands::Refused(_) if child.as_open().is_some() => Verdict::Unknown,
            KeyDemands::Refused(_) => Verdict::Invalid,
        }
    }

    /// Whether `value` satisfies what the schema itself says of it: everything but required keys and what it
    /// says of keys and items.
    ///
    /// # Errors
    /// The first fault.
    pub fn own<'s>(&self, demand: Demand<'s>, value: &Value) -> Result<Verdict, Fault<'s>> {
        let schema = demand.schema;
        let steps = self.steps.get().saturating_add(1);
        self.steps.set(steps);
        if steps > MOST_STEPS {
            return Ok(Verdict::Unknown);
        }
        if value.as_open().is_some() {
            let free = *schema == Schema::default();
            return Ok(if free {
                Verdict::Valid
            } else {
                Verdict::Unknown
            });
        }
        let Some(value) = coerce(value, schema.types) else {
            return Err(Fault::Type(schema.types));
        };
        let value = &*value;
        let mut verdict = Verdict::Valid;
        if let Some(allowed) = &schema.allowed {
            let best = allowed.iter().map(|literal| equals(literal, value)).min();
            match best.unwrap_or(Verdict::Invalid) {
                Verdict::Invalid => return Err(Fault::NotAllowed(allowed)),
                other => verdict = verdict.max(other),
            }
        }
        if !schema.any_of.is_empty() {
            let branches = self.branches(demand, &schema.any_of, value);
            match branches.min().unwrap_or(Verdict::Invalid) {
                Verdict::Invalid => return Err(Fault::NoneOf(&schema.any_of)),
                other => verdict = verdict.max(other),
            }
        }
        match schema.rare.as_deref() {
            Some(rare) => Ok(verdict.max(self.rare(demand, rare, value)?)),
            None => Ok(verdict),
        }
    }

    /// The verdict on each branch of a union.
    pub fn branches<'a, 's: 'a>(
        &'a self,
        demand: Demand<'s>,
        branches: &'s [Schema],
        value: &'a Value,
    ) -> impl Iterator<Item = Verdict> + use<'a, 's> {
        branches.iter().map(move |schema| {
            let branch = Demands::of(Demand { schema, ..demand });
            self.judge(&branch, value)
        })
    }

    fn rare<'s>(
        &self,
        demand: Demand<'s>,
        rare: &'s Rare,
        value: &Value,
    ) -> Result<Verdict, Fault<'s>> {
        let mut verdict = Verdict::Valid;
        if rare.never {
            return Err(Fault::Never);
        }
        if let Some(not) = &rare.not {
            let inner = Demands::of(Demand {
                schema: not,
                ..demand
            });
            match self.judge(&inner, value) {
                Verdict::Valid => return Err(Fault::Not),
                Verdict::Unknown => verdict = Verdict::Unknown,
                Verdict::Invalid => {}
            }
        }
        if !rare.one_of.is_empty() {
            let all: Vec<_> = self.branches(demand, &rare.one_of, value).collect();
            let count = |wanted| all.iter().filter(|&&verdict| verdict == wanted).count();
            match (count(Verdict::Valid), count(Verdict::Unknown)) {
                (0, 0) => return Err(Fault::NoneOf(&rare.one_of)),
                (2.., _) => return Err(Fault::SeveralOf(&rare.one_of)),
                (1, 0) => {}
                _ => verdict = Verdict::Unknown,
            }
        }
        match &value.kind {
            Kind::String(text) => {
                if let Some(pattern) = &rare.pattern {
                    match matches_pattern(pattern, &text.value) {
                        Some(true) => {}
                        Some(false) => return Err(Fault::Pattern(pattern)),
                        None => verdict = Verdict::Unknown,
                    }
                }
            }
            Kind::Array(items) if rare.unique_items => {
                let mut seen = HashSet::new();
                if !items
                    .iter()
                    .filter_map(scalar)
                    .all(|item| seen.insert(item))
                {
                    return Err(Fault::Duplicates);
                }
            }
            _ => {}
        }
        let broken = rare
            .bounds
            .iter()
            .find(|(bound, limit)| !within(*bound, *limit, value));
        match broken {
            Some(&(bound, limit)) => Err(Fault::Bound(bound, limit)),
            None => Ok(verdict),
        }
    }
}

/// The keys that the schema requires and the object lacks; none when the value is no object.
pub(super) fn missing_keys<'a>(
    schema: &'a Schema,
    value: &'a Value,
) -> impl Iterator<Item = &'a str> {
    let object = value.as_object();
    let required = schema
        .required
        .iter()
        .filter(move |key| object.is_some_and(|object| !object.contains_key(&***key)));
    required.map(|key| &**key)
}

/// Whether a value is this literal.
fn equals(literal: &serde_json::Value, value: &Value) -> Verdict {
    use serde_json::Value as Json;
    let same = match (literal, &value.kind) {
        (_, Kind::Open(_)) => return Verdict::Unknown,
        (Json::Null, Kind::Null) => true,
        (Json::Bool(a), Kind::Bool(b)) => a == b,
        (Json::Number(a), Kind::Number(b)) => a.as_f64() == Some(*b),
        (Json::String(a), Kind::String(b)) => **a == *b.value,
        (Json::Array(a), Kind::Array(b)) if a.len() == b.len() => {
            let items = a.iter().zip(b).map(|(a, b)| equals(a, b));
            return items.max().unwrap_or(Verdict::Valid);
        }
        (Json::Object(a), Kind::Object(b)) if a.len() == b.len() => {
            let keys = a.iter().map(|(key, a)| match b.get(&**key) {
                Some(b) => equals(a, b),
                None => Verdict::Invalid,
            });
            return keys.max().unwrap_or(Verdict::Valid);
        }
        _ => false,
    };
    if same {
        Verdict::Valid
    } else {
        Verdict::Invalid
    }
}

/// A known scalar.
#[derive(PartialEq, Eq, Hash)]
enum Scalar<'v> {
    Null,
    Bool(bool),
    /// By its bits.
    Number(u64),
    String(&'v str),
}

/// A value as a scalar that is the same as another when they are equal; `None` for what is none, or equals nothing.
fn scalar(value: &Value) -> Option<Scalar<'_>> {
    match &value.kind {
        Kind::Null => Some(Scalar::Null),
        Kind::Bool(value) => Some(Scalar::Bool(*value)),
        Kind::Number(number) if number.is_nan() => None,
        // There are two zeros.
        Kind::Number(number) => Some(Scalar::Number((number + 0.0).to_bits())),
        Kind::String(text) => Some(Scalar::String(&text.value)),
        Kind::Open(_) | Kind::Array(_) | Kind::Object(_) => None,
    }
}

fn within(bound: Bound, limit: f64, value: &Value) -> bool {
    #[allow(clippy::cast_precision_loss)]
    let size = |size: usize| size as f64;
    match (bound, &value.kind) {
        (Bound::Minimum, Kind::Number(number)) => *number >= limit,
        (Bound::Maximum, Kind::Number(number)) => *number <= limit,
        (Bound::ExclusiveMinimum, Kind::Number(number)) => *number > limit,
        (Bound::ExclusiveMaximum, Kind::Number(number)) => *number < limit,
        (Bound::MultipleOf, Kind::Number(number)) => (number / limit).fract() == 0.0,
        (Bound::MinLength, Kind::String(text)) => size(text.value.chars().count()) >= limit,
        (Bound::MaxLength, Kind::String(text)) => size(text.value.chars().count()) <= limit,
        // An open item may vanish.
        (Bound::MinItems, Kind::Array(items)) => size(items.len()) >= limit,
        (Bound::MaxItems, Kind::Array(items)) => size(known(items.iter())) <= limit,
        (Bound::MinProperties, Kind::Object(object)) => size(object.len()) >= limit,
        (Bound::MaxProperties, Kind::Object(object)) => size(known(object.values())) <= limit,
        _ => true,
    }
}

fn known<'v>(values: impl Iterator<Item = &'v Value>) -> usize {
    values.filter(|value| value.as_open().is_none()).count()
}

/// Whether the text matches the regular expression somewhere; `None` when the expression is not one that can
/// be evaluated here (JavaScript's look-around, say).
pub(super) fn matches_pattern(pattern: &str, text: &str) -> Option<bool> {
    thread_local! {
        static PATTERNS: RefCell<Patterns> = RefCell::default();
    }
    PATTERNS.with_borrow_mut(|patterns| patterns.get(pattern).map(|regex| regex.is_match(text)))
}
