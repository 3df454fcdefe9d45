//! What makes a finding the same one tomorrow.
//!
//! In: the findings of a run. Out: a [`Fingerprint`] for each: a hash of the rule, the path of the file in the
//! repository, the config path, an ordinal among equals, and the path of the schema file that reports it. Never: the text of a line, so that it survives moved
//! lines and rotated secrets.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Finding, Reporter, RuleId};
use crate::text::Sources;
use source::{ConfigPath, Part};

/// The identity of a finding across runs: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fingerprint(String);

/// The fingerprints of findings, in their order.
pub fn fingerprints(findings: &[Finding], sources: &Sources) -> Vec<Fingerprint> {
    spelled(findings, sources, &ConfigPath::to_string)
}

/// Per finding the fingerprints that version 0.1 may have given it: each of its stages wrote a config path in its own
/// way.
pub fn earlier_fingerprints(findings: &[Finding], sources: &Sources) -> Vec<[Fingerprint; 3]> {
    let of = |spelling: &dyn Fn(&ConfigPath) -> String| spelled(findings, sources, spelling);
    let rules = of(&|path| earlier(path, |key| key.is_empty() || !key.chars().all(is_plain)));
    let schemas = of(&|path| earlier(path, |key| key.is_empty() || key.contains(['.', '[', ' '])));
    let loader = of(&|path| earlier(path, |_| false));
    let both = rules.into_iter().zip(schemas).zip(loader);
    both.map(|((rules, schemas), loader)| [rules, schemas, loader])
        .collect()
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// A path as 0.1 wrote it, with quotes around some keys.
fn earlier(path: &ConfigPath, is_quoted: impl Fn(&str) -> bool) -> String {
    let mut text = String::new();
    for part in path.parts() {
        match part {
            Part::Item(index) => text.push_str(&format!("[{index}]")),
            Part::Key(key) if is_quoted(key) => text.push_str(&format!("[\"{key}\"]")),
            Part::Key(key) if text.is_empty() => text.push_str(key),
            Part::Key(key) => text.push_str(&format!(".{key}")),
        }
    }
    text
}

/// What equal findings have in common: rule, file, config path and schema file.
type Equals<'f> = (&'f RuleId, &'f str, Option<String>, Option<&'f str>);

fn spelled(
    findings: &[Finding],
    sources: &Sources,
    spelling: &dyn Fn(&ConfigPath) -> String,
) -> Vec<Fingerprint> {
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by_key(|index| findings.get(*index).map(|finding| finding.primary.place));
    let mut seen: HashMap<Equals<'_>, usize> = HashMap::new();
    let mut found: Vec<(usize, Fingerprint)> = Vec::with_capacity(findings.len());
    for index in order {
        let Some(finding) = findings.get(index) else {
            continue;
        };
        let path = sources.get(finding.primary.place.source).repository_path();
        let config_path = finding.config_path.as_ref().map(spelling);
        let schema = match finding.reported_by.first() {
            Some(Reporter::File { path, .. }) => Some(&**path),
            // The versions of packages change, and what they say together is one finding.
            Some(Reporter::Package(_)) | None => None,
        };
        let ordinal = *seen
            .entry((&finding.rule, path, config_path.clone(), schema))
            .and_modify(|ordinal| *ordinal += 1)
            .or_insert(0);
        let config_path = config_path.as_deref();
        let fingerprint = Fingerprint::of(&finding.rule, path, config_path, ordinal, schema);
        found.push((index, fingerprint));
    }
    found.sort_by_key(|(index, _)| *index);
    found
        .into_iter()
        .map(|(_, fingerprint)| fingerprint)
        .collect()
}

impl Fingerprint {
    fn of(
        rule: &RuleId,
        path: &str,
        config_path: Option<&str>,
        ordinal: usize,
        schema: Option<&str>,
    ) -> Self {
        let ordinal = ordinal.to_string();
        let mut parts = vec![rule.as_str(), path, config_path.unwrap_or(""), &ordinal];
        parts.extend(schema);
        Self(format!("{:032x}", fnv1a(&parts.join("\0"))))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// FNV-1a with 128 bits: the same on every machine and in every version, which is all that is asked of it.
fn fnv1a(text: &str) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    text.bytes().fold(OFFSET, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(PRIME)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Label, Severity};
    use crate::text::{Place, Source, SourceId, Sources, Span};

    fn finding(source: SourceId, at: usize, config_path: &str) -> Finding {
        Finding {
            rule: RuleId::loader("rule"),
            severity: Severity::Error,
            message: String::new(),
            primary: Label {
                place: Place::new(source, Span::at(at)),
                note: String::new(),
            },
            related: Vec::new(),
            help: None,
            fixes: Vec::new(),
            chains: Vec::new(),
            config_path: config_path.parse().ok(),
            reported_by: Vec::new(),
        }
    }

    #[test]
    fn a_moved_line_keeps_its_fingerprint_and_twins_differ() {
        let sources = Sources::default();
        let first = sources.add(Source::new("a/app-config.yaml", ""));
        let second = sources.add(Source::new("b/app-config.yaml", ""));
        let before = fingerprints(&[finding(first, 5, "x"), finding(second, 5, "x")], &sources);
        let after = fingerprints(
            &[finding(first, 90, "x"), finding(second, 1, "x")],
            &sources,
        );
        assert_eq!(before, after);
        assert_ne!(before[0], before[1]);
    }

    #[test]
    fn equals_are_told_apart_by_their_order_in_the_file() {
        let sources = Sources::default();
        let id = sources.add(Source::new("app-config.yaml", ""));
        let in_order = fingerprints(&[finding(id, 1, "x"), finding(id, 2, "x")], &sources);
        let reversed = fingerprints(&[finding(id, 2, "x"), finding(id, 1, "x")], &sources);
        assert_ne!(in_order[0], in_order[1]);
        assert_eq!(in_order[0], reversed[1]);
    }

    #[test]
    fn findings_of_two_schema_files_are_told_apart_by_the_file() {
        let sources = Sources::default();
        let id = sources.add(Source::new("app-config.yaml", ""));
        let by = |reporter| Finding {
            reported_by: vec![reporter],
            ..finding(id, 1, "x")
        };
        let file = |path: &str| {
            by(Reporter::File {
                shown: "../x.json".into(),
                path: path.into(),
            })
        };
        let package = by(Reporter::Package("p 1.0.0".into()));
        let all = [file("a.json"), file("b.json"), package, finding(id, 1, "x")];
        let [a, b, package, _] = &fingerprints(&all, &sources)[..] else {
            panic!("four")
        };
        assert_eq!(
            fingerprints(&[file("b.json")], &sources),
            std::slice::from_ref(b)
        );
        assert_ne!(a, b);
        let plain = fingerprints(&[finding(id, 1, "x")], &sources);
        assert_eq!(plain, std::slice::from_ref(package));
    }

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a("foobar"), 0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18);
    }
}
