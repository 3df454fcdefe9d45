//! `--schema` and `schemas:`: what a company wants of its configuration, from the files to the report.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const BASE: &str = "\
app:
  baseUrl: http://localhost:3000
  supportTeam: platfrom
backend:
  baseUrl: http://localhost:7007
  replicas: ${REPLICAS}
";

const SCHEMA: &str = r##"{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "properties": {
    "app": {
      "required": ["costCenter"],
      "properties": {
        "supportTeam": { "$ref": "teams.yaml#/definitions/team" },
        "password": { "pattern": "^[a-z]+$" }
      }
    },
    "backend": { "properties": { "replicas": { "type": "integer" } } }
  }
}
"##;

fn portal(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let common = [
        (".git/HEAD", ""),
        ("app-config.yaml", BASE),
        ("schemas/acme.json", SCHEMA),
        (
            "schemas/teams.yaml",
            "definitions:\n  team: { enum: [platform, data] }\n",
        ),
    ];
    for (path, text) in common.iter().chain(files) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn stagecheck(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stagecheck"))
        .args(["--select", "schema-violation", "--format", "concise"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn report(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_schema_from_the_command_line_judges_every_chain_at_the_exact_bytes() {
    let folder = portal(&[]);
    let output = stagecheck(folder.path(), &["--schema", "schemas/acme.json"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report = report(&output);
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(lines.len(), 2, "{report}");
    assert!(
        lines[0].starts_with("app-config.yaml:1:1: error"),
        "{report}"
    );
    assert!(lines[0].contains("`costCenter`"), "{report}");
    assert!(
        lines[1].starts_with("app-config.yaml:3:16: error"),
        "{report}"
    );
    assert!(
        lines[1]
            .ends_with("`app.supportTeam` must be `platform` or `data`; did you mean `platform`?"),
        "{report}"
    );
}

#[test]
fn settings_name_schemas_for_chains_and_for_layers() {
    let settings = "\
schemas:
  - file: schemas/acme.json
    chains: [production]
  - file: schemas/layer.yaml
    applies-to: layers
    paths: [app-config.extra.yaml]
";
    let folder = portal(&[
        ("stagecheck.yaml", settings),
        ("schemas/layer.yaml", "propertyNames: { const: app }\n"),
        ("app-config.extra.yaml", "organization: { name: Acme }\n"),
    ]);
    let output = stagecheck(folder.path(), &[]);
    let report = report(&output);
    // No chain is called `production`, and `app-config.yaml` is not the layer.
    assert_eq!(report.lines().count(), 1, "{report}");
    assert!(
        report.starts_with("app-config.extra.yaml:1:1: error"),
        "{report}"
    );
}

#[test]
fn what_a_schema_is_to_judge_and_is_not_there_is_noted() {
    let settings = "\
schemas:
  - file: schemas/acme.json
    chains: [defualt, 'deploy/**', default]
  - file: schemas/layer.yaml
    applies-to: layers
    paths: [app-config.extra.yaml, app-config.yaml]
";
    let folder = portal(&[
        ("stagecheck.yaml", settings),
        ("schemas/layer.yaml", "type: object\n"),
        ("apps/one/app-config.yaml", "app: {}\n"),
    ]);
    let said = |arguments: &[&str]| {
        let output = stagecheck(folder.path(), arguments);
        String::from_utf8(output.stderr).unwrap()
    };
    let all = said(&[]);
    for note in [
        "`chains` of `schemas/acme.json` in the settings: `defualt` matches no chain; did you mean `default`?",
        "`chains` of `schemas/acme.json` in the settings: `deploy/**` matches no chain\n",
        "`paths` of `schemas/layer.yaml` in the settings: `app-config.extra.yaml` matches no layer",
    ] {
        assert!(all.contains(note), "{note}: {all}");
    }
    assert_eq!(all.matches("matches no").count(), 3, "{all}");
    // What is not looked at may have them.
    let one = said(&["apps/one"]);
    assert!(!one.contains("matches no"), "{one}");
}

#[test]
fn violations_at_one_place_are_told_apart_and_none_hides_a_new_one() {
    let folder = portal(&[
        (
            "one.json",
            r#"{"minProperties": 5, "required": ["organization"]}"#,
        ),
        ("two.json", r#"{"required": ["catalog"]}"#),
        ("same.json", r#"{"required": ["catalog"]}"#),
    ]);
    let lines = |arguments: &[&str]| {
        let output = stagecheck(folder.path(), arguments);
        report(&output).lines().count()
    };
    let one = ["--schema", "one.json"];
    assert_eq!(lines(&one), 2);
    let both = [&one[..], &["--schema", "two.json"]].concat();
    assert_eq!(lines(&both), 3);
    let all = [&both[..], &["--schema", "same.json"]].concat();
    assert_eq!(lines(&all), 3);
    let written = stagecheck(
        folder.path(),
        &["--schema", "two.json", "--write-baseline", "known.json"],
    );
    assert_eq!(written.status.code(), Some(0), "{written:?}");
    let known = [&both[..], &["--baseline", "known.json"]].concat();
    assert_eq!(lines(&known), 2);
}

#[test]
fn every_report_names_the_schema_file_beside_a_suggestion_too() {
    let folder = portal(&[]);
    for format in ["pretty", "json", "github", "sarif", "rdjson"] {
        let arguments = ["--schema", "schemas/acme.json", "--format", format];
        let output = Command::new(env!("CARGO_BIN_EXE_stagecheck"))
            .args(["--select", "schema-violation"])
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let report = report(&output);
        let named = report.matches("Reported by the schema of schemas/acme.json.");
        assert_eq!(named.count(), 2, "{format}: {report}");
    }
    let concise = report(&stagecheck(
        folder.path(),
        &["--schema", "schemas/acme.json"],
    ));
    let line = "`app.supportTeam` must be `platform` or `data`; did you mean `platform`?";
    assert!(concise.contains(line), "{concise}");
}

#[test]
fn a_broken_schema_ends_the_run_at_its_place() {
    let folder = portal(&[
        ("stagecheck.yaml", "schemas: [broken.yaml]\n"),
        ("broken.yaml", "properties:\n  app: { type: objct }\n"),
    ]);
    let output = stagecheck(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("broken.yaml:2:16"), "{said}");
    assert!(said.contains("did you mean `object`?"), "{said}");
    for (settings, expected) in [
        ("schemas: [none.json]\n", "`none.json`"),
        (
            "schemas:\n  - file: schemas/acme.json\n    paths: ['*.yaml']\n",
            "`applies-to: layers`",
        ),
        ("schemas:\n  - applies-to: chains\n", "`schemas[0].file`"),
        (
            "schemas:\n  - { file: schemas/acme.json, applies-to: everything }\n",
            "applies-to",
        ),
    ] {
        fs::write(folder.path().join("stagecheck.yaml"), settings).unwrap();
        let output = stagecheck(folder.path(), &[]);
        assert_eq!(output.status.code(), Some(2), "{settings} {output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(expected), "{settings} {said}");
    }
    let output = stagecheck(folder.path(), &["--schema", "none.json"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn an_unknown_variable_is_no_error_and_a_known_one_is_judged_by_what_it_reads_as() {
    let folder = portal(&[]);
    for (value, findings) in [("3", 2), ("many", 3)] {
        let variable = format!("REPLICAS={value}");
        let arguments = ["--schema", "schemas/acme.json", "--env", &variable];
        let output = stagecheck(folder.path(), &arguments);
        let report = report(&output);
        assert_eq!(report.lines().count(), findings, "{report}");
    }
}

#[test]
fn no_value_is_shown() {
    let base =
        "app:\n  costCenter: 1\n  supportTeam: data\n  password: hunter2-planted-for-this-test\n";
    let folder = portal(&[("app-config.yaml", base)]);
    for format in ["pretty", "json", "sarif", "github"] {
        let arguments = ["--schema", "schemas/acme.json", "--format", format];
        let output = Command::new(env!("CARGO_BIN_EXE_stagecheck"))
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let report = report(&output);
        assert!(report.contains("app.password"), "{report}");
        assert!(!report.contains("hunter2"), "{report}");
    }
}

#[test]
fn the_merged_schema_of_the_packages_works_as_one() {
    let schema = Command::new(env!("CARGO_BIN_EXE_stagecheck"))
        .args(["schema", "fixtures/clean"])
        .output()
        .unwrap();
    let text = String::from_utf8(schema.stdout).unwrap();
    let folder = portal(&[
        ("schemas/config.json", &text),
        (
            "app-config.yaml",
            "app: { baseUrl: 5 }\nbackend: { baseUrl: x, listen: { port: '7007' }, database: { client: pg, connection: { port: '5432' } } }\n",
        ),
    ]);
    let output = stagecheck(folder.path(), &["--schema", "schemas/config.json"]);
    let report = report(&output);
    let own: Vec<_> = report
        .lines()
        .filter(|line| line.contains("config.json"))
        .collect();
    assert_eq!(own, Vec::<&str>::new(), "{report}");
}
