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

fn actions(editor: &mut Editor, about: &Value, text: &str) -> Vec<Action> {
    let answer = ask(editor, "codeAction", about);
    let uri = editor.uri(about["path"].as_str().unwrap());
    let action = |action: &Value| {
        let mut edited = text.to_owned();
        let edits = action["edit"]["changes"][&uri].as_array();
        let mut edits: Vec<&Value> = edits.into_iter().flatten().collect();
        edits.sort_by_key(|edit| edit["range"]["start"].to_string());
        for edit in edits.iter().rev() {
            let range = serde_json::from_value(edit["range"].clone()).unwrap();
            let lines = crate::text::Lines::of(&edited);
            let unit = crate::text::ColumnUnit::Utf16;
            let span = crate::lsp::documents::span_of(&edited, &lines, range, unit);
            edited.replace_range(span.range(), edit["newText"].as_str().unwrap());
        }
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
            "a:\n  # stagecheck: ignore[yaml-surprise] TODO: say why\n  b: yes\n",
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
            "a: 'é😀'\r\n# stagecheck: ignore[yaml-surprise] TODO: say why\r\nb: yes\r\n",
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

#[test]
fn a_rule_can_be_turned_off_in_the_settings() {
    let files =
        "-- app-config.yaml --\nb: y<|>es\n-- stagecheck.yaml --\nrules:\n  yaml-syntax: off\n";
    let (mut editor, about) = asked(files);
    let answer = ask(&mut editor, "codeAction", &about);
    let title = "Turn yaml-surprise off in stagecheck.yaml";
    let actions = answer.as_array().unwrap();
    let off = actions.iter().find(|it| it["title"] == title).unwrap();
    let edit = &off["edit"]["changes"][&editor.uri("stagecheck.yaml")][0];
    assert_eq!(edit["newText"], "yaml-surprise: off\n  ");
    assert_eq!(edit["range"]["start"], json!({ "line": 1, "character": 2 }));
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
