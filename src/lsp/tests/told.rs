//! What the editor is told of the files it has open, and of those it has not.

use serde_json::json;

use super::Editor;

const PORTAL: &str = "\
-- package.json --
{ \"name\": \"portal\", \"workspaces\": { \"packages\": [\"packages/*\"] } }
-- packages/backend/package.json --
{
  \"name\": \"backend\",
  \"dependencies\": { \"@backstage/backend-defaults\": \"^0.17.0\", \"better-sqlite3\": \"^12.0.0\" }
}
-- packages/backend/Dockerfile --
FROM node:24
CMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\", \"--config\", \"app-config.production.yaml\"]
-- app-config.yaml --
app:
  baseUrl: http://localhost:3000
backend:
  baseUrl: http://localhost:7007
  database:
    client: better-sqlite3
    connection: ':memory:'
    # stagecheck: ignore[missing-driver] nothing to ignore
-- app-config.production.yaml --
app:
  baseUrl: https://portal.example.com
backend:
  baseUrl: https://portal.example.com
  database:
    client: pg
    connection:
      host: db.internal
      password: Tr0ub4dor-and-3
";

#[test]
fn every_file_of_the_app_root_has_its_diagnostics_opened_or_not() {
    let mut editor = Editor::open(PORTAL);
    insta::assert_snapshot!(editor.report());
    assert!(!editor.said.contains("Tr0ub4dor"), "{}", editor.said);
}

#[test]
fn a_text_that_is_not_saved_counts_until_it_is_closed() {
    let mut editor = Editor::open(PORTAL);
    let path = "app-config.production.yaml";
    assert!(editor.rules(path).is_some_and(|rules| !rules.is_empty()));
    editor.open_text(
        path,
        "app:\n  baseUrl: https://portal.example.com\n  baseUrl: x\n",
    );
    assert_eq!(editor.rules(path).unwrap(), ["yaml-duplicate-key"]);
    editor.set_text(path, "app:\n  baseUrl: [\n");
    assert_eq!(editor.rules(path).unwrap(), ["yaml-syntax"]);
    editor.close(path);
    let report = editor.report();
    assert!(
        report.contains("hardcoded-secret") && !report.contains("yaml-syntax"),
        "{report}"
    );
}

#[test]
fn what_was_said_of_a_file_is_taken_back_when_it_is_clean() {
    let mut editor = Editor::open("-- app-config.yaml --\napp: {}\napp: {}\n");
    let expected = "\
app-config.yaml
  1:0-1:3 error[yaml-duplicate-key]
      app-config.yaml 0:0-0:3
";
    assert_eq!(editor.report(), expected);
    editor.open_text("app-config.yaml", "app: {}\n");
    assert_eq!(editor.report(), "app-config.yaml\n  clean\n");
    editor.write("app-config.yaml", "app: {}\n");
    editor.close("app-config.yaml");
    assert_eq!(editor.report(), "");
}

#[test]
fn a_new_layer_counts_before_it_is_saved() {
    let mut editor = Editor::open("-- app-config.yaml --\napp: {}\n");
    assert_eq!(editor.report(), "");
    editor.open_text("app-config.production.yaml", "app: {}\napp: {}\n");
    assert_eq!(
        editor.rules("app-config.production.yaml").unwrap(),
        ["yaml-duplicate-key"]
    );
    editor.close("app-config.production.yaml");
    assert_eq!(editor.report(), "app-config.production.yaml\n  clean\n");
}

/// The editor may open a file before it reports that it has changed.
#[test]
fn a_file_that_changed_before_it_was_opened_is_checked_as_it_is() {
    let mut editor = Editor::open("-- app-config.yaml --\napp: {}\n");
    editor.write_silently("app-config.yaml", "app: {}\napp: {}\n");
    editor.open_file("app-config.yaml");
    editor.say_changed("app-config.yaml", 2);
    let rules = editor.rules("app-config.yaml").unwrap();
    assert_eq!(rules, ["yaml-duplicate-key"]);
}

#[test]
fn a_file_that_appears_on_disk_is_seen() {
    let mut editor = Editor::open("-- app-config.yaml --\napp: {}\n");
    editor.write("packages/a/app-config.yaml", "app: {}\napp: {}\n");
    assert_eq!(
        editor.rules("packages/a/app-config.yaml").unwrap(),
        ["yaml-duplicate-key"]
    );
}

#[test]
fn mistakes_in_settings_are_diagnostics_of_the_settings() {
    let mut editor = Editor::open("-- app-config.yaml --\napp: {}\napp: {}\n");
    assert!(editor.report().contains("yaml-duplicate-key"));
    editor.open_text("stagecheck.yaml", "rules:\n  yaml-duplicate-kee: off\n");
    let expected = "app-config.yaml\n  clean\nstagecheck.yaml\n  1:2-1:20 error[settings]\n";
    assert_eq!(editor.report(), expected);
    editor.set_text("stagecheck.yaml", "rules:\n  yaml-syntax: off\n");
    let report = editor.report();
    assert!(
        report.contains("stagecheck.yaml\n  clean") && report.contains("yaml-duplicate-key"),
        "{report}"
    );
}

/// What stands beside one layer depends on the others.
#[test]
fn hints_of_other_open_layers_are_asked_for_again() {
    let capabilities = json!({ "workspace": {
        "inlayHint": { "refreshSupport": true },
        "codeLens": { "refreshSupport": false },
        "didChangeWatchedFiles": { "dynamicRegistration": true },
    } });
    let params = json!({ "capabilities": capabilities });
    let mut editor = Editor::with(PORTAL, &[""], params);
    editor.open_file("app-config.yaml");
    editor.open_file("app-config.production.yaml");
    editor.diagnostics();
    assert_eq!(editor.requests(), Vec::<String>::new());
    editor.set_text("app-config.production.yaml", "app: {}\n");
    editor.diagnostics();
    assert_eq!(editor.requests(), ["workspace/inlayHint/refresh"]);
    editor.close("app-config.yaml");
    editor.set_text("app-config.production.yaml", "app:\n");
    editor.diagnostics();
    assert_eq!(editor.requests(), Vec::<String>::new());
}
