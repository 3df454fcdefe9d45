//! What stands left of the lines of a finding: numbers, bars, the names of entries.

use std::fmt::Write as _;

use crate::report::look::Drawing;
use crate::report::style::{Painter, Role};

/// The left edge of one finding.
pub(super) struct Gutter<'p> {
    pub(super) painter: &'p Painter,
    /// Columns of the widest line number.
    digits: usize,
}

impl<'p> Gutter<'p> {
    /// Wide enough for line numbers up to this one.
    pub(super) fn new(painter: &'p Painter, last_line: usize) -> Self {
        Self {
            painter,
            digits: last_line.to_string().len().max(2),
        }
    }

    /// Columns of the edge.
    pub(super) fn columns(&self) -> usize {
        self.digits + " ".len() + " │ ".chars().count()
    }

    /// Columns beside it.
    pub(super) fn room(&self) -> usize {
        self.painter.width().saturating_sub(self.columns()).max(20)
    }

    /// ` ╭─ path:line:column`
    pub(super) fn header(&self, is_first: bool, place: &str) -> String {
        let mark = match (self.painter.drawing(), is_first) {
            (Drawing::Unicode, true) => "╭─",
            (Drawing::Unicode, false) => "├─",
            (Drawing::Ascii, _) => "-->",
        };
        let place = self.painter.paint(Role::Place, place);
        self.edge("", mark, &place)
    }

    /// ` 12 │ text`
    pub(super) fn line(&self, number: usize, text: &str) -> String {
        let bar = self.bar("│", "|");
        self.edge(&number.to_string(), bar, text)
    }

    /// `    · text`
    pub(super) fn below(&self, text: &str) -> String {
        self.edge("", self.bar("·", "|"), text)
    }

    /// Lines that are left out.
    pub(super) fn gap(&self) -> String {
        self.edge("", self.bar("⋮", "..."), "")
    }

    /// ` 12 - text`, and ` 12 + text`: a line before and after a change.
    pub(super) fn changed(&self, role: Role, number: usize, text: &str) -> String {
        let sign = if role == Role::Removed { "-" } else { "+" };
        let line = format!(" {number:>0$} {sign} {text}", self.digits);
        self.painter.paint(role, line.trim_end()) + "\n"
    }

    /// `    = name: text`, wrapped. A text of several lines begins beside the name where its first line is prose.
    pub(super) fn entry(&self, name: &str, text: &str) -> String {
        let mark = self.painter.paint(Role::Edge, "=");
        let lead = format!(
            " {} {mark} {}:",
            " ".repeat(self.digits),
            self.painter.paint(Role::Name, name)
        );
        let indent = self.columns() + 2;
        let mut entry = lead;
        let first_indent = self.columns() + name.len() + 2;
        for (index, line) in text.lines().enumerate() {
            match index {
                0 if line.is_empty() => entry.push('\n'),
                0 => {
                    let parts = self.painter.wrap(line, first_indent);
                    for (number, part) in parts.iter().enumerate() {
                        let before = match number {
                            0 => " ".to_owned(),
                            _ => " ".repeat(first_indent),
                        };
                        let _ = writeln!(entry, "{before}{part}");
                    }
                }
                _ if line.is_empty() => entry.push('\n'),
                _ => {
                    let _ = writeln!(entry, "{}{line}", " ".repeat(indent));
                }
            }
        }
        entry
    }

    fn bar(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self.painter.drawing() {
            Drawing::Unicode => unicode,
            Drawing::Ascii => ascii,
        }
    }

    fn edge(&self, number: &str, bar: &str, text: &str) -> String {
        let edge = format!(" {number:>0$} {bar}", self.digits);
        let edge = self.painter.paint(Role::Edge, &edge);
        match text.trim_end() {
            "" => format!("{edge}\n"),
            text => format!("{edge} {text}\n"),
        }
    }
}
