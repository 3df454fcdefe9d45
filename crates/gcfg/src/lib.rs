//! gcfg text to sections, keys and values with byte spans, and the comments beside them.
//!
//! In: one text. Out: a [`Document`]: every section and every setting in the order of the text, all comments, and what
//! is wrong with the text. The first problem is the one at which go-gcfg v1 stops, with its line, column and message;
//! everything read after it is what the text most likely means. Never: files, settings of a product, their types.

mod fold;
mod letters;
mod lines;
mod number;
mod problem;
mod reader;
mod recovery;
mod scanner;
mod spelling;
mod template;

use std::ops::Range;
use std::sync::Arc;

use source::Span;

pub use fold::{fold, same_name};
pub use lines::Position;
pub use number::{boolean, float, integer};
pub use problem::{Problem, ProblemKind};
pub use reader::parse;
pub use spelling::{Part, PartKind};
pub use template::{Block, Marker, MarkerKind};

/// How many sections and settings one text may hold. Real files have some hundred.
pub const MAX_ITEMS: usize = 200_000;

/// How a text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Whether the text is a template: `{{ … }}`, `{% … %}`, `{# … #}` and `<% … %>` are opaque, whatever they hold.
    /// Otherwise they are ordinary characters, as they are to the library.
    pub template: bool,
    /// Whether a byte order mark at the start is an error, as to the library's `ReadInto`. `ReadFileInto` skips it.
    pub refuse_byte_order_mark: bool,
}

/// One text, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// Settings before the first section header. The library refuses them; in a template they may follow a line that
    /// becomes a header.
    pub orphans: Vec<Entry>,
    /// Every section header with the settings below it, in order. A section may occur several times.
    pub sections: Vec<Section>,
    /// Every comment, in order.
    pub comments: Vec<Comment>,
    /// Every template marker, in order; none unless the text was read as a template.
    pub markers: Vec<Marker>,
    /// What is wrong, in order, at most one problem for each line. The library stops at the first.
    pub problems: Vec<Problem>,
    lines: lines::Lines,
}

/// A section header and the settings up to the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The header, from `[` to `]`.
    pub span: Span,
    /// The name. Names that differ in case only are the same: see [`same_name`].
    pub name: Name,
    /// The name in quotes behind it, of which case matters. Never empty.
    pub subsection: Option<Name>,
    /// Whether the library accepts the header. Otherwise its names are a guess.
    pub intact: bool,
    /// The settings, in order.
    pub entries: Vec<Entry>,
}

/// A name of a section, a subsection or a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// What the library reads.
    pub text: Arc<str>,
    /// Its bytes, quotes included.
    pub span: Span,
    /// Whether it holds a template marker, so that the text is not what the server will read.
    pub is_template: bool,
}

/// One setting as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key. Keys that differ in case only are the same: see [`same_name`].
    pub name: Name,
    /// The value; `None` for a key without `=`, which is `true` for a boolean, empties a list, and is refused for any
    /// other type. `key =` has an empty value.
    pub value: Option<Value>,
    /// The comment at the end of its line, from `;` or `#` on. It begins at the very end of the value where no white
    /// space separates the two.
    pub comment: Option<Span>,
    /// Whether the library accepts the setting. Otherwise name and value are a guess.
    pub intact: bool,
}

impl Entry {
    /// From the first byte of the key to the last of the value.
    pub fn span(&self) -> Span {
        match &self.value {
            Some(value) => Span {
                start: self.name.span.start,
                end: value.span.end.max(self.name.span.end),
            },
            None => self.name.span,
        }
    }
}

/// A value as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// What the library reads: without quotes, escapes and continuations resolved, carriage returns dropped.
    pub text: Arc<str>,
    /// Its bytes: quotes included, white space around it not. An absent value has the empty span where it would begin.
    pub span: Span,
    /// Whether it holds a template marker, so that the text is not what the server will read.
    pub is_template: bool,
}

/// A comment: the span covers `;` or `#` to the end of the line, without the line end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// Where it is.
    pub span: Span,
}

impl Document {
    /// Whether the library refuses the text.
    pub fn is_broken(&self) -> bool {
        !self.problems.is_empty()
    }

    /// Line and column of an offset, as the library counts them.
    pub fn position(&self, offset: usize) -> Position {
        self.lines.position(offset)
    }

    /// How the value at `span` of `text` is spelled: its quotes, escapes, continuations, and what is between them.
    pub fn parts(&self, text: impl AsRef<[u8]>, span: Span) -> Vec<Part> {
        spelling::parts(text.as_ref(), span, &self.markers)
    }

    /// The bytes of `text` that spell the bytes `part` of a value's text. A part that begins or ends inside an escape
    /// is widened to the whole escape. `None` when `part` is not in the value.
    pub fn subspan(
        &self,
        text: impl AsRef<[u8]>,
        value: &Value,
        part: Range<usize>,
    ) -> Option<Span> {
        spelling::subspan(text.as_ref(), value.span, &self.markers, part)
    }
}

#[cfg(test)]
mod tests;
