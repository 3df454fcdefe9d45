//! Suppressions written for findings: `# stagecheck: ignore[RULE] REASON` above the line of each.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{FileChange, Fixed, Fixer, Texts, counts, gone, sources};
use crate::check::Trials;
use crate::finding::Finding;
use crate::request::{Edits, Request};
use crate::run::{Failure, Run};
use crate::text::mask::escape;
use crate::text::{SourceId, Span};
use npm_yaml::edit::{Content, Replacement, apply};

/// Writes suppressions for all findings of rules, in memory. What cannot hold a comment there is left, and said.
///
/// # Errors
/// Those of a check, and a reason that is empty or has several lines.
pub fn add_ignores(request: &Request, rules: &[String], reason: &str) -> Result<Fixed, Failure> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().any(char::is_control) {
        return Err(Failure::new("--reason must be one line of text"));
    }
    let trials = Trials::new(request)?;
    let before = trials.check(&[], Edits::WorkedOut)?;
    if before.secrets.redact(reason) != reason {
        return Err(Failure::new("--reason holds what looks like a secret"));
    }
    let fixer = Fixer::new(request, &trials);
    let mut lines: BTreeMap<SourceId, BTreeMap<u32, Vec<&str>>> = BTreeMap::new();
    let mut notes = Vec::new();
    for rule in rules {
        let answers = |id: &str| before.card(rule).is_some_and(|card| card.answers_to(id));
        let own =
            |finding: &&Finding| finding.rule.as_str() == rule || answers(finding.rule.as_str());
        let mut found = before.findings.iter().filter(own).peekable();
        if found.peek().is_none() {
            notes.push(format!("no finding of {} to suppress", escape(rule)));
        }
        for finding in found {
            let place = finding.primary.place;
            let source = before.sources.get(place.source);
            if !is_yaml(source.path()) || !fixer.is_current(source) {
                notes.push(format!(
                    "{} in {} cannot be suppressed by a comment",
                    finding.rule,
                    escape(source.path())
                ));
                continue;
            }
            let line = source.position(place.span.start).line;
            let start = source.line_span(line).start;
            let rules = lines
                .entry(place.source)
                .or_default()
                .entry(start)
                .or_default();
            if !rules.contains(&finding.rule.as_str()) {
                rules.push(finding.rule.as_str());
            }
        }
    }
    let mut kept = Texts::new();
    for (source, lines) in lines {
        let source = before.sources.get(source);
        let path = fixer.path(source);
        if let Some(after) = commented(source.text(), lines, reason) {
            let file = FileChange {
                path: path.clone(),
                shown: source.path().to_owned(),
                repository_path: source.repository_path().to_owned(),
                before: Some(Arc::from(source.text())),
                after: after.into(),
            };
            if is_kept(&trials, &before, &file)? {
                kept.insert(path, file);
                continue;
            }
        }
        notes.push(format!(
            "findings in {} cannot be suppressed by comments there",
            escape(source.path())
        ));
    }
    let after = match kept.is_empty() {
        true => None,
        false => Some(trials.check(&sources(&kept), Edits::WorkedOut)?),
    };
    Ok(Fixed {
        count: after.as_ref().map_or(0, |after| gone(&before, after)),
        more: 0,
        before,
        after,
        files: kept.into_values().collect(),
        notes,
    })
}

/// A text with a comment above each line, of as many as its parser reads as comments: inside a text of several lines `#`
/// begins none. `None` where none is left.
fn commented(text: &str, lines: BTreeMap<u32, Vec<&str>>, reason: &str) -> Option<String> {
    let eol = match text.contains("\r\n") {
        true => "\r\n",
        false => "\n",
    };
    let comment = |(start, rules): (u32, Vec<&str>)| {
        let line = text.get(start as usize..).unwrap_or_default();
        let rest = line.trim_start_matches('\u{feff}');
        let at = start as usize + line.len() - rest.len();
        let margin: String = rest.chars().take_while(|c| *c == ' ').collect();
        let comment = format!("# stagecheck: ignore[{}] {reason}", rules.join(", "));
        let replacement = Replacement {
            span: Span::at(at),
            text: format!("{margin}{comment}{eol}"),
        };
        (replacement, comment)
    };
    let all: Vec<(Replacement, String)> = lines.into_iter().map(comment).collect();
    let replacements: Vec<Replacement> = all.iter().map(|(one, _)| one.clone()).collect();
    let after = apply(text, &replacements)?;
    let read = npm_yaml::parse(&after);
    // Where each comment is in the changed text.
    let mut shift = 0;
    let mut real = Vec::new();
    for (replacement, comment) in all {
        let margin = replacement.text.len() - replacement.text.trim_start().len();
        let at = replacement.span.start as usize + shift + margin;
        let is_own = |one: &npm_yaml::Comment| {
            one.span.start as usize == at && after.get(one.span.range()) == Some(&*comment)
        };
        shift += replacement.text.len();
        if read.comments.iter().any(is_own) {
            real.push(replacement);
        }
    }
    if real.is_empty() {
        return None;
    }
    let after = apply(text, &real)?;
    is_same_tree(Some(text), &after).then_some(after)
}

/// Whether the comments of a file change nothing but that less is found.
fn is_kept(trials: &Trials<'_>, before: &Run, file: &FileChange) -> Result<bool, Failure> {
    let texts = Texts::from([(file.path.clone(), file.clone())]);
    let after = trials.check(&sources(&texts), Edits::NotNeeded)?;
    Ok(only_suppresses(before, &after))
}

/// Whether a run over a text with comments differs from the one before in suppressed findings and in nothing else: at least
/// one is gone, each that is gone is suppressed, and none has come, in any file.
pub(crate) fn only_suppresses(before: &Run, after: &Run) -> bool {
    let (old, new) = (counts(before, None), counts(after, None));
    let is_no_worse = new
        .iter()
        .all(|(kind, count)| old.get(kind).is_some_and(|before| count <= before));
    let known = |run: &Run| run.baseline.as_ref().map_or(0, |it| it.known.len());
    let found = |run: &Run| run.findings.len() + known(run);
    is_no_worse
        && after.findings.len() < before.findings.len()
        && after.suppressed + found(after) == before.suppressed + found(before)
}

/// Whether a file is YAML by its name.
pub(crate) fn is_yaml(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

/// Whether two texts of a YAML file hold the same tree, so that what was added are comments.
pub(crate) fn is_same_tree(before: Option<&str>, after: &str) -> bool {
    tree(before) == tree(Some(after))
}

fn tree(text: Option<&str>) -> Option<Content> {
    let document = npm_yaml::parse(text?);
    document.root.as_ref().map(Content::of)
}
