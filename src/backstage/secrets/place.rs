//! From a part of a decoded string to its bytes in the layer.

use std::ops::Range;

use crate::text::{Place, Sources, Span};

/// The bytes of `range` of `text`, which is what the value at `value` spells. When escapes or line folding stand
/// between the two, the nearest larger bytes that hold it: its lines, or the whole value.
pub(super) fn of_part(
    sources: &Sources,
    value: Place,
    text: &str,
    range: &Range<usize>,
) -> Option<Place> {
    let slice = sources.slice(value);
    let part = text.get(range.clone()).filter(|part| !part.is_empty())?;
    let before = text.get(..range.start)?;
    let found = slice
        .find(text)
        .map(|start| start + before.len()..start + range.end)
        .or_else(|| only(slice, part))
        .or_else(|| lines(slice, part));
    let span = found.map_or(value.span, |found| {
        let start = value.span.start as usize;
        Span::new(start + found.start, start + found.end)
    });
    Some(Place::new(value.source, span))
}

/// Where `part` stands in `slice`, when it stands there once.
fn only(slice: &str, part: &str) -> Option<Range<usize>> {
    let start = slice.find(part)?;
    let again = slice.get(start + part.len()..)?.contains(part);
    (!again).then(|| start..start + part.len())
}

/// From the first line of `part` to its last, in a block scalar.
fn lines(slice: &str, part: &str) -> Option<Range<usize>> {
    let first = part.lines().next()?.trim();
    let last = part.lines().last()?.trim();
    let start = slice.find(first)?;
    let end = start + slice.get(start..)?.rfind(last)? + last.len();
    (!first.is_empty() && !last.is_empty()).then_some(start..end)
}

/// What a scalar with placeholders spells, when it is known only with its variables put in; `None` when its bytes
/// hold no placeholder, so that its text came from elsewhere.
pub(super) fn as_spelled(slice: &str) -> Option<&str> {
    let quoted = |quote: char| slice.strip_prefix(quote)?.strip_suffix(quote);
    let inner = quoted('"').or_else(|| quoted('\'')).unwrap_or(slice);
    inner.contains("${").then_some(inner)
}
