//! The reader against recorded answers of the real libraries. `tests/oracle/postgres-url` asks them again, and about
//! other strings.

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
    let right = VECTORS.lines().next().expect("a line");
    for (piece, wrong) in [
        (
            r#""host":"pg.internal.example","port":"6432""#,
            r#""host":"pg.internal.example","port":"5432""#,
        ),
        (r#""sslmode":"verify-full""#, r#""sslmode":"verify-ca""#),
        (r#""tls":["this name"]"#, r#""tls":["any name"]"#),
        (r#""password":"s3cret""#, r#""password":"secret""#),
    ] {
        assert!(right.contains(piece), "{piece} of {right}");
        let case: Case = serde_json::from_str(&right.replace(piece, wrong)).expect(wrong);
        assert!(case.disagreement().is_some(), "{wrong}");
    }
}
