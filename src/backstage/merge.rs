//! Resolved layers of a chain to its effective config, with origins and what they overrode.
//!
//! In: the resolved layers, in the order they are loaded. Out: one [`Value`]. Never: files, variables.
//! The rules are those of `ConfigReader` (`@backstage/config` 1.3): objects merge deeply, everything else replaces,
//! `null` removes what is below, and a still later layer starts afresh.

use std::sync::Arc;

use super::value::{Kind, Object, Open, Origin, Value};

/// The effective config of these layers; an empty object when there is none.
pub fn merge<'v>(layers: impl IntoIterator<Item = &'v Value>) -> Value {
    let mut effective = Value::derived(Kind::Object(Object::default()));
    for layer in layers {
        effective = over(effective, layer);
    }
    effective
}

/// `upper` laid over `below`; neither is null.
fn over(below: Value, upper: &Value) -> Value {
    match (below.kind, &upper.kind) {
        (Kind::Object(mut object), Kind::Object(above)) => {
            for (key, value) in above {
                lay(&mut object, key, value);
            }
            Value {
                kind: Kind::Object(object),
                origin: upper.origin.or(below.origin),
                overrode: overridden(upper.origin, below.origin, below.overrode),
            }
        }
        (Kind::Open(open), Kind::Object(_)) => {
            let overrode = overridden(upper.origin, below.origin, below.overrode);
            let mut merged = over_open(*open, upper, below.origin);
            merged.overrode = overrode;
            merged
        }
        (kind, Kind::Open(open)) if open.when_unset.is_none() => {
            let below = Value { kind, ..below };
            let overrode = overridden(upper.origin, below.origin, below.overrode.clone());
            let mut open = open.clone();
            open.below = Some(below);
            Value {
                kind: Kind::Open(open),
                origin: upper.origin,
                overrode,
            }
        }
        _ => Value {
            overrode: overridden(upper.origin, below.origin, below.overrode),
            ..settled(upper)
        },
    }
}

/// Sets one key of an object to what a layer above says.
fn lay(object: &mut Object, key: &Arc<str>, value: &Value) {
    if value.kind == Kind::Null {
        object.shift_remove(key);
        return;
    }
    let merged = match object.get_mut(key) {
        Some(below) => over(std::mem::replace(below, null()), value),
        None => settled(value),
    };
    object.insert(Arc::clone(key), merged);
}

/// An object over an open value. If the open value is a string, only the object remains; if it disappears, what
/// it hid shows through: keys that only the hidden object has are open for the same reason.
fn over_open(open: Open, upper: &Value, open_origin: Option<Origin>) -> Value {
    let hidden = open.below.as_ref().and_then(Value::as_object);
    let (Some(hidden), Kind::Object(above)) = (hidden, &upper.kind) else {
        return settled(upper);
    };
    let mut object = Object::default();
    for (key, value) in hidden {
        let maybe = Open {
            below: Some(value.clone()),
            ..open.clone()
        };
        let maybe =
            Value::derived(Kind::Open(Box::new(maybe))).with_origin(value.origin.or(open_origin));
        object.insert(Arc::clone(key), maybe);
    }
    for (key, value) in above {
        match (&value.kind, hidden.get(key)) {
            (Kind::Object(_), Some(below)) if below.as_object().is_some() => {
                let merged = object
                    .get_mut(key)
                    .map(|slot| std::mem::replace(slot, null()));
                object.insert(
                    Arc::clone(key),
                    merged.map_or_else(|| settled(value), |below| over(below, value)),
                );
            }
            _ => lay(&mut object, key, value),
        }
    }
    Value::derived(Kind::Object(object)).with_origin(upper.origin)
}

/// A value as the lowest layer sets it: keys whose value is null are not there, except inside arrays.
fn settled(value: &Value) -> Value {
    match &value.kind {
        Kind::Object(object) => Value {
            kind: Kind::Object(
                object
                    .iter()
                    .filter(|(_, value)| value.kind != Kind::Null)
                    .map(|(key, value)| (Arc::clone(key), settled(value)))
                    .collect(),
            ),
            origin: value.origin,
            overrode: value.overrode.clone(),
        },
        _ => value.clone(),
    }
}

/// What a value overrides: the origin below it, then what that one overrode.
fn overridden(
    upper: Option<Origin>,
    below: Option<Origin>,
    mut overrode: Vec<Origin>,
) -> Vec<Origin> {
    if let Some(below) = below.filter(|below| Some(*below) != upper) {
        overrode.insert(0, below);
    }
    overrode
}

fn null() -> Value {
    Value::derived(Kind::Null)
}
