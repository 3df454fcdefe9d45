//! The documents that are open in the editor.
//!
//! In: what the editor says it opened, changed and closed. Out: their texts, which are the truth while they are open.

use std::collections::BTreeMap;
use std::sync::Arc;

use gen_lsp_types::{
    Position, Range, TextDocumentContentChangeEvent, TextDocumentContentChangePartial,
};

use crate::text::{ColumnUnit, Lines, Span};

/// Every open document by its URI, as the editor writes it.
#[derive(Debug, Default)]
pub(super) struct Documents(BTreeMap<String, Document>);

/// One open document.
pub(super) struct Document {
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
    pub(super) fn open(&mut self, uri: String, version: i32, text: String) {
        let text = text.into();
        self.0.insert(uri, Document { version, text });
    }

    /// Applies changes in their order; each is about the text that the one before it made. One that was never opened stays
    /// closed.
    pub(super) fn change(
        &mut self,
        uri: &str,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        unit: ColumnUnit,
    ) {
        if let Some(document) = self.0.get_mut(uri) {
            document.version = version;
            document.text = changed(&document.text, changes, unit).into();
        }
    }

    /// Notes that one was closed: what is on disk counts again.
    pub(super) fn close(&mut self, uri: &str) {
        self.0.remove(uri);
    }

    /// The open document of a URI.
    pub(super) fn get(&self, uri: &str) -> Option<&Document> {
        self.0.get(uri)
    }

    /// Every open document with its URI.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Document)> {
        self.0
            .iter()
            .map(|(uri, document)| (uri.as_str(), document))
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
