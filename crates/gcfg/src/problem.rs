//! What is wrong with a text, in the library's words.
//!
//! In: what is wrong, and where. Out: a [`Problem`]. Never: a value from the text.

use std::fmt;

use source::Span;

use crate::MAX_ITEMS;
use crate::letters::is_printable;
use crate::lines::Position;

/// More problems than these help nobody.
pub(crate) const MAX_PROBLEMS: usize = 200;

/// Something wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong. It displays as the library's message.
    pub kind: ProblemKind,
    /// Where the library says it is: for a value, where the value begins.
    pub position: Position,
    /// The bytes that are wrong: a backslash, or what is in a quote that is never closed.
    pub span: Span,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// A character that begins nothing.
    IllegalCharacter(char),
    /// A NUL.
    IllegalNul,
    /// Bytes that are not UTF-8.
    IllegalUtf8,
    /// A `\` in quotes before anything but `\`, `"`, `n` and `t`; in the name of a subsection before anything but the
    /// first two.
    UnknownEscape,
    /// A `"` without a second one on its line.
    StringNotTerminated,
    /// A `\` outside quotes that ends no line and precedes no `"`.
    LooseBackslash,
    /// No name behind `[`.
    ExpectedSectionName,
    /// `""` behind the name of a section.
    EmptySubsectionName,
    /// Something else behind the name of a section.
    ExpectedSubsectionOrBracket,
    /// Something else than `]` behind the name of a subsection.
    ExpectedRightBracket,
    /// Something behind `]`.
    ExpectedLineEnd,
    /// A setting before the first section.
    ExpectedSectionHeader,
    /// Something else than `=` behind a key.
    ExpectedAssign,
    /// A line that is neither.
    ExpectedHeaderOrVariable,
    /// More sections and settings than are read; the rest of the text is not.
    TooManyItems,
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::IllegalCharacter(character) => {
                write!(f, "illegal character U+{:04X}", u32::from(*character))?;
                if is_printable(*character) {
                    write!(f, " '{character}'")?;
                }
                return Ok(());
            }
            Self::TooManyItems => {
                return write!(f, "more than {MAX_ITEMS} sections and settings");
            }
            Self::IllegalNul => "illegal character NUL",
            Self::IllegalUtf8 => "illegal UTF-8 encoding",
            Self::UnknownEscape => "unknown escape sequence",
            Self::StringNotTerminated => "string not terminated",
            Self::LooseBackslash => r"unquoted '\' must be followed by new line or double quote",
            Self::ExpectedSectionName => "expected section name",
            Self::EmptySubsectionName => "empty subsection name",
            Self::ExpectedSubsectionOrBracket => "expected subsection name or right bracket",
            Self::ExpectedRightBracket => "expected right bracket",
            Self::ExpectedLineEnd => "expected EOL, EOF, or comment",
            Self::ExpectedSectionHeader => "expected section header",
            Self::ExpectedAssign => "expected '='",
            Self::ExpectedHeaderOrVariable => "expected section header or variable declaration",
        };
        f.write_str(text)
    }
}
