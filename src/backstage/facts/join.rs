//! What several shapes of a config agree on.

use crate::backstage::value::{Kind, Object, Open, OpenCause, Value};

/// The facts of two shapes as one: what they agree on stays, anything else is open.
pub(super) fn join(left: Value, right: Value) -> Value {
    let Value {
        kind,
        origin,
        overrode,
    } = left;
    let kind = match (kind, right.kind) {
        (Kind::Object(left), Kind::Object(right)) => Kind::Object(fields(left, right)),
        (left, right) if same(&left, &right) => left,
        (left, _) => open(left),
    };
    Value {
        kind,
        origin: origin.or(right.origin),
        overrode,
    }
}

fn fields(left: Object, mut right: Object) -> Object {
    let mut all = Object::default();
    for (key, value) in left {
        let other = right.shift_remove(&key).unwrap_or_else(absent);
        all.insert(key, join(value, other));
    }
    for (key, value) in right {
        all.insert(key, join(value, absent()));
    }
    all
}

fn open(kind: Kind) -> Kind {
    match kind {
        Kind::Open(open) => Kind::Open(open),
        _ => Kind::Open(Box::new(unknown())),
    }
}

fn absent() -> Value {
    Value::derived(Kind::Null)
}

/// An open value of which only the place is known.
pub(super) fn unknown() -> Open {
    Open {
        written: "".into(),
        cause: OpenCause::Placeholder(Vec::new()),
        when_unset: None,
        below: None,
    }
}

/// Whether two values are equal, wherever they come from.
pub(super) fn same(left: &Kind, right: &Kind) -> bool {
    match (left, right) {
        (Kind::String(left), Kind::String(right)) => left.value == right.value,
        (Kind::Open(_), _) | (_, Kind::Open(_)) => false,
        (Kind::Array(left), Kind::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same(&left.kind, &right.kind))
        }
        (Kind::Object(left), Kind::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| {
                    right
                        .get(key)
                        .is_some_and(|other| same(&value.kind, &other.kind))
                })
        }
        (left, right) => left == right,
    }
}
