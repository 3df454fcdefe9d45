//! The formats that are JSON documents, against their schemas.

use std::collections::BTreeSet;

use serde_json::Value;
use stagecheck::finding::Severity;
use stagecheck::report::Format;
use stagecheck::rules::catalog;
use stagecheck::run::Run;
use stagecheck::text::Source;

use super::{nasty, written};

fn document(format: Format, run: &Run) -> Value {
    serde_json::from_str(&written(format, run)).unwrap()
}

/// Panics with what is wrong with `document`.
fn assert_valid(schema: &str, document: &Value) {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

fn text_of(run: &Run) -> &Source {
    let finding = run.findings.first().unwrap();
    run.sources.get(finding.primary.place.source)
}

const OUR_SCHEMA: &str = include_str!("../../../schemas/report.schema.json");

#[test]
fn json_is_what_its_schema_says() {
    for run in [nasty::run(), Run::default()] {
        assert_valid(OUR_SCHEMA, &document(Format::Json, &run));
    }
    let report = document(Format::Json, &nasty::run());
    let finding = &report["findings"][0];
    assert_eq!(finding["primary"]["path"], nasty::PATH);
    assert_eq!(finding["primary"]["repositoryPath"], nasty::REPOSITORY_PATH);
    assert_eq!(finding["message"], nasty::shown_message());
    assert_eq!(finding["help"], nasty::shown_help());
    assert_eq!(report["summary"]["known"], 1);
    assert_eq!(report["findings"].as_array().unwrap().len(), 5);
}

#[test]
fn each_line_of_jsonl_is_a_finding_of_the_schema() {
    let mut schema: Value = serde_json::from_str(OUR_SCHEMA).unwrap();
    let line_schema = serde_json::json!({"$ref": "#/$defs/line", "$defs": schema["$defs"].take()});
    let report = written(Format::JsonLines, &nasty::run());
    assert_eq!(report.lines().count(), 5);
    for line in report.lines() {
        let line = serde_json::from_str(line).unwrap();
        assert_valid(&line_schema.to_string(), &line);
    }
    assert_eq!(written(Format::JsonLines, &Run::default()), "");
}

#[test]
fn byte_ranges_of_json_are_those_of_the_file() {
    let run = nasty::run();
    let report = document(Format::Json, &run);
    let text = text_of(&run).text();
    let found: BTreeSet<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let bytes = &finding["primary"]["bytes"];
            let offset = |name: &str| usize::try_from(bytes[name].as_u64().unwrap()).unwrap();
            &text[offset("start")..offset("end")]
        })
        .collect();
    let expected = ["", "größe", nasty::SECRET, "x", "- é\n    - b"];
    assert_eq!(found, BTreeSet::from(expected));
}

const SARIF_SCHEMA: &str = include_str!("schemas/sarif-2.1.0.schema.json");

#[test]
fn sarif_is_what_oasis_says() {
    for run in [nasty::run(), Run::default()] {
        assert_valid(SARIF_SCHEMA, &document(Format::Sarif, &run));
    }
}

#[test]
fn sarif_lists_every_rule_and_results_point_at_theirs() {
    let report = document(Format::Sarif, &nasty::run());
    let rules = report["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap();
    let ids: Vec<&str> = rules
        .iter()
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    for card in catalog::cards() {
        assert!(ids.contains(&card.id.as_ref()), "{}", card.id);
    }
    for result in report["runs"][0]["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"], ids[index]);
    }
}

#[test]
fn sarif_has_what_code_scanning_asks_for() {
    let report = document(Format::Sarif, &nasty::run());
    let run = &report["runs"][0];
    for rule in run["tool"]["driver"]["rules"].as_array().unwrap() {
        for text in [
            "/shortDescription/text",
            "/fullDescription/text",
            "/help/text",
        ] {
            let text = rule.pointer(text).and_then(Value::as_str);
            assert!(text.is_some_and(|text| !text.is_empty()), "{rule}");
        }
        assert!(rule["properties"]["tags"].as_array().unwrap().len() <= 10);
        if let Some(severity) = rule["properties"].get("security-severity") {
            let severity: f64 = severity.as_str().unwrap().parse().unwrap();
            assert!(severity > 0.0 && severity <= 10.0, "{rule}");
        }
    }
    for result in run["results"].as_array().unwrap() {
        let region = &result["locations"][0]["physicalLocation"]["region"];
        for field in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(region[field].as_u64().unwrap() >= 1, "{region}");
        }
    }
}

#[test]
fn sarif_columns_count_code_points_and_its_paths_decode_to_the_file() {
    let run = nasty::run();
    let report = document(Format::Sarif, &run);
    assert_eq!(report["runs"][0]["columnKind"], "unicodeCodePoints");
    let results = report["runs"][0]["results"].as_array().unwrap();
    let secret = results
        .iter()
        .find(|result| result["ruleId"] == "hardcoded-secret")
        .unwrap();
    let place = &secret["locations"][0]["physicalLocation"];
    assert_eq!(
        percent_decoded(place["artifactLocation"]["uri"].as_str().unwrap()),
        nasty::REPOSITORY_PATH
    );
    let region = &place["region"];
    let line = text_of(&run).text().lines().nth(1).unwrap();
    let column = |name: &str| usize::try_from(region[name].as_u64().unwrap()).unwrap() - 1;
    let shown: String = line
        .chars()
        .skip(column("startColumn"))
        .take(column("endColumn") - column("startColumn"))
        .collect();
    assert_eq!(shown, nasty::SECRET);
}

#[test]
fn sarif_tells_new_findings_from_known_ones() {
    let report = document(Format::Sarif, &nasty::run());
    let results = report["runs"][0]["results"].as_array().unwrap();
    let states: Vec<&str> = results
        .iter()
        .map(|result| result["baselineState"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["new", "new", "new", "new", "new", "unchanged"]);
    let mut without = nasty::run();
    without.baseline = None;
    let report = document(Format::Sarif, &without);
    assert!(
        report["runs"][0]["results"][0]
            .get("baselineState")
            .is_none()
    );
}

#[test]
fn sarif_keeps_the_most_severe_of_too_many() {
    let mut run = nasty::run();
    run.baseline = None;
    let mut info = run.findings[0].clone();
    info.severity = Severity::Info;
    (info.message, info.help) = ("short".to_owned(), None);
    info.related.clear();
    info.chains.clear();
    info.config_path = None;
    info.primary.note.clear();
    run.findings.extend(vec![info; 25_000]);
    run.sort();
    let report = document(Format::Sarif, &run);
    let results = report["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    assert_eq!(results[0]["level"], "error");
    let told = &report["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert!(
        told["message"]["text"]
            .as_str()
            .unwrap()
            .starts_with("5 less severe findings")
    );
}

#[test]
fn gitlab_is_what_its_documentation_says_and_no_two_fingerprints_are_equal() {
    let run = nasty::run();
    let schema = include_str!("schemas/gitlab.schema.json");
    let report = document(Format::Gitlab, &run);
    assert_valid(schema, &report);
    assert_valid(schema, &document(Format::Gitlab, &Run::default()));
    let issues = report.as_array().unwrap();
    let prints: BTreeSet<&str> = issues
        .iter()
        .map(|issue| issue["fingerprint"].as_str().unwrap())
        .collect();
    assert_eq!(prints.len(), issues.len());
    assert_eq!(issues[0]["location"]["path"], nasty::REPOSITORY_PATH);
}

#[test]
fn rdjson_counts_bytes() {
    let run = nasty::run();
    let schema = include_str!("schemas/rdjson.schema.json");
    let report = document(Format::Rdjson, &run);
    assert_valid(schema, &report);
    let lines: Vec<&str> = text_of(&run).text().lines().collect();
    let mut found = BTreeSet::new();
    for diagnostic in report["diagnostics"].as_array().unwrap() {
        let range = &diagnostic["location"]["range"];
        let number =
            |of: &str, name: &str| usize::try_from(range[of][name].as_u64().unwrap()).unwrap() - 1;
        if number("start", "line") == number("end", "line") && number("start", "line") < lines.len()
        {
            let line = lines[number("start", "line")];
            found.insert(&line[number("start", "column")..number("end", "column")]);
        }
    }
    assert_eq!(found, BTreeSet::from(["größe", nasty::SECRET, "x"]));
}

fn percent_decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first == b'%' {
            let digits = std::str::from_utf8(&tail[..2]).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap()
}
