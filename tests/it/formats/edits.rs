//! The formats that offer fixes: each counts in its own way, and all of them must mean the same change.

use serde_json::Value;
use stagecheck::report::Format;
use stagecheck::run::Run;

use super::{nasty, written};

fn document(format: Format, run: &Run) -> Value {
    serde_json::from_str(&written(format, run)).unwrap()
}

/// What becomes of the layer when the one edit of the nasty run is taken over.
fn mended(run: &Run) -> String {
    let key = serde_json::to_string(nasty::NEW_KEY).unwrap();
    text(run).replacen("größe", &key, 1)
}

fn text(run: &Run) -> &str {
    run.sources.get(run.findings[0].primary.place.source).text()
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

/// The byte offset of a line and a column, both from 1, of which the column counts what `width` says.
fn offset(text: &str, position: (usize, usize), width: impl Fn(char) -> usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(position.0 - 1)
        .map(str::len)
        .sum();
    let line = &text[start..];
    let mut column = 1;
    for (at, character) in line.char_indices() {
        if column == position.1 {
            return start + at;
        }
        column += width(character);
    }
    text.len()
}

fn replaced(text: &str, range: std::ops::Range<usize>, new: &Value) -> String {
    let mut text = text.to_owned();
    text.replace_range(range, new.as_str().unwrap());
    text
}

#[test]
fn json_edits_replace_bytes() {
    let run = nasty::run();
    let report = document(Format::Json, &run);
    let edits: Vec<&Value> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|finding| finding["fixes"].as_array().unwrap())
        .flat_map(|fix| fix["edits"].as_array().unwrap())
        .collect();
    let [edit] = edits.as_slice() else {
        panic!("{edits:#?}");
    };
    assert_eq!(edit["path"], nasty::PATH);
    assert_eq!(edit["repositoryPath"], nasty::REPOSITORY_PATH);
    let range = number(&edit["bytes"]["start"])..number(&edit["bytes"]["end"]);
    assert_eq!(replaced(text(&run), range, &edit["text"]), mended(&run));
}

#[test]
fn sarif_fixes_replace_code_points() {
    let run = nasty::run();
    let report = document(Format::Sarif, &run);
    let results = report["runs"][0]["results"].as_array().unwrap();
    let with_fix: Vec<&Value> = results
        .iter()
        .filter(|result| result.get("fixes").is_some())
        .collect();
    let [result] = with_fix.as_slice() else {
        panic!("{with_fix:#?}");
    };
    let change = &result["fixes"][0]["artifactChanges"][0];
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(change["artifactLocation"], place["artifactLocation"]);
    let replacement = &change["replacements"][0];
    let region = &replacement["deletedRegion"];
    let at = |line: &str, column: &str| {
        let position = (number(&region[line]), number(&region[column]));
        offset(text(&run), position, |_| 1)
    };
    let range = at("startLine", "startColumn")..at("endLine", "endColumn");
    let new = &replacement["insertedContent"]["text"];
    assert_eq!(replaced(text(&run), range, new), mended(&run));
}

#[test]
fn rdjson_suggestions_replace_bytes_of_a_line() {
    let run = nasty::run();
    let report = document(Format::Rdjson, &run);
    let suggestions: Vec<&Value> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|diagnostic| diagnostic.get("suggestions"))
        .flat_map(|suggestions| suggestions.as_array().unwrap())
        .collect();
    let [suggestion] = suggestions.as_slice() else {
        panic!("{suggestions:#?}");
    };
    let at = |end: &str| {
        let position = &suggestion["range"][end];
        let position = (number(&position["line"]), number(&position["column"]));
        offset(text(&run), position, char::len_utf8)
    };
    let range = at("start")..at("end");
    assert_eq!(
        replaced(text(&run), range, &suggestion["text"]),
        mended(&run)
    );
}

#[test]
fn pretty_shows_the_line_as_it_was_and_as_it_would_be() {
    let run = nasty::run();
    let report = written(Format::Pretty, &run);
    let old = text(&run).lines().next().unwrap().to_owned();
    let new = mended(&run).lines().next().unwrap().to_owned();
    let change = format!("  1 - {old}\n  1 + {new}\n");
    assert_eq!(report.matches("\n  1 + ").count(), 1, "{report}");
    assert!(report.contains(&change), "{report}");
}

#[test]
fn an_edit_that_touches_a_secret_is_offered_by_no_format() {
    let mut run = nasty::run();
    run.findings.retain(|finding| {
        let source = run.sources.get(finding.primary.place.source);
        source.slice(finding.primary.place.span) == nasty::SECRET
    });
    assert!(run.findings.iter().any(|finding| !finding.fixes.is_empty()));
    for (format, word) in [
        (Format::Sarif, "deletedRegion"),
        (Format::Rdjson, "suggestions"),
        (Format::Pretty, "\n  1 + "),
    ] {
        let report = written(format, &run);
        assert!(!report.contains(word), "{}: {report}", format.name());
    }
    let report = document(Format::Json, &run);
    assert_eq!(
        report["findings"][0]["fixes"][0]["edits"],
        serde_json::json!([])
    );
}
