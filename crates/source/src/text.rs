//! Texts that findings point into, and positions in them.
//!
//! In: the text of a file and the path a person knows it by. Out: byte spans, lines and columns.
//! Spans are bytes everywhere; each report turns them into the columns its format's contract asks for.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A half-open range of bytes in one source. Always on character boundaries of that source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte; never less than `start`.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end`. Offsets past 4 GiB saturate: no source is that large (see the
    /// limits of whoever reads files).
    pub fn new(start: usize, end: usize) -> Self {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        let end = u32::try_from(end).unwrap_or(u32::MAX).max(start);
        Self { start, end }
    }

    /// The empty span at `offset`.
    pub fn at(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    /// As a range for slicing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the span holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies within this span, borders included.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

/// A source within one [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(u32);

/// A span in a source: what a label stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The source.
    pub source: SourceId,
    /// The bytes in it.
    pub span: Span,
}

impl Place {
    /// The place of `span` in `source`.
    pub fn new(source: SourceId, span: Span) -> Self {
        Self { source, span }
    }
}

/// A line and a column, both counted from 1. Columns count characters (Unicode scalar values).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One text with the path a person knows it by.
pub struct Source {
    path: String,
    repository_path: Option<String>,
    text: Arc<str>,
    line_starts: OnceLock<Vec<u32>>,
}

/// Without the text, which may hold secrets: what is printed to find a fault must not publish them.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("path", &self.path)
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        let same_text = Arc::ptr_eq(&self.text, &other.text) || self.text == other.text;
        self.path == other.path && self.repository_path == other.repository_path && same_text
    }
}

impl Source {
    /// A source named `path` (for people: relative to where the run was started, `/` between parts).
    pub fn new(path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self {
            path: path.into(),
            repository_path: None,
            text: text.into(),
            line_starts: OnceLock::new(),
        }
    }

    /// The same source, known to be at `path` below the root of its repository.
    #[must_use]
    pub fn in_repository(mut self, path: impl Into<String>) -> Self {
        self.repository_path = Some(path.into());
        self
    }

    /// The path from the root of the repository, wherever the run was started: what code hosts and fingerprints
    /// go by. The path a person knows it by when that is not known.
    pub fn repository_path(&self) -> &str {
        self.repository_path.as_deref().unwrap_or(&self.path)
    }

    /// The path a person knows it by.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text, secrets included: never print it, but through a mask.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a span; empty when the span is not of this source.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Where a byte offset is. An offset past the end is at the end; one inside a character is at its start.
    pub fn position(&self, offset: u32) -> LineColumn {
        let line = self.line_index(offset);
        let start = self.line_start(line);
        LineColumn {
            line: line + 1,
            column: self.floor(start, offset).chars().count() + 1,
        }
    }

    /// How many lines the text has; a text without a line end has one.
    pub fn line_count(&self) -> usize {
        self.line_starts().len()
    }

    /// The span of a line (from 1) without its line end; empty past the last line.
    pub fn line_span(&self, line: usize) -> Span {
        let starts = self.line_starts();
        let Some(&start) = line.checked_sub(1).and_then(|index| starts.get(index)) else {
            return Span::at(self.text.len());
        };
        let end = starts
            .get(line)
            .map_or(self.text.len(), |&next| next as usize);
        let content = self.text.get(start as usize..end).unwrap_or_default();
        let content = content.strip_suffix('\n').unwrap_or(content);
        let content = content.strip_suffix('\r').unwrap_or(content);
        Span::new(start as usize, start as usize + content.len())
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let ends = self.text.match_indices('\n');
            std::iter::once(0)
                .chain(ends.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)))
                .collect()
        })
    }

    fn line_index(&self, offset: u32) -> usize {
        self.line_starts()
            .partition_point(|&start| start <= offset)
            .saturating_sub(1)
    }

    fn line_start(&self, index: usize) -> usize {
        self.line_starts().get(index).map_or(0, |&s| s as usize)
    }

    /// The text from `start` to `offset`, cut back to a character boundary.
    fn floor(&self, start: usize, offset: u32) -> &str {
        let mut end = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        self.text.get(start..end).unwrap_or_default()
    }
}

/// All sources of a run. Clones are the same set: several threads add to it, and an id is that of one text for all of
/// them.
#[derive(Debug, Clone, Default)]
pub struct Sources(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    sources: boxcar::Vec<Source>,
    by_path: Mutex<HashMap<String, Vec<SourceId>>>,
}

impl Sources {
    /// Adds a source and names it. The same text under the same path (a file that two layers include) is the same
    /// source, so that what is wrong with it is found once.
    pub fn add(&self, source: Source) -> SourceId {
        // Held until the source is in: another thread that adds the same text waits and finds it.
        let mut by_path = self
            .0
            .by_path
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let same_path = by_path.entry(source.path.clone()).or_default();
        if let Some(id) = same_path.iter().find(|id| *self.get(**id) == source) {
            return *id;
        }
        let id = id(self.0.sources.push(source));
        same_path.push(id);
        id
    }

    /// The source of an id this set gave out.
    ///
    /// # Panics
    /// When the id comes from another set: a mistake in this program, never in its input.
    #[allow(clippy::indexing_slicing)]
    pub fn get(&self, id: SourceId) -> &Source {
        &self.0.sources[id.0 as usize]
    }

    /// The text at a place.
    pub fn slice(&self, place: Place) -> &str {
        self.get(place.source).slice(place.span)
    }

    /// All sources with their ids, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.0
            .sources
            .iter()
            .map(|(index, source)| (id(index), source))
    }
}

fn id(index: usize) -> SourceId {
    SourceId(u32::try_from(index).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let source = Source::new("a.yaml", "é: 😀x\r\nb: 1\n");
        let at = source.text().find('x').unwrap() as u32;
        assert_eq!(source.position(at), LineColumn { line: 1, column: 5 });
        assert_eq!(source.slice(source.line_span(1)), "é: 😀x");
        assert_eq!(source.slice(source.line_span(2)), "b: 1");
    }

    #[test]
    fn what_is_printed_to_find_a_fault_holds_no_text() {
        let sources = Sources::default();
        sources.add(Source::new("a.yaml", "password: Tr0ub4dor-and-3"));
        let printed = format!("{sources:?}");
        assert!(
            printed.contains("a.yaml") && !printed.contains("Tr0ub4dor"),
            "{printed}"
        );
    }

    #[test]
    fn the_same_text_under_the_same_path_is_one_source() {
        let sources = Sources::default();
        let first = sources.add(Source::new("a.yaml", "a: 1"));
        assert_eq!(sources.add(Source::new("a.yaml", "a: 1")), first);
        assert_ne!(sources.add(Source::new("a.yaml", "a: 2")), first);
        assert_ne!(sources.add(Source::new("b.yaml", "a: 1")), first);
    }

    #[test]
    fn what_threads_add_is_one_set() {
        let sources = Sources::default();
        let shared = sources.add(Source::new("a.yaml", "a"));
        let ids: Vec<Vec<SourceId>> = std::thread::scope(|scope| {
            let add = |own: &'static str| {
                let sources = sources.clone();
                scope.spawn(move || {
                    let paths = [("a.yaml", "a"), ("b.yaml", "b"), (own, "own")];
                    paths
                        .map(|(path, text)| sources.add(Source::new(path, text)))
                        .to_vec()
                })
            };
            let threads = ["c.yaml", "d.yaml", "e.yaml"].map(add);
            threads.map(|thread| thread.join().unwrap()).to_vec()
        });
        assert_eq!(sources.iter().count(), 5);
        for own in &ids {
            assert_eq!((own[0], own[1]), (shared, ids[0][1]));
            assert_eq!(sources.get(own[2]).text(), "own");
        }
    }

    #[test]
    fn offsets_out_of_range_are_at_the_nearest_character() {
        let source = Source::new("a.yaml", "é");
        assert_eq!(source.position(1), LineColumn { line: 1, column: 1 });
        assert_eq!(source.position(99), LineColumn { line: 1, column: 2 });
        assert!(source.slice(Span::new(1, 2)).is_empty());
    }
}
