//! What `print --databases` says the app does not start with is an error of `check`, and hides nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value as Json;
use stagecheck::backstage::database::Refusal;

const LAYER: &str = "app-config.production.yaml";

/// Whether an unencrypted connection beside the fault can still be told.
#[derive(Clone, Copy, PartialEq)]
enum Rest {
    Judged,
    Gone,
}

/// What the manager refuses, `backend.database` as flow YAML, and what becomes of the rest. `SSL` stands for a connection
/// without encryption.
const CASES: &[(Refusal, &str, Rest)] = &[
    (
        Refusal::IllTyped,
        "client: pg, prefix: 5, connection: { SSL }",
        Rest::Judged,
    ),
    (
        Refusal::IllTyped,
        "client: pg, role: [], connection: { SSL }",
        Rest::Judged,
    ),
    (
        Refusal::IllTyped,
        "client: pg, ensureExists: sometimes, connection: { SSL }",
        Rest::Judged,
    ),
    (Refusal::ClientMissing, "connection: { SSL }", Rest::Gone),
    (
        Refusal::ClientUnknown,
        "client: postgres, connection: { SSL }",
        Rest::Judged,
    ),
    (Refusal::ConnectionMissing, "client: pg", Rest::Gone),
    (
        Refusal::SchemaPrefix,
        "client: pg, pluginDivisionMode: schema, schemaPrefix: my-portal_, connection: { SSL }",
        Rest::Judged,
    ),
    (
        Refusal::SchemaTooLong,
        "client: pg, pluginDivisionMode: schema, schemaPrefix: a_prefix_of_sixty_bytes_that_leaves_no_room_for_any_plugin_id_, connection: { SSL }",
        Rest::Judged,
    ),
    (
        Refusal::SqliteBaseFilename,
        "client: better-sqlite3, connection: { filename: x.sqlite }, plugin: { auth: { client: pg, connection: { SSL } } }",
        Rest::Judged,
    ),
    (
        Refusal::DivisionMode,
        "client: mysql2, pluginDivisionMode: schema, connection: { SSL }",
        Rest::Judged,
    ),
    (
        Refusal::ConnectionString,
        "client: mysql2, connection: 'mysql://db.acme.example/portal', plugin: { auth: { connection: { SSL } } }",
        Rest::Judged,
    ),
    (
        Refusal::ConnectionTypeUnknown,
        "client: pg, connection: { type: gcp, SSL }",
        Rest::Judged,
    ),
    (
        Refusal::ConnectionTypeLater,
        "client: pg, connection: { type: azure, SSL }",
        Rest::Judged,
    ),
    (
        Refusal::CloudSqlClient,
        "client: mysql2, connection: { type: cloudsql, instance: 'p:r:i' }, plugin: { auth: { client: pg, connection: { user: u } } }",
        Rest::Gone,
    ),
    (
        Refusal::CloudSqlInstance,
        "client: pg, connection: { type: cloudsql, user: u }, plugin: { auth: { connection: { type: default, SSL } } }",
        Rest::Judged,
    ),
    (
        Refusal::CloudSqlAddress,
        "client: pg, connection: { type: cloudsql, instance: 'p:r:i', ipAddressType: private }",
        Rest::Gone,
    ),
    (
        Refusal::RdsIncomplete,
        "client: pg, connection: { type: rds, SSL }",
        Rest::Judged,
    ),
    (
        Refusal::RdsRegion,
        "client: pg, connection: { type: rds, port: 5432, user: u, SSL }",
        Rest::Judged,
    ),
    (
        Refusal::VerifyCaWithoutCa,
        "client: pg, connection: 'postgres://h/d?sslmode=verify-ca&uselibpqcompat=true', plugin: { auth: { connection: { SSL } } }",
        Rest::Judged,
    ),
];

/// The release of the manager: for one of the refusals an old one.
fn release(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::ConnectionTypeLater => "0.14.0",
        Refusal::RdsIncomplete | Refusal::RdsRegion => "0.19.0",
        _ => "0.18.0",
    }
}

fn json(folder: &Path, arguments: &[&str]) -> (Json, Option<i32>) {
    let output = Command::cargo_bin("stagecheck")
        .unwrap()
        .current_dir(folder)
        .env_clear()
        .args(arguments)
        .args(["--config", LAYER, "--format", "json", "--use-process-env"])
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout);
    let report = report.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (report, output.status.code())
}

#[test]
fn what_print_says_the_app_does_not_start_with_is_an_error_and_hides_nothing() {
    for (refusal, database, rest) in CASES {
        let word = refusal.word();
        let folder = tempfile::tempdir().unwrap();
        let database = database.replace("SSL", "host: db.acme.example, ssl: false");
        let layer = format!("backend:\n  database: {{ {database} }}\n");
        fs::write(folder.path().join(LAYER), layer).unwrap();
        let manifest = format!(
            "{{\"dependencies\": {{\"@backstage/backend-defaults\": \"{}\", \"@backstage/plugin-auth-backend\": \"*\"}}}}",
            release(*refusal)
        );
        fs::write(folder.path().join("package.json"), manifest).unwrap();

        let (shown, _) = json(folder.path(), &["print", "--databases"]);
        let rows = shown["chains"][0]["databases"].as_array().unwrap().iter();
        let named: BTreeSet<&str> = rows
            .flat_map(|row| row["errors"].as_array().unwrap())
            .filter_map(Json::as_str)
            .collect();
        assert_eq!(named, BTreeSet::from([word]), "{database}");

        let (report, code) = json(folder.path(), &[]);
        let findings = report["findings"].as_array().unwrap();
        let errors = findings.iter().filter(|it| it["severity"] == "error");
        let rules: BTreeSet<&str> = errors.filter_map(|it| it["rule"].as_str()).collect();
        let is_about_tls = |rule: &&&str| rule.contains("tls");
        let claimed = rules.iter().filter(|rule| !is_about_tls(rule)).count();
        assert!(claimed > 0, "{word}: {rules:?}");
        assert_eq!(code, Some(1), "{word}");
        let is_judged = rules.iter().any(|rule| is_about_tls(&rule));
        assert_eq!(is_judged, *rest == Rest::Judged, "{word}: {rules:?}");
    }
}

#[test]
fn every_refusal_is_tried() {
    let tried: Vec<Refusal> = CASES.iter().map(|(refusal, ..)| *refusal).collect();
    for refusal in Refusal::ALL {
        assert!(tried.contains(&refusal), "{}", refusal.word());
    }
}
