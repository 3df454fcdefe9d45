//! The ways in which the manager puts configs together, over values that keep their origins and may be open.

use crate::backstage::value::{Kind, Object, Origin, Value};

/// What `ConfigReader.get` gives: null is as good as absent, in mappings, not in lists.
pub(super) fn without_nulls(value: &Value) -> Value {
    let mut value = value.clone();
    drop_nulls(&mut value);
    value
}

fn drop_nulls(value: &mut Value) {
    if let Kind::Object(object) = &mut value.kind {
        object.retain(|_, item| item.kind != Kind::Null);
        object.values_mut().for_each(drop_nulls);
    }
}

/// `lodash.merge`: mappings by key, lists by index, anything else replaced.
pub(super) fn deep(into: Value, from: &Value) -> Value {
    let origin = from.origin.or(into.origin);
    let mut overrode = from.overrode.clone();
    if from.origin.is_some() {
        overrode.extend(into.origin);
    }
    overrode.extend(&into.overrode);
    let kind = match (into.kind, &from.kind) {
        (Kind::Object(mut below), Kind::Object(above)) => {
            for (key, value) in above {
                match below.get_mut(key) {
                    Some(old) => {
                        let taken = std::mem::replace(old, Value::derived(Kind::Null));
                        *old = deep(taken, value);
                    }
                    None => {
                        below.insert(key.clone(), value.clone());
                    }
                }
            }
            Kind::Object(below)
        }
        (Kind::Array(mut below), Kind::Array(above)) => {
            for (index, value) in above.iter().enumerate() {
                match below.get_mut(index) {
                    Some(old) => {
                        let taken = std::mem::replace(old, Value::derived(Kind::Null));
                        *old = deep(taken, value);
                    }
                    None => below.push(value.clone()),
                }
            }
            Kind::Array(below)
        }
        // A list stays a list when a mapping is merged into it; keys that are no index are nothing that knex reads.
        (Kind::Array(mut below), Kind::Object(above)) => {
            for (key, value) in above {
                let index = key.parse().unwrap_or(usize::MAX);
                if let Some(old) = below.get_mut(index) {
                    let taken = std::mem::replace(old, Value::derived(Kind::Null));
                    *old = deep(taken, value);
                } else if index == below.len() {
                    below.push(value.clone());
                }
            }
            Kind::Array(below)
        }
        (below, above) => replaced(below, above, into.origin),
    };
    Value {
        kind,
        origin,
        overrode,
    }
}

/// `{...below, ...above}`
pub(super) fn spread(below: &Object, above: &Object) -> Object {
    let mut all = below.clone();
    for (key, value) in above {
        let mut value = value.clone();
        if let Some(old) = all.get(key) {
            value.overrode.extend(old.origin);
            value.overrode.extend(&old.overrode);
            value.kind = replaced(old.kind.clone(), &value.kind, old.origin);
        }
        all.insert(key.clone(), value);
    }
    all
}

/// What stands where `above` is set over `below`: an open value that may disappear lets `below` show again.
fn replaced(below: Kind, above: &Kind, below_origin: Option<Origin>) -> Kind {
    let Kind::Open(open) = above else {
        return above.clone();
    };
    if open.when_unset.is_some() {
        return above.clone();
    }
    let below = Value::derived(below).with_origin(below_origin);
    let mut open = open.clone();
    open.below = Some(match open.below.take() {
        Some(between) => Value {
            kind: replaced(below.kind, &between.kind, below.origin),
            ..between
        },
        None => below,
    });
    Kind::Open(open)
}
