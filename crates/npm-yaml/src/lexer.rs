//! Text to tokens.
//!
//! In: a text. Out: its tokens in order, each byte in exactly one of them. Never: an opinion on whether they may stand
//! where they stand; that is for the parser and for what composes its trees.
//!
//! It follows the lexer of the npm package `yaml` 2.9 (`parse/lexer.js`, ISC licence) state by state: where a scalar
//! ends is what decides about a damaged text, and only the same steps end it at the same byte.

mod flow;
mod scalar;

use std::collections::VecDeque;

use super::token::Kind;

/// A token without its indentation, which the parser knows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lexeme {
    /// What it is.
    pub kind: Kind,
    /// Its first byte.
    pub start: usize,
    /// Behind its last byte.
    pub end: usize,
}

/// Reads a text token by token.
pub(super) struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    state: Option<State>,
    found: VecDeque<Lexeme>,
    /// The next line end at or behind `at`, once looked for; past the end of the text when there is none.
    line_end: Option<usize>,
    /// The digit in the header of a block scalar, less one.
    block_indent: Option<usize>,
    /// Whether the header of a block scalar keeps the empty lines at its end.
    keeps_end: bool,
    /// Whether a `:` may follow directly, as behind `"key"` in brackets.
    is_flow_key: bool,
    /// How many brackets are open.
    flow_level: usize,
    /// How far the following lines of a scalar have to be indented.
    indent_next: usize,
    /// How far the current line is indented.
    indent_value: usize,
}

/// What is expected next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Directives, comments, or a document.
    Stream,
    /// Indicators at the start of a line.
    BlockStart,
    /// A part of a document outside of brackets.
    Document,
    /// A part of a document inside brackets.
    Flow,
}

impl Iterator for Lexer<'_> {
    type Item = Lexeme;

    fn next(&mut self) -> Option<Lexeme> {
        while self.found.is_empty() && self.at < self.bytes.len() {
            let before = (self.at, self.state);
            self.state = match self.state? {
                State::Stream => Some(self.stream()),
                State::BlockStart => Some(self.block_start()),
                State::Document => Some(self.document()),
                State::Flow => Some(self.flow()),
            };
            if before == (self.at, self.state) {
                self.state = None;
                self.push_as(Kind::Unknown, self.bytes.len());
            }
        }
        self.found.pop_front()
    }
}

impl<'t> Lexer<'t> {
    /// Begins at the start of a text.
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            state: Some(State::Stream),
            found: VecDeque::new(),
            line_end: None,
            block_indent: None,
            keeps_end: false,
            is_flow_key: false,
            flow_level: 0,
            indent_next: 0,
            indent_value: 0,
        }
    }

    /// The byte at an offset.
    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// Where the content of the current line ends.
    fn line(&mut self) -> usize {
        let end = match self.line_end {
            Some(end) if end >= self.at => end,
            _ => {
                let end = find(self.bytes, b'\n', self.at).unwrap_or(usize::MAX);
                self.line_end = Some(end);
                end
            }
        };
        if end == usize::MAX {
            return self.bytes.len();
        }
        let has_return = end > self.at && self.byte(end - 1) == Some(b'\r');
        end - usize::from(has_return)
    }

    /// The byte at `at`, if it is before `line_end`.
    fn in_line(&self, at: usize, line_end: usize) -> Option<u8> {
        self.byte(at).filter(|_| at < line_end)
    }

    fn stream(&mut self) -> State {
        let end = self.line();
        if self.rest().starts_with('\u{feff}') {
            self.push(self.at + '\u{feff}'.len_utf8());
        }
        if self.byte(self.at) == Some(b'%') {
            let directive = self.directive_end(end);
            self.push(directive);
            self.push_spaces();
            self.push(end);
            return State::Stream;
        }
        if self.is_line_end() {
            self.push_spaces();
            self.push(end);
            self.push_newline();
            return State::Stream;
        }
        self.found.push_back(Lexeme {
            kind: Kind::DocumentMode,
            start: self.at,
            end: self.at,
        });
        self.line_start()
    }

    /// Where a directive ends: before a comment, and before the white space at the end of its line.
    fn directive_end(&self, line_end: usize) -> usize {
        let line = self.text.get(self.at..line_end).unwrap_or_default();
        let comment = line
            .match_indices('#')
            .map(|(at, _)| at)
            .find(|&at| line.get(..at).is_some_and(|l| l.ends_with([' ', '\t'])));
        let directive = comment.and_then(|at| line.get(..at)).unwrap_or(line);
        self.at + directive.trim_end_matches([' ', '\t']).len()
    }

    /// Whether nothing but white space and a comment remains of the line.
    fn is_line_end(&self) -> bool {
        let mut at = self.at;
        while matches!(self.byte(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        match self.byte(at) {
            None | Some(b'#' | b'\n') => true,
            Some(b'\r') => self.byte(at + 1) == Some(b'\n'),
            _ => false,
        }
    }

    fn line_start(&mut self) -> State {
        let marker = self.bytes.get(self.at..self.at + 3);
        if matches!(marker, Some(b"---" | b"...")) && is_empty(self.byte(self.at + 3)) {
            let is_start = self.byte(self.at) == Some(b'-');
            self.push(self.at + 3);
            self.indent_value = 0;
            self.indent_next = 0;
            return match is_start {
                true => State::Document,
                false => State::Stream,
            };
        }
        let start = self.at;
        while self.byte(self.at) == Some(b' ') {
            self.at += 1;
        }
        self.found_from(start);
        self.indent_value = self.at - start;
        if self.indent_next > self.indent_value && !is_empty(self.byte(self.at + 1)) {
            self.indent_next = self.indent_value;
        }
        self.block_start()
    }

    fn block_start(&mut self) -> State {
        let is_indicator = matches!(self.byte(self.at), Some(b'-' | b'?' | b':'));
        if !is_indicator || !is_empty(self.byte(self.at + 1)) {
            return State::Document;
        }
        let start = self.at;
        self.push(self.at + 1);
        self.push_spaces();
        self.indent_next = self.indent_value + 1;
        self.indent_value += self.at - start;
        State::BlockStart
    }

    fn document(&mut self) -> State {
        self.push_spaces();
        let end = self.line();
        self.push_indicators();
        match self.in_line(self.at, end) {
            None | Some(b'#') => {
                self.push(end);
                self.push_newline();
                self.line_start()
            }
            Some(b'{' | b'[') => {
                self.push(self.at + 1);
                self.is_flow_key = false;
                self.flow_level = 1;
                State::Flow
            }
            Some(b'}' | b']') => {
                self.push(self.at + 1);
                State::Document
            }
            Some(b'*') => {
                self.push(self.name_end());
                State::Document
            }
            Some(b'"' | b'\'') => self.quoted_scalar(),
            Some(b'|' | b'>') => {
                self.block_header();
                self.push_spaces();
                self.push(end);
                self.push_newline();
                self.block_scalar()
            }
            _ => self.plain_scalar(),
        }
    }

    /// The state behind a scalar or a closing bracket.
    fn content(&self) -> State {
        match self.flow_level {
            0 => State::Document,
            _ => State::Flow,
        }
    }

    /// Takes tags, anchors and the indicators `-`, `?` and `:`, with the white space behind each.
    fn push_indicators(&mut self) {
        loop {
            match self.byte(self.at) {
                Some(b'!') => self.push(self.tag_end()),
                Some(b'&') => self.push(self.name_end()),
                Some(b'-' | b'?' | b':') => {
                    let next = self.byte(self.at + 1);
                    let in_flow = self.flow_level > 0;
                    let ends_flow = in_flow && next.is_some_and(is_flow_indicator);
                    if !is_empty(next) && !ends_flow {
                        return;
                    }
                    if in_flow {
                        self.is_flow_key = false;
                    } else {
                        self.indent_next = self.indent_value + 1;
                    }
                    self.push(self.at + 1);
                }
                _ => return,
            }
            self.push_spaces();
        }
    }

    /// Where the tag here ends.
    fn tag_end(&self) -> usize {
        let mut at = self.at + 1;
        if self.byte(at) == Some(b'<') {
            while !is_empty(self.byte(at)) && self.byte(at) != Some(b'>') {
                at += 1;
            }
            return at + usize::from(self.byte(at) == Some(b'>'));
        }
        let is_hexadecimal = |at: usize| self.byte(at).is_some_and(|byte| byte.is_ascii_hexdigit());
        loop {
            match self.byte(at) {
                Some(byte) if is_tag_character(byte) => at += 1,
                Some(b'%') if is_hexadecimal(at + 1) && is_hexadecimal(at + 2) => at += 3,
                _ => return at,
            }
        }
    }

    /// Where the anchor or alias here ends.
    fn name_end(&self) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let is_end = |&byte: &u8| is_empty(Some(byte)) || is_flow_indicator(byte);
        self.at + rest.iter().position(is_end).unwrap_or(rest.len())
    }

    fn push_newline(&mut self) {
        match (self.byte(self.at), self.byte(self.at + 1)) {
            (Some(b'\n'), _) => self.push(self.at + 1),
            (Some(b'\r'), Some(b'\n')) => self.push(self.at + 2),
            _ => {}
        }
    }

    fn push_spaces(&mut self) {
        let start = self.at;
        while matches!(self.byte(self.at), Some(b' ' | b'\t')) {
            self.at += 1;
        }
        self.found_from(start);
    }

    /// Takes the text up to `end` as one token, if there is any.
    fn push(&mut self, end: usize) {
        let start = self.at;
        self.at = end.max(start);
        self.found_from(start);
    }

    /// The text from `start` to here is one token, if there is any.
    fn found_from(&mut self, start: usize) {
        if start < self.at {
            let kind = Kind::of(self.text.get(start..self.at).unwrap_or_default());
            self.found.push_back(Lexeme {
                kind,
                start,
                end: self.at,
            });
        }
    }

    /// Takes the text up to `end` as a token of this kind, even if there is none.
    fn push_as(&mut self, kind: Kind, end: usize) {
        let start = self.at;
        self.at = end.clamp(start, self.bytes.len());
        self.found.push_back(Lexeme {
            kind,
            start,
            end: self.at,
        });
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }
}

/// The first `wanted` at or behind `from`.
fn find(bytes: &[u8], wanted: u8, from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.iter()
        .position(|&byte| byte == wanted)
        .map(|at| from + at)
}

/// White space, or the end of the text.
fn is_empty(byte: Option<u8>) -> bool {
    matches!(byte, None | Some(b' ' | b'\t' | b'\r' | b'\n'))
}

fn is_flow_indicator(byte: u8) -> bool {
    matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
}

fn is_tag_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-#;/?:@&=+$_.!~*'()".contains(&byte)
}
