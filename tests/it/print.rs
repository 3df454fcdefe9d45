//! `stagecheck print` as people run it.

use std::fs;

use assert_cmd::Command;
use tempfile::TempDir;

fn app(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        fs::write(folder.path().join(path), text).unwrap();
    }
    folder
}

fn print(folder: &TempDir, arguments: &[&str]) -> (String, String, Option<i32>) {
    let mut command = Command::cargo_bin("stagecheck").unwrap();
    let output = command
        .current_dir(folder.path())
        .env_clear()
        .arg("print")
        .args(arguments)
        .output()
        .unwrap();
    (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
        output.status.code(),
    )
}

const TWO: [&str; 4] = [
    "--config",
    "app-config.yaml",
    "--config",
    "app-config.production.yaml",
];

#[test]
fn open_values_stand_as_written_with_what_they_would_override() {
    let folder = app(&[
        (
            "app-config.yaml",
            "app:\n  title: Base\n  list: [{a: 1}]\n  drop: 1\n",
        ),
        (
            "app-config.production.yaml",
            "app:\n  title: ${TITLE}\n  drop: null\n",
        ),
    ]);
    let (shown, _, code) = print(&folder, &[&TWO[..], &["--origins"]].concat());
    assert_eq!(code, Some(0));
    let lines: Vec<&str> = shown.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "app:",
            "  title: ${TITLE}  # open; otherwise \"Base\" from app-config.yaml:2; app-config.production.yaml:2, over app-config.yaml:2",
            "  list:",
            "    - a: 1  # app-config.yaml:3",
        ]
    );
}

#[test]
fn origins_of_a_key_with_a_dot_and_of_a_key_in_a_key_are_both_told() {
    let folder = app(&[("app-config.yaml", "\"a.b\": 1\na:\n  b: 2\n")]);
    let arguments = [
        "--config",
        "app-config.yaml",
        "--origins",
        "--format",
        "json",
    ];
    let (shown, _, code) = print(&folder, &arguments);
    assert_eq!(code, Some(0));
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let set_at = |line: usize| {
        let place = format!("app-config.yaml:{line}");
        serde_json::json!({ "setAt": place, "overrode": [] })
    };
    assert_eq!(
        shown["chains"][0]["values"],
        serde_json::json!({ "[\"a.b\"]": set_at(1), "a.b": set_at(3) })
    );
}

#[test]
fn variables_are_put_in_and_their_values_hidden_where_secrets_belong() {
    let text = "backend:\n  database:\n    client: pg\n    connection:\n      host: ${HOST}\n      password: ${PASSWORD}\n";
    let folder = app(&[("app-config.yaml", text)]);
    let arguments = [
        "--config",
        "app-config.yaml",
        "--env",
        "HOST=db.example.com",
        "--env",
        "PASSWORD=Tr0ub4dor-and-3",
        "--format",
        "json",
    ];
    let (shown, _, _) = print(&folder, &arguments);
    assert!(shown.contains("db.example.com"), "{shown}");
    assert!(!shown.contains("Tr0ub4dor"), "{shown}");
    let (shown, _, _) = print(&folder, &[&arguments[..], &["--with-secrets"]].concat());
    assert!(shown.contains("Tr0ub4dor-and-3"), "{shown}");
}

#[test]
fn printed_yaml_reads_back_as_the_same_config() {
    let text = "a: 'yes'\nb: \"line\\nline\"\nc: [1, 1.5, true, null, [], {}, '']\n\"k: x\": '012'\nd: [[1, 2], {e: [{f: g}]}]\n";
    let folder = app(&[("app-config.yaml", text)]);
    let (shown, _, _) = print(&folder, &["--config", "app-config.yaml"]);
    let read = |text: &str| serde_yaml::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(read(&shown), read(text));
}

#[test]
fn a_chain_with_a_broken_layer_has_no_config() {
    let folder = app(&[("app-config.yaml", "a: 1\na: 2\n")]);
    let (shown, notes, code) = print(&folder, &["--config", "app-config.yaml"]);
    assert!(shown.contains("# the app does not start"), "{shown}");
    assert!(notes.contains("no effective config"), "{notes}");
    assert_eq!(code, Some(1));
}

#[test]
fn a_chain_name_with_a_slip_is_answered_with_the_one_meant() {
    let folder = app(&[("app-config.yaml", "a: 1\n")]);
    let (_, notes, code) = print(&folder, &["--chain", "defualt"]);
    assert_eq!(code, Some(2));
    assert!(notes.contains("default"), "{notes}");
}

const DATABASES: &str = "\
backend:
  database:
    client: pg
    connection: postgres://portal:Tr0ub4dor-and-3@db.acme.example:5433/x?sslmode=no-verify
    knexConfig: { pool: { max: 7 } }
    plugin:
      search: { client: better-sqlite3, connection: ':memory:' }
      auth: { connection: { database: people, host: '${AUTH_HOST}' } }
      catalog: { connection: 'postgres://catalog.acme.example/things' }
";

#[test]
fn the_table_of_databases_says_for_each_cell_which_line_set_it() {
    let manifest =
        "{\"dependencies\": {\"@backstage/backend-defaults\": \"0.18.0\",\n\"pg\": \"^8.0.0\"}}";
    let folder = app(&[("app-config.yaml", DATABASES), ("package.json", manifest)]);
    let arguments = ["--config", "app-config.yaml", "--databases"];
    let (shown, noted, code) = print(&folder, &arguments);
    assert_eq!((noted.as_str(), code), ("", Some(0)));
    let expected = "\
--config
   1  app-config.yaml
   2  package.json

  plugin            client          where                 database                 tls         pool          driver
  backend.database  pg              db.acme.example:5433  backstage_plugin_PLUGIN  unverified  2 to 7        pg (declared)
                    1:3             1:4                   default                  1:4         default, 1:5  2:2
  search            better-sqlite3  in memory             -                        -           1 to 7        better-sqlite3 (missing)
                    1:7             1:7                                                        default, 1:5  2:1
    the app does not start: the SQLite base connection is a file, not a directory  1:4
  auth              pg              ${AUTH_HOST}:5433     people                   unverified  2 to 7        pg (declared)
                    1:3             1:8, 1:4              1:8                      1:4         default, 1:5  2:2
  catalog           pg              catalog.acme.example  things                   unverified  2 to 7        pg (declared)
                    1:3             1:9                   1:9                      1:4         default, 1:5  2:2
";
    assert_eq!(shown, expected);
}

#[test]
fn a_pool_of_one_size_is_one_number() {
    let config = "backend:\n  database:\n    client: better-sqlite3\n    connection: ':memory:'\n";
    let folder = app(&[("app-config.yaml", config)]);
    let (shown, _, _) = print(&folder, &["--databases", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let pool = &report["chains"][0]["databases"][0]["pool"]["value"];
    assert_eq!(pool, "1", "{shown}");
}

/// The pool keeps no connection open since 0.18.1, two before.
#[test]
fn the_pool_of_the_table_is_that_of_the_release_in_use() {
    let config = "backend:\n  database:\n    client: pg\n    connection: { host: h }\n";
    let pool = |range: &str| {
        let manifest =
            format!("{{\"dependencies\": {{\"@backstage/backend-defaults\": \"{range}\"}}}}");
        let folder = app(&[("app-config.yaml", config), ("package.json", &manifest)]);
        let arguments = [
            "--config",
            "app-config.yaml",
            "--databases",
            "--format",
            "json",
        ];
        let (shown, _, _) = print(&folder, &arguments);
        let report: serde_json::Value = serde_json::from_str(&shown).unwrap();
        report["chains"][0]["databases"][0]["pool"]["value"].clone()
    };
    assert_eq!(pool("0.18.0"), "2 to 10");
    assert_eq!(pool("^0.19.0"), "0 to 10");
    assert_eq!(pool("^0.18.0"), "0 or 2 to 10");
    assert_eq!(pool("*"), "0 or 2 to 10");
}

/// Schemas begin with `schemaPrefix` since 0.18.0; a `connectionString` names the one database of all plugins.
#[test]
fn the_row_of_the_base_names_what_every_plugin_gets() {
    let database = |text: &str| {
        let config = format!("backend:\n  database:\n    client: pg\n    {text}\n");
        let folder = app(&[("app-config.yaml", &config)]);
        let arguments = [
            "--config",
            "app-config.yaml",
            "--databases",
            "--format",
            "json",
        ];
        let (shown, _, _) = print(&folder, &arguments);
        let report: serde_json::Value = serde_json::from_str(&shown).unwrap();
        report["chains"][0]["databases"][0]["database"]["value"].clone()
    };
    let by_schema = "pluginDivisionMode: schema\n    schemaPrefix: acme_\n    connection: { host: h, database: d }";
    assert_eq!(database(by_schema), "d, schema acme_PLUGIN");
    let by_string = "connection: { connectionString: 'postgres://h/portal' }";
    assert_eq!(database(by_string), "portal");
    assert_eq!(
        database("connection: { connectionString: 'postgres://u@h' }"),
        "the user's name"
    );
}

#[test]
fn databases_as_json_hold_no_password() {
    let folder = app(&[("app-config.yaml", DATABASES)]);
    let arguments = [
        "--config",
        "app-config.yaml",
        "--databases",
        "--format",
        "json",
    ];
    let (shown, _, code) = print(&folder, &arguments);
    assert_eq!(code, Some(0));
    assert!(!shown.contains("Tr0ub4dor"), "{shown}");
    let document: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let databases = &document["chains"][0]["databases"];
    assert_eq!(databases[0]["plugin"], serde_json::Value::Null);
    assert_eq!(databases[0]["where"]["value"], "db.acme.example:5433");
    assert_eq!(databases[0]["where"]["from"][0], "app-config.yaml:4");
    assert_eq!(databases[1]["plugin"], "search");
    assert_eq!(databases[1]["tls"], serde_json::Value::Null);
}

#[test]
fn a_database_that_the_app_fails_on_says_so() {
    let text = "backend: { database: { client: postgres, connection: {} } }\n";
    let folder = app(&[("app-config.yaml", text)]);
    let (shown, _, _) = print(&folder, &["--config", "app-config.yaml", "--databases"]);
    assert!(
        shown.contains("the app does not start: unknown `client`"),
        "{shown}"
    );
}

#[test]
fn forms_that_do_not_go_together_are_refused() {
    let folder = app(&[("app-config.yaml", DATABASES)]);
    for arguments in [
        &["--databases", "--format", "yaml"][..],
        &["--databases", "--origins"],
        &["--format", "table"],
    ] {
        let (shown, noted, code) = print(&folder, arguments);
        assert_eq!((shown.as_str(), code), ("", Some(2)), "{arguments:?}");
        assert!(!noted.is_empty(), "{arguments:?}");
    }
}

#[test]
fn facts_come_as_json_or_yaml() {
    let folder = app(&[("app-config.yaml", DATABASES)]);
    let facts = |format: &str| {
        let output = Command::cargo_bin("stagecheck")
            .unwrap()
            .current_dir(folder.path())
            .args(["facts", "--format", format])
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let json: serde_json::Value = serde_json::from_str(&facts("json")).unwrap();
    let yaml: serde_json::Value = serde_yaml::from_str(&facts("yaml")).unwrap();
    assert_eq!(json, yaml);
    assert!(json.as_array().is_some_and(|facts| !facts.is_empty()));
}

#[test]
fn no_key_or_value_speaks_to_the_log_of_a_ci_job() {
    let folder = app(&[
        (
            "app-config.yaml",
            "'::error::key': yes\napp: {title: 'a ##vso[task.complete]', list: ['##[error]x']}\n",
        ),
        (
            "package.json",
            r###"{"name": "a", "configSchema": {"type": "object", "title": "##vso[x]", "properties": {"::error::key": {"type": "string", "pattern": "##[error]"}}}}"###,
        ),
    ]);
    let commands: [&[&str]; 6] = [
        &["print"],
        &["print", "--format", "json"],
        &["facts"],
        &["facts", "--format", "yaml"],
        &["facts", "--format", "json"],
        &["schema"],
    ];
    for arguments in commands {
        let mut command = Command::cargo_bin("stagecheck").unwrap();
        command.current_dir(folder.path()).env_clear();
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            text.contains("error::key"),
            "{arguments:?} shows the key: {text}"
        );
        assert!(!text.contains("##"), "{arguments:?}: {text}");
        let speaks = text
            .lines()
            .find(|line| line.trim_start().starts_with("::"));
        assert_eq!(speaks, None, "{arguments:?}");
    }
}
