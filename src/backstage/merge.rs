//! Resolved layers of a chain to its effective config, with origins and what they overrode.
//!
//! In: the roots of resolved layers, lowest first. Out: one tree in which every value knows the place that set it and
//! the places below it. Objects merge deeply, everything else replaces, `null` removes what is below
//! (`@backstage/config` 1.3.9, `ConfigReader.getOptional`). Never: files, or a guess at an open value.

use std::sync::Arc;

use super::javascript;
use super::value::{Kind, Object, Open, OpenCause, Origin, Value};

/// Merges layers, lowest first. `None` when there is none: the real app does not start without any config.
pub fn merge<'v>(layers: impl IntoIterator<Item = &'v Value>) -> Option<Value> {
    layers.into_iter().fold(None, |below, layer| match below {
        Some(below) => over(layer, below),
        None => without_nulls(layer),
    })
}

/// A value on top of the effective value below it. `None` when it removes it.
fn over(top: &Value, below: Value) -> Option<Value> {
    let mut merged = match (&top.kind, below.kind) {
        (Kind::Object(object), Kind::Object(under)) => {
            let kind = Kind::Object(objects(object, under));
            return Some(with_below(top, kind, below.origin, below.overrode));
        }
        (Kind::Object(object), Kind::Open(open)) if may_vanish(&open) => {
            let under = shine_through(&open);
            let kind = Kind::Object(objects(object, under));
            return Some(with_below(top, kind, below.origin, below.overrode));
        }
        (Kind::Open(open), kind) if may_vanish(open) => {
            let under = Value {
                kind,
                origin: below.origin,
                overrode: below.overrode.clone(),
            };
            let mut open = open.clone();
            open.below = Some(under);
            top.with_kind(Kind::Open(open))
        }
        _ => without_nulls(top)?,
    };
    merged.overrode.extend(below.origin);
    merged.overrode.extend(below.overrode);
    Some(merged)
}

fn with_below(top: &Value, kind: Kind, origin: Option<Origin>, overrode: Vec<Origin>) -> Value {
    let mut merged = top.with_kind(kind);
    // An object that only leads to what a variable sets is nowhere itself: the one below stays what it is.
    if merged.origin.is_none() {
        merged.origin = origin;
        merged.overrode = overrode;
        return merged;
    }
    merged.overrode.extend(origin);
    merged.overrode.extend(overrode);
    merged
}

/// Keys of both, those of the upper first.
fn objects(top: &Object, mut below: Object) -> Object {
    let mut merged = Object::with_capacity(top.len());
    for (key, value) in top {
        let under = below.get_mut(key).map(|under| {
            let taken = Value::derived(Kind::Null);
            std::mem::replace(under, taken)
        });
        let value = match under {
            Some(under) => over(value, under),
            None => without_nulls(value),
        };
        if let Some(value) = value {
            merged.insert(Arc::clone(key), value);
        }
    }
    // The real merge finds `toString` and its kind on every upper object, and a function hides what is below.
    let visible = below
        .into_iter()
        .filter(|(key, _)| !top.contains_key(key) && !javascript::is_inherited(key));
    merged.extend(visible);
    merged
}

/// Whether an open value may turn out to be nothing, so that what is below shows again.
pub fn may_vanish(open: &Open) -> bool {
    match open.cause {
        OpenCause::Placeholder(_) | OpenCause::Env(_) => open.when_unset.is_none(),
        OpenCause::Include(_) | OpenCause::Override(_) => true,
        OpenCause::File(_) => false,
    }
}

/// The object that shows below an upper object when the open value between them vanishes. Whether it does is not
/// known, so each of its values is open in turn.
fn shine_through(open: &Open) -> Object {
    let mut below = open.below.as_ref();
    while let Some(Kind::Open(next)) = below.map(|value| &value.kind) {
        below = next.below.as_ref();
    }
    let Some(Kind::Object(object)) = below.map(|value| &value.kind) else {
        return Object::new();
    };
    object
        .iter()
        .map(|(key, value)| (Arc::clone(key), perhaps(open, value)))
        .collect()
}

fn perhaps(open: &Open, value: &Value) -> Value {
    Value {
        kind: Kind::Open(Box::new(Open {
            written: Arc::clone(&open.written),
            cause: open.cause.clone(),
            when_unset: None,
            below: Some(value.clone()),
        })),
        origin: value.origin,
        overrode: value.overrode.clone(),
    }
}

/// The value without the `null`s in its objects; those in arrays stay. `None` for `null` itself.
fn without_nulls(value: &Value) -> Option<Value> {
    match &value.kind {
        Kind::Null => None,
        Kind::Object(object) => {
            let kept = object
                .iter()
                .filter_map(|(key, value)| Some((Arc::clone(key), without_nulls(value)?)));
            Some(value.with_kind(Kind::Object(kept.collect())))
        }
        _ => Some(value.clone()),
    }
}

impl Value {
    fn with_kind(&self, kind: Kind) -> Value {
        Value {
            kind,
            origin: self.origin,
            overrode: self.overrode.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
