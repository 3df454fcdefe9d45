//! `source.fixAll.stagecheck`: every safe fix of a file, and of what is left then.

use super::page::Page;
use crate::files::FilePath;
use crate::finding::FixKind;
use crate::report::Item;
use crate::request::Edits;
use crate::text::Span;

/// How often a file is checked again until nothing is left to be fixed.
const MOST_PASSES: usize = 10;

/// Whether there is anything to be fixed.
pub(super) fn is_due(page: &Page<'_>, items: &[Item<'_>]) -> bool {
    !safe_edits(&page.path, items).is_empty()
}

/// The bytes to replace, and what to write there. Where it takes several passes it is one edit of all that lies between the
/// first and the last byte; one that would hold a secret leaves what is left to another time.
pub(super) fn edits(page: &Page<'_>, items: &[Item<'_>]) -> Vec<(Span, String)> {
    let first = safe_edits(&page.path, items);
    let once = applied(&page.text, &first).filter(|_| !first.is_empty());
    let whole = once.and_then(|once| rest_fixed(page, once));
    let whole = whole
        .as_deref()
        .and_then(|text| difference(&page.text, text));
    let is_safe = |text: &str| {
        page.run()
            .is_some_and(|run| run.secrets.redact(text) == text)
    };
    match whole.filter(|(_, new)| is_safe(new)) {
        Some((span, new)) => vec![(span, new.to_owned())],
        None => first,
    }
}

/// A text with what its safe fixes leave to be fixed; `None` when they leave nothing.
fn rest_fixed(page: &Page<'_>, text: String) -> Option<String> {
    let mut fixed = None;
    let mut text = text;
    for _ in 1..MOST_PASSES {
        let run = page.folder.try_text(&page.path, &text, Edits::WorkedOut)?;
        let edits = safe_edits(&page.path, &crate::report::items(&run));
        if edits.is_empty() {
            break;
        }
        text = applied(&text, &edits)?;
        fixed = Some(text.clone());
    }
    fixed
}

/// The edits of the first safe fix of each finding in a file, as far as they do not overlap or touch, from the end of the
/// file to its start. A fix that reaches into another file is not one of this file.
fn safe_edits(path: &FilePath, items: &[Item<'_>]) -> Vec<(Span, String)> {
    let mut taken: Vec<(Span, String)> = Vec::new();
    let is_here = |item: &Item<'_>| item.primary.repository_path() == path.as_str();
    for item in items.iter().filter(|item| is_here(item)) {
        let safe = item.fixes.iter().find(|fix| {
            fix.kind == FixKind::Safe
                && fix
                    .edits
                    .iter()
                    .all(|edit| edit.spot.repository_path() == path.as_str())
        });
        let edits = safe.into_iter().flat_map(|fix| &fix.edits);
        let edits: Vec<_> = edits
            .map(|edit| (edit.spot.span, edit.text.to_owned()))
            .collect();
        let is_free = |(span, _): &(Span, String)| {
            let apart = |other: &Span| other.end < span.start || span.end < other.start;
            taken.iter().all(|(other, _)| apart(other))
        };
        if edits.iter().all(is_free) {
            taken.extend(edits);
        }
    }
    taken.sort_by_key(|(span, _)| std::cmp::Reverse(*span));
    taken
}

/// A text with edits applied, which are in order from its end to its start.
fn applied(text: &str, edits: &[(Span, String)]) -> Option<String> {
    let mut text = text.to_owned();
    for (span, new) in edits {
        text.get(span.range())?;
        text.replace_range(span.range(), new);
    }
    Some(text)
}

/// The bytes in which two texts differ, and what the second has there; `None` when they are the same.
fn difference<'n>(old: &str, new: &'n str) -> Option<(Span, &'n str)> {
    if old == new {
        return None;
    }
    let same = |(a, b): &(char, char)| a == b;
    let start: usize = old
        .chars()
        .zip(new.chars())
        .take_while(same)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let (old_rest, new_rest) = (old.get(start..)?, new.get(start..)?);
    let end: usize = old_rest
        .chars()
        .rev()
        .zip(new_rest.chars().rev())
        .take_while(same)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let span = Span::new(start, old.len() - end);
    Some((span, new.get(start..new.len() - end)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_as_small_as_it_can_be() {
        assert_eq!(difference("aéb", "aéb"), None);
        assert_eq!(difference("aéb", "aüb"), Some((Span::new(1, 3), "ü")));
        assert_eq!(difference("aa", "aaa"), Some((Span::at(2), "a")));
        assert_eq!(difference("ab", ""), Some((Span::new(0, 2), "")));
    }
}
