//! What stands inside brackets.

use super::{Kind, Lexeme, Lexer, State, is_empty};

impl Lexer<'_> {
    /// A part of a document inside brackets.
    pub(super) fn flow(&mut self) -> State {
        let mut indent = None;
        loop {
            let start = self.at;
            self.push_newline();
            if self.at > start {
                let line = self.at;
                while self.byte(self.at) == Some(b' ') {
                    self.at += 1;
                }
                self.found_from(line);
                self.indent_value = self.at - line;
                indent = Some(self.indent_value);
            }
            self.push_spaces();
            if self.at == start {
                break;
            }
        }
        let end = self.line();
        if self.leaves_brackets(indent, end) {
            self.flow_level = 0;
            self.found.push_back(Lexeme {
                kind: Kind::FlowErrorEnd,
                start: self.at,
                end: self.at,
            });
            return self.line_start();
        }
        while self.in_line(self.at, end) == Some(b',') {
            self.push(self.at + 1);
            self.push_spaces();
            self.is_flow_key = false;
        }
        self.push_indicators();
        self.flow_content(end)
    }

    /// Whether a line inside brackets is indented too little, or is a document marker.
    fn leaves_brackets(&self, indent: Option<usize>, line_end: usize) -> bool {
        let Some(indent) = indent else { return false };
        let line = self.text.get(self.at..line_end).unwrap_or_default();
        let is_short = indent < self.indent_next && !line.starts_with('#');
        let is_marker = indent == 0
            && (line.starts_with("---") || line.starts_with("..."))
            && is_empty(line.as_bytes().get(3).copied());
        // The last closing bracket may stand at the column of the collection that the brackets are in.
        let is_close =
            indent + 1 == self.indent_next && self.flow_level == 1 && line.starts_with([']', '}']);
        (is_short || is_marker) && !is_close
    }

    fn flow_content(&mut self, end: usize) -> State {
        match self.in_line(self.at, end) {
            None => State::Flow,
            Some(b'#') => {
                self.push(end);
                State::Flow
            }
            Some(b'{' | b'[') => {
                self.push(self.at + 1);
                self.is_flow_key = false;
                self.flow_level += 1;
                State::Flow
            }
            Some(b'}' | b']') => {
                self.push(self.at + 1);
                self.is_flow_key = true;
                self.flow_level = self.flow_level.saturating_sub(1);
                self.content()
            }
            Some(b'*') => {
                self.push(self.name_end());
                State::Flow
            }
            Some(b'"' | b'\'') => {
                self.is_flow_key = true;
                self.quoted_scalar()
            }
            Some(b':') if self.is_flow_value() => {
                self.is_flow_key = false;
                self.push(self.at + 1);
                self.push_spaces();
                State::Flow
            }
            _ => {
                self.is_flow_key = false;
                self.plain_scalar()
            }
        }
    }

    /// Whether the `:` here separates key and value.
    fn is_flow_value(&self) -> bool {
        let next = self.byte(self.at + 1);
        self.is_flow_key || is_empty(next) || next == Some(b',')
    }
}
