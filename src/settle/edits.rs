//! Which edits are sure.
//!
//! In: the findings of a run and the texts they stand in. Out: the same findings, without edits that might change more
//! than they say. Never: whether an edit may be shown; reports ask the mask.

use std::collections::BTreeMap;

use crate::finding::{Edit, Finding};
use crate::text::{Place, SourceId, Sources};

/// Takes the edits from each finding of which one might do harm: one that is no piece of a single line, and one in a
/// text with aliases, in which the same bytes may stand for several values.
pub(super) fn keep_sure_edits(findings: &mut [Finding], sources: &Sources) {
    let mut aliased: BTreeMap<SourceId, bool> = BTreeMap::new();
    for finding in findings {
        let mut is_sure = |edit: &Edit| {
            let Place { source, span } = edit.place;
            let text = sources.get(source);
            let old = text.slice(span);
            let has_alias = *aliased
                .entry(source)
                .or_insert_with(|| has_alias(text.text()));
            !has_alias && !old.is_empty() && old == old.trim() && !old.contains('\n')
        };
        if !finding.edits.iter().all(&mut is_sure) {
            finding.edits.clear();
        }
    }
}

/// Whether the text may hold an alias. A `*` in a string or comment may look like one: then no fix is offered, which
/// does no harm.
fn has_alias(text: &str) -> bool {
    text.match_indices('*').any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let behind = text.get(at + 1..).and_then(|rest| rest.chars().next());
        before.is_none_or(|c| c.is_whitespace() || "[{,:-?".contains(c))
            && behind.is_some_and(|c| !c.is_whitespace() && !"[]{},'\"".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Label, RuleId, Severity};
    use crate::text::{Source, Span};

    /// Whether an edit of `piece` is kept.
    fn is_kept(text: &str, piece: &str) -> bool {
        let sources = Sources::default();
        let source = sources.add(Source::new("app-config.yaml", text));
        let start = text.find(piece).unwrap();
        let place = Place::new(source, Span::new(start, start + piece.len()));
        let mut findings = [Finding {
            rule: RuleId::new("rule"),
            severity: Severity::Error,
            message: String::new(),
            primary: Label {
                place,
                note: String::new(),
            },
            related: Vec::new(),
            help: None,
            edits: vec![Edit::string(place, "new")],
            chains: Vec::new(),
            config_path: None,
        }];
        keep_sure_edits(&mut findings, &sources);
        !findings[0].edits.is_empty()
    }

    #[test]
    fn an_edit_of_bytes_that_an_alias_repeats_is_not_offered() {
        assert!(is_kept("a: old\nb: '*.x.com'\n# * a list\n", "old"));
        assert!(!is_kept("a: &x\n  old: 1\nb: *x\n", "old"));
        assert!(!is_kept("a: &x {old: 1}\nb: [*x]\n", "old"));
    }

    #[test]
    fn an_edit_of_several_lines_is_not_offered() {
        assert!(!is_kept("a: |\n  old\n  text\n", "old\n  text"));
        assert!(!is_kept("a: old # x\n", "old "));
    }
}
