//! The reader against recorded answers of the real library. `tests/oracle/gcfg` asks it again, and on other texts.

#![allow(clippy::expect_used)]

mod compare;

use compare::Case;

const VECTORS: &str = include_str!("vectors.jsonl");

#[test]
fn the_reader_agrees_with_every_recorded_answer() {
    let mut disagreements = Vec::new();
    for line in VECTORS.lines() {
        let case: Case = serde_json::from_str(line).expect(line);
        let difference = case.disagreement();
        disagreements.extend(difference.map(|difference| format!("{}: {difference}", case.name)));
    }
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
}

#[test]
fn the_comparison_sees_a_wrong_answer() {
    let wrong = [
        r#"{"text":"[S]\nk = a\n","answer":{"read":[{"name":"S","subsection":"","keys":{"k":["b"]}}],"tokens":[]}}"#,
        r#"{"text":"[S]\nk = \"a\n","answer":{"error":{"line":2,"column":6,"message":"string not terminated"}}}"#,
        r#"{"text":"[S]\n","answer":{"error":{"line":1,"column":1,"message":"expected section name"}}}"#,
        r#"{"value":"12","types":{"int":13,"float":"12"}}"#,
    ];
    for line in wrong {
        let case: Case = serde_json::from_str(line).expect(line);
        assert!(case.disagreement().is_some(), "{line}");
    }
}
