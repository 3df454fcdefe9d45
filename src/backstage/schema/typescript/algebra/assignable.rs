//! Whether one type's values are all another's.

use std::sync::Arc;

use super::{is_never, items_of};
use crate::backstage::schema::model::{Schema, Types};
use crate::backstage::schema::typescript::budget::{Budget, size};

/// Whether there is time to hold one type against the other: in the worst case each part of one is held against each of
/// the other.
pub fn may_compare(from: &Schema, to: &Schema, budget: &mut Budget) -> bool {
    budget.take(size(from).saturating_mul(size(to)))
}

/// Whether each value of `from` is one of `to`; `None` when that cannot be told.
pub fn is_assignable(from: &Schema, to: &Schema) -> Option<bool> {
    if *to == Schema::default() || from == to || is_never(from) {
        return Some(true);
    }
    if is_never(to) {
        return Some(false);
    }
    if *from == Schema::default() || from.reference.is_some() || to.reference.is_some() {
        return None;
    }
    if !to.any_of.is_empty() {
        let each = to.any_of.iter().map(|to| is_assignable(from, to));
        return any(each);
    }
    if !from.any_of.is_empty() {
        let each = from.any_of.iter().map(|from| is_assignable(from, to));
        return any(each.map(|one| one.map(|one| !one))).map(|one| !one);
    }
    if !from.types.within(to.types) && !to.types.is_any() {
        return Some(false);
    }
    match (&from.allowed, &to.allowed) {
        (Some(from), Some(to)) => return Some(from.iter().all(|value| to.contains(value))),
        (None, Some(_)) => return Some(false),
        _ => {}
    }
    if to.types == Types::OBJECT {
        let lacks = |key: &Arc<str>| !from.properties.contains_key(key);
        if to.required.iter().any(lacks) {
            return Some(false);
        }
        let both = to
            .properties
            .iter()
            .filter_map(|(key, to)| Some((from.properties.get(key)?, to)));
        return any(both.map(|(from, to)| is_assignable(from, to).map(|one| !one))).map(|one| !one);
    }
    if to.types == Types::ARRAY {
        let anything = Schema::default();
        let items = |schema| items_of(schema).unwrap_or(&anything);
        return is_assignable(items(from), items(to));
    }
    Some(true)
}

/// Whether any is true; `None` when that hangs on one that cannot be told.
fn any(mut each: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    each.try_fold(false, |before, one| match one {
        Some(true) => Err(Some(true)),
        Some(false) => Ok(before),
        None => Err(None),
    })
    .map_or_else(|found| found, Some)
}
