//! The loader against recorded answers of the real one: what it refuses we refuse with a label at the same place, and what it
//! reads we read alike, layer by layer and merged.
//!
//! `vectors.jsonl` holds one case a line. `error` says where the real loader stops: the config path or the line it
//! names, and our rule; or the variable or file at fault. `generated.jsonl` holds cases the live oracle once disagreed
//! about (see `tests/oracle/loader`).

#[path = "../../oracle/loader/answer.rs"]
mod answer;

use serde_json::Value as Json;

fn cases(text: &str) -> impl Iterator<Item = Json> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("each line is a case"))
}

/// What our answer to a case has else than the recorded one.
fn disagreement(case: &Json) -> Option<String> {
    let ours = answer::answer(&serde_json::from_value(case.clone()).expect("a case"));
    let Some(error) = case.get("error") else {
        let same = |part: &str| equal(&ours[part], &case[part]);
        return (!same("layers") || !same("merged")).then(|| ours.to_string());
    };
    let found = &ours["error"];
    let expected = error.as_object().expect("an error is an object");
    // The real loader names the line where it can read no further: of an open bracket or quote, a line behind it.
    let is_line = |field: &str, value: &Json| {
        let related = found["related"].as_array();
        field == "line" && related.is_some_and(|lines| lines.contains(value))
    };
    let same = expected
        .iter()
        .all(|(field, value)| found[field] == *value || is_line(field, value));
    (found.is_null() || !same).then(|| ours.to_string())
}

/// Equal as JavaScript values: `1` is `1.0`.
fn equal(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => left.as_f64() == right.as_f64(),
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| equal(l, r))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, value)| right.get(key).is_some_and(|other| equal(value, other)))
        }
        _ => left == right,
    }
}

fn agree_on_all(text: &str, least: usize) {
    let mut count = 0;
    let mut disagreements = Vec::new();
    for case in cases(text) {
        count += 1;
        if let Some(ours) = disagreement(&case) {
            disagreements.push(format!("{}: {ours}", case["name"]));
        }
    }
    assert!(count >= least, "only {count} cases");
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
}

#[test]
fn every_recorded_case_is_answered_as_the_real_loader_answers_it() {
    agree_on_all(include_str!("vectors.jsonl"), 104);
}

#[test]
fn what_a_generated_case_once_showed_stays_right() {
    agree_on_all(include_str!("generated.jsonl"), 32);
}
