//! Fixes that reports offer: taken over, they mend what they are for; where that is not sure, none is offered.

use crate::support::Portal;
use serde_json::Value;

const SLIPS: &str = "\
# stagecheck: ignore[hardcoded-secrt] a slip in the name of a rule
app:
  titel: größe
  baseUrl: http://localhost
backend:
  baseUrl: http://localhost
  database: { client: postgres }
  cache:
    store: \"redsi\" # quoted
organization:
  name: acme
";

const POLICY: &str = "\
id: acme-name
title: Another name than ours
scope: layer
cases:
  - when: config.organization.name != 'Acme Corp.'
    severity: warning
    message: the organization is ours
    at: [{ here: config.organization.name }]
    replace: { here: config.organization.name, with: Acme Corp. }
why: It is on every page.
fix: Write `Acme Corp.`.
";

/// Every finding, as the JSON report has it.
fn findings(portal: &Portal) -> Vec<Value> {
    let answer = portal.run(&["--format", "json", "--fail-on", "never"]);
    let report: Value = serde_json::from_str(&answer.stdout).unwrap();
    report["findings"].as_array().unwrap().clone()
}

/// The edits of all findings, as byte ranges of the one layer with the new text, last first.
fn edits(findings: &[Value]) -> Vec<(usize, usize, String)> {
    let offset = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let edits = findings
        .iter()
        .filter_map(|finding| finding["fixes"].as_array().unwrap().first())
        .flat_map(|fix| fix["edits"].as_array().unwrap());
    let mut edits: Vec<_> = edits
        .map(|edit| {
            let bytes = &edit["bytes"];
            let text = edit["text"].as_str().unwrap().to_owned();
            (offset(&bytes["start"]), offset(&bytes["end"]), text)
        })
        .collect();
    edits.sort();
    edits.dedup();
    edits.reverse();
    edits
}

fn rules(findings: &[Value], of: impl Fn(&Value) -> bool) -> Vec<&str> {
    let of_interest = findings.iter().filter(|finding| of(finding));
    of_interest
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect()
}

fn is_mendable(finding: &Value) -> bool {
    let fixes = finding["fixes"].as_array().unwrap();
    fixes
        .iter()
        .any(|fix| fix["edits"] != serde_json::json!([]))
}

#[test]
fn taking_over_every_fix_mends_what_it_is_for() {
    let portal = Portal::of(&[
        ("app-config.yaml", SLIPS),
        ("policy.yaml", POLICY),
        ("stagecheck.yaml", "policies: policy.yaml\n"),
    ]);
    let before = findings(&portal);
    let mut text = SLIPS.to_owned();
    for (start, end, new) in edits(&before) {
        text.replace_range(start..end, &new);
    }
    let mended = SLIPS
        .replace("secrt", "secret")
        .replace("titel", "title")
        .replace("postgres", "pg")
        .replace("\"redsi\"", "redis")
        .replace("acme", "\"Acme Corp.\"");
    assert_eq!(text, mended);

    portal.write("app-config.yaml", &text);
    let after = findings(&portal);
    // The suppression names a rule now, which finds nothing: it can go.
    assert_eq!(rules(&after, is_mendable), ["unused-suppression"]);
    for rule in ["unknown-key", "database-client-unknown", "acme-name"] {
        assert_eq!(rules(&before, |finding| finding["rule"] == rule), [rule]);
        assert!(
            !rules(&after, |_| true).contains(&rule),
            "{rule}: {after:#?}"
        );
    }
}

#[test]
fn no_fix_is_offered_for_bytes_that_an_alias_repeats() {
    let layer = "app: &app\n  titel: a\nextra: *app\n";
    let portal = Portal::of(&[("app-config.yaml", layer)]);
    let found = findings(&portal);
    assert!(
        rules(&found, |_| true).contains(&"unknown-key"),
        "{found:#?}"
    );
    assert_eq!(rules(&found, is_mendable), Vec::<&str>::new());
}

#[test]
fn no_fix_is_offered_for_a_value_that_is_not_spelt_in_the_layer() {
    let layer = "backend:\n  database:\n    client: { $file: client.txt }\n";
    let portal = Portal::of(&[("app-config.yaml", layer), ("client.txt", "postgres")]);
    assert_eq!(rules(&findings(&portal), is_mendable), Vec::<&str>::new());
}

#[test]
fn no_fix_is_offered_that_would_replace_a_secret() {
    let policy = POLICY.replace("organization.name", "backend.password");
    let layer = "backend:\n  password: correct-h0rse-battery\n";
    let portal = Portal::of(&[
        ("app-config.yaml", layer),
        ("policy.yaml", &policy),
        ("stagecheck.yaml", "policies: policy.yaml\n"),
    ]);
    let found = findings(&portal);
    assert!(rules(&found, |_| true).contains(&"acme-name"), "{found:#?}");
    assert!(
        !rules(&found, is_mendable).contains(&"acme-name"),
        "{found:#?}"
    );
}
