//! Baselines: findings that are known, so that only new ones count.
//!
//! In: findings with their fingerprints, and the text of a baseline file. Out: which of them are new, which are
//! known, and how many of the known ones are gone. Never: a value or a line of any layer in the file.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Fingerprint, earlier_fingerprints, fingerprints};
use crate::text::Sources;
use crate::text::mask::{self, Secrets};

/// The version of the file's format.
const SCHEMA: u32 = 1;

/// The findings that a baseline file knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    schema: u32,
    findings: Vec<Known>,
}

/// One known finding: the fingerprint decides, the rest is for people who read the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    path: String,
    rule: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    config_path: Option<String>,
    fingerprint: Fingerprint,
}

/// Findings held against a baseline.
#[derive(Debug, Default)]
pub struct Compared {
    /// Those it does not know.
    pub new: Vec<Finding>,
    /// Those it knows.
    pub known: Vec<Finding>,
    /// How many it knows that are gone.
    pub gone: usize,
}

/// Why a file is no baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotABaseline {
    /// It is not what `--write-baseline` writes.
    #[error("is not a baseline; create one with --write-baseline")]
    Shape,
    /// It is of another version.
    #[error("is a baseline of another version of stagecheck; recreate it with --write-baseline")]
    Version,
}

impl Baseline {
    /// A baseline that knows these findings. The file is made to be committed, so the secrets in its texts are masked.
    pub fn of(findings: &[Finding], sources: &Sources, secrets: &Secrets) -> Self {
        let shown = |text: &str| secrets.redact(text).into_owned();
        let fingerprints = fingerprints(findings, sources);
        let mut findings: Vec<Known> = findings
            .iter()
            .zip(fingerprints)
            .map(|(finding, fingerprint)| Known {
                path: shown(sources.get(finding.primary.place.source).repository_path()),
                rule: finding.rule.to_string(),
                config_path: finding
                    .config_path
                    .as_ref()
                    .map(|path| shown(&path.to_string())),
                fingerprint,
            })
            .collect();
        findings.sort();
        Self {
            schema: SCHEMA,
            findings,
        }
    }

    /// Reads the text of a baseline file.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(text: &str) -> Result<Self, NotABaseline> {
        let baseline: Self = serde_json::from_str(text).map_err(|_| NotABaseline::Shape)?;
        match baseline.schema {
            SCHEMA => Ok(baseline),
            _ => Err(NotABaseline::Version),
        }
    }

    /// The text of the file: the same for the same findings, with an end of line.
    pub fn write(&self) -> String {
        let text = mask::json(self).unwrap_or_default();
        text + "\n"
    }

    /// Tells new findings from known ones. `judged` says whether a rule took part in the run: a known finding
    /// of one that did not is not gone.
    pub fn compare(
        &self,
        findings: Vec<Finding>,
        sources: &Sources,
        judged: impl Fn(&str) -> bool,
    ) -> Compared {
        let mut open: HashMap<&Fingerprint, &Known> = self
            .findings
            .iter()
            .map(|known| (&known.fingerprint, known))
            .collect();
        let mut compared = Compared::default();
        // All of today first: an earlier spelling of one path may be today's of another.
        let of_today = fingerprints(&findings, sources);
        let of_today: Vec<bool> = of_today
            .iter()
            .map(|fingerprint| open.remove(fingerprint).is_some())
            .collect();
        let earlier = earlier_fingerprints(&findings, sources);
        let both = of_today.into_iter().zip(earlier);
        for (finding, (is_known, earlier)) in findings.into_iter().zip(both) {
            let mut earlier = earlier.iter();
            if is_known || earlier.any(|fingerprint| open.remove(fingerprint).is_some()) {
                compared.known.push(finding);
            } else {
                compared.new.push(finding);
            }
        }
        compared.gone = open.values().filter(|known| judged(&known.rule)).count();
        compared
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Label, RuleId, Severity};
    use crate::text::{Place, Source, Span};

    fn found(rules: &[&'static str]) -> (Vec<Finding>, Sources) {
        let sources = Sources::default();
        let source = sources.add(Source::new("app-config.yaml", "password: hunter22"));
        let findings = rules
            .iter()
            .map(|rule| Finding {
                rule: RuleId::loader(rule),
                severity: Severity::Error,
                message: "hunter22".into(),
                primary: Label {
                    place: Place::new(source, Span::new(10, 18)),
                    note: "hunter22".into(),
                },
                related: Vec::new(),
                help: None,
                fixes: Vec::new(),
                chains: Vec::new(),
                config_path: "password".parse().ok(),
                reported_by: Vec::new(),
            })
            .collect();
        (findings, sources)
    }

    fn baseline(rules: &[&'static str]) -> String {
        let (findings, sources) = found(rules);
        Baseline::of(&findings, &sources, &Secrets::default()).write()
    }

    #[test]
    fn a_secret_in_a_path_is_masked() {
        let (mut findings, sources) = found(&["yaml-syntax"]);
        for finding in &mut findings {
            finding.config_path = r#"proxy["https://portal:Tr0ub4dor3x@h/"].target"#.parse().ok();
            assert!(finding.config_path.is_some());
        }
        let written = Baseline::of(&findings, &sources, &Secrets::default()).write();
        assert!(!written.contains("Tr0ub4dor3x"), "{written}");
        assert!(written.contains("portal:********@h"), "{written}");
    }

    #[test]
    fn only_new_findings_count_and_gone_ones_are_counted() {
        let known = Baseline::read(&baseline(&["a", "b", "unjudged"])).unwrap();
        let (findings, sources) = found(&["a", "c"]);
        let compared = known.compare(findings, &sources, |rule| rule != "unjudged");
        let rules = |findings: &[Finding]| -> Vec<String> {
            let rules = findings.iter().map(|finding| finding.rule.to_string());
            rules.collect()
        };
        assert_eq!(rules(&compared.new), ["c"]);
        assert_eq!(rules(&compared.known), ["a"]);
        assert_eq!(compared.gone, 1);
    }

    #[test]
    fn the_file_holds_no_secret_and_does_not_depend_on_the_order() {
        let text = baseline(&["a", "b"]);
        assert!(!text.contains("hunter22"));
        assert_eq!(baseline(&["b", "a"]), text);
    }

    #[test]
    fn a_baseline_of_0_1_knows_the_same_findings_whichever_way_it_wrote_their_paths() {
        let (mut findings, sources) = found(&["a", "a", "a"]);
        let paths = [
            r#"proxy["/api"].x"#,
            r#"proxy["/api"].y"#,
            r#"proxy["a.b"].z"#,
        ];
        for (finding, path) in findings.iter_mut().zip(paths) {
            finding.config_path = path.parse().ok();
        }
        // Written by 0.1: `proxy["/api"].x` by a card, `proxy./api.y` by a schema, `proxy.a.b.z` by the loader.
        let known = include_str!("baseline/of_0_1.json");
        let known = Baseline::read(known).unwrap();
        let compared = known.compare(findings, &sources, |_| true);
        assert_eq!((compared.new.len(), compared.gone), (0, 0));
    }

    #[test]
    fn an_earlier_spelling_takes_nothing_from_the_finding_that_is_known_by_its_own() {
        let (mut findings, sources) = found(&["a"]);
        findings[0].config_path = "a.b".parse().ok();
        let known = Baseline::of(&findings, &sources, &Secrets::default());
        let mut quoted = findings[0].clone();
        quoted.config_path = r#"["a.b"]"#.parse().ok();
        findings.insert(0, quoted.clone());
        let compared = known.compare(findings, &sources, |_| true);
        assert_eq!(compared.new, [quoted]);
        assert_eq!((compared.known.len(), compared.gone), (1, 0));
    }

    #[test]
    fn another_file_is_no_baseline() {
        assert_eq!(Baseline::read("{}"), Err(NotABaseline::Shape));
        assert_eq!(Baseline::read("x"), Err(NotABaseline::Shape));
        assert_eq!(
            Baseline::read(r#"{"schema": 2, "findings": []}"#),
            Err(NotABaseline::Version)
        );
    }
}
