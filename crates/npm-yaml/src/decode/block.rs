//! Literal and folded block scalars.

use std::ops::Range;

use super::{Decoded, Sink};
use source::Span;

/// What a block scalar spells.
pub(crate) struct BlockText {
    /// The string.
    pub value: String,
    /// Whether its lines begin at the start of the line, which only those of a whole document may.
    pub is_unindented: bool,
}

/// Why a block scalar spells no string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlockError {
    /// A line, whose content begins at this offset, is indented too little.
    Indentation(usize),
    /// The same, and its content begins with a tab.
    Tab(usize),
}

/// The string of the block scalar with this header and these lines, in a collection that is indented by `parent`.
pub(crate) fn block_text(
    text: &str,
    header: &str,
    body: Range<usize>,
    parent: usize,
) -> Result<BlockText, BlockError> {
    let mut decoded = Decoded::default();
    let Some(header) = Header::read(header) else {
        return Err(BlockError::Indentation(body.start));
    };
    let lines = match body.is_empty() {
        true => Vec::new(),
        false => split(text.get(body.clone()).unwrap_or_default(), body.start),
    };
    let explicit = header.indent.map(|indent| parent + indent);
    let block = Block::new(text, header, lines, explicit);
    let is_unindented = block.indent == 0 && block.lines.iter().any(|line| !line.is_empty());
    block.check(explicit.unwrap_or(parent))?;
    block.emit(&mut decoded);
    Ok(BlockText {
        value: decoded.text,
        is_unindented,
    })
}

/// Decodes the block scalar at `span`, which begins at its `|` or `>` and ends with its last line of content, into
/// `sink`.
pub(super) fn decode(text: &str, span: Span, sink: &mut impl Sink) -> Option<()> {
    let range = span.range();
    let source = text.get(range.clone())?;
    let header = Header::read(source)?;
    let body_start = source.find('\n').map_or(source.len(), |at| at + 1);
    let lines = split(source.get(body_start..)?, range.start + body_start);
    let explicit = header
        .indent
        .map(|indent| indent + parent_indent(text, range.start));
    Block::new(text, header, lines, explicit).emit(sink);
    Some(())
}

/// What stands between `|` or `>` and the end of its line.
struct Header {
    folded: bool,
    indent: Option<usize>,
    chomp: Chomp,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomp {
    Clip,
    Strip,
    Keep,
}

impl Header {
    fn read(source: &str) -> Option<Self> {
        let mut characters = source.chars();
        let folded = match characters.next()? {
            '|' => false,
            '>' => true,
            _ => return None,
        };
        let mut header = Self {
            folded,
            indent: None,
            chomp: Chomp::Clip,
        };
        for character in characters.take(2) {
            match character {
                '-' => header.chomp = Chomp::Strip,
                '+' => header.chomp = Chomp::Keep,
                '1'..='9' => header.indent = character.to_digit(10).map(|digit| digit as usize),
                _ => break,
            }
        }
        Some(header)
    }
}

/// A line: how far it is indented, and its content's bytes without the line end.
struct Line {
    start: usize,
    indent: usize,
    end: usize,
}

impl Line {
    fn is_empty(&self) -> bool {
        self.start + self.indent == self.end
    }

    /// The content behind `indent` columns.
    fn behind(&self, indent: usize) -> Range<usize> {
        self.start + indent.min(self.indent)..self.end
    }
}

fn split(body: &str, offset: usize) -> Vec<Line> {
    let mut start = offset;
    body.split('\n')
        .map(|line| {
            let content = line.strip_suffix('\r').unwrap_or(line);
            let indent = content.len() - content.trim_start_matches(' ').len();
            let read = Line {
                start,
                indent,
                end: start + content.len(),
            };
            start += line.len() + 1;
            read
        })
        .collect()
}

/// The column of the collection that a scalar whose header stands at `at` belongs to: what an explicit indentation
/// counts from.
fn parent_indent(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let line = before
        .rfind('\n')
        .map_or(before, |end| before.get(end + 1..).unwrap_or_default());
    let mut column = line.len() - line.trim_start_matches(' ').len();
    loop {
        let rest = line.get(column..).unwrap_or_default();
        let Some(inner) = rest.strip_prefix("- ").or_else(|| rest.strip_prefix("? ")) else {
            return column;
        };
        let next = inner.trim_start_matches(' ');
        if next.is_empty() {
            return column;
        }
        column = line.len() - next.len();
    }
}

struct Block<'t> {
    text: &'t str,
    header: Header,
    indent: usize,
    lines: Vec<Line>,
}

impl<'t> Block<'t> {
    /// With as many columns cut from each line as its header says, or else as its first line with content is indented.
    fn new(text: &'t str, header: Header, lines: Vec<Line>, explicit: Option<usize>) -> Self {
        let first = lines.iter().find(|line| !line.is_empty());
        let indent = explicit.or(first.map(|line| line.indent));
        Self {
            text,
            header,
            indent: indent.unwrap_or_default(),
            lines,
        }
    }

    /// Refuses lines that are indented too little. `least` is how far the first line with content has to be indented,
    /// unless empty lines before it are indented more.
    fn check(&self, mut least: usize) -> Result<(), BlockError> {
        let mut is_first = true;
        for line in &self.lines {
            if line.is_empty() {
                if is_first && self.header.indent.is_none() {
                    least = least.max(line.indent);
                }
                continue;
            }
            if std::mem::take(&mut is_first) && line.indent >= least {
                least = self.indent;
            }
            if line.indent < least {
                let at = line.start + line.indent;
                let is_tab = self.text.as_bytes().get(at) == Some(&b'\t');
                return Err(match is_tab {
                    true => BlockError::Tab(at),
                    false => BlockError::Indentation(at),
                });
            }
        }
        Ok(())
    }

    fn emit(&self, sink: &mut impl Sink) {
        let content_end = self.content_end();
        let content_start = self.lines.iter().position(|line| !line.is_empty());
        if content_end == 0 {
            if self.header.chomp == Chomp::Keep {
                for line in self
                    .lines
                    .iter()
                    .take(self.lines.len().saturating_sub(1).max(1))
                {
                    sink.push("\n", line.end..line.end + 1);
                }
            }
            return;
        }
        let content_start = content_start.unwrap_or(content_end);
        for line in self.lines.iter().take(content_start) {
            self.push(sink, line);
            sink.push("\n", line.end..line.end + 1);
        }
        let content = self
            .lines
            .get(content_start..content_end)
            .unwrap_or_default();
        if self.header.folded {
            self.emit_folded(sink, content);
        } else {
            for (index, line) in content.iter().enumerate() {
                if index > 0 {
                    sink.push("\n", line.start - 1..line.start);
                }
                self.push(sink, line);
            }
        }
        self.emit_end(sink, content_end);
    }

    /// The first of the empty lines at the end; those that reach beyond the indentation are content.
    fn content_end(&self) -> usize {
        let last = self.lines.iter().rposition(|line| !line.is_empty());
        let Some(last) = last else { return 0 };
        let trailing = self
            .lines
            .iter()
            .rposition(|line| line.indent > self.indent);
        trailing.map_or(last, |line| line.max(last)) + 1
    }

    fn push(&self, sink: &mut impl Sink, line: &Line) {
        let range = line.behind(self.indent);
        sink.push(self.text.get(range.clone()).unwrap_or_default(), range);
    }

    fn emit_folded(&self, sink: &mut impl Sink, content: &[Line]) {
        let mut separator = "";
        let mut was_deeper = false;
        let mut fold_start = content.first().map_or(0, |line| line.start);
        for line in content {
            let range = line.behind(self.indent);
            let text = self.text.get(range.clone()).unwrap_or_default();
            let fold = fold_start..range.start;
            if line.indent > self.indent || text.starts_with('\t') {
                separator = match separator {
                    " " => "\n",
                    "\n" if !was_deeper => "\n\n",
                    other => other,
                };
                sink.push(separator, fold);
                sink.push(text, range.clone());
                separator = "\n";
                was_deeper = true;
            } else if text.is_empty() {
                if separator == "\n" {
                    sink.push("\n", fold);
                } else {
                    separator = "\n";
                    continue;
                }
            } else {
                sink.push(separator, fold);
                sink.push(text, range.clone());
                separator = " ";
                was_deeper = false;
            }
            fold_start = range.end;
        }
    }

    fn emit_end(&self, sink: &mut impl Sink, content_end: usize) {
        let end = self
            .lines
            .get(content_end.saturating_sub(1))
            .map_or(0, |line| line.end);
        let line_end = end..(end + 1).min(self.text.len());
        match self.header.chomp {
            Chomp::Strip => {}
            Chomp::Clip => sink.push("\n", line_end),
            Chomp::Keep => {
                let rest = self.lines.get(content_end..).unwrap_or_default();
                for line in rest {
                    sink.push("\n", line.start.saturating_sub(1)..line.start);
                    self.push(sink, line);
                }
                let ends_open = rest
                    .last()
                    .is_none_or(|line| !line.behind(self.indent).is_empty());
                if ends_open {
                    sink.push("\n", line_end);
                }
            }
        }
    }
}
