//! Whether an error holds whatever the open values turn out to be.
//!
//! The validator sees a stand-in where a value is open. An error counts only when it would be there for every value that
//! the open ones may have, and also when they vanish. Three things decide that:
//!
//! 1. **The way to the keyword.** A schema below `then` or `else` is in force only by what `if` says of the value there,
//!    and one below `dependentSchemas` only when its key is there. Where an open value is in the value that is asked, or
//!    the key's value is open, nothing below counts. Items move up when one before them vanishes, so that an error in an
//!    item that is judged by its position does not count behind an open one.
//! 2. **What the keyword reads.** `type` reads the value itself, `required` the keys, `enum` everything below: an error
//!    counts when nothing that its keyword reads is open. A number of keys or items is too small when it is with all the
//!    open ones, and too large when it is without them.
//! 3. **Unions.** No branch of `anyOf` or `oneOf` holds when each has an error that counts. That several hold, and that
//!    `not`, `contains` or `unevaluated…` fails, counts only where nothing below is open.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;

use super::instance::{has_open, is_open, step, steps};
use super::words::types_of;
use crate::backstage::schema::check::Ground;
use crate::backstage::schema::coerce::coerce;
use crate::backstage::value::{Kind, Value};

/// A configuration that is judged.
#[derive(Clone, Copy)]
pub(super) struct Judged<'v> {
    /// All of it.
    pub root: &'v Value,
    /// Whether some schema judges list items by their position.
    pub has_tuples: bool,
    /// Whether values are converted first, as the app does by its own schemas: `"5432"` is a number there.
    pub converts: bool,
    /// Whether objects may have further keys, which an open value between two layers brings.
    pub may_have_more: &'v dyn Fn(&[String]) -> bool,
}

impl<'v> Judged<'v> {
    /// What an error stands on; `None` when an open value could make it go away.
    pub fn evidence(&self, error: &ValidationError<'_>) -> Option<Ground> {
        let way = self.way(error)?;
        let own = self.own(error, &way)?;
        match way.is_conditional {
            true => Some(Ground::Absence),
            false => Some(own),
        }
    }

    /// The value that an error is about.
    pub fn value(&self, error: &ValidationError<'_>) -> Option<&'v Value> {
        let steps = steps(error.instance_path());
        steps
            .iter()
            .try_fold(self.root, |value, key| step(value, key))
    }

    /// Follows the keywords from the root to the one that failed, and the value along with them.
    fn way(&self, error: &ValidationError<'_>) -> Option<Way<'v>> {
        let mut value = self.root;
        let mut is_conditional = false;
        let mut down = steps(error.instance_path()).into_iter().peekable();
        let mut keywords = steps(error.evaluation_path()).into_iter().peekable();
        while let Some(keyword) = keywords.next() {
            let goes_down = down.peek().is_some() || keywords.peek().is_some();
            match &*keyword {
                "allOf" | "anyOf" | "oneOf" | "$defs" | "definitions" => {
                    keywords.next();
                }
                "then" | "else" => {
                    if has_open(value) {
                        return None;
                    }
                    is_conditional = true;
                }
                "dependentSchemas" | "dependencies" | "dependentRequired" => {
                    let is_known = match keywords.next() {
                        Some(key) => value.get(&key).is_some_and(|value| !is_open(value)),
                        // Which key asks is not said.
                        None => !children(value).into_iter().any(is_open),
                    };
                    if !is_known {
                        return None;
                    }
                    is_conditional = true;
                }
                "properties" | "patternProperties" => {
                    keywords.next();
                    value = step(value, &down.next()?)?;
                }
                "additionalProperties" | "unevaluatedProperties" if goes_down => {
                    if keyword == "unevaluatedProperties" && has_open(value) {
                        return None;
                    }
                    value = step(value, &down.next()?)?;
                }
                "items" | "prefixItems" | "additionalItems" | "unevaluatedItems" if goes_down => {
                    let by_position = keywords.peek().is_some_and(|next| is_index(next));
                    if by_position {
                        keywords.next();
                    }
                    let next = down.next()?;
                    let is_moved = by_position || keyword != "items" || self.has_tuples;
                    if is_moved && is_behind_open(value, &next) {
                        return None;
                    }
                    if keyword == "unevaluatedItems" && has_open(value) {
                        return None;
                    }
                    value = step(value, &next)?;
                }
                // References, and the keyword that failed.
                _ => {}
            }
        }
        match down.next() {
            None => Some(Way {
                value,
                is_conditional,
            }),
            Some(_) => self.way_lost(error),
        }
    }

    /// A way that is not understood counts only where nothing at all is open.
    fn way_lost(&self, error: &ValidationError<'_>) -> Option<Way<'v>> {
        let value = self.value(error)?;
        (!has_open(self.root)).then_some(Way {
            value,
            is_conditional: true,
        })
    }

    /// Whether the keyword fails whatever the open values are, where it is in force.
    fn own(&self, error: &ValidationError<'_>, way: &Way<'v>) -> Option<Ground> {
        use ValidationErrorKind as Failed;
        let value = way.value;
        if is_open(value) {
            return None;
        }
        let when = |holds: bool, ground: Ground| holds.then_some(ground);
        let is_whole = || !self.may_have_more(error);
        match error.kind() {
            Failed::AdditionalProperties { unexpected } => when(
                self.known_keys(value, unexpected).next().is_some(),
                Ground::Presence,
            ),
            Failed::Required { .. } => when(is_whole(), Ground::Absence),
            Failed::MinProperties { .. } => when(is_whole(), Ground::Absence),
            Failed::MinItems { .. } => Some(Ground::Absence),
            Failed::MaxProperties { limit } | Failed::MaxItems { limit } => {
                when(known_children(value) as u64 > *limit, Ground::Presence)
            }
            Failed::AdditionalItems { limit } => {
                when(known_children(value) > *limit, Ground::Presence)
            }
            Failed::UniqueItems => when(has_known_twins(value), Ground::Presence),
            Failed::PropertyNames { error } => {
                let key = error.instance();
                let key = key.as_str().and_then(|key| value.get(key));
                when(key.is_some_and(|value| !is_open(value)), Ground::Presence)
            }
            Failed::AnyOf { context } | Failed::OneOfNotValid { context } => {
                self.no_branch(context)
            }
            Failed::Constant { expected_value }
                if self.is_converted(value, [&**expected_value]) =>
            {
                None
            }
            Failed::Enum { options }
                if self.is_converted(value, options.as_array().into_iter().flatten()) =>
            {
                None
            }
            Failed::Type { kind } if self.converts && coerce(value, types_of(kind)).is_some() => {
                None
            }
            Failed::Constant { .. }
            | Failed::Enum { .. }
            | Failed::Not { .. }
            | Failed::OneOfMultipleValid { .. }
            | Failed::Custom { .. } => when(!has_open(value) && is_whole(), Ground::Presence),
            Failed::Contains
            | Failed::UnevaluatedItems { .. }
            | Failed::UnevaluatedProperties { .. } => {
                when(!has_open(value) && is_whole(), Ground::Absence)
            }
            // Faults of the schema or of the engine say nothing about the configuration.
            Failed::BacktrackLimitExceeded { .. }
            | Failed::RegexEngineFailure { .. }
            | Failed::Referencing(_) => None,
            // What reads nothing but the value itself.
            Failed::ContentEncoding { .. }
            | Failed::ContentMediaType { .. }
            | Failed::ExclusiveMaximum { .. }
            | Failed::ExclusiveMinimum { .. }
            | Failed::FalseSchema
            | Failed::Format { .. }
            | Failed::FromUtf8 { .. }
            | Failed::Maximum { .. }
            | Failed::MaxLength { .. }
            | Failed::Minimum { .. }
            | Failed::MinLength { .. }
            | Failed::MultipleOf { .. }
            | Failed::Pattern { .. }
            | Failed::Type { .. } => Some(Ground::Presence),
        }
    }

    /// Whether a scalar is one of these once it is converted.
    fn is_converted<'o>(
        &self,
        value: &Value,
        allowed: impl IntoIterator<Item = &'o serde_json::Value>,
    ) -> bool {
        let text = |json: &serde_json::Value| match json {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let own = text(&super::instance::json(value));
        let is_scalar = children(value).is_empty();
        self.converts && is_scalar && allowed.into_iter().any(|one| text(one) == own)
    }

    /// No branch holds when each has an error that counts. What a branch lacks another layer may set.
    fn no_branch(&self, context: &[Vec<ValidationError<'static>>]) -> Option<Ground> {
        let mut ground = Ground::Presence;
        for branch in context {
            let mut counted = branch.iter().filter_map(|error| self.evidence(error));
            let first = counted.next()?;
            if first != Ground::Presence && !counted.any(|ground| ground == Ground::Presence) {
                ground = Ground::Absence;
            }
        }
        Some(ground)
    }

    fn may_have_more(&self, error: &ValidationError<'_>) -> bool {
        (self.may_have_more)(&steps(error.instance_path()))
    }

    /// Of some keys of an object, those that are there whatever the open values are.
    pub fn known_keys<'k>(
        &self,
        object: &'k Value,
        keys: &'k [String],
    ) -> impl Iterator<Item = (&'k str, &'k Value)> {
        keys.iter().filter_map(|key| {
            let child = object.get(key)?;
            (!is_open(child)).then_some((&**key, child))
        })
    }
}

/// A way from the root to a keyword.
struct Way<'v> {
    /// The value that the keyword judges.
    value: &'v Value,
    /// Whether the keyword is in force only by what another one found.
    is_conditional: bool,
}

fn is_index(segment: &str) -> bool {
    segment.parse::<usize>().is_ok()
}

/// Whether an item before this one is open, so that it may have another position.
fn is_behind_open(list: &Value, item: &str) -> bool {
    match (item.parse::<usize>(), &list.kind) {
        (Ok(index), Kind::Array(items)) => items.iter().take(index).any(is_open),
        _ => false,
    }
}

fn children(value: &Value) -> Vec<&Value> {
    match &value.kind {
        Kind::Object(object) => object.values().collect(),
        Kind::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    }
}

fn known_children(value: &Value) -> usize {
    let children = children(value).into_iter();
    children.filter(|child| !is_open(child)).count()
}

/// Whether two items without anything open in them are the same.
fn has_known_twins(value: &Value) -> bool {
    let known = children(value).into_iter().filter(|item| !has_open(item));
    let known = known.map(super::instance::json);
    let mut known: Vec<String> = known.map(|json| canonical(&json)).collect();
    known.sort_unstable();
    known
        .windows(2)
        .any(|pair| matches!(pair, [a, b] if a == b))
}

/// A text that is the same for values that JSON Schema calls equal: keys in order.
fn canonical(value: &serde_json::Value) -> String {
    use serde_json::Value as Json;
    match value {
        Json::Object(object) => {
            let mut entries: Vec<_> = object
                .iter()
                .map(|(key, value)| format!("{}:{}", Json::from(key.as_str()), canonical(value)))
                .collect();
            entries.sort_unstable();
            format!("{{{}}}", entries.join(","))
        }
        Json::Array(items) => {
            let items: Vec<_> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        scalar => scalar.to_string(),
    }
}
