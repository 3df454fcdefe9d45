//! Block collections.

use super::{
    Around, Composed, Composer, Kind, NodeValue, Pairs, Place, Props, Role, Span, Stop, Sum,
    problem, props,
};
use crate::token::{BlockCollection, Item, Token, Tree};

/// How far before its `:` a key on one line may begin, in UTF-16 units.
pub(super) const LONGEST_KEY: usize = 1024;

impl Composer<'_> {
    pub(super) fn mapping(
        &mut self,
        mapping: &BlockCollection,
        place: Place,
    ) -> Result<Composed, Stop> {
        let mut pairs = Pairs::default();
        let mut sum = Sum::new(mapping.start);
        let mut offset = mapping.start;
        let mut comment_end = None;
        for item in &mapping.items {
            let before_key = props::read(
                self.text,
                &item.start,
                &Around {
                    in_flow: false,
                    indicator: Kind::ExplicitKey,
                    next: next_of_key(item),
                    offset,
                    parent_indent: mapping.indent,
                    begins_line: true,
                },
            )?;
            let is_bare = before_key.anchor.is_none() && before_key.tag.is_none();
            if before_key.found.is_none() && is_bare && item.separator.is_none() {
                comment_end = Some(before_key.end);
                continue;
            }
            self.check_key(item, &before_key, mapping, offset)?;
            offset = self.block_pair(item, &before_key, mapping, place, &mut pairs, &mut sum)?;
        }
        if let Some(comment_end) = comment_end.filter(|&end| end > 0 && end < offset) {
            let what = "a key in brackets must be the first key, or follow without empty lines and comments";
            let at = self.lost_key(mapping, comment_end);
            return Err(problem::own(what, problem::character(self.text, at)));
        }
        let value = NodeValue::Mapping(pairs.into_entries());
        Ok(sum.finish(mapping.start, value, comment_end.unwrap_or(offset)))
    }

    /// The key behind the comment or empty line that the real parser ends a mapping at.
    fn lost_key(&self, mapping: &BlockCollection, comment_end: usize) -> usize {
        let keys = mapping.items.iter().filter_map(|item| item.key.as_ref());
        let mut starts = keys.map(|key| key.start());
        starts
            .find(|&start| start >= comment_end)
            .unwrap_or(comment_end)
    }

    fn check_key(
        &self,
        item: &Item,
        before: &Props,
        mapping: &BlockCollection,
        offset: usize,
    ) -> Result<(), Stop> {
        let column = "expected a key aligned with its siblings";
        if let Some(found) = &before.found {
            return match found.indent == mapping.indent {
                true => Ok(()),
                false => Err(problem::structure(
                    column,
                    problem::character(self.text, found.start),
                )),
            };
        }
        let at = |offset| problem::character(self.text, offset);
        if let Some(key) = &item.key {
            if matches!(**key, Tree::Sequence(_)) {
                let what = "unexpected list item; a list belongs below a key without a value";
                return Err(problem::structure(what, at(key.start())));
            }
            if key.indent() != mapping.indent {
                return Err(problem::structure(column, at(key.start())));
            }
        }
        let spans_lines = item
            .key
            .as_ref()
            .is_some_and(|key| spans_lines(self.text, key));
        if before.newline_after.is_some() || spans_lines {
            let what = "a key must be on one line and followed by `: `";
            let start = item.key.as_ref().map_or(offset, |key| key.start());
            return Err(problem::structure(what, at(start)));
        }
        Ok(())
    }

    /// A pair. Out: where it ends.
    fn block_pair(
        &mut self,
        item: &Item,
        before_key: &Props,
        mapping: &BlockCollection,
        place: Place,
        pairs: &mut Pairs,
        sum: &mut Sum,
    ) -> Result<usize, Stop> {
        let key_place = place.inside(Role::Key);
        let mut key = match &item.key {
            Some(key) => self.node(key, before_key, key_place)?,
            None => self.absent(before_key, &item.start, before_key.end, key_place)?,
        };
        sum.add(&mut key);
        let separator = item.separator.as_deref().unwrap_or_default();
        let before_value = props::read(
            self.text,
            separator,
            &Around {
                in_flow: false,
                indicator: Kind::MappingValue,
                next: item.value.as_deref().map(props::Next::tree),
                offset: key.end,
                parent_indent: mapping.indent,
                begins_line: matches!(item.key.as_deref(), None | Some(Tree::Block(_))),
            },
        )?;
        let is_implicit = before_key.found.is_none();
        let value_place = place.inside(Role::Value);
        let Some(colon) = before_value.found else {
            if is_implicit {
                return Err(self.missing_colon(&key));
            }
            let span = key.node.span.range().end;
            let none = Props::default();
            let value = self.absent(&none, &[], span, value_place)?;
            self.pair(pairs, key, value.node)?;
            return Ok(before_value.end);
        };
        sum.reach(colon.end);
        if is_implicit {
            let is_nested = matches!(item.value.as_deref(), Some(Tree::Mapping(_)));
            if is_nested && !before_value.has_newline {
                let start = item.value.as_ref().map_or(colon.end, |value| value.start());
                let what = "`: ` inside an unquoted value; quote the value if `: ` is part of it";
                return Err(problem::structure(
                    what,
                    problem::character(self.text, start),
                ));
            }
            self.check_length(before_key.start, &colon)?;
        }
        let mut value = match &item.value {
            Some(value) => self.node(value, &before_value, value_place)?,
            None => self.absent(&before_value, separator, colon.end, value_place)?,
        };
        sum.add(&mut value);
        let end = value.end;
        self.pair(pairs, key, value.node)?;
        Ok(end)
    }

    fn missing_colon(&self, key: &Composed) -> Stop {
        let what = "expected a key followed by `: `";
        let span = match key.node.span.is_empty() {
            true => problem::character(self.text, key.node.span.range().start),
            false => key.node.span,
        };
        problem::structure(what, span)
    }

    /// A key on one line may only be so long.
    pub(super) fn check_length(&self, start: usize, colon: &Token) -> Result<(), Stop> {
        let before = self.text.get(start..colon.start).unwrap_or_default();
        if before.len() > LONGEST_KEY && before.encode_utf16().count() > LONGEST_KEY {
            let what = "key is longer than 1024 characters and has no `?` before it";
            return Err(problem::own(what, Span::at(start)));
        }
        Ok(())
    }

    pub(super) fn sequence(
        &mut self,
        sequence: &BlockCollection,
        before: &Props,
        place: Place,
    ) -> Result<Composed, Stop> {
        let properties = [before.anchor, before.tag];
        let last = properties
            .into_iter()
            .flatten()
            .max_by_key(|token| token.start);
        if let Some(last) = last
            && before
                .newline_after
                .is_none_or(|newline| newline.start < last.start)
        {
            let what = "a list must start on its own line after its anchor or tag";
            return Err(problem::own(what, Span::from(last.range())));
        }
        let mut items = Vec::new();
        let mut sum = Sum::new(sequence.start);
        let mut offset = sequence.start;
        let mut comment_end = None;
        for item in &sequence.items {
            let props = props::read(
                self.text,
                &item.start,
                &Around {
                    in_flow: false,
                    indicator: Kind::SequenceItem,
                    next: item.value.as_deref().map(props::Next::tree),
                    offset,
                    parent_indent: sequence.indent,
                    begins_line: true,
                },
            )?;
            let Some(dash) = props.found else {
                if props.anchor.is_some() || props.tag.is_some() || item.value.is_some() {
                    let what = "expected a `- ` aligned with the other items of the list";
                    return Err(problem::structure(
                        what,
                        problem::character(self.text, props.end),
                    ));
                }
                comment_end = Some(props.end);
                continue;
            };
            sum.reach(dash.end);
            let inside = place.inside(Role::Value);
            let mut value = match &item.value {
                Some(value) => self.node(value, &props, inside)?,
                None => self.absent(&props, &item.start, dash.end, inside)?,
            };
            sum.add(&mut value);
            offset = value.end;
            items.push(value.node);
        }
        let value = NodeValue::Sequence(items);
        Ok(sum.finish(sequence.start, value, comment_end.unwrap_or(offset)))
    }
}

/// What stands behind the tokens before a key.
pub(super) fn next_of_key(item: &Item) -> Option<props::Next> {
    match (&item.key, &item.separator) {
        (Some(key), _) => Some(props::Next::tree(key)),
        (None, separator) => separator.as_ref()?.first().map(props::Next::token),
    }
}

/// Whether a key stands on more than one line.
pub(super) fn spans_lines(text: &str, tree: &Tree) -> bool {
    let has_newline = |tokens: &[Token]| tokens.iter().any(|token| token.kind == Kind::Newline);
    match tree {
        Tree::Flow(scalar) => {
            let source = text.get(scalar.token.range()).unwrap_or_default();
            source.contains('\n') || has_newline(&scalar.trailing)
        }
        Tree::Brackets(brackets) => brackets.items.iter().any(|item| {
            let parts = [&item.key, &item.value].into_iter().flatten();
            has_newline(&item.start)
                || item.separator.as_deref().is_some_and(has_newline)
                || parts.into_iter().any(|part| spans_lines(text, part))
        }),
        _ => true,
    }
}
