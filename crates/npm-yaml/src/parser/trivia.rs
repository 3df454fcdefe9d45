//! Whose the white space, comments, anchors and tags between two values are.

use crate::token::{Item, Kind, Token, Tree};

/// Takes from what stands before a key what belongs to the key: all on its line, behind the last indicator.
pub(super) fn key_start(before: Option<&mut Vec<Token>>) -> Vec<Token> {
    let Some(before) = before else {
        return Vec::new();
    };
    let is_border = |token: &Token| {
        matches!(
            token.kind,
            Kind::DocumentStart
                | Kind::ExplicitKey
                | Kind::MappingValue
                | Kind::SequenceItem
                | Kind::Newline
        )
    };
    let line = before
        .iter()
        .rposition(is_border)
        .map_or(0, |border| border + 1);
    let rest = before.get(line..).unwrap_or_default();
    let spaces = rest
        .iter()
        .take_while(|token| token.kind == Kind::Space)
        .count();
    before.split_off(line + spaces)
}

/// Whether a comment is indented more than a collection that nothing but empty lines stand behind.
pub(super) fn is_indented_comment(token: Token, start: &[Token], indent: usize) -> bool {
    let is_empty_line = |token: &Token| matches!(token.kind, Kind::Newline | Kind::Space);
    token.kind == Kind::Comment && token.indent > indent && start.iter().rev().all(is_empty_line)
}

/// Puts a comment and the empty lines before it behind the value of the item before the last, where it may have such.
pub(super) fn comment_value_before(items: &mut Vec<Item>, token: Token) -> bool {
    let Some(before) = items.len().checked_sub(2) else {
        return false;
    };
    let (Some(last), Some(item)) = (items.pop(), items.get_mut(before)) else {
        return false;
    };
    let trailing = item.value.as_mut().and_then(|value| value.trailing_mut());
    match trailing.filter(|trailing| !trailing.is_empty()) {
        Some(trailing) => {
            trailing.extend(last.start);
            trailing.push(token);
            true
        }
        None => {
            items.push(last);
            false
        }
    }
}

/// Puts a line end behind the comment that ends the value of an item, if one does.
pub(super) fn ends_comment(value: &mut Tree, token: Token) -> bool {
    let Some(trailing) = value.trailing_mut() else {
        return false;
    };
    let is_comment = trailing
        .last()
        .is_some_and(|last| last.kind == Kind::Comment);
    if is_comment {
        trailing.push(token);
    }
    is_comment
}
