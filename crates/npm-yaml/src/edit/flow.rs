//! Changes of flow style: entries and items in brackets, on one line or several. JSON is no other.

use super::content::place_of;
use super::spell::{self, Quote};
use super::view::{Found, View};
use super::{Content, Plan, Planned, Refused};
use crate::{Node, NodeValue};
use source::Span;

impl View<'_> {
    /// Adds an entry.
    pub(super) fn insert_into_flow(&self, mapping: &Node, pair: &(String, Content)) -> Plan {
        let NodeValue::Mapping(entries) = &mapping.value else {
            return Err(Refused::Absent);
        };
        let quote = match entries.first() {
            Some(entry) => self.quote_of(entry.key.span),
            None if self.is_json() => Quote::Double,
            None => Quote::None,
        };
        let text = spell::pair(pair, quote, true);
        let keys: Vec<&str> = entries.iter().map(|entry| &*entry.key.text).collect();
        let index = place_of(&keys, &pair.0, self.language);
        if let Some(next) = entries.get(index) {
            let at = next.key.span.start as usize;
            let text = match self.begins_line(at) {
                true => format!("{text},{}{}", self.eol(), self.margin(at)),
                false => format!("{text}, "),
            };
            return Ok(vec![Planned::new(Span::at(at), text)]);
        }
        let last = entries
            .last()
            .map(|last| (last.key.span.start as usize, &last.value));
        self.add_to_flow(mapping, last, &text)
    }

    /// Adds an item behind the last one.
    pub(super) fn append_to_flow(&self, list: &Node, content: &Content) -> Plan {
        let NodeValue::Sequence(items) = &list.value else {
            return Err(Refused::Absent);
        };
        let quote = match items.last() {
            Some(item) if !item.is_block_scalar() => self.quote_of(item.span),
            _ => Quote::None,
        };
        let text = spell::inline(content, quote, true);
        let last = items.last().map(|last| (last.span.start as usize, last));
        self.add_to_flow(list, last, &text)
    }

    /// Adds text behind the last entry or item, which begins at an offset.
    fn add_to_flow(&self, within: &Node, last: Option<(usize, &Node)>, text: &str) -> Plan {
        let close = (within.span.end as usize).saturating_sub(1);
        let Some((start, last)) = last else {
            let open = within.span.start as usize + 1;
            let inside = Span::new(open, close);
            let text = match (&within.value, self.is_json()) {
                (NodeValue::Mapping(_), false) => format!(" {text} "),
                _ => text.to_owned(),
            };
            return Ok(vec![Planned::new(inside, text)]);
        };
        let end = last.span.end as usize;
        let comma = self.comma_after(end, close);
        let line = self.line_after(comma.map_or(end, |comma| comma + 1));
        if !self.begins_line(start) || line > self.line_start(close) {
            let at = comma.map_or(end, |comma| comma + 1);
            let text = match comma {
                Some(_) => format!(" {text}"),
                None => format!(", {text}"),
            };
            return Ok(vec![Planned::new(Span::at(at), text)]);
        }
        let own = format!("{}{text}", self.margin(start));
        Ok(match comma {
            Some(_) => vec![Planned::new(
                Span::at(line),
                format!("{own},{}", self.eol()),
            )],
            None => vec![
                Planned::new(Span::at(end), ","),
                Planned::new(Span::at(line), format!("{own}{}", self.eol())),
            ],
        })
    }

    /// Takes out one of several entries or items.
    pub(super) fn remove_from_flow(&self, within: &Node, found: &Found<'_>) -> Plan {
        let close = (within.span.end as usize).saturating_sub(1);
        let places: Vec<(usize, usize)> = match &within.value {
            NodeValue::Mapping(entries) => entries
                .iter()
                .map(|entry| {
                    let end = entry.value.span.end.max(entry.key.span.end);
                    (entry.key.span.start as usize, end as usize)
                })
                .collect(),
            NodeValue::Sequence(items) => items
                .iter()
                .map(|item| (item.span.start as usize, item.span.end as usize))
                .collect(),
            _ => Vec::new(),
        };
        let (start, end) = *places.get(found.index).ok_or(Refused::Absent)?;
        let before = found
            .index
            .checked_sub(1)
            .and_then(|index| places.get(index));
        let comma = self.comma_after(end, close);
        let line = self.line_after(comma.map_or(end, |comma| comma + 1));
        let alone = self.begins_line(start) && line <= self.line_start(close);
        let is_last = found.index + 1 == places.len();
        if alone {
            let next_on_line = places
                .get(found.index + 1)
                .is_some_and(|(next, _)| *next < line);
            if !next_on_line {
                let lines = Span::new(self.line_start(start), line);
                let mut planned = vec![Planned::new(lines, "").dropping(lines)];
                if let (true, None, Some((_, end))) = (is_last, comma, before) {
                    let comma = self.comma_after(*end, start).ok_or(Refused::Unsafe)?;
                    planned.push(Planned::new(Span::new(comma, comma + 1), ""));
                }
                return Ok(planned);
            }
        }
        if let Some((next, _)) = places.get(found.index + 1) {
            return Ok(vec![Planned::new(Span::new(start, *next), "")]);
        }
        let (_, before) = before.ok_or(Refused::Absent)?;
        Ok(vec![Planned::new(Span::new(*before, end), "")])
    }

    /// The comma behind a value, with nothing but white space and comments before it.
    fn comma_after(&self, end: usize, close: usize) -> Option<usize> {
        let rest = self.text.get(end..close)?;
        let mut at = 0;
        while let Some(c) = rest.get(at..).and_then(|rest| rest.chars().next()) {
            match c {
                ',' => return Some(end + at),
                '#' => at += rest.get(at..)?.find('\n')?,
                c if c.is_whitespace() => at += c.len_utf8(),
                _ => return None,
            }
        }
        None
    }

    /// What stands before an offset on its line.
    fn margin(&self, at: usize) -> &str {
        self.text.get(self.line_start(at)..at).unwrap_or_default()
    }
}
