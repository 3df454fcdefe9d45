//! Findings of every subject to the findings of the run.
//!
//! In: findings of layers, chains and app roots, in any order. Out: one per rule and primary place, without those
//! that another rule says better. Never: severities of settings, suppressions, or the order of reports.

use std::collections::HashMap;

use crate::finding::{ChainName, Finding, RuleId};
use crate::text::Place;
use rule_card::card::Card;
use source::ConfigPath;

/// One finding for each rule, primary place and config path (one place may lack several keys): it names all chains,
/// and is told as where it is worst.
pub fn combine(findings: Vec<Finding>) -> Vec<Finding> {
    let mut combined: Vec<Finding> = Vec::new();
    let mut known: HashMap<(RuleId, Place, Option<ConfigPath>), usize> = HashMap::new();
    for finding in findings {
        let path = finding.config_path.clone();
        let key = (finding.rule.clone(), finding.primary.place, path);
        match known.get(&key).and_then(|index| combined.get_mut(*index)) {
            Some(same) => join(same, finding),
            None => {
                known.insert(key, combined.len());
                combined.push(finding);
            }
        }
    }
    for finding in &mut combined {
        finding.chains.sort();
        finding.chains.dedup();
    }
    combined
}

/// Leaves out what a card's rule says better: findings of the rules it supersedes, at a label of one of its own, since
/// they are its symptoms. A rule that is judged on chains does so in those in which it found that.
pub fn leave_out_superseded<'c>(
    mut findings: Vec<Finding>,
    cards: impl IntoIterator<Item = &'c Card>,
) -> Vec<Finding> {
    for card in cards {
        if card.supersedes.is_empty() {
            continue;
        }
        let own = findings
            .iter()
            .filter(|found| found.rule.as_str() == card.id);
        let mut better: HashMap<Place, Vec<ChainName>> = HashMap::new();
        for found in own {
            for label in std::iter::once(&found.primary).chain(&found.related) {
                let chains = better.entry(label.place).or_default();
                chains.extend(found.chains.iter().cloned());
            }
        }
        findings.retain_mut(|found| {
            let superseded = card
                .supersedes
                .iter()
                .any(|rule| found.rule.as_str() == rule);
            let Some(chains) = better.get(&found.primary.place).filter(|_| superseded) else {
                return true;
            };
            found.chains.retain(|chain| !chains.contains(chain));
            !chains.is_empty() && !found.chains.is_empty()
        });
    }
    findings
}

fn join(same: &mut Finding, other: Finding) {
    let mut chains = std::mem::take(&mut same.chains);
    chains.extend(other.chains.iter().cloned());
    // What resolves it in one chain and not in another resolves it nowhere.
    let mut fixes = std::mem::take(&mut same.fixes);
    fixes.retain(|fix| other.fixes.contains(fix));
    if other.severity > same.severity {
        *same = other;
    }
    same.chains = chains;
    same.fixes = fixes;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Label, Severity};
    use crate::text::{Source, Sources, Span};

    fn found(rule: &'static str, place: Place, chains: &[&str]) -> Finding {
        Finding {
            rule: RuleId::loader(rule),
            severity: Severity::Error,
            message: String::new(),
            primary: Label {
                place,
                note: String::new(),
            },
            related: Vec::new(),
            help: None,
            chains: chains.iter().map(|&name| ChainName(name.into())).collect(),
            config_path: None,
            fixes: Vec::new(),
        }
    }

    fn places() -> [Place; 2] {
        let sources = Sources::default();
        let source = sources.add(Source::new("a", "ab"));
        [0, 1].map(|start| Place {
            source,
            span: Span::new(start, start + 1),
        })
    }

    #[test]
    fn what_a_rule_supersedes_stays_where_that_rule_finds_nothing() {
        let mut card = crate::rules::catalog::cards()[0].clone();
        card.id = "better".into();
        card.supersedes = vec!["worse".into()].into();
        let [here, there] = places();
        let left = leave_out_superseded(
            vec![
                found("better", here, &["one", "two"]),
                found("worse", here, &["one"]),
                found("worse", here, &["two", "three"]),
                found("worse", there, &["one"]),
                found("other", here, &["one"]),
            ],
            [&card],
        );
        let left: Vec<_> = left
            .iter()
            .map(|found| (found.rule.as_str(), found.primary.place, found.chains.len()))
            .collect();
        assert_eq!(
            left,
            [
                ("better", here, 2),
                ("worse", here, 1),
                ("worse", there, 1),
                ("other", here, 1)
            ]
        );
    }
}
