//! A configuration as the validator sees it.

use jsonschema::paths::Location;
use serde_json::Value as Json;

use super::document::number;
use crate::backstage::schema::coerce::coerce;
use crate::backstage::schema::model::Types;
use crate::backstage::value::{Kind, Value};

/// A value as JSON; an open one is the text it was written as, which no error may rest on.
pub(super) fn json(value: &Value) -> Json {
    match &value.kind {
        Kind::Null => Json::Null,
        Kind::Bool(value) => Json::Bool(*value),
        Kind::Number(value) => number(*value).map_or(Json::Null, Json::Number),
        Kind::String(text) => Json::String((*text.value).to_owned()),
        Kind::Open(open) => Json::String((*open.written).to_owned()),
        Kind::Array(items) => Json::Array(items.iter().map(json).collect()),
        Kind::Object(object) => {
            let entries = object.iter();
            let entries = entries.map(|(key, value)| ((**key).to_owned(), json(value)));
            Json::Object(entries.collect())
        }
    }
}

/// Whether what a value is depends on something that is not here. That holds for a text that came out of a variable or a
/// file and reads as a number or a boolean as well: the app converts it to what it needs. JSON has no infinities.
pub(super) fn is_open(value: &Value) -> bool {
    match &value.kind {
        Kind::Open(_) => true,
        Kind::Number(number) => !number.is_finite(),
        Kind::String(text) => text.style.is_none() && reads_as_other(value),
        _ => false,
    }
}

/// Whether a value is open, or one below it.
pub(super) fn has_open(value: &Value) -> bool {
    match &value.kind {
        Kind::Object(object) => object.values().any(has_open),
        Kind::Array(items) => items.iter().any(has_open),
        _ => is_open(value),
    }
}

/// Whether the app takes a text for a number or a boolean where it needs one.
fn reads_as_other(value: &Value) -> bool {
    coerce(value, Types::NUMBER.with(Types::BOOLEAN)).is_some()
}

/// The steps of a path. `Location::segments` leaves out empty keys, and takes `007` for 7.
pub(super) fn steps(path: &Location) -> Vec<String> {
    let segments = path.as_str().split('/').skip(1);
    segments
        .map(|segment| segment.replace("~1", "/").replace("~0", "~"))
        .collect()
}

/// The value one step down.
pub(super) fn step<'v>(value: &'v Value, step: &str) -> Option<&'v Value> {
    match &value.kind {
        Kind::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => value.get(step),
    }
}
