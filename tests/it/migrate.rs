//! `migrate postgres`: what changes, what stays, and what is said to be left.

use std::fs;

use crate::support::Portal;

const BASE: &str = "\
app:
  title: Portal
backend:
  database:
    client: better-sqlite3
    connection:
      directory: ./data
";

const PRODUCTION: &str = "\
backend:
  # where production keeps its data
  database:
    client: better-sqlite3
    connection:
      directory: /data
    plugin:
      auth:
        client: better-sqlite3
        connection: ':memory:'
      catalog:
        prefix: own
";

const MANIFEST: &str = "\
{
  \"name\": \"backend\",
  \"dependencies\": {
    \"@backstage/backend-defaults\": \"^0.11.0\",
    \"zod\": \"^3.0.0\"
  }
}
";

fn portal() -> Portal {
    Portal::of(&[
        ("app-config.yaml", BASE),
        ("app-config.production.yaml", PRODUCTION),
        ("packages/backend/package.json", MANIFEST),
    ])
}

fn text(portal: &Portal, path: &str) -> String {
    fs::read_to_string(portal.path().join(path)).unwrap()
}

#[test]
fn the_last_layer_of_production_moves_and_the_base_stays() {
    let portal = portal();
    let arguments = ["migrate", "postgres", "--write", "--pool", "2,10"];
    let answer = portal.run(&arguments);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    let expected = "\
backend:
  # where production keeps its data
  database:
    client: pg
    connection:
      host: ${POSTGRES_HOST}
      port: ${POSTGRES_PORT}
      user: ${POSTGRES_USER}
      password: ${POSTGRES_PASSWORD}
      ssl: {}
      directory: null
    plugin:
      catalog:
        prefix: own
    knexConfig:
      pool:
        min: 2
        max: 10
";
    assert_eq!(text(&portal, "app-config.production.yaml"), expected);
    assert_eq!(text(&portal, "app-config.yaml"), BASE);
    let manifest = MANIFEST.replace("    \"zod\"", "    \"pg\": \"^8.11.3\",\n    \"zod\"");
    assert_eq!(text(&portal, "packages/backend/package.json"), manifest);
    let databases = portal.run(&["print", "--databases", "--chain", "production"]);
    assert!(
        databases.stdout.contains("verified"),
        "{}",
        databases.stdout
    );
    assert!(!databases.stdout.contains("sqlite"), "{}", databases.stdout);
    let again = portal.run(&["migrate", "postgres"]);
    assert_eq!(again.status, 2, "{}", again.stdout);
}

#[test]
fn a_plugin_without_a_client_of_its_own_keeps_no_sqlite_connection() {
    let portal = portal();
    let layer = PRODUCTION.replace(
        "        client: better-sqlite3\n        connection: ':",
        "        connection: ':",
    );
    portal.write("app-config.production.yaml", layer);
    let answer = portal.run(&["migrate", "postgres", "--write"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    let after = text(&portal, "app-config.production.yaml");
    assert!(!after.contains(":memory:"), "{after}");
}

#[test]
fn one_database_of_schemas_is_named() {
    let portal = portal();
    let answer = portal.run(&["migrate", "postgres", "--schemas"]);
    for piece in [
        "+      database: ${POSTGRES_DATABASE}\n",
        "CREATE DATABASE backstage OWNER",
        "POSTGRES_DATABASE",
    ] {
        assert!(answer.stdout.contains(piece), "{piece}: {}", answer.stdout);
    }
}

#[test]
fn without_write_nothing_changes_and_the_plan_is_shown() {
    let portal = portal();
    let answer = portal.run(&[
        "migrate",
        "postgres",
        "--ca-file",
        "/etc/ca.pem",
        "--schemas",
    ]);
    assert_eq!(answer.status, 1, "{}", answer.stderr);
    for piece in [
        "+    client: pg\n",
        "+          $file: /etc/ca.pem\n",
        "+    pluginDivisionMode: schema\n",
        "+    \"pg\": \"^8.11.3\",\n",
        "the data in SQLite is not moved",
    ] {
        assert!(answer.stdout.contains(piece), "{piece}: {}", answer.stdout);
    }
    assert_eq!(text(&portal, "app-config.production.yaml"), PRODUCTION);
}

#[test]
fn one_changed_file_is_one_file() {
    let portal = Portal::of(&[
        ("app-config.yaml", BASE),
        ("app-config.production.yaml", PRODUCTION),
    ]);
    let said = portal.run(&["migrate", "postgres"]).stderr;
    assert!(
        said.ends_with("1 file would be changed; --write changes it\n"),
        "{said}"
    );
}
