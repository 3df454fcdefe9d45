//! Lines and columns as the library counts them.
//!
//! In: a text. Out: the [`Position`] of an offset. Never: characters; the library's columns are bytes.

use std::fmt;

/// A line and a column, both from 1; the column in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in bytes, from 1.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Where the lines of a text begin.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Lines {
    starts: Vec<u32>,
}

impl Lines {
    /// The lines of `text` from `start` on, which is behind a byte order mark that is skipped.
    pub(crate) fn new(text: &[u8], start: usize) -> Self {
        let after = |(at, _): (usize, &u8)| at + 1;
        let ends = text.iter().enumerate().filter(|&(_, &byte)| byte == b'\n');
        // The library knows no line that begins at the end of the text.
        let starts = ends.map(after).filter(|&start| start < text.len());
        let starts = std::iter::once(start).chain(starts);
        Self {
            starts: starts
                .map(|start| u32::try_from(start).unwrap_or(u32::MAX))
                .collect(),
        }
    }

    pub(crate) fn position(&self, offset: usize) -> Position {
        let line = self
            .starts
            .partition_point(|&start| start as usize <= offset)
            .max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        Position {
            line,
            column: offset.saturating_sub(start as usize) + 1,
        }
    }
}
