//! Whether an error holds whatever the open values turn out to be.
//!
//! The validator sees a stand-in where a value is open. An error counts only when it would be there for every value that
//! the open ones may have, and also when they vanish. Three things decide that:
//!
//! 1. **The way to the keyword.** A schema below `then` or `else` is in force only by what `if` says of the value there,
//!    and one below `dependentSchemas` only when its key is there. Where something that `if` reads is open, or the key's
//!    value is, nothing below counts. Items move up when one before them vanishes, so that an error in an
//!    item that is judged by its position does not count behind an open one.
//! 2. **What the keyword reads.** `type` reads the value itself, `required` the keys, `enum` everything below: an error
//!    counts when nothing that its keyword reads is open. A number of keys or items is too small when it is with all the
//!    open ones, and too large when it is without them.
//! 3. **Unions.** No branch of `anyOf` or `oneOf` holds when each has an error that counts. That several hold, and that
//!    `contains` or `unevaluated…` fails, counts only where nothing below is open, and that `not` fails where nothing is
//!    that its schema reads.
//!
//! By a schema of Backstage the app converts values first. What one keyword makes of a value, the next one reads, so that
//! whatever could be converted counts as open where a whole schema is asked: by `if`, `not`, `contains` and unions.

use std::collections::HashMap;
use std::sync::Arc;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value as Json;

use super::instance::{has_open, is_open, step, steps};
use super::words::types_of;
use crate::backstage::schema::check::Ground;
use crate::backstage::schema::coerce::{coerce, is_convertible};
use crate::backstage::value::{Kind, Value};

/// A configuration that is judged.
#[derive(Clone, Copy)]
pub(super) struct Judged<'v> {
    /// All of it.
    pub root: &'v Value,
    /// The documents of the schema, by URI.
    pub documents: &'v HashMap<String, Arc<Json>>,
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
        let mut refuses_all_keys = false;
        let path = steps(error.instance_path());
        let mut down = path.iter().map(String::as_str).peekable();
        let way = steps(error.evaluation_path());
        let mut keywords = way.iter().map(String::as_str).peekable();
        while let Some(keyword) = keywords.next() {
            let goes_down = down.peek().is_some() || keywords.peek().is_some();
            match keyword {
                "allOf" | "anyOf" | "oneOf" | "$defs" | "definitions" => {
                    keywords.next();
                }
                "then" | "else" => {
                    let above = 1 + keywords.len();
                    let here = path.len() - down.len();
                    let condition = self.schema_above(error, above);
                    let condition = condition.and_then(|schema| schema.get("if"));
                    let mut here = path.get(..here).unwrap_or_default().to_vec();
                    let is_open = match condition {
                        Some(condition) => self.reads_open(condition, value, &mut here),
                        None => self.has_open(value),
                    };
                    if is_open {
                        return None;
                    }
                    is_conditional = true;
                }
                "dependentSchemas" | "dependencies" | "dependentRequired" => {
                    let is_known = match keywords.next() {
                        Some(key) => value.get(key).is_some_and(|value| !is_open(value)),
                        None => self.is_required_by_known(error, value),
                    };
                    if !is_known {
                        return None;
                    }
                    is_conditional = true;
                }
                "properties" | "patternProperties" => {
                    keywords.next();
                    value = step(value, down.next()?)?;
                }
                "additionalProperties" | "unevaluatedProperties" if goes_down => {
                    if keyword == "unevaluatedProperties" && self.has_open(value) {
                        return None;
                    }
                    value = step(value, down.next()?)?;
                }
                "items" | "prefixItems" | "additionalItems" | "unevaluatedItems" if goes_down => {
                    let by_position = keywords.peek().is_some_and(|next| is_index(next));
                    if by_position {
                        keywords.next();
                    }
                    let next = down.next()?;
                    let is_moved = by_position || keyword != "items" || self.has_tuples;
                    if is_moved && is_behind_open(value, next) {
                        return None;
                    }
                    if keyword == "unevaluatedItems" && self.has_open(value) {
                        return None;
                    }
                    value = step(value, next)?;
                }
                // The engine has a false schema fail here, and not at a key.
                "additionalProperties" | "propertyNames" if keywords.peek().is_none() => {
                    refuses_all_keys = true;
                }
                // References, and the keyword that failed.
                _ => {}
            }
        }
        match down.next() {
            None => Some(Way {
                value,
                is_conditional,
                refuses_all_keys,
            }),
            Some(_) => self.way_lost(error),
        }
    }

    /// A way that is not understood counts only where nothing at all is open.
    fn way_lost(&self, error: &ValidationError<'_>) -> Option<Way<'v>> {
        let value = self.value(error)?;
        (!self.has_open(self.root)).then_some(Way {
            value,
            is_conditional: true,
            refuses_all_keys: false,
        })
    }

    /// Whether a key that is there whatever the open values are requires the one that an error says is missing.
    /// `dependentRequired` does not say which keys do.
    fn is_required_by_known(&self, error: &ValidationError<'_>, value: &Value) -> bool {
        let ValidationErrorKind::Required { property } = error.kind() else {
            return false;
        };
        let Some(keyword) = self.schema_above(error, 0).and_then(Json::as_object) else {
            return !children(value).into_iter().any(is_open);
        };
        let mut asking = keyword.iter().filter(|(_, required)| {
            let mut required = required.as_array().into_iter().flatten();
            required.any(|required| required == property)
        });
        asking.any(|(key, _)| value.get(key).is_some_and(|value| !is_open(value)))
    }

    /// What the document has some levels above the keyword that failed: 0 is its own value, 1 the schema it is in. `None`
    /// where a reference is between them.
    pub fn schema_above(&self, error: &ValidationError<'_>, levels: usize) -> Option<&'v Json> {
        let at = error.absolute_keyword_location()?;
        let (document, pointer) = at.as_str().split_once('#')?;
        let pointer = percent_encoding::percent_decode_str(pointer).decode_utf8_lossy();
        let (mut pointer, mut way): (&str, _) = (&pointer, error.evaluation_path().as_str());
        // Of `dependentRequired` the engine names an entry that the document does not have.
        if pointer.rsplit('/').next() != way.rsplit('/').next() {
            pointer = pointer.rsplit_once('/')?.0;
        }
        for _ in 0..levels {
            let (above, step) = pointer.rsplit_once('/')?;
            let (way_above, taken) = way.rsplit_once('/')?;
            if step != taken || is_reference(step) {
                return None;
            }
            (pointer, way) = (above, way_above);
        }
        self.documents.get(document)?.pointer(pointer)
    }

    /// Whether something is open that a schema reads of the value at a path, so that it might say otherwise.
    fn reads_open(&self, schema: &Json, value: &Value, path: &mut Vec<String>) -> bool {
        let keywords = match schema {
            Json::Object(keywords) => keywords,
            Json::Bool(true) => return false,
            _ => return is_open(value),
        };
        if is_open(value) {
            return true;
        }
        let is_whole = !(self.may_have_more)(path);
        keywords
            .iter()
            .any(|(keyword, asked)| match (&**keyword, asked) {
                ("properties", Json::Object(schemas)) => {
                    let mut schemas = schemas.iter();
                    schemas.any(|(key, schema)| match value.get(key) {
                        Some(child) => {
                            path.push(key.clone());
                            let is_open = self.reads_open(schema, child, path);
                            path.pop();
                            is_open
                        }
                        None => !is_whole,
                    })
                }
                ("required", Json::Array(keys)) => {
                    let mut keys = keys.iter().filter_map(Json::as_str);
                    keys.any(|key| value.get(key).map_or(!is_whole, is_open))
                }
                ("allOf" | "anyOf" | "oneOf", Json::Array(schemas)) => {
                    let mut schemas = schemas.iter();
                    schemas.any(|schema| self.reads_open(schema, value, path))
                }
                ("not" | "if" | "then" | "else", schema) => self.reads_open(schema, value, path),
                ("type", _) => self.may_change(value),
                (
                    "title" | "description" | "$comment" | "default" | "examples" | "deprecated"
                    | "visibility" | "deepVisibility" | "$defs" | "definitions",
                    _,
                ) => false,
                _ => !is_whole || self.has_open(value),
            })
    }

    /// Whether a value may turn out to be another one: it is open, or the app may convert it.
    fn may_change(&self, value: &Value) -> bool {
        is_open(value) || self.converts && is_convertible(value)
    }

    /// Whether a value may turn out to be another one, or one below it.
    fn has_open(&self, value: &Value) -> bool {
        self.may_change(value)
            || children(value)
                .into_iter()
                .any(|child| self.has_open(child))
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
            Failed::UniqueItems => when(self.has_known_twins(value), Ground::Presence),
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
            Failed::Constant { .. } | Failed::Enum { .. } => {
                // A scalar itself was converted above.
                let mut below = children(value).into_iter();
                when(
                    !below.any(|child| self.has_open(child)) && is_whole(),
                    Ground::Presence,
                )
            }
            Failed::Not { schema } => {
                let mut path = steps(error.instance_path());
                let is_open = self.reads_open(schema, value, &mut path);
                when(!is_open && is_whole(), Ground::Presence)
            }
            Failed::OneOfMultipleValid { .. } | Failed::Custom { .. } => {
                when(!self.has_open(value) && is_whole(), Ground::Presence)
            }
            Failed::Contains
            | Failed::UnevaluatedItems { .. }
            | Failed::UnevaluatedProperties { .. } => {
                when(!self.has_open(value) && is_whole(), Ground::Absence)
            }
            Failed::FalseSchema if way.refuses_all_keys => {
                when(known_children(value) > 0, Ground::Presence)
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

    /// Whether two items without anything open in them are the same. Equal items are converted to equal ones, unless each
    /// is judged by another schema.
    fn has_known_twins(&self, value: &Value) -> bool {
        let is_known = |item: &&Value| match self.has_tuples {
            true => !self.has_open(item),
            false => !has_open(item),
        };
        let known = children(value).into_iter().filter(is_known);
        let known = known.map(super::instance::json);
        let mut known: Vec<String> = known.map(|json| canonical(&json)).collect();
        known.sort_unstable();
        known
            .windows(2)
            .any(|pair| matches!(pair, [a, b] if a == b))
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

    /// The keys of an object that an error refuses; `None` for an error of another kind. `additionalProperties: false`
    /// without `properties`, and `propertyNames: false`, refuse all.
    pub fn refused_keys(&self, error: &ValidationError<'_>) -> Option<Vec<String>> {
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected }
            | ValidationErrorKind::UnevaluatedProperties { unexpected } => Some(unexpected.clone()),
            ValidationErrorKind::FalseSchema => {
                let way = self.way(error).filter(|way| way.refuses_all_keys)?;
                let object = way.value.as_object()?;
                Some(object.keys().map(|key| (**key).to_owned()).collect())
            }
            _ => None,
        }
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
    /// Whether the keyword refuses every key of the value.
    refuses_all_keys: bool,
}

fn is_reference(keyword: &str) -> bool {
    matches!(keyword, "$ref" | "$dynamicRef" | "$recursiveRef")
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
