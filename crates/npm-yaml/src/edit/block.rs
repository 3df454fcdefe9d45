//! Changes of block style: entries and items on lines of their own.

use super::spell;
use super::view::{Found, View};
use super::{Content, Plan, Planned, Refused};
use crate::{Entry, Node, NodeValue};
use source::Span;

impl View<'_> {
    /// Adds an entry behind the last one.
    pub(super) fn insert_into_block(&self, mapping: &Node, pair: &(String, Content)) -> Plan {
        let NodeValue::Mapping(entries) = &mapping.value else {
            return Err(Refused::Absent);
        };
        let (first, last) = entries.first().zip(entries.last()).ok_or(Refused::Absent)?;
        let column = self.column(first.key.span.start as usize);
        let content = Content::Mapping(vec![pair.clone()]);
        let lines = spell::block(&content, column, self.step());
        let at = self.line_after_tail(end_of(last), column);
        Ok(vec![Planned::new(Span::at(at), self.lines_at(at, &lines))])
    }

    /// Takes an entry out of one block mapping with its lines, and adds these behind the last entry of another one.
    pub(super) fn shift_lines(&self, found: &Found<'_>, target: &Node, name: &str) -> Plan {
        let NodeValue::Mapping(entries) = &target.value else {
            return Err(Refused::Absent);
        };
        let (first, last) = entries.first().zip(entries.last()).ok_or(Refused::Absent)?;
        let key = found.key.ok_or(Refused::Unsafe)?.span;
        let start = key.start as usize;
        if !self.begins_line(start) {
            return Err(Refused::Unsafe);
        }
        let old = self.column(start);
        let new = self.column(first.key.span.start as usize);
        let end = found.value.span.end.max(key.end);
        let whole = Span::new(self.comments_above(start), self.line_after(end as usize));
        let text = self.text.get(whole.range()).ok_or(Refused::Unsafe)?;
        let own = key.range();
        let own = own.start - whole.start as usize..own.end - whole.start as usize;
        let mut text = text.to_owned();
        text.replace_range(own, &spell::key(name, self.quote_of(key), false));
        let lines: Option<Vec<String>> = text
            .lines()
            .map(|line| match line.trim().is_empty() {
                true => Some(line.to_owned()),
                // A line that begins further left cannot be told from one that would be moved too far.
                false => Some(" ".repeat(new) + line.get(old..)?)
                    .filter(|_| line.len() - line.trim_start_matches(' ').len() >= old),
            })
            .collect();
        let lines = lines.ok_or(Refused::Unsafe)?;
        let at = self.line_after_tail(end_of(last), new);
        let added = Planned::new(Span::at(at), self.lines_at(at, &lines));
        let removed = Planned::new(whole, "");
        Ok(vec![added.moving(), removed.moving()])
    }

    /// Adds an item behind the last one.
    pub(super) fn append_to_block(&self, list: &Node, content: &Content) -> Plan {
        let NodeValue::Sequence(items) = &list.value else {
            return Err(Refused::Absent);
        };
        let last = items.last().ok_or(Refused::Absent)?;
        let column = self.column(self.dash(last).ok_or(Refused::Unsafe)?);
        let lines = spell::block_item(content, column, self.step());
        let at = self.line_after(last.span.end as usize);
        Ok(vec![Planned::new(Span::at(at), self.lines_at(at, &lines))])
    }

    /// Puts content in the place of a scalar, of a collection in brackets, or of nothing.
    pub(super) fn replace_inline(&self, found: &Found<'_>, content: &Content) -> Plan {
        let span = found.value.span;
        let (start, end) = (span.start as usize, span.end as usize);
        // What `|` and `>` hold goes up to the end of its last line.
        let behind = match self.text.get(span.range()) {
            Some(old) if found.value.is_block_scalar() && old.ends_with('\n') => self.eol(),
            _ => "",
        };
        if found.in_flow || !content.is_block() {
            let text = spell::inline(content, self.quote_of(span), found.in_flow);
            let before = match span.is_empty() {
                true => " ",
                false => "",
            };
            let planned = Planned::new(span, format!("{before}{text}{behind}"));
            return Ok(vec![planned.dropping(self.inside(found.value))]);
        }
        let step = self.step();
        if found.key.is_none() {
            // An item begins on the line of its dash; at the root there is none.
            let column = self
                .column(start)
                .max(found.column + 2 * usize::from(span.is_empty()));
            let lines = spell::block(content, column, step);
            let text = lines.join(self.eol());
            let before = match span.is_empty() {
                true => " ",
                false => "",
            };
            let text = format!("{before}{}{behind}", text.trim_start());
            return Ok(vec![
                Planned::new(span, text).dropping(self.inside(found.value)),
            ]);
        }
        let lines = spell::block(content, found.column + step, step);
        let before = self.text.get(..start).unwrap_or_default();
        let from = before.trim_end_matches([' ', '\t']).len();
        if found.value.is_block_scalar() {
            let text = format!("{}{}{behind}", self.eol(), lines.join(self.eol()));
            return Ok(vec![Planned::new(Span::new(from, end), text)]);
        }
        let at = self.line_after(end);
        let own = Planned::new(Span::new(from, end), "").dropping(self.inside(found.value));
        let added = Planned::new(Span::at(at), self.lines_at(at, &lines));
        Ok(match at == end {
            // The value ends the text.
            true => vec![
                Planned::new(Span::new(from, end), self.lines_at(at, &lines))
                    .dropping(self.inside(found.value)),
            ],
            false => vec![own, added],
        })
    }

    /// The bytes of a collection in brackets, whose comments go with it; nothing for a scalar.
    fn inside(&self, value: &Node) -> Span {
        match value.is_empty() {
            true => Span::at(value.span.start as usize),
            false => value.span,
        }
    }

    /// Puts content in the place of a block mapping or list.
    pub(super) fn replace_block(&self, found: &Found<'_>, content: &Content) -> Plan {
        let span = found.value.span;
        let (start, end) = (span.start as usize, span.end as usize);
        let after = self.line_after(end);
        if !self.begins_line(start) || found.key.is_none() {
            // An item that begins on the line of its dash.
            let column = self.column(start);
            let text = match content.is_block() {
                true => spell::block(content, column, self.step()).join(self.eol()),
                false => spell::inline(content, spell::Quote::None, false),
            };
            let whole = Span::new(start, after);
            let behind = match self.text.get(whole.range()) {
                Some(old) if old.ends_with('\n') => self.eol(),
                _ => "",
            };
            let text = format!("{}{behind}", text.trim_start());
            return Ok(vec![Planned::new(whole, text).dropping(whole)]);
        }
        let lines = Span::new(self.line_start(start), after);
        if content.is_block() {
            let column = self.column(start);
            let new = spell::block(content, column, self.step()).join(self.eol());
            let behind = match self.text.get(lines.range()) {
                Some(old) if old.ends_with('\n') => self.eol(),
                _ => "",
            };
            return Ok(vec![
                Planned::new(lines, format!("{new}{behind}")).dropping(lines),
            ]);
        }
        let key = found.key.ok_or(Refused::Unsafe)?;
        let behind_key = self
            .text
            .get(key.span.end as usize..start)
            .unwrap_or_default();
        let colon = behind_key.find(':').ok_or(Refused::Unsafe)?;
        let at = key.span.end as usize + colon + 1;
        let text = spell::inline(content, spell::Quote::None, false);
        Ok(vec![
            Planned::new(Span::at(at), format!(" {text}")),
            Planned::new(lines, "").dropping(lines),
        ])
    }

    /// Takes out one of several entries or items.
    pub(super) fn remove_from_block(&self, above: &Node, found: &Found<'_>) -> Plan {
        let start = match found.key {
            Some(key) => key.span.start as usize,
            None => self.dash(found.value).ok_or(Refused::Unsafe)?,
        };
        let end =
            (found.value.span.end as usize).max(found.key.map_or(0, |key| key.span.end as usize));
        let after = self.line_after(end);
        if self.begins_line(start) {
            let lines = Span::new(self.own_comments(start, after), after);
            return Ok(vec![Planned::new(lines, "").dropping(lines)]);
        }
        // The first entry stands on the line of a dash: the next one moves there.
        let next = self
            .start_of(above, found.index + 1)
            .ok_or(Refused::Unsafe)?;
        let drops = Span::new(start, after);
        Ok(vec![
            Planned::new(Span::new(start, next), "").dropping(drops),
        ])
    }

    /// Where the line begins that follows the last entry of a mapping at a column, and the comments that belong to that
    /// entry: those further to the right, e.g. a part of it that is commented out. Behind the last entry of a text all
    /// comments come first.
    fn line_after_tail(&self, end: usize, column: usize) -> usize {
        let mut at = self.line_after(end);
        let mut tail = at;
        let rest = self.text.get(at..).unwrap_or_default();
        for line in rest.split_inclusive('\n') {
            let indent = line.len() - line.trim_start().len();
            let is_comment = line.trim_start().starts_with('#');
            let is_within = indent > column || column == 0;
            let goes_on = line.trim().is_empty() || (is_comment && is_within);
            if !goes_on {
                break;
            }
            at += line.len();
            if is_comment {
                tail = at;
            }
        }
        tail
    }

    /// Where an entry or item begins.
    fn start_of(&self, above: &Node, index: usize) -> Option<usize> {
        match &above.value {
            NodeValue::Mapping(entries) => Some(entries.get(index)?.key.span.start as usize),
            NodeValue::Sequence(items) => self.dash(items.get(index)?),
            _ => None,
        }
    }

    /// The beginning of the lines that belong to an entry: of the comments right above it as well, unless an entry follows
    /// right below that they may be about too.
    fn own_comments(&self, start: usize, after: usize) -> usize {
        let column = self.column(start);
        let next = self.text.get(after..).unwrap_or_default().lines().next();
        let next = next.unwrap_or_default();
        let next_column = next.len() - next.trim_start().len();
        let goes_on = !next.trim().is_empty() && next_column >= column;
        match goes_on {
            true => self.line_start(start),
            false => self.comments_above(start),
        }
    }

    /// The beginning of the comments right above an entry, at its column; of its own line where there are none.
    pub(super) fn comments_above(&self, start: usize) -> usize {
        let column = self.column(start);
        let mut first = self.line_start(start);
        while let Some(end) = first.checked_sub(1) {
            let line = self.line_start(end);
            let text = self.text.get(line..end).unwrap_or_default();
            let is_comment = text.trim_start().starts_with('#');
            if !is_comment || text.len() - text.trim_start().len() != column {
                break;
            }
            first = line;
        }
        first
    }
}

/// Where an entry ends: its value, or its key where it has none.
fn end_of(entry: &Entry) -> usize {
    (entry.value.span.end.max(entry.key.span.end)) as usize
}
