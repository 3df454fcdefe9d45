//! *Ignore RULE here*: a comment that suppresses a finding, with a reason to be filled in.

use super::page::Page;
use super::suppression;
use crate::fix::ignore::{is_same_tree, is_yaml, only_suppresses};
use crate::report::Item;
use crate::request::Edits;
use crate::run::Run;
use crate::text::Span;

/// What a comment says until someone says why.
const REASON: &str = "TODO: add a reason";

/// Whether a comment may stand near a finding, as far as that can be told without a check. In YAML the tree must stay the
/// same: inside a text of several lines `#` begins no comment.
pub(super) fn may_stand(page: &Page<'_>, item: &Item<'_>) -> bool {
    let candidates = candidates(page, item);
    candidates
        .iter()
        .any(|it| is_comment(page, &with(page, it)))
}

/// Whether that is known for sure only after a check: in any other language than YAML, and in YAML inside another text.
pub(super) fn must_be_tried(page: &Page<'_>) -> bool {
    !is_yaml(page.path.name()) || is_held(page)
}

/// The comment: the bytes to replace, and what to write there. Each place is tried: the whole run may differ in findings of
/// this rule in this file, which are suppressed, and in nothing else. So neither JSON nor a command of a Dockerfile gets a
/// comment.
pub(super) fn comment(page: &Page<'_>, item: &Item<'_>) -> Option<(Span, String)> {
    candidates(page, item).into_iter().find(|candidate| {
        let tried = with(page, candidate);
        is_comment(page, &tried)
            && page
                .folder
                .try_text(&page.path, &tried, Edits::NotNeeded)
                .is_some_and(|run| is_ignored(page, &run, item))
    })
}

/// The text of a page with a comment in it.
fn with(page: &Page<'_>, (span, text): &(Span, String)) -> String {
    let mut tried = page.text.to_string();
    tried.replace_range(span.range(), text);
    tried
}

/// Whether a text differs from the page in comments. In a layer that another file holds as text, `#` changes the tree of
/// that file; the run alone says whether it begins a comment of the layer.
fn is_comment(page: &Page<'_>, tried: &str) -> bool {
    must_be_tried(page) || is_same_tree(Some(&page.text), tried)
}

/// Whether the layers of a file are texts inside another one, as those of a manifest are.
fn is_held(page: &Page<'_>) -> bool {
    let layers = page.layers();
    layers.iter().any(|(_, layer)| layer.layer.start.start > 0)
}

/// Whether findings of the rule in this file are suppressed, and nothing else has changed in the run.
fn is_ignored(page: &Page<'_>, run: &Run, item: &Item<'_>) -> bool {
    let Some(before) = page.run() else {
        return false;
    };
    let others = |run: &Run| {
        let is_other = |finding: &&crate::finding::Finding| {
            let source = run.sources.get(finding.primary.place.source);
            source.repository_path() != page.path.as_str() || finding.rule.as_str() != item.rule()
        };
        run.findings.iter().filter(is_other).count()
    };
    only_suppresses(before, run) && others(before) == others(run)
}

/// Where the comment may stand, the best place first: in one that is there, above the line, behind it.
fn candidates(page: &Page<'_>, item: &Item<'_>) -> Vec<(Span, String)> {
    let rule = item.rule();
    let line = page.line_of(item.primary.span.start as usize);
    let mut candidates = Vec::new();
    let own = page.line(line);
    let mut more = |span: Span| {
        if let Some(at) = suppression::takes_more(page.slice(span)) {
            let at = span.range().start + at;
            candidates.push((Span::at(at), format!(", {rule}")));
        }
    };
    more(own);
    for above in (0..line).rev() {
        let span = page.line(above);
        let text = page.slice(span).trim();
        if !text.is_empty() && !text.starts_with('#') {
            break;
        }
        more(span);
    }
    let text = page.slice(own);
    let indent = text.len() - text.trim_start_matches(' ').len();
    let comment = format!("# stagecheck: ignore[{rule}] {REASON}");
    let end = match page.text.contains("\r\n") {
        true => "\r\n",
        false => "\n",
    };
    let above = format!("{}{comment}{end}", " ".repeat(indent));
    candidates.push((Span::at(own.range().start), above));
    candidates.push((Span::at(own.range().end), format!(" {comment}")));
    candidates
}
