//! Findings of every subject to the findings of the run.
//!
//! In: findings of layers, chains and app roots, in any order. Out: one per rule and primary place.
//! Never: severities of settings, suppressions, or the order of reports.

use std::collections::HashMap;

use crate::finding::{Finding, RuleId};
use crate::text::Place;

/// One finding for each rule, primary place and config path (one place may lack several keys): it names all chains,
/// and is told as where it is worst.
pub fn combine(findings: Vec<Finding>) -> Vec<Finding> {
    let mut combined: Vec<Finding> = Vec::new();
    let mut known: HashMap<(RuleId, Place, Option<String>), usize> = HashMap::new();
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

fn join(same: &mut Finding, other: Finding) {
    let mut chains = std::mem::take(&mut same.chains);
    chains.extend(other.chains.iter().cloned());
    // What mends it in one chain and not in another mends it nowhere.
    let agreed = same.edits == other.edits;
    if other.severity > same.severity {
        *same = other;
    }
    same.chains = chains;
    if !agreed {
        same.edits.clear();
    }
}
