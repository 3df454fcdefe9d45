//! Findings of every subject to the findings of the run.
//!
//! In: findings of layers, chains and app roots, in any order. Out: one per rule and primary place, without those
//! that another rule says better. Never: severities of settings, suppressions, or the order of reports.

use std::collections::HashMap;

use crate::finding::{ChainName, Finding, RuleId};
use crate::text::Place;
use rule_card::card::Card;
use source::ConfigPath;

/// What makes two findings one.
#[derive(PartialEq, Eq, Hash)]
struct Same {
    rule: RuleId,
    place: Place,
    /// One place may lack several keys.
    path: Option<ConfigPath>,
    /// Of a schema, one rule says all that may be wrong with a value; what it says depends on no chain.
    message: Option<String>,
}

/// One finding for each rule, primary place and config path, and for each message of a schema: it names all chains,
/// and is told as where it is worst.
pub fn combine(findings: Vec<Finding>) -> Vec<Finding> {
    let mut combined: Vec<Finding> = Vec::new();
    let mut known: HashMap<Same, usize> = HashMap::new();
    for finding in findings {
        let is_of_schema = !finding.reported_by.is_empty();
        let key = Same {
            rule: finding.rule.clone(),
            place: finding.primary.place,
            path: finding.config_path.clone(),
            message: is_of_schema.then(|| finding.message.clone()),
        };
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
    let mut reported_by = std::mem::take(&mut same.reported_by);
    for reporter in &other.reported_by {
        if !reported_by.contains(reporter) {
            reported_by.push(reporter.clone());
        }
    }
    if other.severity > same.severity {
        *same = other;
    }
    same.chains = chains;
    same.fixes = fixes;
    same.reported_by = reported_by;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Label, Reporter, Severity};
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
            reported_by: Vec::new(),
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
    fn what_schemas_say_of_one_value_stays_apart_unless_it_is_the_same() {
        let [here, _] = places();
        let by = |reporter: &str, message: &str, chain| Finding {
            message: message.to_owned(),
            reported_by: vec![Reporter::Package(reporter.into())],
            ..found("schema", here, &[chain])
        };
        let combined = combine(vec![
            by("one", "too short", "a"),
            by("one", "no match", "a"),
            by("two", "too short", "a"),
            by("one", "too short", "b"),
        ]);
        let combined: Vec<_> = combined
            .iter()
            .map(|found| {
                let by = crate::finding::attribution(&found.reported_by);
                (&*found.message, found.chains.len(), by)
            })
            .collect();
        let one = "Reported by the schema of one.".to_owned();
        let both = "Reported by the schemas of one and two.".to_owned();
        assert_eq!(combined, [("too short", 2, both), ("no match", 1, one)]);
        let rule = |message: &str| Finding {
            message: message.to_owned(),
            ..found("rule", here, &[])
        };
        assert_eq!(combine(vec![rule("in a"), rule("in b")]).len(), 1);
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
