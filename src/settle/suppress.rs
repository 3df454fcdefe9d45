//! Suppressions: comments in a layer that say a finding is all right.
//!
//! In: the comments of layers, and findings. Out: the findings that are left, how many were suppressed, and findings
//! about suppressions that suppress nothing. Never: a finding hidden without a comment that names its rule.
//!
//! `# stagecheck: ignore[rule-a, rule-b] reason` stands behind the line it is about, or on a line of its own
//! above it; `# stagecheck: ignore-file[rule] reason` holds for the whole file. A rule is named by its id or an
//! earlier one; there is no name for all rules.

use std::collections::HashMap;

use crate::finding::{Edit, Finding, Fix, FixKind};
use crate::rules::{catalog, loader};
use crate::text::{Place, SourceId, Sources, Span, closest};
use rule_card::card::Card;

/// One comment that suppresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    source: SourceId,
    comment: Span,
    reach: Reach,
    rules: Vec<(String, Span)>,
    reason: Reason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Findings on this line, from 1.
    Line(usize),
    File,
    /// The comment calls for stagecheck, and cannot be read.
    Unreadable,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    Given,
    Missing,
}

/// What is left after suppressing.
#[derive(Debug, Default)]
pub struct Suppressed {
    /// Findings that no comment suppresses, and those about the comments themselves.
    pub findings: Vec<Finding>,
    /// How many were suppressed.
    pub count: usize,
}

/// The suppressions among comments, each of which begins with its mark.
pub fn find(comments: impl IntoIterator<Item = Place>, sources: &Sources) -> Vec<Suppression> {
    let comments = comments.into_iter();
    comments
        .filter_map(|comment| read(comment.source, comment.span, sources))
        .collect()
}

/// Takes out what the suppressions name, and adds what is to be said about them. `judged` says whether a rule
/// took part in the run: a suppression of one that did not may be of use yet.
pub fn apply(
    findings: Vec<Finding>,
    suppressions: &[Suppression],
    sources: &Sources,
    judged: impl Fn(&Card) -> bool,
) -> Suppressed {
    let mut used: Vec<Vec<bool>> = suppressions
        .iter()
        .map(|one| vec![false; one.rules.len()])
        .collect();
    let mut of_source: HashMap<SourceId, Vec<usize>> = HashMap::new();
    for (index, suppression) in suppressions.iter().enumerate() {
        of_source.entry(suppression.source).or_default().push(index);
    }
    let mut left = Suppressed::default();
    for finding in findings {
        let mut hidden = false;
        let near = of_source.get(&finding.primary.place.source);
        for &index in near.into_iter().flatten() {
            if let (Some(suppression), Some(used)) = (suppressions.get(index), used.get_mut(index))
            {
                hidden |= suppression.hides(&finding, sources, used);
            }
        }
        if hidden {
            left.count += 1;
        } else {
            left.findings.push(finding);
        }
    }
    for (suppression, used) in suppressions.iter().zip(&used) {
        suppression.complain(used, sources, &judged, &mut left.findings);
    }
    left
}

impl Suppression {
    /// Whether the finding, which is in the same source, is suppressed; notes which of the names did it.
    fn hides(&self, finding: &Finding, sources: &Sources, used: &mut [bool]) -> bool {
        let place = finding.primary.place;
        let reached = match self.reach {
            Reach::File => true,
            Reach::Line(line) => sources.get(place.source).position(place.span.start).line == line,
            Reach::Unreadable => false,
        };
        let mut hides = false;
        for ((name, _), used) in self.rules.iter().zip(used) {
            if reached && names(name, finding) {
                *used = true;
                hides = true;
            }
        }
        hides
    }

    fn complain(
        &self,
        used: &[bool],
        sources: &Sources,
        judged: &impl Fn(&Card) -> bool,
        findings: &mut Vec<Finding>,
    ) {
        let comment = Place::new(self.source, self.comment);
        let mut say = |rule, message: String, place, edit: Option<Edit>| {
            if catalog::card(rule).is_some_and(judged) {
                let finding = loader::finding(rule, message, place, None);
                let fix = |edit: Edit| {
                    let title = match edit.text.is_empty() {
                        true => "Remove the suppression".to_owned(),
                        false => format!("Replace with `{}`", edit.text),
                    };
                    Fix::of_edits(title, FixKind::Safe, vec![edit])
                };
                let fixes = edit.into_iter().map(fix).collect();
                findings.push(Finding { fixes, ..finding });
            }
        };
        if self.reach == Reach::Unreadable {
            let message = "invalid stagecheck comment; use `# stagecheck: ignore[rule] reason`";
            return say("unused-suppression", message.to_owned(), comment, None);
        }
        for ((name, span), is_used) in self.rules.iter().zip(used) {
            if *is_used {
                continue;
            }
            let place = Place::new(self.source, *span);
            match catalog::card(name) {
                Some(card) if !judged(card) => {}
                Some(_) => {
                    let edit = self.without(*span, used, sources);
                    let message = format!("unused suppression of `{name}`");
                    say("unused-suppression", message, place, Some(edit));
                }
                None => {
                    let (message, edit) = unknown(name, place);
                    say("unused-suppression", message, place, edit);
                }
            }
        }
        if self.reason == Reason::Missing {
            let message = "suppression without a reason".to_owned();
            say("suppression-without-reason", message, comment, None);
        }
    }
}

impl Suppression {
    /// The edit that takes out a name that suppresses nothing: with the whole comment where no other name is of use.
    fn without(&self, name: Span, used: &[bool], sources: &Sources) -> Edit {
        let text = sources.get(self.source).text();
        let spans: Vec<Span> = self.rules.iter().map(|(_, span)| *span).collect();
        let at = spans.iter().position(|span| *span == name);
        let next = at.and_then(|at| spans.get(at + 1));
        let before = at.and_then(|at| spans.get(at.checked_sub(1)?));
        let span = match (used.contains(&true), next, before) {
            (true, Some(next), _) => Span::new(name.start as usize, next.start as usize),
            (true, None, Some(before)) => Span::new(before.end as usize, name.end as usize),
            _ => whole_comment(text, self.comment),
        };
        Edit::words(Place::new(self.source, span), "")
    }
}

/// A comment with the white space before it, or with its line where nothing else is on it.
fn whole_comment(text: &str, comment: Span) -> Span {
    let (start, end) = (comment.start as usize, comment.end as usize);
    let before = text.get(..start).unwrap_or_default();
    let kept = before.trim_end_matches([' ', '\t']).len();
    let behind = text.get(end..).unwrap_or_default();
    let eol = match behind.starts_with("\r\n") {
        true => 2,
        false => usize::from(behind.starts_with('\n')),
    };
    match kept == 0 || before.as_bytes().get(kept - 1) == Some(&b'\n') {
        true => Span::new(kept, end + eol),
        false => Span::new(kept, end),
    }
}

/// Policies are not in the catalogue: a name that it does not know may be one of theirs that found nothing.
fn unknown(name: &str, place: Place) -> (String, Option<Edit>) {
    let ids = catalog::cards().iter().map(|card| card.id.as_ref());
    match closest(name, ids) {
        Some(known) => (
            format!("unknown rule `{name}` in suppression; did you mean `{known}`?"),
            Some(Edit::words(place, known)),
        ),
        None => (format!("unused suppression of `{name}`"), None),
    }
}

fn names(name: &str, finding: &Finding) -> bool {
    finding.rule.as_str() == name
        || catalog::card(name).is_some_and(|card| card.id == finding.rule.as_str())
}

/// Reads one comment; `None` when it does not call for stagecheck.
fn read(source: SourceId, comment: Span, sources: &Sources) -> Option<Suppression> {
    let whole = sources.get(source);
    let text = whole.slice(comment);
    let call = text.trim_start_matches(['#', ';']).trim_start();
    let call = call.strip_prefix("stagecheck:")?.trim_start();
    let parsed = call.split_once('[').and_then(|(word, rest)| {
        let reach = match word.trim_end() {
            "ignore" => Reach::Line(line_meant(comment, source, sources)),
            "ignore-file" => Reach::File,
            _ => return None,
        };
        let (names, reason) = rest.split_once(']')?;
        Some((reach, names, reason.trim()))
    });
    let Some((reach, names, reason)) = parsed else {
        return Some(Suppression {
            source,
            comment,
            reach: Reach::Unreadable,
            rules: Vec::new(),
            reason: Reason::Given,
        });
    };
    let rules: Vec<(String, Span)> = names
        .split(',')
        .map(|name| (name.trim().to_owned(), part_of(comment, text, name.trim())))
        .filter(|(name, _)| !name.is_empty())
        .collect();
    Some(Suppression {
        source,
        comment,
        reach: if rules.is_empty() {
            Reach::Unreadable
        } else {
            reach
        },
        rules,
        reason: if reason.is_empty() {
            Reason::Missing
        } else {
            Reason::Given
        },
    })
}

/// The span of `part`, which is a slice of `text`, the comment's own.
fn part_of(comment: Span, text: &str, part: &str) -> Span {
    let offset = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    let start = comment.start as usize + offset.min(text.len());
    Span::new(start, start + part.len())
}

/// The line a comment is about: its own when something stands before it, else the next line that is neither
/// empty nor a comment.
fn line_meant(comment: Span, source: SourceId, sources: &Sources) -> usize {
    let whole = sources.get(source);
    let own = whole.position(comment.start).line;
    let before = Span::new(whole.line_span(own).start as usize, comment.start as usize);
    if !whole.slice(before).trim().is_empty() {
        return own;
    }
    (own + 1..=whole.line_count())
        .find(|line| {
            let text = whole.slice(whole.line_span(*line)).trim();
            !text.is_empty() && !text.starts_with(['#', ';'])
        })
        .unwrap_or(own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Source;

    /// The comments of a text, as the parser would find them.
    fn comments(source: SourceId, text: &str) -> Vec<Place> {
        text.match_indices('#')
            .filter(|(at, _)| text[..*at].ends_with([' ', '\n']) || *at == 0)
            .map(|(at, _)| {
                let end = at + text[at..].find('\n').unwrap_or(text.len() - at);
                Place::new(source, Span::new(at, end))
            })
            .collect()
    }

    /// What is left of one `yaml-surprise` finding on each line that holds `yes`.
    fn left(text: &str) -> (Vec<String>, usize) {
        let sources = Sources::default();
        let source = sources.add(Source::new("app-config.yaml", text));
        let findings = text
            .match_indices("yes")
            .map(|(at, _)| {
                let place = Place::new(source, Span::new(at, at + 3));
                loader::finding("yaml-surprise", "surprise", place, None)
            })
            .collect();
        let suppressions = find(comments(source, text), &sources);
        let applied = apply(findings, &suppressions, &sources, |_| true);
        let describe = |finding: Finding| {
            let line = sources
                .get(source)
                .position(finding.primary.place.span.start)
                .line;
            format!("{line} {}", finding.rule)
        };
        (
            applied.findings.into_iter().map(describe).collect(),
            applied.count,
        )
    }

    #[test]
    fn a_comment_suppresses_on_its_line_or_the_next() {
        let (findings, count) = left("a: yes # stagecheck: ignore[yaml-surprise] why\nb: yes\n");
        assert_eq!((findings, count), (vec!["2 yaml-surprise".to_owned()], 1));
        let above = "# stagecheck: ignore[yaml-surprise] why\n# and more\n\na: yes\nb: yes\n";
        assert_eq!(left(above), (vec!["5 yaml-surprise".to_owned()], 1));
    }

    #[test]
    fn a_file_comment_suppresses_everywhere() {
        let text = "# stagecheck: ignore-file[yaml-syntax, yaml-surprise] why\na: yes\nb: yes\n";
        assert_eq!(left(text), (vec!["1 unused-suppression".to_owned()], 2));
    }

    #[test]
    fn what_suppresses_nothing_or_says_no_reason_is_told() {
        for (text, expected) in [
            (
                "a: b # stagecheck: ignore[yaml-surprise] why\n",
                "1 unused-suppression",
            ),
            (
                "a: b # stagecheck: ignore[yaml-suprise] why\n",
                "1 unused-suppression",
            ),
            (
                "a: b # stagecheck: ignor[yaml-surprise] why\n",
                "1 unused-suppression",
            ),
            ("a: b # stagecheck: ignore[] why\n", "1 unused-suppression"),
            ("a: b # stagecheck: ignore\n", "1 unused-suppression"),
            (
                "a: yes # stagecheck: ignore[yaml-surprise]\n",
                "1 suppression-without-reason",
            ),
        ] {
            assert_eq!(left(text).0, [expected], "{text}");
        }
        assert_eq!(
            left("a: b # about stagecheck: nothing\n").0,
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_rule_that_was_not_judged_may_be_suppressed_in_vain() {
        let sources = Sources::default();
        let text = "a: b # stagecheck: ignore[yaml-surprise] why\n";
        let source = sources.add(Source::new("app-config.yaml", text));
        let suppressions = find(comments(source, text), &sources);
        let judged = |card: &Card| card.id != "yaml-surprise";
        let applied = apply(Vec::new(), &suppressions, &sources, judged);
        assert!(applied.findings.is_empty());
    }
}
