//! What stands before a value: indicator, anchor and tag, and the white space and comments around them.
//!
//! It follows `compose/resolve-props.js` of the npm package `yaml` 2.9.

use super::Stop;
use crate::problem;
use crate::token::{Kind, Token, Tree};
use source::Span;

/// Where the tokens stand.
pub(super) struct Around {
    /// Whether they stand inside brackets.
    pub in_flow: bool,
    /// The indicator that may be among them.
    pub indicator: Kind,
    /// What stands behind them.
    pub next: Option<Next>,
    /// Where they begin.
    pub offset: usize,
    /// How far the collection that they are in is indented.
    pub parent_indent: usize,
    /// Whether they begin a line.
    pub begins_line: bool,
}

/// What stands behind some tokens.
#[derive(Clone, Copy)]
pub(super) struct Next {
    start: usize,
    kind: NextKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum NextKind {
    /// White space, a line end, a comma, or a plain scalar of no characters.
    Separate,
    /// A block collection.
    Block,
    /// A flow collection.
    Brackets,
    Other,
}

impl Next {
    /// A value.
    pub(super) fn tree(tree: &Tree) -> Self {
        let kind = match tree {
            Tree::Mapping(_) | Tree::Sequence(_) => NextKind::Block,
            Tree::Brackets(_) => NextKind::Brackets,
            Tree::Flow(scalar)
                if scalar.token.kind == Kind::Scalar && scalar.token.range().is_empty() =>
            {
                NextKind::Separate
            }
            _ => NextKind::Other,
        };
        let start = tree.start();
        Self { start, kind }
    }

    /// A token.
    pub(super) fn token(token: &Token) -> Self {
        let kind = match token.kind {
            Kind::Space | Kind::Newline | Kind::Comma => NextKind::Separate,
            _ => NextKind::Other,
        };
        let start = token.start;
        Self { start, kind }
    }
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Props {
    /// The comma before the value.
    pub comma: Option<Token>,
    /// The indicator.
    pub found: Option<Token>,
    /// Whether there is a comment.
    pub has_comment: bool,
    /// Whether there is a line end.
    pub has_newline: bool,
    /// The anchor.
    pub anchor: Option<Token>,
    /// The tag.
    pub tag: Option<Token>,
    /// The last line end behind an anchor or tag.
    pub newline_after: Option<Token>,
    /// Where the tokens end.
    pub end: usize,
    /// Where the anchor or tag begins; else where the tokens end.
    pub start: usize,
}

/// Reads the tokens before a value.
pub(super) fn read(text: &str, tokens: &[Token], around: &Around) -> Result<Props, Stop> {
    let mut reader = Reader {
        text,
        around,
        props: Props::default(),
        start: None,
        at_newline: around.begins_line,
        has_space: around.begins_line,
        needs_space: false,
        tab: None,
    };
    for token in tokens {
        reader.take(token)?;
    }
    reader.finish(tokens.last())
}

struct Reader<'a> {
    text: &'a str,
    around: &'a Around,
    props: Props,
    start: Option<usize>,
    at_newline: bool,
    has_space: bool,
    needs_space: bool,
    tab: Option<Token>,
}

impl Reader<'_> {
    fn take(&mut self, token: &Token) -> Result<(), Stop> {
        let separates = matches!(token.kind, Kind::Space | Kind::Newline | Kind::Comma);
        if std::mem::take(&mut self.needs_space) && !separates {
            return Err(self.missing_space(token.start));
        }
        if let Some(tab) = self.tab.take()
            && self.at_newline
            && !matches!(token.kind, Kind::Comment | Kind::Newline)
        {
            return Err(self.tab_indents(&tab));
        }
        match token.kind {
            Kind::Space => self.space(token),
            Kind::Comment => {
                if !self.has_space {
                    return Err(problem::own(
                        "missing space before the `#` of a comment",
                        Span::from(token.range()),
                    ));
                }
                self.props.has_comment = true;
                self.at_newline = false;
            }
            Kind::Newline => {
                self.at_newline = true;
                self.props.has_newline = true;
                if self.props.anchor.is_some() || self.props.tag.is_some() {
                    self.props.newline_after = Some(*token);
                }
                self.has_space = true;
            }
            Kind::Anchor | Kind::Tag => self.property(token)?,
            kind if kind == self.around.indicator => self.indicator(token)?,
            Kind::Comma if self.around.in_flow && self.props.comma.is_none() => {
                self.props.comma = Some(*token);
                self.at_newline = false;
                self.has_space = false;
            }
            _ => return Err(problem::unexpected(self.text, token.start)),
        }
        Ok(())
    }

    fn space(&mut self, token: &Token) {
        // Before a flow collection that is the whole document, and in brackets, tabs are white space.
        let is_before_brackets = self.around.indicator == Kind::DocumentStart
            && matches!(self.around.next, Some(next) if next.kind == NextKind::Brackets);
        let space = self.text.get(token.range()).unwrap_or_default();
        if !self.around.in_flow && !is_before_brackets && space.contains('\t') {
            self.tab = Some(*token);
        }
        self.has_space = true;
    }

    fn property(&mut self, token: &Token) -> Result<(), Stop> {
        let property = match token.kind {
            Kind::Anchor => &mut self.props.anchor,
            _ => &mut self.props.tag,
        };
        if property.replace(*token).is_some() {
            let what = "a value can have one anchor and one tag only";
            return Err(problem::own(what, Span::from(token.range())));
        }
        self.start.get_or_insert(token.start);
        self.at_newline = false;
        self.has_space = false;
        self.needs_space = true;
        Ok(())
    }

    fn indicator(&mut self, token: &Token) -> Result<(), Stop> {
        if self.props.anchor.is_some() || self.props.tag.is_some() {
            let what = "an anchor or tag must come after this indicator, not before it";
            return Err(problem::own(what, Span::from(token.range())));
        }
        if self.props.found.replace(*token).is_some() {
            return Err(problem::unexpected(self.text, token.start));
        }
        self.at_newline = matches!(token.kind, Kind::SequenceItem | Kind::ExplicitKey);
        self.has_space = false;
        Ok(())
    }

    fn finish(mut self, last: Option<&Token>) -> Result<Props, Stop> {
        let end = last.map_or(self.around.offset, |last| last.end);
        if let Some(next) = self.around.next
            && self.needs_space
            && next.kind != NextKind::Separate
        {
            return Err(self.missing_space(next.start));
        }
        if let Some(tab) = self.tab {
            let is_indentation = self.at_newline && tab.indent <= self.around.parent_indent;
            let before_block =
                matches!(self.around.next, Some(next) if next.kind == NextKind::Block);
            if is_indentation || before_block {
                return Err(self.tab_indents(&tab));
            }
        }
        self.props.end = end;
        self.props.start = self.start.unwrap_or(end);
        Ok(self.props)
    }

    fn missing_space(&self, at: usize) -> Stop {
        problem::own(
            "missing space after the anchor or tag",
            problem::character(self.text, at),
        )
    }

    fn tab_indents(&self, space: &Token) -> Stop {
        let blank = self.text.get(space.range()).unwrap_or_default();
        let at = space.start + blank.find('\t').unwrap_or_default();
        problem::tab(Span::new(at, at + 1))
    }
}
