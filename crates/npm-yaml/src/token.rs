//! Tokens, and the tree that the parser makes of them.
//!
//! A tree is still the text, cut into pieces: it knows neither tags nor values, and may be wrong in ways that only
//! composing it shows. It has the shape that the npm package `yaml` 2.9 gives it, because what that package accepts
//! follows from this shape.

use std::ops::Range;

/// What a piece of text is, told from its characters alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A byte order mark outside of documents.
    ByteOrderMark,
    /// A document begins without `---`; of no characters.
    DocumentMode,
    /// A flow collection ends without its bracket; of no characters.
    FlowErrorEnd,
    /// The text of a plain or a block scalar.
    Scalar,
    /// `---`
    DocumentStart,
    /// `...`
    DocumentEnd,
    /// A line end.
    Newline,
    /// `-`
    SequenceItem,
    /// `?`
    ExplicitKey,
    /// `:`
    MappingValue,
    /// `{`
    FlowMappingStart,
    /// `}`
    FlowMappingEnd,
    /// `[`
    FlowSequenceStart,
    /// `]`
    FlowSequenceEnd,
    /// `,`
    Comma,
    /// Spaces and tabs.
    Space,
    /// From `#` to the end of the line.
    Comment,
    /// From `%` to the end of the line.
    Directive,
    /// `*name`
    Alias,
    /// `&name`
    Anchor,
    /// `!tag`
    Tag,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`, `>` and what belongs to them.
    BlockHeader,
    /// Nothing that YAML knows here.
    Unknown,
}

impl Kind {
    /// The kind of a piece of text that is no plain and no block scalar.
    pub(super) fn of(piece: &str) -> Self {
        match piece {
            "\u{feff}" => Self::ByteOrderMark,
            "---" => Self::DocumentStart,
            "..." => Self::DocumentEnd,
            "\n" | "\r\n" => Self::Newline,
            "-" => Self::SequenceItem,
            "?" => Self::ExplicitKey,
            ":" => Self::MappingValue,
            "{" => Self::FlowMappingStart,
            "}" => Self::FlowMappingEnd,
            "[" => Self::FlowSequenceStart,
            "]" => Self::FlowSequenceEnd,
            "," => Self::Comma,
            _ => match piece.as_bytes().first() {
                Some(b' ' | b'\t') => Self::Space,
                Some(b'#') => Self::Comment,
                Some(b'%') => Self::Directive,
                Some(b'*') => Self::Alias,
                Some(b'&') => Self::Anchor,
                Some(b'!') => Self::Tag,
                Some(b'\'') => Self::SingleQuoted,
                Some(b'"') => Self::DoubleQuoted,
                Some(b'|' | b'>') => Self::BlockHeader,
                _ => Self::Unknown,
            },
        }
    }

    /// Whether this is white space, a line end or a comment.
    pub(super) fn is_blank(self) -> bool {
        matches!(self, Self::Space | Self::Comment | Self::Newline)
    }
}

/// One piece of the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its first byte.
    pub start: usize,
    /// Behind its last byte.
    pub end: usize,
    /// How far the line is indented at it, with the indicators before it counted as indentation.
    pub indent: usize,
}

impl Token {
    /// Its bytes.
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// Whether a token of this kind is among these.
pub(super) fn includes(tokens: &[Token], kind: Kind) -> bool {
    tokens.iter().any(|token| token.kind == kind)
}

/// One value, in pieces.
#[derive(Debug)]
pub(super) enum Tree {
    /// An alias, a plain or a quoted scalar.
    Flow(FlowScalar),
    /// A literal or folded scalar.
    Block(BlockScalar),
    /// A block mapping.
    Mapping(BlockCollection),
    /// A block sequence.
    Sequence(BlockCollection),
    /// `{…}` or `[…]`
    Brackets(FlowCollection),
}

impl Tree {
    /// Where it begins.
    pub(super) fn start(&self) -> usize {
        match self {
            Self::Flow(scalar) => scalar.token.start,
            Self::Block(scalar) => scalar.start,
            Self::Mapping(collection) | Self::Sequence(collection) => collection.start,
            Self::Brackets(collection) => collection.open.start,
        }
    }

    /// How far it is indented.
    pub(super) fn indent(&self) -> usize {
        match self {
            Self::Flow(scalar) => scalar.token.indent,
            Self::Block(scalar) => scalar.indent,
            Self::Mapping(collection) | Self::Sequence(collection) => collection.indent,
            Self::Brackets(collection) => collection.indent,
        }
    }

    /// Whether it is a block collection.
    pub(super) fn is_block_collection(&self) -> bool {
        matches!(self, Self::Mapping(_) | Self::Sequence(_))
    }

    /// What stands behind it on its line and the lines that belong to it, where it may have such.
    pub(super) fn trailing_mut(&mut self) -> Option<&mut Vec<Token>> {
        match self {
            Self::Flow(scalar) => Some(&mut scalar.trailing),
            Self::Brackets(collection) => Some(&mut collection.end),
            _ => None,
        }
    }
}

/// An alias, a plain or a quoted scalar.
#[derive(Debug)]
pub(super) struct FlowScalar {
    /// Its text.
    pub token: Token,
    /// What stands behind it.
    pub trailing: Vec<Token>,
}

/// A literal or folded scalar.
#[derive(Debug)]
pub(super) struct BlockScalar {
    /// Where its header begins.
    pub start: usize,
    /// The indentation of the collection it belongs to.
    pub indent: usize,
    /// The header, and the white space and comment behind it.
    pub header: Vec<Token>,
    /// Its lines.
    pub body: Range<usize>,
}

/// A block mapping or sequence.
#[derive(Debug)]
pub(super) struct BlockCollection {
    /// Where it begins.
    pub start: usize,
    /// The column of its items.
    pub indent: usize,
    /// Its items, which may be blank.
    pub items: Vec<Item>,
}

/// `{…}` or `[…]`.
#[derive(Debug)]
pub(super) struct FlowCollection {
    /// The opening bracket.
    pub open: Token,
    /// How far it is indented.
    pub indent: usize,
    /// Its items, which may be blank.
    pub items: Vec<Item>,
    /// The closing bracket, and what stands behind it.
    pub end: Vec<Token>,
}

impl FlowCollection {
    /// Whether it is `[…]`.
    pub(super) fn is_sequence(&self) -> bool {
        self.open.kind == Kind::FlowSequenceStart
    }
}

/// An item of a collection: of a sequence only with start and value.
#[derive(Debug, Default)]
pub(super) struct Item {
    /// What stands before the key, or before the item's value.
    pub start: Vec<Token>,
    /// Whether a `?` begins it.
    pub is_explicit: bool,
    /// The key.
    pub key: Option<Box<Tree>>,
    /// What stands between key and value. `None` as long as there is no key, present or absent.
    pub separator: Option<Vec<Token>>,
    /// The value.
    pub value: Option<Box<Tree>>,
}

impl Item {
    /// An item of which only what stands before it is known.
    pub(super) fn starting(start: Vec<Token>) -> Self {
        Self {
            start,
            ..Self::default()
        }
    }

    /// An item that begins with its key.
    pub(super) fn keyed(start: Vec<Token>, key: Option<Tree>, separator: Vec<Token>) -> Self {
        Self {
            start,
            key: key.map(Box::new),
            separator: Some(separator),
            ..Self::default()
        }
    }

    /// Makes it a pair whose key is read.
    pub(super) fn set_key(&mut self, key: Option<Tree>, separator: Vec<Token>) {
        self.key = key.map(Box::new);
        self.separator = Some(separator);
    }
}

/// One document of a text.
#[derive(Debug)]
pub(super) struct DocumentTree {
    /// Where it begins.
    pub start: usize,
    /// What stands before its value.
    pub before: Vec<Token>,
    /// Its value.
    pub value: Option<Tree>,
    /// What stands behind the value.
    pub end: Vec<Token>,
}
