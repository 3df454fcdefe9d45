//! Flow collections.

use super::block::{next_of_key, spans_lines};
use super::{
    Around, Composed, Composer, Kind, Node, NodeValue, Pairs, Place, Props, Role,
    SpaceBeforeComment, Span, Stop, Sum, problem, props,
};
use crate::token::{FlowCollection, Item};

/// What the items of a flow collection make.
enum Items {
    Sequence(Vec<Node>),
    Mapping(Pairs),
}

impl Composer<'_> {
    pub(super) fn brackets(
        &mut self,
        brackets: &FlowCollection,
        place: Place,
    ) -> Result<Composed, Stop> {
        let mut items = match brackets.is_sequence() {
            true => Items::Sequence(Vec::new()),
            false => Items::Mapping(Pairs::default()),
        };
        let mut sum = Sum::new(brackets.open.end);
        let mut offset = brackets.open.end;
        for (index, item) in brackets.items.iter().enumerate() {
            let props = props::read(
                self.text,
                &item.start,
                &Around {
                    in_flow: true,
                    indicator: Kind::ExplicitKey,
                    next: next_of_key(item),
                    offset,
                    parent_indent: brackets.indent,
                    begins_line: false,
                },
            )?;
            let is_last = index + 1 == brackets.items.len();
            if is_blank(item, &props) {
                if !is_last || (index == 0 && props.comma.is_some()) {
                    let at = props.comma.map_or(props.start, |comma| comma.start);
                    return Err(problem::unexpected(self.text, at));
                }
                offset = props.end;
                continue;
            }
            self.check_comma(index, &props)?;
            offset = self.flow_item(item, &props, brackets, place, &mut items, &mut sum)?;
        }
        self.close(brackets, items, sum)
    }

    fn check_comma(&self, index: usize, props: &Props) -> Result<(), Stop> {
        match (index, props.comma) {
            (0, Some(comma)) => Err(problem::unexpected(self.text, comma.start)),
            (0, None) | (_, Some(_)) => Ok(()),
            (_, None) => {
                let what = "missing comma before this item";
                Err(problem::brackets(
                    what,
                    problem::character(self.text, props.start),
                ))
            }
        }
    }

    /// An item. Out: where it ends.
    fn flow_item(
        &mut self,
        item: &Item,
        before: &Props,
        brackets: &FlowCollection,
        place: Place,
        items: &mut Items,
        sum: &mut Sum,
    ) -> Result<usize, Stop> {
        for part in [&item.key, &item.value].into_iter().flatten() {
            if part.is_block_collection() {
                let what = "a list or mapping inside brackets must be in brackets too";
                return Err(problem::brackets(
                    what,
                    problem::character(self.text, part.start()),
                ));
            }
        }
        let is_value = item.separator.is_none() && before.found.is_none();
        match items {
            Items::Sequence(nodes) if is_value => {
                let inside = place.inside(Role::Value);
                let mut value = match &item.value {
                    Some(value) => self.node(value, before, inside)?,
                    None => self.absent(before, &[], before.end, inside)?,
                };
                sum.add(&mut value);
                nodes.push(value.node);
                Ok(value.end)
            }
            Items::Sequence(nodes) => {
                let mut pairs = Pairs::default();
                let mut inner = Sum::new(0);
                let inside = place.inside(Role::Value);
                self.check_pair_key(item, before)?;
                let (start, end) =
                    self.flow_pair(item, before, brackets, inside, &mut pairs, &mut inner)?;
                let value = NodeValue::Mapping(pairs.into_entries());
                let pair = inner.finish(start, value, end);
                let mut pair = self.finish(pair, None, inside)?;
                sum.add(&mut pair);
                nodes.push(pair.node);
                Ok(end)
            }
            Items::Mapping(pairs) => {
                let (_, end) = self.flow_pair(item, before, brackets, place, pairs, sum)?;
                Ok(end)
            }
        }
    }

    /// The key of a pair in `[…]` has to stand on one line.
    fn check_pair_key(&self, item: &Item, before: &Props) -> Result<(), Stop> {
        let key = item.key.as_ref();
        if before.found.is_none() && key.is_some_and(|key| spans_lines(self.text, key)) {
            let at = key.map_or(before.end, |key| key.start());
            let what = "a key must be on one line";
            return Err(problem::own(what, problem::character(self.text, at)));
        }
        Ok(())
    }

    /// A pair. Out: where its key begins, and where it ends.
    fn flow_pair(
        &mut self,
        item: &Item,
        before_key: &Props,
        brackets: &FlowCollection,
        place: Place,
        pairs: &mut Pairs,
        sum: &mut Sum,
    ) -> Result<(usize, usize), Stop> {
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
                in_flow: true,
                indicator: Kind::MappingValue,
                next: item.value.as_deref().map(props::Next::tree),
                offset: key.end,
                parent_indent: brackets.indent,
                begins_line: false,
            },
        )?;
        let key_span = key.node.span.range();
        let value_place = place.inside(Role::Value);
        let mut value = match (&item.value, before_value.found) {
            (Some(value), Some(_)) => self.node(value, &before_value, value_place)?,
            (Some(_), None) => {
                let what = "missing comma or `: ` before this; write `key: value`, with a comma between entries";
                let at = problem::character(self.text, before_value.start);
                return Err(problem::brackets(what, at));
            }
            (None, Some(colon)) => {
                sum.reach(colon.end);
                self.absent(&before_value, separator, colon.end, value_place)?
            }
            (None, None) => {
                let mut value = self.absent(&Props::default(), &[], key_span.end, value_place)?;
                value.end = before_value.end;
                value
            }
        };
        if brackets.is_sequence()
            && before_key.found.is_none()
            && let Some(colon) = before_value.found
        {
            let mut before_colon = separator
                .iter()
                .take_while(|token| token.start < colon.start);
            if before_colon.any(|token| token.kind == Kind::Newline) {
                let what = "a key must be on one line";
                return Err(problem::own(what, Span::from(key_span)));
            }
            self.check_length(before_key.start, &colon)?;
        }
        sum.add(&mut value);
        let end = value.end;
        self.pair(pairs, key, value.node)?;
        Ok((key_span.start, end))
    }

    /// The collection, when its last bracket is the right one.
    fn close(
        &self,
        brackets: &FlowCollection,
        items: Items,
        mut sum: Sum,
    ) -> Result<Composed, Stop> {
        let (value, wanted, what) = match items {
            Items::Sequence(nodes) => (
                NodeValue::Sequence(nodes),
                Kind::FlowSequenceEnd,
                "unclosed `[`",
            ),
            Items::Mapping(pairs) => (
                NodeValue::Mapping(pairs.into_entries()),
                Kind::FlowMappingEnd,
                "unclosed `{`",
            ),
        };
        let close = brackets.end.split_first();
        let Some((close, rest)) = close.filter(|(close, _)| close.kind == wanted) else {
            return Err(problem::brackets(what, Span::from(brackets.open.range())));
        };
        sum.reach(close.end);
        let end = self.end(rest, SpaceBeforeComment::Needed)?;
        Ok(sum.finish(brackets.open.start, value, end.unwrap_or(close.end)))
    }
}

/// Whether an item holds nothing but white space and comments, and perhaps a comma.
fn is_blank(item: &Item, props: &Props) -> bool {
    props.found.is_none()
        && props.anchor.is_none()
        && props.tag.is_none()
        && item.separator.is_none()
        && item.value.is_none()
}
