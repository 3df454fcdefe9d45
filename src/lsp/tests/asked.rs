//! What the server answers. `<|>` in a file is where the cursor is.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Editor;
use super::editor::tree;

const CURSOR: &str = "<|>";

const PORTAL: &str = "\
-- packages/backend/package.json --
{
  \"name\": \"backend\",
  \"dependencies\": {
    \"@backstage/backend-defaults\": \"^0.17.0\",
    \"@backstage/plugin-catalog-backend\": \"^3.0.0\",
    \"@backstage/plugin-auth-backend\": \"^0.27.0\",
    \"pg\": \"^8.0.0\"
  }
}
-- packages/backend/Dockerfile --
FROM node:24
ENV POSTGRES_USER=portal
CMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\", \"--config\", \"app-config.production.yaml\"]
-- ca.pem --
pem
-- app-config.yaml --
app:
  title: Portal
backend:
  database:
    client: better-sqlite3
    connection: ':memory:'
-- app-config.production.yaml --
app:
  title: Portal of 😀
backend:
  database:
    client: pg
    connection:
      host: ${POSTGRES_HOST}
      user: ${POSTGRES_USER}
      password: Tr0ub4dor-and-3
      ssl:
        ca:
          $file: ca.pem
";

/// The portal, with a file in place of one of its own; in it is the cursor.
fn portal(path: &str, text: &str) -> (Editor, Value) {
    asked(&format!("{PORTAL}-- {path} --\n{text}"))
}

/// An editor with a tree, one file of which is open and has the cursor.
fn asked(files: &str) -> (Editor, Value) {
    let mut all: BTreeMap<String, String> = tree(files).into_iter().collect();
    let (path, text) = all.iter().find(|(_, text)| text.contains(CURSOR)).unwrap();
    let (path, at) = (path.clone(), text.find(CURSOR).unwrap());
    let text = text.replacen(CURSOR, "", 1);
    all.insert(path.clone(), text.clone());
    let files: String = all
        .iter()
        .map(|(path, text)| format!("-- {path} --\n{text}"))
        .collect();
    let mut editor = Editor::open(&files);
    editor.open_file(&path);
    let before = &text[..at];
    let line = before.matches('\n').count();
    let column = before[before.rfind('\n').map_or(0, |at| at + 1)..]
        .encode_utf16()
        .count();
    let position = json!({ "line": line, "character": column });
    editor.diagnostics();
    (editor, about(&path, &position))
}

fn about(path: &str, position: &Value) -> Value {
    json!({
        "path": path,
        "position": position,
        "range": { "start": position, "end": position },
        "context": { "diagnostics": [] },
    })
}

fn ask(editor: &mut Editor, method: &str, about: &Value) -> Value {
    let mut params = about.clone();
    let path = params["path"].as_str().unwrap().to_owned();
    params["textDocument"] = json!({ "uri": editor.uri(&path) });
    editor.ask(&format!("textDocument/{method}"), params)
}

fn hover(editor: &mut Editor, about: &Value) -> String {
    let hover = ask(editor, "hover", about);
    let text = hover["contents"]["value"].as_str().unwrap_or("nothing");
    assert!(!editor.said.contains("Tr0ub4dor"), "{text}");
    text.to_owned()
}

/// Locations as lines.
fn places(editor: &Editor, answer: &Value) -> Vec<String> {
    let root = editor.uri("");
    let of = |place: &Value| {
        let uri = place["uri"].as_str().or(place["target"].as_str()).unwrap();
        let path = uri
            .strip_prefix(&root)
            .unwrap_or(uri)
            .trim_start_matches('/');
        let start = &place["range"]["start"];
        format!("{path}:{}:{}", start["line"], start["character"])
    };
    answer.as_array().unwrap().iter().map(of).collect()
}

#[test]
fn a_value_says_what_each_chain_makes_of_it() {
    let text = "app:\n  ti<|>tle: Portal of 😀\n";
    let (mut editor, about) = portal("app-config.production.yaml", text);
    insta::assert_snapshot!(hover(&mut editor, &about));
}

#[test]
fn a_secret_and_what_is_open_are_said_without_the_secret() {
    let secret = PORTAL.replace("password: Tr0ub4dor-and-3", "password: Tr0ub4<|>dor-and-3");
    let (mut editor, about) = asked(&secret);
    let text = hover(&mut editor, &about);
    assert!(
        text.contains("`********`") && text.contains("hardcoded-secret"),
        "{text}"
    );
    let open = PORTAL.replace("${POSTGRES_HOST}", "${POST<|>GRES_HOST}");
    let (mut editor, about) = asked(&open);
    let text = hover(&mut editor, &about);
    assert!(text.contains("depends on `POSTGRES_HOST`"), "{text}");
}

#[test]
fn the_name_of_a_rule_says_what_it_finds() {
    for (path, text) in [
        (
            "app-config.yaml",
            "a: yes # stagecheck: ignore[yaml-<|>surprise] why\n",
        ),
        ("stagecheck.yaml", "rules:\n  yaml-sur<|>prise: off\n"),
    ] {
        let (mut editor, about) = portal(path, text);
        let text = hover(&mut editor, &about);
        assert!(text.contains("**yaml-surprise**: "), "{path}: {text}");
        assert!(text.contains("docs/rules/yaml-surprise.md"), "{text}");
    }
}

#[test]
fn a_value_leads_to_the_one_that_it_overrides_and_to_all_others() {
    let above = PORTAL.replace("client: pg", "cli<|>ent: pg");
    let (mut editor, about) = asked(&above);
    let found = ask(&mut editor, "definition", &about);
    assert_eq!(places(&editor, &found), ["app-config.yaml:4:4"]);
    let found = ask(&mut editor, "references", &about);
    let all = ["app-config.production.yaml:4:4", "app-config.yaml:4:4"];
    assert_eq!(places(&editor, &found), all);
    let below = PORTAL.replace("client: better", "client: bet<|>ter");
    let (mut editor, about) = asked(&below);
    let found = ask(&mut editor, "definition", &about);
    assert_eq!(places(&editor, &found), ["app-config.production.yaml:4:4"]);
}

#[test]
fn files_that_are_named_are_links() {
    let layer = PORTAL.replace("ssl:", "s<|>sl:");
    let (mut editor, about) = asked(&layer);
    let found = ask(&mut editor, "documentLink", &about);
    assert_eq!(places(&editor, &found), ["ca.pem:11:17"]);
    let dockerfile = PORTAL.replace("FROM node", "FROM<|> node");
    let (mut editor, about) = asked(&dockerfile);
    let found = ask(&mut editor, "documentLink", &about);
    let paths = places(&editor, &found);
    assert!(
        paths
            .iter()
            .any(|path| path.starts_with("app-config.production.yaml:2:")),
        "{paths:?}"
    );
    assert_eq!(paths.len(), 2);
}

#[test]
fn what_stands_beside_a_layer_and_above_it() {
    let base = PORTAL.replace("title: Portal\n", "title: Portal<|>\n");
    let (mut editor, about) = asked(&base);
    let mut whole = about.clone();
    whole["range"]["start"] = json!({ "line": 0, "character": 0 });
    whole["range"]["end"] = json!({ "line": 99, "character": 0 });
    let hints = ask(&mut editor, "inlayHint", &whole);
    let mut text = String::new();
    for hint in hints.as_array().unwrap() {
        let (at, label) = (&hint["position"], hint["label"].as_str().unwrap());
        writeln!(text, "{}:{} {label}", at["line"], at["character"]).unwrap();
    }
    let lenses = ask(&mut editor, "codeLens", &about);
    for lens in lenses.as_array().unwrap() {
        writeln!(text, "lens: {}", lens["command"]["title"].as_str().unwrap()).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn the_outline_has_keys_and_no_values() {
    let (mut editor, about) = asked(&PORTAL.replace("client: pg", "client: pg<|>"));
    let symbols = ask(&mut editor, "documentSymbol", &about);
    fn outline(symbols: &Value, depth: usize, text: &mut String) {
        for symbol in symbols.as_array().into_iter().flatten() {
            let name = symbol["name"].as_str().unwrap();
            writeln!(text, "{}{name}", "  ".repeat(depth)).unwrap();
            outline(&symbol["children"], depth + 1, text);
        }
    }
    let mut text = String::new();
    outline(&symbols, 0, &mut text);
    insta::assert_snapshot!(text);
    assert!(!editor.said.contains("Tr0ub4dor"));
}

fn labels(editor: &mut Editor, about: &Value) -> Vec<String> {
    let items = ask(editor, "completion", about);
    let label = |item: &Value| item["label"].as_str().unwrap().to_owned();
    items.as_array().unwrap().iter().map(label).collect()
}

#[test]
fn what_may_be_typed_comes_from_schemas_packages_variables_and_rules() {
    for (path, text, some) in [
        ("app-config.yaml", "app:\n  title: x\n  ba<|>\n", "baseUrl"),
        ("app-config.yaml", "back<|>\n", "backend"),
        (
            "app-config.yaml",
            "backend:\n  database:\n    cli<|>",
            "client",
        ),
        (
            "app-config.yaml",
            "backend:\n  database:\n    client: <|>\n",
            "better-sqlite3",
        ),
        (
            "app-config.yaml",
            "backend:\n  database:\n    plugin:\n      <|>\n",
            "catalog",
        ),
        (
            "app-config.yaml",
            "app:\n  title: ${POST<|>\n",
            "POSTGRES_USER",
        ),
        (
            "app-config.yaml",
            "a: yes # stagecheck: ignore[yaml<|>]\n",
            "yaml-surprise",
        ),
        ("stagecheck.yaml", "rules:\n  <|>\n", "yaml-surprise"),
        ("stagecheck.yaml", "rules:\n  yaml-surprise: <|>\n", "off"),
    ] {
        let (mut editor, about) = portal(path, text);
        let labels = labels(&mut editor, &about);
        assert!(
            labels.iter().any(|label| label == some),
            "{text}: {labels:?}"
        );
    }
    // What is there already is not offered again.
    let (mut editor, about) = portal("app-config.yaml", "app:\n  title: x\n  <|>\n");
    assert!(!labels(&mut editor, &about).contains(&"title".to_owned()));
}

#[derive(Debug)]
struct Action {
    title: String,
    preferred: bool,
    /// The file after it.
    text: String,
}

/// A text after some edits of an answer.
fn edited<'e>(text: &str, edits: impl IntoIterator<Item = &'e Value>) -> String {
    let lines = crate::text::Lines::of(text);
    let unit = crate::text::ColumnUnit::Utf16;
    let edits = edits.into_iter().map(|edit| {
        let range = serde_json::from_value(edit["range"].clone()).unwrap();
        let span = crate::lsp::documents::span_of(text, &lines, range, unit);
        (span.range(), edit["newText"].as_str().unwrap())
    });
    let mut edits: Vec<_> = edits.collect();
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut edited = text.to_owned();
    for (range, new) in edits {
        edited.replace_range(range, new);
    }
    edited
}

fn actions(editor: &mut Editor, about: &Value, text: &str) -> Vec<Action> {
    let answer = ask(editor, "codeAction", about);
    let uri = editor.uri(about["path"].as_str().unwrap());
    let action = |action: &Value| {
        let edits = action["edit"]["changes"][&uri].as_array();
        let edited = edited(text, edits.into_iter().flatten());
        Action {
            title: action["title"].as_str().unwrap().to_owned(),
            preferred: action["isPreferred"] == true,
            text: edited,
        }
    };
    answer.as_array().unwrap().iter().map(action).collect()
}

#[test]
fn a_finding_can_be_ignored_where_a_comment_can_stand() {
    for (text, after) in [
        (
            "a:\n  b: y<|>es\n",
            "a:\n  # stagecheck: ignore[yaml-surprise] TODO: add a reason\n  b: yes\n",
        ),
        (
            "b: y<|>es # stagecheck: ignore[yaml-syntax] why\n",
            "b: yes # stagecheck: ignore[yaml-syntax, yaml-surprise] why\n",
        ),
        (
            "# stagecheck: ignore[yaml-syntax] why\n\nb: y<|>es\n",
            "# stagecheck: ignore[yaml-syntax, yaml-surprise] why\n\nb: yes\n",
        ),
        (
            "a: 'é😀'\r\nb: y<|>es\r\n",
            "a: 'é😀'\r\n# stagecheck: ignore[yaml-surprise] TODO: add a reason\r\nb: yes\r\n",
        ),
    ] {
        let (mut editor, about) = asked(&format!("-- app-config.yaml --\n{text}"));
        let actions = actions(&mut editor, &about, &text.replace(CURSOR, ""));
        let ignore = actions
            .iter()
            .find(|it| it.title == "Ignore yaml-surprise here");
        assert_eq!(ignore.unwrap().text, after);
    }
}

/// A comment in JSON breaks it, and in the JSON form of a command too: Docker then hands the line to a shell.
#[test]
fn nothing_is_ignored_where_no_comment_can_stand() {
    let base = "app:\n  baseUrl: https://portal.example.com\n";
    let offered = |files: &str| {
        let (mut editor, about) = asked(&format!("-- stagecheck.yaml --\nrules: {{}}\n{files}"));
        let answer = ask(&mut editor, "codeAction", &about);
        let actions = answer.as_array().unwrap().clone();
        let titles = actions
            .iter()
            .map(|it| it["title"].as_str().unwrap().to_owned());
        let titles: Vec<String> = titles.collect();
        assert!(
            titles.iter().any(|it| it.starts_with("Turn ")),
            "{titles:?}"
        );
        titles.iter().any(|it| it.starts_with("Ignore "))
    };
    let dockerfile = format!(
        "-- app-config.yaml --\n{base}-- Dockerfile --\nFROM node:24\nWORKDIR /app\n\
         CMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\", \
         \"--config\", \"app-config.<|>production.yaml\"]\n"
    );
    assert!(!offered(&dockerfile));
    let manifest = "\
-- app-config.yaml --
app:
  title: Portal
-- app-config.production.yaml --
backend:
  database:
    client: better-sqlite3
    connection: { directory: /data }
-- packages/backend/package.json --
{
  \"dependencies\": { \"@backstage/backend-defaults\": \"^0.14.0\" },
  \"devDependencies\": {
    \"better-sqlite3\": \"^12<|>.0.0\"
  }
}
";
    assert!(!offered(manifest));
    let text = "a: |\n  # not a comment\nb: y<|>es\n";
    assert!(offered(&format!("-- app-config.yaml --\n{text}")));
}

#[test]
fn a_rule_can_be_turned_off_in_the_settings() {
    let files =
        "-- app-config.yaml --\nb: y<|>es\n-- stagecheck.yaml --\nrules:\n  yaml-syntax: off\n";
    let (mut editor, about) = asked(files);
    let answer = ask(&mut editor, "codeAction", &about);
    let title = "Turn yaml-surprise off in stagecheck.yaml";
    let actions = answer.as_array().unwrap();
    let off = actions.iter().find(|it| it["title"] == title).unwrap();
    let edits = &off["edit"]["changes"][&editor.uri("stagecheck.yaml")];
    let before = "rules:\n  yaml-syntax: off\n";
    let after = edited(before, edits.as_array().unwrap());
    assert_eq!(after, "rules:\n  yaml-syntax: off\n  yaml-surprise: off\n");
}

/// The abilities of an editor that knows versions of documents and works edits out late.
fn able() -> Value {
    json!({ "capabilities": {
        "workspace": {
            "didChangeWatchedFiles": { "dynamicRegistration": true },
            "workspaceEdit": { "documentChanges": true, "resourceOperations": ["create"] },
        },
        "textDocument": { "codeAction": {
            "dataSupport": true,
            "resolveSupport": { "properties": ["edit"] },
        } },
    } })
}

#[test]
fn edits_name_the_version_they_are_about_where_the_editor_knows_them() {
    let text = "backend:\n  database:\n    client: postgres\n    connection: x\n";
    let mut editor = Editor::with(&format!("-- app-config.yaml --\n{text}"), &[""], able());
    editor.open_file("app-config.yaml");
    editor.set_text("app-config.yaml", text);
    editor.diagnostics();
    let at = json!({ "line": 2, "character": 14 });
    let answer = ask(&mut editor, "codeAction", &about("app-config.yaml", &at));
    let actions = answer.as_array().unwrap();
    let changes = |title: &str| {
        let action = actions
            .iter()
            .find(|it| it["title"].as_str().unwrap().starts_with(title));
        action.unwrap()["edit"]["documentChanges"].clone()
    };
    let fix = actions.iter().find(|it| it["isPreferred"] == true).unwrap();
    let document = &fix["edit"]["documentChanges"][0]["textDocument"];
    assert_eq!(document["version"], 2);
    assert_eq!(document["uri"], editor.uri("app-config.yaml"));
    let new = changes("Turn ");
    let uri = editor.uri("stagecheck.yaml");
    assert_eq!(new[0], json!({ "kind": "create", "uri": uri }));
    assert_eq!(
        new[1]["textDocument"],
        json!({ "uri": uri, "version": null })
    );
}

#[test]
fn what_takes_checks_is_worked_out_when_an_action_is_taken() {
    let text = "a: yes\nbackend:\n  database:\n    client: postgres\n    connection: x\n";
    let mut editor = Editor::with(&format!("-- app-config.yaml --\n{text}"), &[""], able());
    editor.open_file("app-config.yaml");
    editor.diagnostics();
    let mut about = about("app-config.yaml", &json!({ "line": 0, "character": 4 }));
    about["context"]["only"] = json!(["quickfix", "source.fixAll"]);
    let answer = ask(&mut editor, "codeAction", &about);
    for (title, after) in [
        (
            "Ignore yaml-surprise here",
            text.replace(
                "a:",
                "# stagecheck: ignore[yaml-surprise] TODO: add a reason\na:",
            ),
        ),
        (
            "stagecheck: apply all safe fixes in this file",
            text.replace("postgres", "pg").replace("yes", "'yes'"),
        ),
    ] {
        let actions = answer.as_array().unwrap();
        let action = actions.iter().find(|it| it["title"] == title).unwrap();
        assert_eq!(action["edit"], Value::Null, "{action}");
        let resolved = editor.ask("codeAction/resolve", action.clone());
        let change = &resolved["edit"]["documentChanges"][0];
        assert_eq!(edited(text, change["edits"].as_array().unwrap()), after);
        // Of a text that is gone nothing can be worked out.
        editor.set_text("app-config.yaml", "b: 1\n");
        let late = editor.try_ask("codeAction/resolve", action.clone());
        assert_eq!(late.response_result.unwrap_err().code, -32801);
        editor.set_text("app-config.yaml", text);
        editor.diagnostics();
    }
    let nothing = editor.try_ask(
        "codeAction/resolve",
        json!({ "title": "x", "data": { "uri": 1 } }),
    );
    assert!(nothing.response_result.is_err());
}

#[test]
fn what_is_completed_takes_the_place_of_the_whole_word() {
    for (path, text, label, after) in [
        (
            "app-config.yaml",
            "ap<|>p:\n  title: x\n",
            "app",
            "app:\n  title: x\n",
        ),
        (
            "app-config.yaml",
            "app:\n  ti<|>\n",
            "title",
            "app:\n  title: \n",
        ),
        (
            "app-config.yaml",
            "app:\n  title: ${POST<|>GRES_HOST:-x}\n",
            "POSTGRES_USER",
            "app:\n  title: ${POSTGRES_USER:-x}\n",
        ),
        (
            "app-config.yaml",
            "a: yes # stagecheck: ignore[yaml<|>-syntax] why\n",
            "yaml-surprise",
            "a: yes # stagecheck: ignore[yaml-surprise] why\n",
        ),
        (
            "stagecheck.yaml",
            "rules:\n  yaml-<|>syntax: off\n",
            "yaml-surprise",
            "rules:\n  yaml-surprise: off\n",
        ),
        (
            "stagecheck.yaml",
            "rules:\n  yaml-syntax: o<|>ff # why\n",
            "warning",
            "rules:\n  yaml-syntax: warning # why\n",
        ),
    ] {
        let (mut editor, about) = portal(path, text);
        let answer = ask(&mut editor, "completion", &about);
        let items = answer.as_array().unwrap();
        let item = items.iter().find(|it| it["label"] == label);
        let item = item.unwrap_or_else(|| panic!("{text}: {answer}"));
        let text = text.replace(CURSOR, "");
        assert_eq!(edited(&text, [&item["textEdit"]]), after);
    }
}

/// Descriptions come with packages, and policies with the repository.
#[test]
fn markdown_that_others_wrote_means_nothing() {
    let schema = r#"{
  "name": "backend",
  "configSchema": {
    "$schema": "https://backstage.io/schema/config-v1",
    "type": "object",
    "properties": { "portal": { "type": "string", "description": "![x](https://evil.example/p.png) <img src=x>" } }
  }
}
"#;
    let policy = "\
id: own-rule
title: An own [rule](https://evil.example)
scope: chain
cases:
  - when: has(config.portal)
    severity: error
    message: there is one
    at: [{ here: config.portal }]
why: '![y](https://evil.example/y.png)'
fix: remove it
references: ['javascript:evil']
";
    let files = format!(
        "-- package.json --\n{schema}-- stagecheck.yaml --\npolicies: [own.yaml]\n-- own.yaml --\n{policy}-- app-config.yaml --\nportal: <|>x\n"
    );
    let (mut editor, mut about) = asked(&files);
    let text = hover(&mut editor, &about);
    for shown in ["p.png", "y.png"] {
        assert!(text.contains(shown), "{text}");
    }
    for mark in ["![x](", "![y](", "[rule](", "(javascript:", "(<javascript:"] {
        assert!(!text.contains(mark), "{mark}: {text}");
    }
    assert!(!text.replace("\\<", "").contains('<'), "{text}");
    about["position"]["character"] = json!(3);
    let completion = ask(&mut editor, "completion", &about);
    let own = completion.as_array().unwrap().iter();
    let own = own.map(|it| it["documentation"]["value"].as_str().unwrap_or_default());
    let own: Vec<&str> = own.filter(|text| text.contains("p.png")).collect();
    assert_eq!(own.len(), 1, "{completion}");
    assert!(
        own[0].starts_with("!\\[x\\](") && own[0].contains("\\<img"),
        "{own:?}"
    );
}

#[test]
fn a_fix_is_offered_and_all_safe_ones_at_once() {
    let text = "backend:\n  database:\n    client: post<|>gres\n    connection: x\n";
    let (mut editor, about) = asked(&format!("-- app-config.yaml --\n{text}"));
    let text = text.replace(CURSOR, "");
    let after = text.replace("postgres", "pg");
    let found = actions(&mut editor, &about, &text);
    let fix = found.iter().find(|it| it.preferred).unwrap();
    assert_eq!(fix.text, after);
    let mut all = about;
    all["context"]["only"] = json!(["source.fixAll"]);
    let found = actions(&mut editor, &all, &text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].text, after);
    all["context"]["only"] = json!(["refactor"]);
    assert_eq!(actions(&mut editor, &all, &text).len(), 0);
}

#[test]
fn a_file_of_no_folder_has_no_answers() {
    let (mut editor, mut about) = asked("-- app-config.yaml --\na: 1<|>\n");
    about["path"] = json!("../elsewhere/app-config.yaml");
    for method in [
        "hover",
        "codeAction",
        "completion",
        "definition",
        "inlayHint",
    ] {
        assert_eq!(ask(&mut editor, method, &about), Value::Null);
    }
}

/// A layer with secrets, typed character by character, and every request at each place: no panic, no secret in any
/// message, and in the end what the command line says.
#[test]
fn a_layer_is_typed_through_every_request() {
    const SECRET: &str = "Tr0ub4dor-and-3";
    let text = "\
backend:
  auth: {keys: [{secret: Tr0ub4dor-and-3}]}
  database:
    # stagecheck: ignore[tls-x] é😀
    connection:
      password: Tr0ub4dor-and-3
      host: ${HOST:-db}
      ssl: {ca: {$file: ca.pem}}
integrations:
  - host: a
    token: 'Tr0ub4dor-and-3'
";
    let mut editor =
        Editor::open("-- stagecheck.yaml --\nrules: {}\n-- app-config.yaml --\napp: {}\n");
    let path = "app-config.production.yaml";
    editor.open_text(path, "");
    let mut typed = String::new();
    for character in text.chars() {
        let line = typed.matches('\n').count();
        let column = typed[typed.rfind('\n').map_or(0, |at| at + 1)..]
            .encode_utf16()
            .count();
        let position = json!({ "line": line, "character": column });
        let range = json!({ "start": position, "end": position });
        editor.change(
            path,
            json!([{ "range": range, "text": character.to_string() }]),
        );
        typed.push(character);
        if !typed.len().is_multiple_of(13) {
            continue;
        }
        let about = about(path, &position);
        for method in [
            "hover",
            "completion",
            "definition",
            "declaration",
            "references",
            "documentLink",
            "inlayHint",
            "documentSymbol",
            "codeLens",
            "codeAction",
        ] {
            ask(&mut editor, method, &about);
        }
    }
    let last = editor.take("textDocument/publishDiagnostics");
    let uri = editor.uri(path);
    let last = last.iter().rfind(|told| told["uri"] == uri).unwrap();
    let mut told: Vec<(String, u64)> = last["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let line = it["range"]["start"]["line"].as_u64().unwrap() + 1;
            (it["code"].as_str().unwrap().to_owned(), line)
        })
        .collect();
    told.sort();
    let files = crate::files::MemoryFiles::new([
        ("app-config.yaml", "app: {}\n"),
        (path, text),
        ("stagecheck.yaml", "rules: {}\n"),
    ]);
    let request = crate::request::Request::default();
    let run = crate::check::check_files(Box::new(files), &[], &request).unwrap();
    let mut expected: Vec<(String, u64)> = run
        .findings
        .iter()
        .map(|finding| {
            let source = run.sources.get(finding.primary.place.source);
            let line = source.position(finding.primary.place.span.start).line;
            assert_eq!(source.path(), path);
            (finding.rule.to_string(), line as u64)
        })
        .collect();
    expected.sort();
    assert_eq!(told, expected);
    assert!(!editor.said.contains(SECRET), "a secret was said");
}
