//! From a part of a decoded string to its bytes in the layer.

use std::ops::Range;

use crate::text::{Place, Sources};
use npm_yaml::{NodeValue, ScalarStyle, subspan};

/// The bytes of `range` of the string that the scalar at `scalar` spells. The whole scalar when they cannot be told
/// apart; `None` for an empty range.
pub(super) fn of_part(sources: &Sources, scalar: Place, range: &Range<usize>) -> Option<Place> {
    if range.is_empty() {
        return None;
    }
    let source = sources.get(scalar.source);
    let style = style(source.slice(scalar.span));
    let part = subspan(source.text(), scalar.span, style, range.clone());
    Some(Place::new(scalar.source, part.unwrap_or(scalar.span)))
}

/// How a scalar is written; its first byte says.
fn style(scalar: &str) -> ScalarStyle {
    match scalar.as_bytes().first() {
        Some(b'"') => ScalarStyle::DoubleQuoted,
        Some(b'\'') => ScalarStyle::SingleQuoted,
        Some(b'|') => ScalarStyle::Literal,
        Some(b'>') => ScalarStyle::Folded,
        _ => ScalarStyle::Plain,
    }
}

/// The string that a scalar with placeholders spells, where only the string with its variables put in is known;
/// `None` when its bytes hold no placeholder, so that its text came from elsewhere.
pub(super) fn as_spelled(sources: &Sources, scalar: Place) -> Option<String> {
    let source = sources.get(scalar.source);
    let slice = source.slice(scalar.span);
    if !slice.contains("${") {
        return None;
    }
    match npm_yaml::parse(slice).root?.value {
        NodeValue::String(text) => Some(text.value.to_string()),
        _ => None,
    }
}
