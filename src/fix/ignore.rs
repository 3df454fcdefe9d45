//! Suppressions written for findings: `# stagecheck: ignore[RULE] REASON` above the line of each.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::{FileChange, Fixed, Fixer, counts};
use crate::check::check;
use crate::finding::Finding;
use crate::request::Request;
use crate::run::{Failure, Run};
use crate::text::{SourceId, Span};
use npm_yaml::edit::{Replacement, apply};

/// Writes suppressions for all findings of rules, in memory. What cannot hold a comment there is left, and said.
///
/// # Errors
/// Those of a check, and a reason that is empty or has several lines.
pub fn add_ignores(request: &Request, rules: &[String], reason: &str) -> Result<Fixed, Failure> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().any(char::is_control) {
        return Err(Failure::new("--reason must be one line that says why"));
    }
    let before = check(request)?;
    if before.secrets.redact(reason) != reason {
        return Err(Failure::new("--reason holds what looks like a secret"));
    }
    let fixer = Fixer::new(request);
    let mut lines: BTreeMap<SourceId, BTreeMap<u32, Vec<&str>>> = BTreeMap::new();
    let mut notes = Vec::new();
    for rule in rules {
        let answers = |id: &str| before.card(rule).is_some_and(|card| card.answers_to(id));
        let own =
            |finding: &&Finding| finding.rule.as_str() == rule || answers(finding.rule.as_str());
        let mut found = before.findings.iter().filter(own).peekable();
        if found.peek().is_none() {
            notes.push(format!(
                "no finding of {} to suppress",
                crate::text::mask::escape(rule)
            ));
        }
        for finding in found {
            let place = finding.primary.place;
            let source = before.sources.get(place.source);
            let is_layer = source.path().ends_with(".yaml") || source.path().ends_with(".yml");
            if !is_layer || !fixer.is_current(source) {
                notes.push(format!(
                    "{} in {} cannot be suppressed by a comment",
                    finding.rule,
                    crate::text::mask::escape(source.path())
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
    let mut files = Vec::new();
    let mut count = 0;
    for (source, lines) in lines {
        let source = before.sources.get(source);
        let text = source.text();
        let mut replacements = Vec::new();
        for (start, rules) in lines {
            let line = text.get(start as usize..).unwrap_or_default();
            let rest = line.trim_start_matches('\u{feff}');
            let at = start as usize + line.len() - rest.len();
            let margin: String = rest.chars().take_while(|c| *c == ' ').collect();
            let eol = match text.contains("\r\n") {
                true => "\r\n",
                false => "\n",
            };
            count += rules.len();
            replacements.push(Replacement {
                span: Span::at(at),
                text: format!(
                    "{margin}# stagecheck: ignore[{}] {reason}{eol}",
                    rules.join(", ")
                ),
            });
        }
        if let Some(after) = apply(text, &replacements) {
            files.push(FileChange {
                path: request.start.join(source.path()),
                shown: source.path().to_owned(),
                repository_path: source.repository_path().to_owned(),
                before: Some(Arc::from(text)),
                after: after.into(),
            });
        }
    }
    let kept = kept(request, &before, files, &mut notes)?;
    let mut over = request.clone();
    over.overlay = overlay(&kept);
    let after = check(&over)?;
    let count = match kept.is_empty() {
        true => 0,
        false => count,
    };
    Ok(Fixed {
        before,
        after,
        files: kept,
        count,
        notes,
    })
}

fn overlay(files: &[FileChange]) -> BTreeMap<PathBuf, Arc<str>> {
    let text = |file: &FileChange| (file.path.clone(), Arc::clone(&file.after));
    files.iter().map(text).collect()
}

/// The files in which the comments change nothing but what is found: inside a text of several lines `#` begins none.
fn kept(
    request: &Request,
    before: &Run,
    files: Vec<FileChange>,
    notes: &mut Vec<String>,
) -> Result<Vec<FileChange>, Failure> {
    let mut kept = Vec::new();
    for file in files {
        let mut over = request.clone();
        over.overlay = overlay(std::slice::from_ref(&file));
        let after = check(&over)?;
        let (old, new) = (counts(before, None), counts(&after, None));
        let is_no_worse = new
            .iter()
            .all(|(kind, count)| old.get(kind).is_some_and(|before| count <= before));
        let is_fewer = after.findings.len() < before.findings.len();
        let is_same = tree(file.before.as_deref()) == tree(Some(&file.after));
        if is_no_worse && is_fewer && is_same {
            kept.push(file);
        } else {
            notes.push(format!(
                "findings in {} cannot be suppressed by comments there",
                crate::text::mask::escape(&file.shown)
            ));
        }
    }
    Ok(kept)
}

fn tree(text: Option<&str>) -> Option<npm_yaml::edit::Content> {
    let document = npm_yaml::parse(text?);
    document.root.as_ref().map(npm_yaml::edit::Content::of)
}
