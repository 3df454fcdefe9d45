//! What the parser's library says, in our own words.
//!
//! In: an error of the library. Out: a [`Problem`] with our rule, message and place. The library's own text is never
//! used: it could hold part of a value.

use granit_parser::{ErrorKind, ScanError};

use super::Problem;
use crate::text::Span;

/// The problem for an error.
pub(super) fn problem(text: &str, error: &ScanError) -> Problem {
    let at = error.marker().byte_offset().unwrap_or(text.len());
    let kind = error.kind();
    if is_tab(text, at, kind) {
        return tab(tab_span(text, at));
    }
    Problem {
        rule: "yaml-syntax",
        message: format!("{}, so the app cannot read this file", what(kind)),
        span: character(text, at),
        related: None,
    }
}

/// The problem of a tab where only spaces may indent.
pub(super) fn tab(span: Span) -> Problem {
    Problem {
        rule: "yaml-tab-indentation",
        message: "a tab indents this line, and YAML allows only spaces there: the app cannot read this file".into(),
        span,
        related: None,
    }
}

/// A syntax problem of our own.
pub(super) fn own(what: &str, span: Span) -> Problem {
    Problem {
        rule: "yaml-syntax",
        message: format!("{what}, so the app cannot read this file"),
        span,
        related: None,
    }
}

/// The character at an offset, or the last one of the text's last line that is not white space.
pub(super) fn character(text: &str, at: usize) -> Span {
    let mut start = at.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let rest = text.get(start..).unwrap_or_default();
    match rest.chars().next() {
        Some(next) if next != '\n' && next != '\r' => Span::new(start, start + next.len_utf8()),
        _ => {
            let before = text.get(..start).unwrap_or_default();
            let content = before.trim_end_matches([' ', '\t']);
            match content.chars().next_back() {
                Some(last) if last != '\n' => {
                    Span::new(content.len() - last.len_utf8(), content.len())
                }
                _ => Span::at(start),
            }
        }
    }
}

fn is_tab(text: &str, at: usize, kind: &ErrorKind) -> bool {
    let named = matches!(
        kind,
        ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation | ErrorKind::TabNotAllowed
    );
    let rest = text.get(at..).unwrap_or_default();
    named || (rest.starts_with('\t') && matches!(kind, ErrorKind::InvalidIndentation))
}

/// The tab that an error near `at` is about: the first in the white space around it.
fn tab_span(text: &str, at: usize) -> Span {
    let before = text.get(..at).unwrap_or_default();
    let start = before.trim_end_matches([' ', '\t']).len();
    let rest = text.get(start..).unwrap_or_default();
    let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let tab = rest.get(..blank).and_then(|blank| blank.find('\t'));
    tab.map_or_else(
        || character(text, at),
        |tab| Span::new(start + tab, start + tab + 1),
    )
}

#[allow(clippy::too_many_lines)] // one line for each kind of error
fn what(kind: &ErrorKind) -> &'static str {
    use ErrorKind as Kind;
    match kind {
        Kind::UnexpectedEofFlowSequence | Kind::ExpectedFlowSequenceSeparator => {
            "this list in `[…]` is not closed, or a comma is missing in it"
        }
        Kind::UnexpectedEofFlowMapping
        | Kind::UnexpectedEofImplicitFlowMapping
        | Kind::ExpectedFlowMappingSeparator => {
            "this mapping in `{…}` is not closed, or a comma is missing in it"
        }
        Kind::UnclosedFlowCollection { .. } => "this bracket is never closed",
        Kind::MisplacedFlowCollectionEnd | Kind::MismatchedFlowCollectionEnd { .. } => {
            "this closing bracket matches no opening one"
        }
        Kind::DuplicateVersionDirective
        | Kind::UnsupportedYamlMajorVersion
        | Kind::DuplicateTagDirective
        | Kind::MissingDocumentEndBeforeDirective
        | Kind::InvalidDirectiveTerminator
        | Kind::MissingYamlVersionSeparator
        | Kind::MissingDirectiveName
        | Kind::InvalidDirectiveName
        | Kind::DirectiveByteLimitExceeded { .. }
        | Kind::YamlVersionTooLong
        | Kind::MissingYamlVersion
        | Kind::InvalidTagDirectiveTerminator
        | Kind::ExpectedTagDirectiveBang => "this line begins with `%` and is no YAML directive",
        Kind::ExpectedDocumentStart => "here a new document would have to begin with `---`",
        Kind::ExpectedNodeContent => "a value is missing here",
        Kind::ExpectedBlockMappingKey => {
            "here a key of the mapping is expected, at the column of the other keys"
        }
        Kind::ExpectedBlockSequenceEntry => {
            "here a `- ` of the list is expected, at the column of the others"
        }
        Kind::UndeclaredTagHandle
        | Kind::ExpectedTagBang
        | Kind::InvalidGlobalTagCharacter
        | Kind::InvalidTagTerminator
        | Kind::MissingTagUri
        | Kind::UnclosedVerbatimTag
        | Kind::InvalidTagEscape
        | Kind::InvalidTagUtf8LeadingByte
        | Kind::InvalidTagUtf8TrailingByte
        | Kind::InvalidTagUtf8 => {
            "this `!` begins a tag that cannot be read; quote the value if it is text"
        }
        Kind::SimpleKeyExpected | Kind::InvalidSimpleKey => {
            "this line is neither a key with `:` nor the rest of a value"
        }
        Kind::InvalidDocumentEnd => "nothing may follow on the line of a document end",
        Kind::InvalidIndentation => {
            "this line is indented less than the value it belongs to, or more than its siblings"
        }
        Kind::CommentInterceptedScalar => "a comment stands inside this value of several lines",
        Kind::CommentNotSeparated => "a comment needs a space before its `#`",
        Kind::ExpectedWhitespace => "a space is missing here",
        Kind::MissingAnchorOrAliasName => {
            "this `&` or `*` has no name; quote the value if it is text"
        }
        Kind::UnknownAnchor => "this alias refers to an anchor that does not stand above it",
        Kind::RecursionLimitExceeded => "values are nested too deep here",
        Kind::BlockEntryInFlowCollection
        | Kind::BlockSequenceEntryNotAllowed
        | Kind::InvalidBlockEntryWhitespace => "a `- ` cannot begin a list item here",
        Kind::ZeroBlockScalarIndent | Kind::InvalidBlockScalarHeader => {
            "nothing but `+`, `-`, a digit from 1 to 9 or a comment may follow `|` or `>`"
        }
        Kind::TabAtBlockScalarStart | Kind::InvalidBlockScalarIndent => {
            "this line of a text block is indented less than its first line"
        }
        Kind::DocumentIndicatorInQuotedScalar => {
            "a line `---` or `...` stands inside a quoted value"
        }
        Kind::UnclosedQuotedScalar => "this quote is never closed",
        Kind::InvalidQuotedScalarIndent => "this line of a quoted value is not indented enough",
        Kind::InvalidTrailingSingleQuotedScalar | Kind::InvalidTrailingDoubleQuotedScalar => {
            "something stands behind the closing quote"
        }
        Kind::UnknownQuotedScalarEscape
        | Kind::InvalidQuotedScalarHexEscape
        | Kind::InvalidLowSurrogateHexEscape
        | Kind::InvalidLowSurrogate
        | Kind::MissingLowSurrogate
        | Kind::UnpairedLowSurrogate
        | Kind::InvalidUnicodeEscape => {
            "this `\\` begins no escape that YAML knows; use single quotes for a literal `\\`"
        }
        Kind::InvalidFlowScalarIndent => {
            "this line belongs to a value in brackets and is not indented enough"
        }
        Kind::MappingKeyNotAllowed | Kind::MappingValueNotAllowed | Kind::InvalidColonPlacement => {
            "a `key: value` cannot begin here; quote the value if the `: ` is part of it"
        }
        Kind::FlowMappingValueAdjacentCollection | Kind::InvalidMappingValueWhitespace => {
            "a space is missing behind this `:`"
        }
        Kind::PlainScalarStartsWithDashFlowIndicator
        | Kind::UnexpectedCharacter { .. }
        | Kind::TabInPlainScalar
        | Kind::UnexpectedEndOfPlainScalar => {
            "a value cannot begin with this character; quote the value"
        }
        _ => "this is not valid YAML",
    }
}
