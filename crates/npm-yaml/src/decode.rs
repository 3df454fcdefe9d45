//! Scalars as written to the strings they spell, and back from part of a string to its bytes.
//!
//! In: the bytes of one scalar and its style. Out: the string, byte for byte as the npm package `yaml` 2.9 decodes it
//! (`compose/resolve-flow-scalar.js`, `compose/resolve-block-scalar.js`), or the bytes that spell a part of it.
//! Never: whether the scalar may stand where it stands.

mod block;
mod flow;

use std::ops::Range;

use super::ScalarStyle;
use source::Span;

/// The bytes of `text` that spell the bytes `part` of the string that the scalar at `node` spells.
///
/// Works for every style, also over folded lines and escapes: a part that begins or ends inside an escape is widened
/// to the whole escape. `None` when `part` is not in the string, or `node` is no scalar of this style in `text`.
pub fn subspan(text: &str, node: Span, style: ScalarStyle, part: Range<usize>) -> Option<Span> {
    let mut map = Map::default();
    decode(text, node, style, &mut map)?;
    if part.start > part.end {
        return None;
    }
    if part.is_empty() {
        let next = map
            .pieces
            .iter()
            .find(|piece| piece.decoded.end > part.start);
        let at = match next {
            Some(piece) => piece.start_of(part.start),
            None if part.start == map.length => map.pieces.last()?.source.end,
            None => return None,
        };
        return Some(Span::at(at));
    }
    let first = map.piece_at(part.start)?;
    let last = map.piece_at(part.end - 1)?;
    Some(Span::new(first.start_of(part.start), last.end_of(part.end)))
}

/// Why a flow scalar spells no string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FlowError {
    /// Its closing quote is missing.
    Unclosed,
    /// The `\\` at this offset begins no escape.
    Escape(usize),
}

/// The string the flow scalar at `span` spells.
pub(super) fn flow_text(text: &str, span: Span, style: ScalarStyle) -> Result<String, FlowError> {
    let mut decoded = Decoded::default();
    flow::decode(text, span, style, &mut decoded).ok_or(FlowError::Unclosed)?;
    match decoded.unknown_escape {
        Some(at) => Err(FlowError::Escape(at)),
        None => Ok(decoded.text),
    }
}

pub(super) use block::{BlockError, block_text};

fn decode(text: &str, span: Span, style: ScalarStyle, sink: &mut impl Sink) -> Option<()> {
    match style {
        ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
            flow::decode(text, span, style, sink)
        }
        ScalarStyle::Literal | ScalarStyle::Folded => block::decode(text, span, sink),
    }
}

/// Takes the decoded string piece by piece, with the bytes that spell each.
trait Sink {
    fn push(&mut self, decoded: &str, source: Range<usize>);

    /// A `\` that begins no escape.
    fn unknown_escape(&mut self, _at: usize) {}
}

/// The string alone.
#[derive(Default)]
struct Decoded {
    text: String,
    unknown_escape: Option<usize>,
}

impl Sink for Decoded {
    fn push(&mut self, decoded: &str, _: Range<usize>) {
        self.text.push_str(decoded);
    }

    fn unknown_escape(&mut self, at: usize) {
        self.unknown_escape.get_or_insert(at);
    }
}

impl Sink for String {
    fn push(&mut self, decoded: &str, _: Range<usize>) {
        self.push_str(decoded);
    }
}

/// Which bytes spell which part of a string.
#[derive(Default)]
struct Map {
    length: usize,
    pieces: Vec<Piece>,
}

struct Piece {
    decoded: Range<usize>,
    source: Range<usize>,
}

impl Map {
    fn piece_at(&self, offset: usize) -> Option<&Piece> {
        let index = self
            .pieces
            .partition_point(|piece| piece.decoded.end <= offset);
        self.pieces.get(index)
    }
}

impl Piece {
    /// Whether the source spells the string byte by byte.
    fn is_literal(&self) -> bool {
        self.decoded.len() == self.source.len()
    }

    fn start_of(&self, offset: usize) -> usize {
        if self.is_literal() {
            self.source.start + offset.saturating_sub(self.decoded.start)
        } else {
            self.source.start
        }
    }

    fn end_of(&self, offset: usize) -> usize {
        if self.is_literal() {
            self.source.start + offset.saturating_sub(self.decoded.start)
        } else {
            self.source.end
        }
    }
}

impl Sink for Map {
    fn push(&mut self, decoded: &str, source: Range<usize>) {
        if decoded.is_empty() {
            return;
        }
        let end = self.length + decoded.len();
        self.pieces.push(Piece {
            decoded: self.length..end,
            source,
        });
        self.length = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NodeValue, parse};

    /// The bytes that spell `part` in the value of the only key of `text`.
    fn spelled<'t>(text: &'t str, part: &str) -> &'t str {
        let document = parse(text);
        let Some(root) = document.root else {
            panic!("{:?}", document.problems)
        };
        let NodeValue::Mapping(entries) = root.value else {
            panic!("no mapping")
        };
        let node = &entries[0].value;
        let NodeValue::String(string) = &node.value else {
            panic!("no string")
        };
        let at = string.value.find(part).expect("the part is in the string");
        let span = subspan(text, node.span, string.style, at..at + part.len()).expect("a span");
        &text[span.range()]
    }

    #[test]
    fn a_part_of_a_plain_scalar_is_found() {
        assert_eq!(spelled("a: pg://u:pw@h\n", "pw"), "pw");
    }

    #[test]
    fn a_part_behind_a_fold_is_found() {
        assert_eq!(
            spelled("a: one\n   two  three\n", "two  three"),
            "two  three"
        );
        assert_eq!(spelled("a: one\n\n   two\n", "e\ntwo"), "e\n\n   two");
        assert_eq!(
            spelled("a: 'it''s\r\n  late'\n", "'s late"),
            "''s\r\n  late"
        );
    }

    #[test]
    fn a_part_with_escapes_is_found() {
        assert_eq!(spelled("a: \"x\\u00e9y\\tz\"\n", "é"), "\\u00e9");
        assert_eq!(spelled("a: \"x\\u00e9y\\tz\"\n", "y\tz"), "y\\tz");
        assert_eq!(spelled("a: \"one \\\n   two\"\n", "two"), "two");
    }

    #[test]
    fn a_part_of_a_block_scalar_is_found() {
        assert_eq!(spelled("a: |\n  one\n  two ${X}\n", "${X}"), "${X}");
        assert_eq!(spelled("a: >-\n  one\n  two\n\n  ${X}\n", "${X}"), "${X}");
        assert_eq!(
            spelled("a: |2 # c\n    one\n  two\n", "  one\ntwo"),
            "  one\n  two"
        );
    }

    #[test]
    fn a_part_that_is_not_in_the_string_has_no_bytes() {
        assert_eq!(
            subspan("abc", Span::new(0, 3), ScalarStyle::Plain, 2..4),
            None
        );
        assert_eq!(
            subspan("abc", Span::new(0, 9), ScalarStyle::Plain, 0..1),
            None
        );
        assert_eq!(
            subspan("abc", Span::new(0, 3), ScalarStyle::Plain, 3..3),
            Some(Span::at(3))
        );
        assert_eq!(
            subspan("'a", Span::new(0, 1), ScalarStyle::SingleQuoted, 0..1),
            None
        );
    }
}
