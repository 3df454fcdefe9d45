//! Folders: which are looked at, what is loaded there, and how changes on disk are seen.

use std::thread::sleep;

use lsp_server::{Connection, ErrorCode, Message, Notification, Request};
use serde_json::{Value, json};

use super::Editor;
use crate::check::PAUSE;
use crate::lsp::{Ended, serve};

#[test]
fn folders_come_and_go() {
    let files = "\
-- one/app-config.yaml --
a: 1
a: 1
-- two/app-config.yaml --
b: 1
b: 1
";
    let mut editor = Editor::with(files, &["one"], json!({ "capabilities": {} }));
    let report = editor.report();
    assert!(
        report.contains("one/app") && !report.contains("two/app"),
        "{report}"
    );
    let folder = |editor: &Editor, name: &str| json!([{ "uri": editor.uri(name), "name": name }]);
    let event = json!({ "added": folder(&editor, "two"), "removed": folder(&editor, "one") });
    editor.tell(
        "workspace/didChangeWorkspaceFolders",
        json!({ "event": event }),
    );
    let report = editor.report();
    assert!(
        report.contains("one/app-config.yaml\n  clean")
            && report.contains("two/app-config.yaml\n  1:0"),
        "{report}"
    );
}

#[test]
fn a_folder_of_a_repository_is_checked_with_what_is_around_it() {
    let files = "\
-- .git/HEAD --
ref: refs/heads/main
-- stagecheck.yaml --
rules: { yaml-surprise: error }
-- app/app-config.yaml --
a: yes
-- other/app-config.yaml --
a: yes
";
    let mut editor = Editor::with(files, &["app"], json!({ "capabilities": {} }));
    let report = editor.report();
    assert!(
        report.contains("app/app-config.yaml\n  0:3-0:6 error[yaml-surprise]"),
        "{report}"
    );
    assert!(!report.contains("other/"), "{report}");
}

#[test]
fn options_that_are_not_understood_are_told() {
    let params = json!({ "capabilities": {}, "initializationOptions": { "trust": true } });
    let mut editor = Editor::with("", &[""], params);
    let told = editor.take("window/showMessage");
    let message = told[0]["message"].as_str().unwrap();
    assert!(message.contains("unknown field `trust`"), "{message}");
}

#[test]
fn a_workspace_that_is_not_trusted_loads_nothing_from_elsewhere() {
    let policy = "\
id: no-a
title: No a
scope: chain
cases:
  - when: has(config.a)
    severity: error
    message: there is an a
    at: [{ here: config.a }]
why: it is so
fix: remove it
";
    let files = format!(
        "\
-- .git/HEAD --
ref: refs/heads/main
-- app/stagecheck.yaml --
policies: [../policies/a.yaml]
-- app/app-config.yaml --
a: 1
-- policies/a.yaml --
{policy}"
    );
    for (trusted, expected) in [(true, Some(vec!["no-a".to_owned()])), (false, None)] {
        let options = json!({ "trusted": trusted });
        let params = json!({ "capabilities": {}, "initializationOptions": options });
        let mut editor = Editor::with(&files, &["app"], params);
        assert_eq!(editor.rules("app/app-config.yaml"), expected);
        let is_told = editor
            .log
            .iter()
            .any(|text| text.contains("policies/a.yaml` is not loaded"));
        assert_eq!(is_told, !trusted, "{:?}", editor.log);
    }
}

#[test]
fn where_the_editor_does_not_watch_files_the_server_does() {
    let files = "-- app-config.yaml --\na: 1\n";
    let mut editor = Editor::with(files, &[""], json!({ "capabilities": {} }));
    assert_eq!(editor.report(), "");
    // One look to learn how it is, and another to see that it changed.
    sleep(2 * PAUSE);
    editor.write_silently("app-config.yaml", "a: 1\na: 12\n");
    for _ in 0..40 {
        sleep(PAUSE);
        if let Some(rules) = editor.rules("app-config.yaml") {
            assert_eq!(rules, ["yaml-duplicate-key"]);
            return;
        }
    }
    panic!("the change on disk was not seen");
}

/// What an editor without the ability to watch files comes to see within some seconds.
fn soon<T>(editor: &mut Editor, mut see: impl FnMut(&mut Editor) -> Option<T>) -> T {
    for _ in 0..60 {
        sleep(PAUSE);
        if let Some(seen) = see(editor) {
            return seen;
        }
    }
    panic!("the change on disk was not seen");
}

#[test]
fn a_new_app_root_is_seen_where_the_editor_does_not_watch_files() {
    let files = "-- app-config.yaml --\na: 1\n";
    let mut editor = Editor::with(files, &[""], json!({ "capabilities": {} }));
    sleep(2 * PAUSE);
    editor.write_silently("packages/new/x.txt", "");
    sleep(2 * PAUSE);
    editor.write_silently("packages/new/deep/app-config.yaml", "a: 1\na: 1\n");
    let rules = soon(&mut editor, |editor| {
        editor.rules("packages/new/deep/app-config.yaml")
    });
    assert_eq!(rules, ["yaml-duplicate-key"]);
}

#[test]
fn a_failure_is_told_each_time_and_gone_when_its_file_is_mended() {
    let files = "\
-- stagecheck.yaml --
baseline: known.json
-- known.json --
{
-- app-config.yaml --
a: 1
a: 1
";
    let mut editor = Editor::with(files, &[""], json!({ "capabilities": {} }));
    let failures = |editor: &mut Editor| {
        let told = editor.take("window/showMessage");
        let named = told.iter().all(|it| it.to_string().contains("known.json"));
        assert!(named, "{told:?}");
        (!told.is_empty()).then_some(told.len())
    };
    assert_eq!(failures(&mut editor), Some(1));
    assert_eq!(editor.report(), "");
    for _ in 0..2 {
        sleep(2 * PAUSE);
        editor.write_silently("known.json", "{ \"schema\": 1, \"findings\": [] }");
        let rules = soon(&mut editor, |editor| editor.rules("app-config.yaml"));
        assert_eq!(rules, ["yaml-duplicate-key"]);
        sleep(2 * PAUSE);
        editor.write_silently("known.json", "{ ");
        assert_eq!(soon(&mut editor, failures), 1);
        assert_eq!(editor.report(), "app-config.yaml\n  clean\n");
    }
}

#[test]
fn a_keystroke_checks_the_folder_of_its_document_alone() {
    let files = "-- one/app-config.yaml --\na: 1\n-- two/app-config.yaml --\na: 1\n";
    let watching =
        json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let params = json!({ "capabilities": watching });
    let mut editor = Editor::with(files, &["one", "two"], params);
    editor.write_silently("two/app-config.yaml", "a: 1\na: 1\n");
    editor.open_text("one/app-config.yaml", "a: 1\na: 2\n");
    let report = editor.report();
    assert_eq!(report.matches("yaml-duplicate-key").count(), 1, "{report}");
    editor.say_changed("two/app-config.yaml", 2);
    let rules = editor.rules("two/app-config.yaml").unwrap();
    assert_eq!(rules, ["yaml-duplicate-key"]);
}

#[test]
fn only_files_that_come_or_go_have_the_tree_walked_again() {
    let mut editor = Editor::open("-- app-config.yaml --\na: 1\n-- x.txt --\n");
    editor.write_silently("app-config.production.yaml", "a: 1\na: 1\n");
    for (path, kind) in [
        ("node_modules/x/package.json", 1),
        ("node_modules/x", 3),
        (".git/index.lock", 1),
        ("x.txt", 2),
    ] {
        editor.say_changed(path, kind);
        assert_eq!(editor.report(), "", "{path}");
    }
    editor.say_changed("app-config.production.yaml", 1);
    let rules = editor.rules("app-config.production.yaml").unwrap();
    assert_eq!(rules, ["yaml-duplicate-key"]);
}

#[test]
fn what_was_said_of_a_deleted_folder_is_taken_back() {
    let files = "-- app-config.yaml --\na: 1\n-- b/app-config.yaml --\na: 1\na: 1\n";
    let mut editor = Editor::open(files);
    assert!(editor.report().contains("b/app-config.yaml\n  1:0"));
    editor.delete_silently("b");
    editor.say_changed("b", 3);
    assert_eq!(editor.report(), "b/app-config.yaml\n  clean\n");

    let watching =
        json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let mut editor = Editor::with(files, &["b"], json!({ "capabilities": watching }));
    assert!(editor.report().contains("b/app-config.yaml\n  1:0"));
    editor.delete_silently("b");
    editor.say_changed("b", 3);
    assert_eq!(editor.report(), "b/app-config.yaml\n  clean\n");
    editor.write("b/app-config.yaml", "a: 1\na: 1\n");
    assert!(editor.report().contains("b/app-config.yaml\n  1:0"));
    // The same folder, written in another way.
    let uri = format!("{}/", editor.uri("b").replace("/b", "/%62"));
    let event = json!({ "added": [], "removed": [{ "uri": uri, "name": "b" }] });
    editor.tell(
        "workspace/didChangeWorkspaceFolders",
        json!({ "event": event }),
    );
    assert_eq!(editor.report(), "b/app-config.yaml\n  clean\n");
}

#[test]
fn older_editors_name_their_folder_in_other_ways() {
    let files = "-- app-config.yaml --\na: 1\na: 1\n";
    for params in [
        json!({ "capabilities": {}, "rootUri": "{root}" }),
        json!({ "capabilities": {}, "rootPath": "{path}" }),
    ] {
        let mut editor = Editor::with(files, &[], params);
        let rules = editor.rules("app-config.yaml").unwrap();
        assert_eq!(rules, ["yaml-duplicate-key"]);
    }
}

#[test]
fn without_a_workspace_a_file_brings_its_app_along() {
    let files = "\
-- portal/app-config.yaml --
a: 1
a: 1
-- portal/deploy/app-config.production.yaml --
b: 1
-- elsewhere/app-config.yaml --
a: 1
a: 1
-- elsewhere/notes.txt --
x
";
    let mut editor = Editor::with(files, &[], json!({ "capabilities": {} }));
    editor.open_text("notes.yaml", "a: 1\n");
    assert_eq!(editor.report(), "");
    editor.open_text("portal/deploy/app-config.production.yaml", "b: 1\n");
    let report = editor.report();
    assert!(
        report.contains("portal/app-config.yaml\n  1:0") && !report.contains("elsewhere"),
        "{report}"
    );
    editor.close("portal/deploy/app-config.production.yaml");
    assert_eq!(editor.report(), "portal/app-config.yaml\n  clean\n");
}

#[test]
fn settings_above_a_workspace_that_is_not_trusted_are_not_loaded() {
    let files = "\
-- .git/HEAD --
ref: refs/heads/main
-- stagecheck.yaml --
rules: { yaml-duplicate-key: off }
-- app/app-config.yaml --
a: 1
a: 1
";
    for (trusted, expected) in [(true, None), (false, Some(vec!["yaml-duplicate-key"]))] {
        let options = json!({ "trusted": trusted });
        let params = json!({ "capabilities": {}, "initializationOptions": options });
        let mut editor = Editor::with(files, &["app"], params);
        let rules = editor.rules("app/app-config.yaml");
        assert_eq!(
            rules,
            expected.map(|it| it.into_iter().map(str::to_owned).collect())
        );
        let is_told = editor.log.iter().any(|text| text.contains("is not loaded"));
        assert_eq!(is_told, !trusted, "{:?}", editor.log);
    }
}

/// What the editor sends before it has begun is answered, and nothing of it is repeated.
#[test]
fn a_beginning_that_is_none_is_refused_and_can_be_made_again() {
    const SECRET: &str = "Tr0ub4dor-and-3";
    let (editor, end) = Connection::memory();
    let server = std::thread::spawn(move || serve(&end));
    let ask = |id: i32, method: &str, params: Value| {
        let request = Request::new(id.into(), method.to_owned(), params);
        editor.sender.send(request.into()).unwrap();
        match editor.receiver.recv().unwrap() {
            Message::Response(response) => {
                let text = serde_json::to_string(&response).unwrap();
                assert!(!text.contains(SECRET), "{text}");
                response.response_result.map_err(|error| error.code)
            }
            other => panic!("{other:?}"),
        }
    };
    let refused = |code: ErrorCode| Err(code as i32);
    let hover = ask(1, "textDocument/hover", json!({ "textDocument": SECRET }));
    assert_eq!(hover, refused(ErrorCode::ServerNotInitialized));
    let wrong = ask(2, "initialize", json!({ "capabilities": SECRET }));
    assert_eq!(wrong, refused(ErrorCode::InvalidParams));
    let options = json!({ "trusted": SECRET });
    let params = json!({ "processId": null, "rootUri": null, "capabilities": {}, "initializationOptions": options });
    assert!(ask(3, "initialize", params).is_ok());
    editor
        .sender
        .send(Notification::new("initialized".to_owned(), json!({})).into())
        .unwrap();
    match editor.receiver.recv().unwrap() {
        Message::Notification(it) => {
            let text = it.params.to_string();
            assert!(text.contains("trusted") && !text.contains(SECRET), "{text}");
        }
        other => panic!("{other:?}"),
    }
    drop(editor);
    assert_eq!(server.join().unwrap().unwrap(), Ended::Abruptly);

    let (editor, end) = Connection::memory();
    drop(editor);
    let failure = serve(&end).unwrap_err();
    assert!(
        failure.message.contains("before it was ready"),
        "{failure:?}"
    );
}

/// An editor sends the documents that its extension asks for, and no others.
#[test]
fn the_extension_asks_for_every_file_that_is_read() {
    let extension = include_str!("../../../editors/vscode/src/extension.ts");
    let (_, list) = extension.split_once("const FILES = [\n").unwrap();
    let (list, _) = list.split_once("\n];").unwrap();
    let globs: Vec<globset::GlobMatcher> = list
        .lines()
        .map(|line| line.trim().trim_end_matches(',').trim_matches('"'))
        .map(|pattern| globset::Glob::new(pattern).unwrap().compile_matcher())
        .collect();
    let servers = crate::connect::discover::SOURCES.iter();
    let servers = servers.map(|row| row.file_names);
    let apps = crate::backstage::discover::SOURCES.iter();
    let names = apps.map(|row| row.file_names).chain(servers).flatten();
    for name in names.chain(&["app-config.yaml", ".env", "stagecheck.yml"]) {
        let path = format!("/w/deploy/{name}");
        assert!(globs.iter().any(|glob| glob.is_match(&path)), "{name}");
    }
    assert!(!globs.iter().any(|glob| glob.is_match("/w/src/App.tsx")));
}
