//! Block collections.

use super::trivia::{comment_value_before, ends_comment, is_indented_comment, key_start};
use super::{
    BlockCollection, Item, Kind, Parser, Step, Stop, Token, Tree, flow, is_flow, mapping, problem,
};
use crate::token::includes;
use source::Span;

impl Parser {
    /// A token where a block mapping is being read.
    pub(super) fn mapping(
        &mut self,
        map: &mut BlockCollection,
        token: Token,
    ) -> Result<Step, Stop> {
        if token.kind.is_blank() {
            self.blank_in_mapping(map, token);
            return Ok(Step::Stay);
        }
        let Some(item) = map.items.last_mut() else {
            return Ok(Step::EndBefore);
        };
        if self.indent < map.indent {
            return Ok(Step::EndBefore);
        }
        let at_map_indent = !self.on_key_line && self.indent == map.indent;
        let is_next = at_map_indent
            && (item.separator.is_some() || item.is_explicit)
            && token.kind != Kind::SequenceItem;
        let mut start = match (&mut item.separator, &item.value) {
            (Some(separator), None) if is_next => empty_lines_for_next(separator, map.indent),
            _ => Vec::new(),
        };
        let begins_item = is_next || item.value.is_some();
        match token.kind {
            Kind::Anchor | Kind::Tag => {
                if begins_item {
                    start.push(token);
                    map.items.push(Item::starting(start));
                    self.on_key_line = true;
                } else {
                    item.separator
                        .as_mut()
                        .unwrap_or(&mut item.start)
                        .push(token);
                }
                Ok(Step::Stay)
            }
            Kind::ExplicitKey => {
                self.on_key_line = true;
                if item.separator.is_none() && !item.is_explicit {
                    item.start.push(token);
                    item.is_explicit = true;
                } else if begins_item {
                    start.push(token);
                    map.items.push(Item {
                        is_explicit: true,
                        ..Item::starting(start)
                    });
                } else {
                    let first = Item {
                        is_explicit: true,
                        ..Item::starting(vec![token])
                    };
                    return Ok(Step::Begin(mapping(token, first)));
                }
                Ok(Step::Stay)
            }
            Kind::MappingValue => {
                self.on_key_line = true;
                Ok(match item.is_explicit {
                    true => explicit_value(map, token, start),
                    false => implicit_value(map, token, start, begins_item),
                })
            }
            Kind::Alias | Kind::Scalar | Kind::SingleQuoted | Kind::DoubleQuoted => {
                if begins_item {
                    let key = Some(flow(token));
                    map.items.push(Item::keyed(start, key, Vec::new()));
                } else if item.separator.is_some() {
                    return Ok(Step::Begin(flow(token)));
                } else {
                    item.set_key(Some(flow(token)), Vec::new());
                }
                self.on_key_line = true;
                Ok(Step::Stay)
            }
            _ => self.other_in_mapping(map, token, start, at_map_indent),
        }
    }

    /// A collection, or nothing that belongs to the mapping.
    fn other_in_mapping(
        &mut self,
        map: &mut BlockCollection,
        token: Token,
        start: Vec<Token>,
        at_map_indent: bool,
    ) -> Result<Step, Stop> {
        let Some(item) = map.items.last_mut() else {
            return Ok(Step::EndBefore);
        };
        let before = item.separator.as_mut().unwrap_or(&mut item.start);
        let Some(tree) = self.block_value(before, token) else {
            return Ok(Step::EndBefore);
        };
        if matches!(tree, Tree::Sequence(_)) {
            let separator = item.separator.as_ref().filter(|_| !item.is_explicit);
            if separator.is_some_and(|separator| !includes(separator, Kind::Newline)) {
                let what =
                    "a list must not start on the line of its key; start it on the next line";
                return Err(problem::own(what, Span::from(token.range())));
            }
        } else if at_map_indent {
            map.items.push(Item::starting(start));
        }
        Ok(Step::Begin(tree))
    }

    fn blank_in_mapping(&mut self, map: &mut BlockCollection, token: Token) {
        if token.kind == Kind::Newline {
            self.on_key_line = false;
        }
        let Some(item) = map.items.last_mut() else {
            return;
        };
        if let Some(value) = &mut item.value {
            if token.kind != Kind::Newline || !ends_comment(value, token) {
                map.items.push(Item::starting(vec![token]));
            }
            return;
        }
        if let Some(separator) = &mut item.separator {
            separator.push(token);
            return;
        }
        let belongs_before = is_indented_comment(token, &item.start, map.indent)
            && comment_value_before(&mut map.items, token);
        if !belongs_before && let Some(item) = map.items.last_mut() {
            item.start.push(token);
        }
    }

    /// A token where a block sequence is being read.
    pub(super) fn sequence(&mut self, sequence: &mut BlockCollection, token: Token) -> Step {
        let indent = sequence.indent;
        let Some(item) = sequence.items.last_mut() else {
            return Step::EndBefore;
        };
        match token.kind {
            Kind::Newline | Kind::Space | Kind::Comment => {
                blank_in_sequence(sequence, token);
                return Step::Stay;
            }
            Kind::Anchor | Kind::Tag if item.value.is_none() && self.indent > indent => {
                item.start.push(token);
                return Step::Stay;
            }
            Kind::SequenceItem if self.indent == indent => {
                if item.value.is_some() || includes(&item.start, Kind::SequenceItem) {
                    sequence.items.push(Item::starting(vec![token]));
                } else {
                    item.start.push(token);
                }
                return Step::Stay;
            }
            _ => {}
        }
        if self.indent > indent
            && let Some(tree) = self.block_value(&mut item.start, token)
        {
            return Step::Begin(tree);
        }
        Step::EndBefore
    }
}

fn blank_in_sequence(sequence: &mut BlockCollection, token: Token) {
    let Some(item) = sequence.items.last_mut() else {
        return;
    };
    if let Some(value) = &mut item.value {
        if token.kind != Kind::Newline || !ends_comment(value, token) {
            sequence.items.push(Item::starting(vec![token]));
        }
        return;
    }
    let belongs_before = is_indented_comment(token, &item.start, sequence.indent)
        && comment_value_before(&mut sequence.items, token);
    if !belongs_before && let Some(item) = sequence.items.last_mut() {
        item.start.push(token);
    }
}

/// A `:` where a `?` began the item.
fn explicit_value(map: &mut BlockCollection, token: Token, start: Vec<Token>) -> Step {
    let Some(item) = map.items.last_mut() else {
        return Step::EndBefore;
    };
    let Some(separator) = &mut item.separator else {
        if includes(&item.start, Kind::Newline) {
            item.set_key(None, vec![token]);
            return Step::Stay;
        }
        let start = key_start(Some(&mut item.start));
        return Step::Begin(mapping(token, Item::keyed(start, None, vec![token])));
    };
    if item.value.is_some() {
        map.items.push(Item::keyed(Vec::new(), None, vec![token]));
        return Step::Stay;
    }
    if includes(separator, Kind::MappingValue) {
        return Step::Begin(mapping(token, Item::keyed(start, None, vec![token])));
    }
    if is_flow(item.key.as_deref()) && !includes(separator, Kind::Newline) {
        separator.push(token);
        let separator = item.separator.take().unwrap_or_default();
        let key = item.key.take().map(|key| *key);
        let start = key_start(Some(&mut item.start));
        return Step::Begin(mapping(token, Item::keyed(start, key, separator)));
    }
    separator.extend(start);
    separator.push(token);
    Step::Stay
}

/// A `:` where no `?` began the item.
fn implicit_value(
    map: &mut BlockCollection,
    token: Token,
    start: Vec<Token>,
    begins_item: bool,
) -> Step {
    let Some(item) = map.items.last_mut() else {
        return Step::EndBefore;
    };
    let Some(separator) = &mut item.separator else {
        item.set_key(None, vec![token]);
        return Step::Stay;
    };
    if begins_item {
        map.items.push(Item::keyed(start, None, vec![token]));
    } else if includes(separator, Kind::MappingValue) {
        let first = Item::keyed(Vec::new(), None, vec![token]);
        return Step::Begin(mapping(token, first));
    } else {
        separator.push(token);
    }
    Step::Stay
}

/// Takes from behind a key without a value what stands before the next key: from the second line end on, unless an
/// indented comment or something else follows.
fn empty_lines_for_next(separator: &mut Vec<Token>, indent: usize) -> Vec<Token> {
    let mut newlines = 0;
    let mut second = None;
    for (at, token) in separator.iter().enumerate() {
        match token.kind {
            Kind::Newline => {
                newlines += 1;
                if newlines == 2 {
                    second = Some(at);
                }
            }
            Kind::Space => {}
            Kind::Comment if token.indent <= indent => {}
            _ => {
                newlines = 0;
                second = None;
            }
        }
    }
    second.map_or_else(Vec::new, |at| separator.split_off(at))
}

/// Takes the last item of a block collection, if nothing but white space and comments that are not indented as much
/// as the collection stand in it: they belong to what the collection is in.
pub(super) fn take_blank_end(tree: &mut Tree) -> Option<Vec<Token>> {
    let (Tree::Mapping(collection) | Tree::Sequence(collection)) = tree else {
        return None;
    };
    let indent = collection.indent;
    let last = collection.items.last()?;
    let is_outside = |token: &Token| token.kind != Kind::Comment || token.indent < indent;
    let is_blank = last.separator.is_none()
        && last.value.is_none()
        && !last.start.is_empty()
        && last.start.iter().all(|token| token.kind.is_blank())
        && (indent == 0 || last.start.iter().all(is_outside));
    match is_blank {
        true => collection.items.pop().map(|item| item.start),
        false => None,
    }
}

/// Puts a finished value or key into a block mapping. Out: whether its line is now that of a key, where that changes.
pub(super) fn put_in_mapping(map: &mut BlockCollection, mut tree: Tree) -> Option<bool> {
    let item = map.items.last_mut()?;
    if item.value.is_some() {
        map.items
            .push(Item::keyed(Vec::new(), Some(tree), Vec::new()));
        return Some(true);
    }
    if item.separator.is_none() {
        item.set_key(Some(tree), Vec::new());
        return Some(!item.is_explicit);
    }
    let blank = take_blank_end(&mut tree);
    item.value = Some(Box::new(tree));
    map.items.extend(blank.map(Item::starting));
    None
}

/// Puts a finished value into a block sequence.
pub(super) fn put_in_sequence(sequence: &mut BlockCollection, mut tree: Tree) {
    let blank = take_blank_end(&mut tree);
    let Some(item) = sequence.items.last_mut() else {
        return;
    };
    match item.value {
        Some(_) => sequence.items.push(Item {
            value: Some(Box::new(tree)),
            ..Item::default()
        }),
        None => item.value = Some(Box::new(tree)),
    }
    sequence.items.extend(blank.map(Item::starting));
}
