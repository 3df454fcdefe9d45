//! `stagecheck schema`, and what a broken or partial install does to a check, over the built binary.

use crate::support::{Answer, Portal};
use serde_json::{Value, json};

const APP: &str = r#"{"name": "app", "version": "1.0.0",
    "dependencies": {"a": "1", "b": "1", "c": "1", "d": "1", "@backstage/absent": "1"}}"#;
const A: &str = r#"{"name": "a", "version": "1.2.3", "configSchema": "config.d.ts"}"#;
const A_TYPES: &str = "export interface Config { own: {
    port: number; mode?: 'fast' | 'slow';
    /** @visibility secret */ key?: string;
    /** @deprecated use port */ old?: string;
    nested?: { list?: Array<{ on: boolean }> };
} }";

/// An app with one installed package that has a schema.
fn portal() -> Portal {
    Portal::of(&[
        ("app-config.yaml", "own: { port: 1 }\n"),
        ("package.json", APP),
        ("node_modules/a/package.json", A),
        ("node_modules/a/config.d.ts", A_TYPES),
    ])
}

fn schema(portal: &Portal, arguments: &[&str]) -> Answer {
    portal.run(&[&["schema", "--no-cache"], arguments].concat())
}

fn parsed(answer: &Answer) -> Value {
    assert_eq!(answer.status, 0, "{answer:#?}");
    serde_json::from_str(&answer.stdout).unwrap()
}

#[test]
fn the_schema_in_force_is_a_json_schema_with_the_keys_of_the_packages() {
    let schema = parsed(&schema(&portal(), &[]));
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    let own = &schema["properties"]["own"];
    assert_eq!(own["required"], json!(["port"]));
    assert_eq!(own["properties"]["key"]["visibility"], "secret");
    jsonschema::validator_for(&schema).unwrap();
}

#[test]
fn one_package_is_shown_as_it_is_and_an_unknown_one_is_an_error() {
    let portal = portal();
    let only = parsed(&schema(&portal, &["--package", "a"]));
    assert_eq!(
        only["properties"]["own"]["properties"]["mode"]["enum"],
        json!(["fast", "slow"])
    );
    let none = schema(&portal, &["--package", "b"]);
    assert_eq!((none.status, none.stdout.as_str()), (2, ""));
    assert!(none.stderr.contains("no package `b`"), "{}", none.stderr);
}

#[test]
fn two_versions_of_a_package_are_both_shown() {
    let portal = portal();
    portal.write(
        "node_modules/b/package.json",
        r#"{"name": "b", "version": "1.0.0", "dependencies": {"a": "2", "@backstage/x": "1"}}"#,
    );
    portal.write(
        "node_modules/b/node_modules/a/package.json",
        r#"{"name": "a", "version": "2.0.0", "configSchema": {"properties": {"own": {"properties": {"later": {}}}}}}"#,
    );
    let answer = schema(&portal, &["--package", "a"]);
    let documents: Vec<Value> = serde_json::Deserializer::from_str(&answer.stdout)
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert_eq!(documents.len(), 2, "{answer:#?}");
}

#[test]
fn a_chain_selects_the_app_root_that_has_it() {
    let portal = Portal::of(&[
        ("one/app-config.yaml", "own: {}\n"),
        ("one/app-config.staging.yaml", "own: {}\n"),
        (
            "one/package.json",
            r#"{"name": "one", "version": "1.0.0", "configSchema": {"properties": {"first": {}}}}"#,
        ),
        ("two/app-config.yaml", "own: {}\n"),
        ("two/app-config.lab.yaml", "own: {}\n"),
        (
            "two/package.json",
            r#"{"name": "two", "version": "1.0.0", "configSchema": {"properties": {"second": {}}}}"#,
        ),
    ]);
    let keys = |arguments: &[&str]| {
        let schema = parsed(&schema(&portal, arguments));
        let keys = schema["properties"].as_object().unwrap().keys().cloned();
        keys.collect::<Vec<_>>()
    };
    assert_eq!(keys(&["--chain", "staging"]), ["first"]);
    assert_eq!(keys(&["--chain", "lab"]), ["second"]);
    assert_eq!(keys(&["two"]), ["second"]);
    let slip = schema(&portal, &["--chain", "stagign"]);
    assert_eq!(slip.status, 2);
    assert!(
        slip.stderr.contains("did you mean `staging`?"),
        "{}",
        slip.stderr
    );
    let several = schema(&portal, &[]);
    assert_eq!(several.status, 2);
    assert!(
        several.stderr.contains("several app roots: one, two"),
        "{}",
        several.stderr
    );
}

#[test]
fn a_chain_of_the_settings_is_a_chain() {
    let portal = portal();
    portal.write(
        "stagecheck.yaml",
        "chains:\n  - name: lab\n    config: [app-config.yaml]\n",
    );
    assert_eq!(schema(&portal, &["--chain", "lab"]).status, 0);
}

#[test]
fn the_form_for_editors_takes_one_layer_as_it_is_written() {
    let schema = parsed(&schema(&portal(), &["--for-editor"]));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let layer = |text: &str| serde_yaml::from_str::<Value>(text).unwrap();
    for fine in [
        "own: {}",
        "own: { port: '${PORT:-1}', mode: { $env: MODE } }",
        "own: { $include: own.yaml }",
        "own: { key: { $file: key.txt }, nested: '${NESTED}' }",
        "own: { nested: { list: ['${ITEM}', { on: '${ON}' }, { $include: item.yaml }] } }",
        "own: { nested: null }",
        "own:",
        "${KEY}: plain\nother: 1",
    ] {
        assert!(validator.is_valid(&layer(fine)), "{fine}");
    }
    for wrong in [
        "own: { port: one }",
        "own: { mode: fats }",
        "own: []",
        "own: { nested: { list: [{ on: 7 }] } }",
        "own: { port: { $env: PORT, more: 1 } }",
        "own: { key: [\"${KEY}\"] }",
    ] {
        assert!(!validator.is_valid(&layer(wrong)), "{wrong}");
    }
}

#[test]
fn without_any_package_the_built_in_schemas_are_shown() {
    let portal = Portal::of(&[("app-config.yaml", "app: {}\n")]);
    let shown = parsed(&schema(&portal, &[]));
    assert!(shown["properties"]["backend"].is_object());
    let empty = schema(&Portal::empty(), &[]);
    assert!(parsed(&empty)["properties"]["backend"].is_object());
    let note = "no app-config.yaml in this directory or below: this is the schema that is built in";
    assert!(empty.stderr.contains(note), "{}", empty.stderr);
}

#[test]
fn the_packages_are_listed_when_asked_for() {
    let answer = schema(&portal(), &["-v"]);
    assert!(
        answer
            .stderr
            .contains("a 1.2.3 (node_modules/a/package.json)")
            || answer
                .stderr
                .contains("a 1.2.3 (node_modules/a/config.d.ts)"),
        "{}",
        answer.stderr
    );
}

#[test]
fn a_broken_package_is_said_and_the_others_are_checked() {
    let portal = portal();
    portal.write("app-config.yaml", "own: { port: one }\n");
    portal.write(
        "node_modules/b/package.json",
        r#"{"name": "b", "version": "1.0.0", "configSchema": "config.d.ts"}"#,
    );
    portal.write(
        "node_modules/b/config.d.ts",
        "export interface Config {{{ own?: ",
    );
    portal.write(
        "node_modules/c/package.json",
        r#"{"name": "c", "version": "1.0.0", "configSchema": "s.json"}"#,
    );
    portal.write("node_modules/c/s.json", "[1,");
    portal.write("node_modules/d/package.json", "{ no json");
    let answer = portal.run(&[
        "--no-cache",
        "--format",
        "concise",
        "--select",
        "schema-violation",
    ]);
    assert_eq!(answer.status, 1, "{answer:#?}");
    assert!(
        answer.stdout.contains("`own.port` must be a number"),
        "{}",
        answer.stdout
    );
    for said in [
        "the configuration of b is not checked: node_modules/b/config.d.ts: it is not valid TypeScript",
        "the configuration of c is not checked: node_modules/c/s.json is not a JSON Schema",
        "invalid package.json `node_modules/d/package.json`",
    ] {
        assert!(answer.stderr.contains(said), "{said}: {}", answer.stderr);
    }
}

#[test]
fn circular_types_are_checked_as_deep_as_the_config_goes() {
    let portal = portal();
    portal.write(
        "node_modules/a/config.d.ts",
        "interface Tree { name: string; below?: Tree[]; up?: Up } type Up = Up | Tree; export interface Config { own: Tree }",
    );
    portal.write(
        "app-config.yaml",
        "own:\n  name: a\n  below:\n    - name: b\n      below:\n        - name: [c]\n",
    );
    let lines = portal.findings(&["--no-cache", "--select", "schema-violation"]);
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!(lines[0].line, 6);
}

#[test]
fn what_an_installed_package_lacks_is_no_part_of_the_app() {
    let portal = portal();
    portal.write(
        "node_modules/b/package.json",
        r#"{"name": "b", "version": "1.0.0", "dependencies": {"@backstage/x": "1"}, "peerDependencies": {"@backstage/plugin-techdocs-backend": "1"}}"#,
    );
    let keys = parsed(&schema(&portal, &[]));
    assert!(keys["properties"].get("techdocs").is_none());
}

#[test]
fn helm_values_alone_are_not_blamed_for_what_the_image_may_bring() {
    let portal = portal();
    portal.write("app-config.yaml", "own: { port: 1 }\n");
    portal.write(
        "values.yaml",
        "backstage:\n  extraAppConfig:\n    - filename: more.yaml\n      configMapRef: more\n  appConfig:\n    own:\n      mode: fats\n",
    );
    let lines = portal.findings(&["--no-cache", "--select", "schema-violation"]);
    let messages: Vec<&str> = lines.iter().map(|line| line.message.as_str()).collect();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(
        messages[0].starts_with("`own.mode` must be"),
        "{messages:?}"
    );
}

#[test]
fn an_incomplete_chain_says_why_it_may_not_lack_what_it_lacks() {
    let portal = portal();
    portal.write("app-config.yaml", "own: {}\n");
    portal.write(
        "Dockerfile",
        "FROM node:22\nWORKDIR /app\nCMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\", \"--config\", \"/etc/portal.yaml\"]\n",
    );
    let lines = portal.findings(&["--no-cache", "--select", "schema-violation"]);
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!(lines[0].severity, "warning");
    assert!(lines[0].message.contains("requires `port`"), "{lines:#?}");
    let report = portal
        .run(&[
            "--no-cache",
            "--select",
            "schema-violation",
            "--format",
            "pretty",
        ])
        .stdout;
    assert!(
        report.contains("Severity lowered to warning") && report.contains("/etc/portal.yaml"),
        "{report}"
    );
}

#[test]
fn an_unknown_database_client_is_told_once() {
    let portal = Portal::of(&[(
        "app-config.yaml",
        "backend:\n  database:\n    client: postgres\n    connection: { host: localhost }\n",
    )]);
    let rules: Vec<String> = portal
        .findings(&[])
        .into_iter()
        .filter(|line| line.line == 3)
        .map(|line| line.rule)
        .collect();
    assert_eq!(rules, ["database-client-unknown"]);
    let rules: Vec<String> = portal
        .findings(&["--ignore", "database-client-unknown"])
        .into_iter()
        .filter(|line| line.line == 3)
        .map(|line| line.rule)
        .collect();
    assert_eq!(rules, ["schema-violation"]);
}

#[test]
fn a_value_both_secret_and_frontend_stops_the_app_set_or_not() {
    let portal = portal();
    portal.write(
        "node_modules/b/package.json",
        r#"{"name": "b", "version": "2.0.0", "configSchema": {"properties": {"own": {"properties": {"key": {"visibility": "frontend"}}}}}}"#,
    );
    portal.write("node_modules/.package-lock.json", "{}");
    let cache = tempfile::tempdir().unwrap();
    for (layer, line) in [
        ("own:\n  port: 1\n", 1),
        ("own:\n  port: 1\n  key: ${KEY}\n", 3),
        ("app: {}\n", 1),
    ] {
        portal.write("app-config.yaml", layer);
        for run in ["collected", "kept"] {
            let answer = crate::support::run_with(
                portal.path(),
                &[
                    "--format",
                    "concise",
                    "--select",
                    "secret-visible-to-frontend",
                ],
                &[("XDG_CACHE_HOME", cache.path())],
            );
            let lines = answer.lines();
            assert_eq!(lines.len(), 1, "{run} {layer}: {answer:#?}");
            assert_eq!((lines[0].line, lines[0].severity.as_str()), (line, "error"));
            let message = &lines[0].message;
            assert!(message.contains("`own.key`"), "{message}");
        }
    }
}
