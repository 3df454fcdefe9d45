//! The schema of the settings, as editors and SchemaStore get it.

use std::fs;
use std::path::Path;

use serde_json::Value;
use stagecheck::rules::catalog;

use crate::support::Portal;

const SCHEMA: &str = include_str!("../../schemas/stagecheck.schema.json");
const BASE: &str = "app: { title: Portal }\n";

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

/// The settings in a folder for SchemaStore, by file name: text, and as JSON.
fn settings(folder: &str) -> Vec<(String, String, Value)> {
    let folder = Path::new("schemas/schemastore").join(folder);
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let value = serde_yaml::from_str(&text).unwrap();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, text, value)
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(!found.is_empty());
    found
}

#[test]
fn it_is_a_draft_7_schema_that_takes_good_settings_and_no_bad_ones() {
    jsonschema::draft7::meta::validate(&schema()).unwrap();
    let validator = jsonschema::draft7::new(&schema()).unwrap();
    for (name, _, value) in settings("test") {
        let errors: Vec<_> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{name}");
    }
    for (name, _, value) in settings("negative_test") {
        assert!(!validator.is_valid(&value), "{name}");
    }
}

#[test]
fn stagecheck_takes_and_refuses_the_same() {
    let policy = "\
id: our-domain
title: Base URLs are under our domain
scope: chain
cases:
  - when: \"!url(config.app.baseUrl).host.endsWith('.acme.com')\"
    severity: error
    message: \"`{config.app.baseUrl}` is not under acme.com\"
    at: [{ here: config.app.baseUrl }]
why: Cookies are for acme.com.
fix: Use a host under acme.com.
";
    let common = [
        ("app-config.yaml", BASE),
        ("base/stagecheck.yaml", "fail-on: info\n"),
        ("policies/own.yaml", policy),
        ("schemas/acme.schema.json", "{}"),
        ("schemas/production.schema.yaml", "type: object\n"),
        ("schemas/layer.schema.json", "{}"),
        ("a.json", "{}"),
    ];
    for (folder, is_good) in [("test", true), ("negative_test", false)] {
        for (name, text, _) in settings(folder) {
            let mut files = common.to_vec();
            files.push(("stagecheck.yaml", &text));
            let answer = Portal::of(&files).run(&["--fail-on", "never"]);
            let expected = if is_good { 0 } else { 2 };
            assert_eq!(answer.status, expected, "{name}: {}", answer.stderr);
        }
    }
}

#[test]
fn it_knows_every_rule_and_group_by_name() {
    let schema = schema();
    let names = schema["definitions"]["rules"]["properties"]
        .as_object()
        .unwrap();
    for card in catalog::cards() {
        for name in [card.id.as_ref(), card.group.as_str()] {
            assert!(names.contains_key(name), "cargo xtask docs: {name}");
        }
    }
}

#[test]
fn the_entry_of_the_catalog_names_every_file_that_is_looked_for() {
    let entry = fs::read_to_string("schemas/schemastore/catalog-entry.json").unwrap();
    let entry: Value = serde_json::from_str(&entry).unwrap();
    assert_eq!(
        entry["fileMatch"],
        serde_json::json!(stagecheck::settings::NAMES)
    );
    assert_eq!(entry["url"], schema()["$id"]);
}
