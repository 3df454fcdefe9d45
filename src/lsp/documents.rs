//! The documents that are open in the editor.
//!
//! In: what the editor says it opened, changed and closed. Out: their texts, which are the truth while they are open.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use gen_lsp_types::{
    Position, Range, TextDocumentContentChangeEvent, TextDocumentContentChangePartial,
};

use super::uri::key_of;
use crate::text::{ColumnUnit, Lines, Span};

/// Every open document by its path, since editors write one URI in several ways.
#[derive(Debug, Default)]
pub(super) struct Documents(BTreeMap<PathBuf, Document>);

/// One open document.
#[derive(Clone)]
pub(super) struct Document {
    /// Its URI, as the editor wrote it when it opened it.
    pub(super) uri: String,
    /// Its number, which grows with each change.
    pub(super) version: i32,
    /// Its text.
    pub(super) text: Arc<str>,
}

/// Without the text, which may hold secrets.
impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document")
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl Documents {
    /// Notes one that was opened; its text is in place of any that was known.
    pub(super) fn open(&mut self, uri: String, version: i32, text: String) -> &Document {
        let (key, text) = (key_of(&uri), text.into());
        let document = Document { uri, version, text };
        let entry = self.0.entry(key).insert_entry(document);
        entry.into_mut()
    }

    /// Applies changes in their order; each is about the text that the one before it made. One that was never opened stays
    /// closed.
    pub(super) fn change(
        &mut self,
        uri: &str,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        unit: ColumnUnit,
    ) -> Option<&Document> {
        let document = self.0.get_mut(&key_of(uri))?;
        document.version = version;
        document.text = changed(&document.text, changes, unit).into();
        Some(document)
    }

    /// Notes that one was closed: what is on disk counts again.
    pub(super) fn close(&mut self, uri: &str) -> Option<Document> {
        self.0.remove(&key_of(uri))
    }

    /// The open document of a URI.
    pub(super) fn get(&self, uri: &str) -> Option<&Document> {
        self.0.get(&key_of(uri))
    }

    /// Every open document.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Document> {
        self.0.values()
    }
}

/// A text after some changes.
fn changed(text: &str, changes: Vec<TextDocumentContentChangeEvent>, unit: ColumnUnit) -> String {
    use TextDocumentContentChangeEvent as Change;
    let mut text = text.to_owned();
    for change in changes {
        match change {
            Change::TextDocumentContentChangeWholeDocument(whole) => text = whole.text,
            Change::TextDocumentContentChangePartial(part) => {
                let TextDocumentContentChangePartial {
                    range, text: new, ..
                } = part;
                let span = span_of(&text, &Lines::of(&text), range, unit);
                text.replace_range(span.range(), &new);
            }
        }
    }
    text
}

/// The byte of a position in a text.
pub(super) fn offset_of(text: &str, lines: &Lines, at: Position, unit: ColumnUnit) -> usize {
    lines.offset(text, at.line as usize, at.character as usize, unit)
}

/// The bytes of a range in a text; one that ends before it starts is empty.
pub(super) fn span_of(text: &str, lines: &Lines, range: Range, unit: ColumnUnit) -> Span {
    let start = offset_of(text, lines, range.start, unit);
    let end = offset_of(text, lines, range.end, unit);
    Span::new(start, end.max(start))
}

/// The range of some bytes of a text.
pub(super) fn range_of(text: &str, lines: &Lines, span: Span, unit: ColumnUnit) -> Range {
    let position = |offset: usize| {
        let (line, column) = lines.position(text, offset, unit);
        let number = |number| u32::try_from(number).unwrap_or(u32::MAX);
        Position::new(number(line), number(column))
    };
    let span = span.range();
    Range::new(position(span.start), position(span.end))
}
