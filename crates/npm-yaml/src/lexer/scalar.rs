//! Where scalars end.

use super::{Kind, Lexer, State, find, is_empty, is_flow_indicator};

impl Lexer<'_> {
    /// Where the scalar goes on in the line that begins at `at`: behind its indentation, if it is long enough.
    fn continues(&self, at: usize) -> Option<usize> {
        if self.indent_next > 0 {
            let mut end = at;
            while self.byte(end) == Some(b' ') {
                end += 1;
            }
            if self.byte(end) == Some(b'\r') && self.byte(end + 1) == Some(b'\n') {
                return Some(end + 1);
            }
            let goes_on = self.byte(end) == Some(b'\n') || end - at >= self.indent_next;
            return goes_on.then_some(end);
        }
        let marker = self.bytes.get(at..at + 3);
        let is_marker = matches!(marker, Some(b"---" | b"...")) && is_empty(self.byte(at + 3));
        (!is_marker).then_some(at)
    }

    /// Takes a quoted scalar. One that is never closed, or has a line that is indented too little, ends before its
    /// closing quote.
    pub(super) fn quoted_scalar(&mut self) -> State {
        let close = match self.byte(self.at) {
            Some(b'\'') => self.single_quote(),
            _ => self.double_quote(),
        };
        let mut end = close.map_or(self.bytes.len(), |close| close + 1);
        // No further than the closing quote: many quoted scalars may stand on one long line.
        let inside = self.bytes.get(..close.unwrap_or(0)).unwrap_or_default();
        let mut newline = find(inside, b'\n', self.at);
        while let Some(at) = newline {
            let Some(next) = self.continues(at + 1) else {
                let has_return = self.byte(at - 1) == Some(b'\r');
                end = at - usize::from(has_return);
                break;
            };
            newline = find(inside, b'\n', next);
        }
        self.push(end);
        self.content()
    }

    fn single_quote(&self) -> Option<usize> {
        let mut end = find(self.bytes, b'\'', self.at + 1)?;
        while self.byte(end + 1) == Some(b'\'') {
            end = find(self.bytes, b'\'', end + 2)?;
        }
        Some(end)
    }

    fn double_quote(&self) -> Option<usize> {
        let mut end = find(self.bytes, b'"', self.at + 1)?;
        loop {
            let before = self.bytes.get(..end).unwrap_or_default();
            let escapes = before.iter().rev().take_while(|&&byte| byte == b'\\');
            if escapes.count() % 2 == 0 {
                return Some(end);
            }
            end = find(self.bytes, b'"', end + 1)?;
        }
    }

    /// Takes the header of a block scalar.
    pub(super) fn block_header(&mut self) {
        self.block_indent = None;
        self.keeps_end = false;
        let mut at = self.at + 1;
        loop {
            match self.byte(at) {
                Some(b'+') => self.keeps_end = true,
                Some(digit @ b'1'..=b'9') => self.block_indent = Some(usize::from(digit - b'1')),
                Some(b'-') => {}
                _ => break,
            }
            at += 1;
        }
        while !is_empty(self.byte(at)) && self.byte(at) != Some(b'#') {
            at += 1;
        }
        self.push(at);
    }

    /// Takes the lines of a block scalar.
    pub(super) fn block_scalar(&mut self) -> State {
        let start = self.at;
        let (first, indent) = self.first_block_line();
        let mut end = first;
        if indent >= self.indent_next {
            self.indent_next = match self.block_indent {
                None => indent,
                Some(explicit) => explicit + self.indent_next.max(1),
            };
            while let Some(next) = self.continues(end) {
                match find(self.bytes, b'\n', next) {
                    Some(newline) => end = newline + 1,
                    None => {
                        end = self.bytes.len() + 1;
                        break;
                    }
                }
            }
        }
        // Tabs where the next line is indented too little are no end: they are kept, so that decoding refuses them.
        let mut tab = end;
        while self.byte(tab) == Some(b' ') {
            tab += 1;
        }
        if self.byte(tab) == Some(b'\t') {
            while matches!(self.byte(tab), Some(b'\t' | b' ' | b'\r' | b'\n')) {
                tab += 1;
            }
            end = tab;
        } else if !self.keeps_end {
            end = self.without_empty_lines(start, end, indent);
        }
        self.push_as(Kind::Scalar, end);
        self.line_start()
    }

    /// Where the first line with content begins, and how far it is indented.
    fn first_block_line(&self) -> (usize, usize) {
        let mut line = self.at;
        let mut indent = 0;
        let mut at = self.at;
        loop {
            match self.byte(at) {
                Some(b' ') => indent += 1,
                Some(b'\n') => {
                    line = at + 1;
                    indent = 0;
                }
                Some(b'\r') if self.byte(at + 1) == Some(b'\n') => {}
                _ => return (line, indent),
            }
            at += 1;
        }
    }

    /// The end without the empty lines before it; `end` is behind a line end, which may be that of the text. One that
    /// is indented more than the first line is not empty.
    fn without_empty_lines(&self, start: usize, mut end: usize, indent: usize) -> usize {
        loop {
            // `end - 1` is the line end before `end`, and the byte before it the last of its line.
            let Some(mut last) = end.checked_sub(2) else {
                return end;
            };
            if self.byte(last) == Some(b'\r') {
                let Some(before) = last.checked_sub(1) else {
                    return end;
                };
                last = before;
            }
            let mut at = last;
            while self.byte(at) == Some(b' ') {
                let Some(before) = at.checked_sub(1) else {
                    return end;
                };
                at = before;
            }
            if self.byte(at) != Some(b'\n') || at < start || at + 1 + indent <= last {
                return end;
            }
            end = at + 1;
        }
    }

    /// Takes a plain scalar.
    pub(super) fn plain_scalar(&mut self) -> State {
        let in_flow = self.flow_level > 0;
        let is_flow = |byte: Option<u8>| in_flow && byte.is_some_and(is_flow_indicator);
        let mut end = self.at;
        let mut at = self.at;
        while let Some(byte) = self.byte(at) {
            let mut next = self.byte(at + 1);
            if byte == b':' {
                if is_empty(next) || is_flow(next) {
                    break;
                }
                end = at + 1;
            } else if is_empty(Some(byte)) {
                let mut is_newline = byte == b'\n';
                if byte == b'\r' {
                    if next == Some(b'\n') {
                        at += 1;
                        is_newline = true;
                        next = self.byte(at + 1);
                    } else {
                        end = at + 1;
                    }
                }
                if next == Some(b'#') || is_flow(next) {
                    break;
                }
                if is_newline {
                    let Some(line) = self.continues(at + 1) else {
                        break;
                    };
                    // One back, so that a `#` behind the indentation is seen.
                    at = at.max(line.saturating_sub(2));
                }
            } else {
                if is_flow(Some(byte)) {
                    break;
                }
                end = at + 1;
            }
            at += 1;
        }
        self.push_as(Kind::Scalar, end);
        self.content()
    }
}
