//! Flow collections.

use super::trivia::key_start;
use super::{
    BlockCollection, FlowCollection, Item, Kind, Level, Parser, Step, Token, Tree, flow, is_flow,
};
use crate::token::includes;

impl Parser {
    /// A token where brackets are being read, or where they end.
    pub(super) fn brackets(&mut self, brackets: &mut FlowCollection, token: Token) -> Step {
        match brackets.end.is_empty() {
            true => self.inside_brackets(brackets, token),
            false => self.behind_brackets(brackets, token),
        }
    }

    fn inside_brackets(&mut self, brackets: &mut FlowCollection, token: Token) -> Step {
        let items = &mut brackets.items;
        let open = items.last_mut().filter(|item| item.value.is_none());
        match token.kind {
            Kind::Comma | Kind::ExplicitKey => {
                match items.last_mut().filter(|item| item.separator.is_none()) {
                    Some(item) => item.start.push(token),
                    None => items.push(Item::starting(vec![token])),
                }
                Step::Stay
            }
            Kind::MappingValue => {
                match open {
                    None => items.push(Item::keyed(Vec::new(), None, vec![token])),
                    Some(item) => match &mut item.separator {
                        Some(separator) => separator.push(token),
                        None => item.set_key(None, vec![token]),
                    },
                }
                Step::Stay
            }
            Kind::Space | Kind::Comment | Kind::Newline | Kind::Anchor | Kind::Tag => {
                match open {
                    None => items.push(Item::starting(vec![token])),
                    Some(item) => item
                        .separator
                        .as_mut()
                        .unwrap_or(&mut item.start)
                        .push(token),
                }
                Step::Stay
            }
            Kind::Alias | Kind::Scalar | Kind::SingleQuoted | Kind::DoubleQuoted => {
                match open {
                    None => items.push(Item::keyed(Vec::new(), Some(flow(token)), Vec::new())),
                    Some(item) if item.separator.is_some() => return Step::Begin(flow(token)),
                    Some(item) => item.set_key(Some(flow(token)), Vec::new()),
                }
                Step::Stay
            }
            Kind::FlowMappingEnd | Kind::FlowSequenceEnd => {
                brackets.end.push(token);
                Step::Stay
            }
            _ => match self.block_value(&mut Vec::new(), token) {
                Some(tree) => Step::Begin(tree),
                None => Step::EndBefore,
            },
        }
    }

    fn behind_brackets(&mut self, brackets: &mut FlowCollection, token: Token) -> Step {
        let is_value = token.kind == Kind::MappingValue;
        match self.stack.last() {
            Some(Level::Tree(Tree::Mapping(parent)))
                if (is_value && parent.indent == brackets.indent)
                    || (token.kind == Kind::Newline
                        && parent
                            .items
                            .last()
                            .is_some_and(|item| item.separator.is_none())) =>
            {
                Step::EndBefore
            }
            Some(Level::Tree(Tree::Brackets(_))) => self.line_end(&mut brackets.end, token),
            _ if is_value => self.brackets_as_key(brackets, token),
            _ => self.line_end(&mut brackets.end, token),
        }
    }

    /// Brackets that stand before a `:` were a key.
    fn brackets_as_key(&mut self, brackets: &mut FlowCollection, token: Token) -> Step {
        let start = key_start(self.properties());
        settle_items(brackets);
        let mut separator = brackets.end.split_off(1);
        separator.push(token);
        self.on_key_line = true;
        let key = FlowCollection {
            open: brackets.open,
            indent: brackets.indent,
            items: std::mem::take(&mut brackets.items),
            end: std::mem::take(&mut brackets.end),
        };
        Step::Become(Tree::Mapping(BlockCollection {
            start: key.open.start,
            indent: key.indent,
            items: vec![Item::keyed(start, Some(Tree::Brackets(key)), separator)],
        }))
    }
}

/// Makes values of the items of `[…]` that have been read as keys, and have no `:`.
pub(super) fn settle_items(brackets: &mut FlowCollection) {
    if !brackets.is_sequence() {
        return;
    }
    for item in &mut brackets.items {
        let Some(separator) = &item.separator else {
            continue;
        };
        if item.value.is_some()
            || includes(&item.start, Kind::ExplicitKey)
            || includes(separator, Kind::MappingValue)
        {
            continue;
        }
        let separator = item.separator.take().unwrap_or_default();
        item.value = item.key.take();
        let value = item
            .value
            .as_deref_mut()
            .filter(|value| is_flow(Some(value)));
        match value.and_then(Tree::trailing_mut) {
            Some(trailing) => trailing.extend(separator),
            None => item.start.extend(separator),
        }
    }
}

/// Puts a finished value or key into brackets.
pub(super) fn put(brackets: &mut FlowCollection, tree: Tree) {
    match brackets.items.last_mut() {
        Some(item) if item.value.is_none() => match item.separator {
            Some(_) => item.value = Some(Box::new(tree)),
            None => item.set_key(Some(tree), Vec::new()),
        },
        _ => brackets
            .items
            .push(Item::keyed(Vec::new(), Some(tree), Vec::new())),
    }
}
