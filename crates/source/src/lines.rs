//! Lines and columns as editors count them: from 0, in the unit that editor and server agree on, and back to bytes.

use crate::Span;

/// What a column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnUnit {
    /// Bytes of UTF-8.
    Utf8,
    /// Code units of UTF-16: a character outside the Basic Multilingual Plane counts two.
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

impl ColumnUnit {
    /// How many columns a text on one line takes.
    pub fn width(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
            Self::Utf32 => text.chars().count(),
        }
    }

    fn width_of(self, character: char) -> usize {
        match self {
            Self::Utf8 => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
            Self::Utf32 => 1,
        }
    }
}

/// Where the lines of a text begin. The Language Server Protocol ends a line at `\n`, `\r\n` and a lone `\r`, which is more
/// than [`Source::position`](crate::Source::position) does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    /// Those of a text; there is always one.
    pub fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1));
        Self {
            starts: starts.collect(),
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The bytes of a line (from 0) of the same text, without its line end; empty at the end of the text when there is no
    /// such line.
    pub fn span(&self, text: &str, line: usize) -> Span {
        let Some(&start) = self.starts.get(line) else {
            return Span::at(text.len());
        };
        let end = self.starts.get(line + 1).copied().unwrap_or(text.len());
        let content = text.get(start..end).unwrap_or_default();
        Span::new(start, start + content.trim_end_matches(['\r', '\n']).len())
    }

    /// Line and column of a byte of the same text. An offset past the end is at the end; one inside a character is at its
    /// start; one inside a line end is at the end of the line.
    pub fn position(&self, text: &str, offset: usize, unit: ColumnUnit) -> (usize, usize) {
        let line = self.starts.partition_point(|&start| start <= offset);
        let line = line.saturating_sub(1);
        let span = self.span(text, line).range();
        let mut end = offset.clamp(span.start, span.end);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = text.get(span.start..end).unwrap_or_default();
        (line, unit.width(before))
    }

    /// The byte of the same text at a line and column. A column past the end of its line is at that end, a line past the
    /// last is at the end of the text, and a column inside a character is at its start.
    pub fn offset(&self, text: &str, line: usize, column: usize, unit: ColumnUnit) -> usize {
        let span = self.span(text, line).range();
        let content = text.get(span.clone()).unwrap_or_default();
        let mut at = 0;
        for (offset, character) in content.char_indices() {
            let next = at + unit.width_of(character);
            if next > column {
                return span.start + offset;
            }
            at = next;
        }
        span.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNITS: [ColumnUnit; 3] = [ColumnUnit::Utf8, ColumnUnit::Utf16, ColumnUnit::Utf32];

    #[test]
    fn columns_count_what_was_agreed() {
        let text = "a: 1\né: 😀x\r\nb";
        let lines = Lines::of(text);
        let at = text.find('x').unwrap();
        let columns = UNITS.map(|unit| lines.position(text, at, unit));
        assert_eq!(columns, [(1, 8), (1, 5), (1, 4)]);
        assert_eq!(lines.span(text, 1).range(), 5..14);
    }

    #[test]
    fn a_lone_carriage_return_ends_a_line() {
        let text = "a\rb\r\nc\n";
        let lines = Lines::of(text);
        assert_eq!(lines.count(), 4);
        assert_eq!(lines.position(text, 2, ColumnUnit::Utf16), (1, 0));
        assert_eq!(lines.offset(text, 2, 0, ColumnUnit::Utf16), 5);
    }

    #[test]
    fn every_character_is_found_again_where_it_was_told() {
        let text = "é😀\r\n\r\ta: ${X}\n\u{feff}ß\u{2028}x\r\n\n";
        let lines = Lines::of(text);
        for (at, character) in text.char_indices() {
            let is_end = matches!(character, '\r' | '\n');
            for unit in UNITS {
                let (line, column) = lines.position(text, at, unit);
                let back = lines.offset(text, line, column, unit);
                assert!(
                    back == at || is_end && back < at,
                    "{at} {character:?} {back}"
                );
            }
        }
    }

    #[test]
    fn places_that_are_not_there_are_the_nearest_that_are() {
        let text = "😀\nb";
        let lines = Lines::of(text);
        let utf16 = |line, column| lines.offset(text, line, column, ColumnUnit::Utf16);
        assert_eq!(utf16(0, 1), 0);
        assert_eq!(utf16(0, 99), 4);
        assert_eq!(utf16(99, 0), text.len());
        assert_eq!(lines.position(text, 2, ColumnUnit::Utf8), (0, 0));
        assert_eq!(lines.position(text, 99, ColumnUnit::Utf8), (1, 1));
    }
}
