//! The reader of go-gcfg, token by token (`read.go`), and its beginning anew behind what it refuses.
//!
//! In: one text. Out: its [`Document`]. Never: what a damaged line may mean; see [`crate::recovery`].

use source::Span;

use crate::lines::Lines;
use crate::problem::{MAX_PROBLEMS, Problem, ProblemKind};
use crate::scanner::{Scanner, Text, Token, TokenKind};
use crate::spelling::{Style, decode};
use crate::template::markers;
use crate::{Document, Entry, MAX_ITEMS, MarkerKind, Name, Options, Section, Value};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a text.
pub fn parse(text: impl AsRef<[u8]>, options: Options) -> Document {
    let bytes = text.as_ref();
    let skips_mark = !options.refuse_byte_order_mark && bytes.starts_with(BYTE_ORDER_MARK);
    let start = if skips_mark { BYTE_ORDER_MARK.len() } else { 0 };
    let lines = Lines::new(bytes, start);
    let markers = if options.template {
        markers(bytes)
    } else {
        Vec::new()
    };
    let include = markers
        .iter()
        .find(|marker| marker.kind == MarkerKind::Include);
    let mut reader = Reader {
        text: Text {
            bytes,
            lines: &lines,
            markers: &markers,
        },
        document: Document::default(),
        items: 0,
        may_have_section: false,
        first_include: include.map(|include| include.span.start),
    };
    reader.read(start);
    let document = reader.document;
    Document {
        markers,
        lines,
        ..document
    }
}

/// Where the library stops.
struct Stop {
    problem: Problem,
    /// The header, the setting or the token that it was reading.
    item: usize,
}

pub(crate) struct Reader<'t> {
    pub(crate) text: Text<'t>,
    pub(crate) document: Document,
    items: usize,
    /// Whether a template marker alone on its line may have brought a section header.
    may_have_section: bool,
    /// Where the first template marker is that may have brought one.
    first_include: Option<u32>,
}

impl Reader<'_> {
    fn read(&mut self, start: usize) {
        let mut from = start;
        loop {
            let mut scanner = Scanner::new(self.text, from);
            let stop = self.read_items(&mut scanner);
            let comments = scanner.comments().iter();
            let Err(stop) = stop else {
                self.document.comments.extend(comments);
                return;
            };
            let before = comments.filter(|comment| (comment.span.start as usize) < stop.item);
            self.document.comments.extend(before);
            self.report(stop.problem);
            if stop.problem.kind == ProblemKind::TooManyItems
                || self.document.problems.len() >= MAX_PROBLEMS
            {
                return;
            }
            from = self.recover(stop.item);
            if from >= self.text.bytes.len() {
                return;
            }
        }
    }

    /// Keeps a problem unless its line has one: what follows from the first helps nobody. The library looks a character
    /// ahead, so the first problem of a line may be found while the line before it is read.
    fn report(&mut self, problem: Problem) {
        let last = self.document.problems.last();
        if last.is_none_or(|last| last.position.line < problem.position.line) {
            self.document.problems.push(problem);
        }
    }

    /// Headers and settings up to the end of the text or the first failure, in the order of the library's own checks.
    fn read_items(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Stop> {
        let mut token = scanner.scan();
        loop {
            let stop = |problem| Stop {
                problem,
                item: token.start(),
            };
            check(scanner).map_err(stop)?;
            if self.items >= MAX_ITEMS && !token.ends_line() {
                return Err(stop(self.problem(token, ProblemKind::TooManyItems)));
            }
            token = match token.kind {
                TokenKind::End => return Ok(()),
                TokenKind::LineEnd => scanner.scan(),
                TokenKind::LeftBracket => self.header(scanner, token).map_err(stop)?,
                TokenKind::Identifier => self.setting(scanner, token).map_err(stop)?,
                _ if !self.has_section(token) => {
                    return Err(stop(
                        self.problem(token, ProblemKind::ExpectedSectionHeader),
                    ));
                }
                _ => {
                    let kind = ProblemKind::ExpectedHeaderOrVariable;
                    return Err(stop(self.problem(token, kind)));
                }
            };
        }
    }

    /// The rest of a header whose `[` is read. The token behind it.
    fn header(&mut self, scanner: &mut Scanner<'_>, open: Token) -> Result<Token, Problem> {
        let name = scanner.scan();
        check(scanner)?;
        if name.kind != TokenKind::Identifier {
            return Err(self.problem(name, ProblemKind::ExpectedSectionName));
        }
        let mut token = scanner.scan();
        check(scanner)?;
        let mut subsection = None;
        if token.kind == TokenKind::String {
            let quoted = self.quoted_name(token.span);
            if quoted.text.is_empty() {
                return Err(self.problem(token, ProblemKind::EmptySubsectionName));
            }
            subsection = Some(quoted);
            token = scanner.scan();
            check(scanner)?;
        }
        if token.kind != TokenKind::RightBracket {
            let kind = match subsection {
                Some(_) => ProblemKind::ExpectedRightBracket,
                None => ProblemKind::ExpectedSubsectionOrBracket,
            };
            return Err(self.problem(token, kind));
        }
        let close = token;
        token = scanner.scan();
        // The library looks at the token before it looks whether the token is one.
        if !token.ends_line() {
            return Err(self.problem(token, ProblemKind::ExpectedLineEnd));
        }
        self.push_section(Section {
            span: Span::new(open.start(), close.span.range().end),
            name: self.name(name.span),
            subsection,
            intact: true,
            entries: Vec::new(),
        });
        Ok(token)
    }

    /// A setting whose key is read. The token behind it.
    fn setting(&mut self, scanner: &mut Scanner<'_>, key: Token) -> Result<Token, Problem> {
        if !self.has_section(key) && !self.is_marker(key) {
            return Err(self.problem(key, ProblemKind::ExpectedSectionHeader));
        }
        let comments = scanner.comments().len();
        let mut token = scanner.scan();
        check(scanner)?;
        if token.ends_line() && self.is_marker(key) {
            self.may_have_section = true;
            return Ok(token);
        }
        if !self.has_section(key) {
            return Err(self.problem(key, ProblemKind::ExpectedSectionHeader));
        }
        let mut value = None;
        if !token.ends_line() {
            if token.kind != TokenKind::Assign {
                return Err(self.problem(token, ProblemKind::ExpectedAssign));
            }
            let written = scanner.scan();
            check(scanner)?;
            value = Some(self.value(written.span));
            token = scanner.scan();
            check(scanner)?;
            if !token.ends_line() {
                return Err(self.problem(token, ProblemKind::ExpectedLineEnd));
            }
        }
        let comment = scanner.comments().get(comments);
        self.push_entry(Entry {
            name: self.name(key.span),
            value,
            comment: comment.map(|comment| comment.span),
            intact: true,
        });
        Ok(token)
    }

    fn problem(&self, token: Token, kind: ProblemKind) -> Problem {
        Problem {
            kind,
            position: self.text.lines.position(token.start()),
            span: token.span,
        }
    }

    /// Whether a token belongs to a section, as far as one knows.
    fn has_section(&self, token: Token) -> bool {
        !self.document.sections.is_empty()
            || self.may_have_section
            || self
                .first_include
                .is_some_and(|include| include < token.span.start)
    }

    /// Whether a token is template markers and nothing else.
    fn is_marker(&self, token: Token) -> bool {
        let end = token.span.range().end;
        let mut at = token.start();
        while at < end {
            let Some(marker) = self.text.marker_at(at) else {
                return false;
            };
            at = marker.span.range().end;
        }
        true
    }

    /// Whether a template marker is within a span.
    pub(crate) fn is_template(&self, span: Span) -> bool {
        let markers = self.text.markers;
        let first = markers.partition_point(|marker| marker.span.end <= span.start);
        markers
            .get(first)
            .is_some_and(|marker| marker.span.start < span.end)
    }

    /// The name that a span spells as it is.
    pub(crate) fn name(&self, span: Span) -> Name {
        let bytes = self.text.bytes.get(span.range()).unwrap_or_default();
        Name {
            text: String::from_utf8_lossy(bytes).into(),
            span,
            is_template: self.is_template(span),
        }
    }

    /// The name that a span in quotes spells.
    pub(crate) fn quoted_name(&self, span: Span) -> Name {
        Name {
            text: decode(self.text.bytes, span, self.text.markers, Style::Name).into(),
            span,
            is_template: self.is_template(span),
        }
    }

    pub(crate) fn value(&self, span: Span) -> Value {
        Value {
            text: decode(self.text.bytes, span, self.text.markers, Style::Value).into(),
            span,
            is_template: self.is_template(span),
        }
    }

    pub(crate) fn push_section(&mut self, section: Section) {
        self.items += 1;
        self.document.sections.push(section);
    }

    pub(crate) fn push_entry(&mut self, entry: Entry) {
        self.items += 1;
        match self.document.sections.last_mut() {
            Some(section) => section.entries.push(entry),
            None => self.document.orphans.push(entry),
        }
    }
}

/// The first failure of the scanner, if it had one.
fn check(scanner: &Scanner<'_>) -> Result<(), Problem> {
    scanner.failure().map_or(Ok(()), Err)
}
