//! YAML text to [`Node`]s with byte spans, and the comments beside them.
//!
//! In: one text. Out: a [`Document`]: the root node (if the text can be read as the real loader reads it),
//! all comments, and the problems found. A node still knows where it stands; nothing after this stage reads
//! YAML text again. Never: files, directives, placeholders.

mod alias;
mod base64;
mod cause;
mod compose;
mod decode;
mod directives;
pub mod edit;
mod json;
mod key;
mod lexer;
pub mod number;
mod pairs;
mod parser;
mod problem;
mod scalar;
mod tag;
mod token;

use std::sync::Arc;

use source::Span;

pub use compose::parse;
pub use decode::subspan;
pub use json::parse_json;

/// How deep values may be nested, aliases counted as what they stand for. The real loader gives up somewhere past a
/// thousand, depending on its stack; real config stays below 30. Every walk over nodes or values may recurse.
pub const MAX_DEPTH: usize = 256;

/// How many values one text may hold, keys included, each alias counted as what it stands for.
pub const MAX_VALUES: usize = 200_000;

/// How many tokens one text may hold: scalars, signs, comments, line ends and the white space between them. A value
/// with its key takes six or seven.
pub const MAX_TOKENS: usize = 2_000_000;

/// One parsed text.
#[derive(Debug, Default)]
pub struct Document {
    /// The root; `None` when the text is empty, all comments, or does not parse.
    pub root: Option<Node>,
    /// What the text holds all the same when nothing but keys that stand twice keeps the real loader from reading it:
    /// there a mapping may hold a key more than once. `None` for every other text.
    pub refused: Option<Node>,
    /// Every comment, in order.
    pub comments: Vec<Comment>,
    /// What is wrong with the text, in order of place.
    pub problems: Vec<Problem>,
    /// Every tag, in order of place. One that the real loader does not know it passes over, and reads the text behind it
    /// alone: of `when: !ready` it gets nothing, of `when: !has(a) has(b)` it gets `has(b)`.
    pub tags: Vec<Span>,
}

/// A comment: the span covers `#` to the end of the line, without the line end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// Where it stands.
    pub span: Span,
}

/// One value in a parsed text.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value's own bytes: quotes and block indicators included, anchor, tag and comments not.
    /// An absent value (`key:`) has the empty span just behind its key's colon.
    pub span: Span,
    /// What it is.
    pub value: NodeValue,
}

/// What a node is, after scalar resolution by the YAML 1.2 core schema.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeValue {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any number, as JavaScript would hold it.
    Number(f64),
    /// A string.
    String(Text),
    /// A sequence.
    Sequence(Vec<Node>),
    /// A mapping in the order of the text; keys are unique.
    Mapping(Vec<Entry>),
}

/// A string value and how it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The decoded string.
    pub value: Arc<str>,
    /// How it was written.
    pub style: ScalarStyle,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A key and its value in a mapping.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: Node,
}

/// A mapping key. Keys that are not strings have become strings as the real loader makes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The decoded key.
    pub text: Arc<str>,
    /// Its bytes, quotes included.
    pub span: Span,
}

/// The rule of problems about a key that its mapping has already. Their span is that key.
pub const DUPLICATE_KEY: &str = "yaml-duplicate-key";

/// Something wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The loader rule it belongs to, e.g. `yaml-duplicate-key`.
    pub rule: &'static str,
    /// In our own words; never the text of a library's error, never a value from the text.
    pub message: String,
    /// Where.
    pub span: Span,
    /// A second place that explains the first, with its note.
    pub related: Option<(Span, String)>,
    /// What to do about it, where it is known better than by the rule.
    pub help: Option<String>,
    /// Where a key or dash stands whose column the message means.
    pub aligned_with: Option<Span>,
    /// What to look at for the cause.
    subject: Subject,
}

/// What a syntax problem is about, as far as the parser can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Subject {
    /// Indentation, keys and list items.
    Lines,
    /// `{…}` and `[…]`.
    Brackets,
    /// Something stands where nothing like it may stand.
    Unexpected,
    /// What the message says.
    #[default]
    Itself,
}

impl Problem {
    /// A problem of which only the place is known.
    fn at(span: Span) -> Self {
        Self {
            rule: "yaml-syntax",
            message: String::new(),
            span,
            related: None,
            help: None,
            aligned_with: None,
            subject: Subject::Itself,
        }
    }

    /// Whether the real loader stops here. Otherwise it reads on, and the reader may be surprised.
    pub fn is_fatal(&self) -> bool {
        self.rule != "yaml-surprise"
    }
}

impl Document {
    /// Whether the real loader refuses the text.
    pub fn is_broken(&self) -> bool {
        self.problems.iter().any(Problem::is_fatal)
    }
}

#[cfg(test)]
mod tests;
