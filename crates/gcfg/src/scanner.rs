//! The scanner of go-gcfg, character by character (`scanner/scanner.go`).
//!
//! In: a text and the template markers in it. Out: tokens, comments, and the first failure. Never: what a token is for.
//!
//! The library reads one character ahead and reports what is wrong with it at once, so an illegal byte is found while
//! the token before it is read. That order decides which of two failures is the first, and is kept.

use source::Span;

use crate::letters::{is_digit, is_letter};
use crate::lines::Lines;
use crate::problem::{Problem, ProblemKind};
use crate::template::Marker;
use crate::{Comment, MarkerKind};

/// What the scanner looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Current {
    /// The end of the text.
    End,
    /// A character; the replacement character for a byte that begins none.
    Char(char),
    /// A template marker.
    Marker(MarkerKind),
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    End,
    LineEnd,
    Identifier,
    /// A value, or a name in quotes.
    String,
    Assign,
    LeftBracket,
    RightBracket,
    Illegal,
}

/// A token and its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

impl Token {
    pub(crate) fn start(self) -> usize {
        self.span.start as usize
    }

    /// Whether it ends a header or a setting.
    pub(crate) fn ends_line(self) -> bool {
        matches!(self.kind, TokenKind::End | TokenKind::LineEnd)
    }
}

/// What of the text a scanner needs.
#[derive(Clone, Copy)]
pub(crate) struct Text<'t> {
    pub(crate) bytes: &'t [u8],
    pub(crate) lines: &'t Lines,
    pub(crate) markers: &'t [Marker],
}

impl Text<'_> {
    /// The marker that begins at an offset.
    pub(crate) fn marker_at(&self, offset: usize) -> Option<Marker> {
        marker_at(self.markers, offset)
    }

    /// The end of the line that holds an offset, line end excluded. A marker may reach over lines.
    pub(crate) fn line_end(&self, from: usize) -> usize {
        let mut at = from;
        while let Some(&byte) = self.bytes.get(at) {
            if byte == b'\n' {
                return at;
            }
            at = self.step(at);
        }
        self.bytes.len()
    }

    /// The offset behind the byte or the marker at an offset.
    pub(crate) fn step(&self, at: usize) -> usize {
        match self.marker_at(at) {
            Some(marker) => marker.span.end as usize,
            None => at + 1,
        }
    }
}

/// The marker that begins at an offset.
pub(crate) fn marker_at(markers: &[Marker], offset: usize) -> Option<Marker> {
    if markers.is_empty() {
        return None;
    }
    let index = markers.partition_point(|marker| (marker.span.start as usize) < offset);
    let marker = markers.get(index)?;
    (marker.span.start as usize == offset).then_some(*marker)
}

/// The character at the start of `bytes` and its length; `None` for bytes that are not UTF-8.
pub(crate) fn character(bytes: &[u8]) -> (Option<char>, usize) {
    let length = match bytes.first() {
        Some(0..=0x7f) => 1,
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => return (None, 1),
    };
    let text = bytes.get(..length).map(std::str::from_utf8);
    match text {
        Some(Ok(text)) => (text.chars().next(), length),
        _ => (None, 1),
    }
}

/// The scanner.
pub(crate) struct Scanner<'t> {
    text: Text<'t>,
    current: Current,
    offset: usize,
    next: usize,
    value_is_next: bool,
    /// Whether a value is read on past what is wrong with it, to the end of its line.
    tolerant: bool,
    /// Whether a quote that is never closed took the end of the line with it.
    is_past_line: bool,
    failure: Option<Problem>,
    comments: Vec<Comment>,
}

impl<'t> Scanner<'t> {
    /// A scanner that begins at an offset.
    pub(crate) fn new(text: Text<'t>, from: usize) -> Self {
        let mut scanner = Self {
            text,
            current: Current::Char(' '),
            offset: from,
            next: from,
            value_is_next: false,
            tolerant: false,
            is_past_line: false,
            failure: None,
            comments: Vec::new(),
        };
        scanner.advance();
        scanner
    }

    /// The first failure so far.
    pub(crate) fn failure(&self) -> Option<Problem> {
        self.failure
    }

    /// The comments so far.
    pub(crate) fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// The next token. Comments are kept aside.
    pub(crate) fn scan(&mut self) -> Token {
        loop {
            self.skip_white_space();
            let start = self.offset;
            if self.value_is_next {
                self.value_is_next = false;
                return Token {
                    kind: TokenKind::String,
                    span: self.value(),
                };
            }
            if self.is_name_start() {
                let kind = TokenKind::Identifier;
                let span = self.identifier();
                return Token { kind, span };
            }
            let current = self.current;
            self.advance();
            let kind = match current {
                Current::End => TokenKind::End,
                Current::Char('\n') => TokenKind::LineEnd,
                Current::Char('"') => {
                    self.quoted_name();
                    TokenKind::String
                }
                Current::Char('[') => TokenKind::LeftBracket,
                Current::Char(']') => TokenKind::RightBracket,
                Current::Char(';' | '#') => {
                    self.comment(start);
                    continue;
                }
                Current::Char('=') => {
                    self.value_is_next = true;
                    TokenKind::Assign
                }
                Current::Char(character) => {
                    self.fail(
                        start,
                        ProblemKind::IllegalCharacter(character),
                        start..self.offset,
                    );
                    TokenKind::Illegal
                }
                // Never here: an expression begins a name, and the others are white space.
                Current::Marker(_) => TokenKind::Illegal,
            };
            let span = Span::new(start, self.offset.max(start));
            return Token { kind, span };
        }
    }

    /// The value from an offset on, read past everything that is wrong with it, its comment, and the offset of the
    /// line after it.
    pub(crate) fn tolerant_value(text: Text<'t>, from: usize) -> (Span, Option<Span>, usize) {
        let mut scanner = Self::new(text, from);
        scanner.tolerant = true;
        scanner.value_is_next = true;
        scanner.skip_white_space();
        let value = scanner.value();
        if scanner.is_past_line {
            return (value, None, scanner.offset);
        }
        let mut comment = None;
        if let Current::Char(';' | '#') = scanner.current {
            let start = scanner.offset;
            scanner.advance();
            scanner.comment(start);
            comment = scanner.comments.first().map(|comment| comment.span);
        }
        let next = match scanner.current {
            Current::Char('\n') => scanner.offset + 1,
            _ => scanner.offset,
        };
        (value, comment, next)
    }

    /// The next character, with what is wrong with it.
    fn advance(&mut self) {
        self.offset = self.next;
        let Some(rest) = self
            .text
            .bytes
            .get(self.next..)
            .filter(|rest| !rest.is_empty())
        else {
            self.offset = self.text.bytes.len();
            self.current = Current::End;
            return;
        };
        if let Some(marker) = self.text.marker_at(self.offset) {
            self.next = marker.span.end as usize;
            self.current = Current::Marker(marker.kind);
            return;
        }
        let (character, length) = character(rest);
        let span = self.offset..self.offset + length;
        match character {
            Some('\0') => self.fail(self.offset, ProblemKind::IllegalNul, span),
            None => self.fail(self.offset, ProblemKind::IllegalUtf8, span),
            Some(_) => {}
        }
        self.next += length;
        self.current = Current::Char(character.unwrap_or(char::REPLACEMENT_CHARACTER));
    }

    fn fail(&mut self, at: usize, kind: ProblemKind, span: std::ops::Range<usize>) {
        self.failure.get_or_insert(Problem {
            kind,
            position: self.text.lines.position(at),
            span: span.into(),
        });
    }

    fn skip_white_space(&mut self) {
        loop {
            match self.current {
                Current::Char(' ' | '\t' | '\r') => {}
                // What decides about a value is part of it.
                Current::Marker(kind) if !kind.is_text() && !self.value_is_next => {}
                _ => return,
            }
            self.advance();
        }
    }

    fn comment(&mut self, start: usize) {
        while !matches!(self.current, Current::End | Current::Char('\n')) {
            self.advance();
        }
        let content = self.text.bytes.get(start..self.offset).unwrap_or_default();
        let length = content.strip_suffix(b"\r").unwrap_or(content).len();
        self.comments.push(Comment {
            span: Span::new(start, start + length),
        });
    }

    fn is_name_start(&self) -> bool {
        match self.current {
            Current::Char(character) => is_letter(character),
            Current::Marker(kind) => kind.is_text(),
            Current::End => false,
        }
    }

    fn identifier(&mut self) -> Span {
        let start = self.offset;
        while match self.current {
            Current::Char(character) => {
                is_letter(character) || is_digit(character) || character == '-'
            }
            Current::Marker(kind) => kind.is_text(),
            Current::End => false,
        } {
            self.advance();
        }
        Span::new(start, self.offset)
    }

    /// The rest of a name in quotes, its first quote being read.
    fn quoted_name(&mut self) {
        let start = self.offset - 1;
        while self.current != Current::Char('"') {
            let current = self.current;
            let at = self.offset;
            self.advance();
            if matches!(current, Current::End | Current::Char('\n')) {
                self.fail(start, ProblemKind::StringNotTerminated, start..at);
                break;
            }
            if current == Current::Char('\\') {
                self.escape(false);
            }
        }
        self.advance();
    }

    /// The character behind a `\` in quotes. Whether it is the end of the line or of the text.
    fn escape(&mut self, in_value: bool) -> bool {
        let (at, escaped) = (self.offset, self.current);
        let is_end = matches!(escaped, Current::End | Current::Char('\n'));
        self.advance();
        let is_known = match escaped {
            Current::Char('\\' | '"') => true,
            Current::Char('n' | 't') => in_value,
            _ => false,
        };
        if !is_known {
            let end = if is_end { at } else { self.offset };
            self.fail(at, ProblemKind::UnknownEscape, at - 1..end);
        }
        is_end
    }

    /// A value up to the end of its last line, a comment, or what is wrong with it.
    fn value(&mut self) -> Span {
        let start = self.offset;
        let mut end = start;
        let mut quote = None;
        while quote.is_some()
            || !matches!(self.current, Current::End | Current::Char('\n' | ';' | '#'))
        {
            let (current, at) = (self.current, self.offset);
            self.advance();
            match current {
                Current::Char('\\') if quote.is_some() => {
                    let is_end = self.escape(true);
                    if is_end && self.tolerant {
                        self.is_past_line = true;
                        return Span::new(start, at + 1);
                    }
                }
                Current::Char('\\') => {
                    if self.current == Current::Char('\r') {
                        self.advance();
                    }
                    if matches!(self.current, Current::Char('\n' | '"')) {
                        self.advance();
                    } else {
                        self.fail(start, ProblemKind::LooseBackslash, at..at + 1);
                        if !self.tolerant {
                            break;
                        }
                    }
                }
                Current::Char('"') => {
                    quote = match quote {
                        Some(_) => None,
                        None => Some(at),
                    };
                }
                Current::End | Current::Char('\n') => {
                    let opening = quote.unwrap_or(start);
                    self.fail(start, ProblemKind::StringNotTerminated, opening..at);
                    self.is_past_line = true;
                    break;
                }
                _ => {}
            }
            let is_space = match current {
                Current::Char(character) => matches!(character, ' ' | '\t' | '\r'),
                Current::Marker(kind) => !kind.is_text(),
                Current::End => false,
            };
            if quote.is_some() || !is_space {
                end = self.offset;
            }
        }
        Span::new(start, end)
    }
}
