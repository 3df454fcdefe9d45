//! Texts as the editor sends them, and positions as it counts them.

use gen_lsp_types::{Position, Range, TextDocumentContentChangeEvent};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::Editor;
use crate::lsp::documents::Documents;
use crate::text::{ColumnUnit, Lines};

fn encodings(known: &[&str]) -> Value {
    json!({ "capabilities": { "general": { "positionEncodings": known } } })
}

#[test]
fn positions_count_what_was_agreed() {
    for (known, agreed, column) in [
        (&["utf-16", "utf-8"][..], "utf-8", 14),
        (&["utf-16"], "utf-16", 11),
        (&["utf-32"], "utf-32", 10),
        (&[], "utf-16", 11),
    ] {
        let files = "-- app-config.yaml --\na: ['é😀', yes]\n";
        let mut editor = Editor::with(files, &[""], encodings(known));
        let encoding = &editor.initialized["capabilities"]["positionEncoding"];
        assert_eq!(*encoding, agreed);
        let told = editor.diagnostics().remove("app-config.yaml").unwrap();
        let surprise = told
            .iter()
            .find(|it| super::editor::rule(it) == "yaml-surprise");
        // Behind the quote, `é` and the emoji.
        let start = surprise.unwrap().range.start;
        assert_eq!(start, Position::new(0, column), "{agreed}");
        // The same place on the way back: `yes` becomes `no`.
        editor.open_file("app-config.yaml");
        let end = json!({ "line": 0, "character": column + 3 });
        let range = json!({ "start": { "line": 0, "character": column }, "end": end });
        editor.change("app-config.yaml", json!([{ "range": range, "text": "[" }]));
        let rules = editor.rules("app-config.yaml").unwrap();
        assert_eq!(rules, ["yaml-syntax"], "{agreed}");
    }
}

#[test]
fn of_many_changes_the_last_text_is_checked() {
    let mut editor = Editor::open("-- app-config.yaml --\na: 1\n");
    editor.open_file("app-config.yaml");
    for _ in 0..50 {
        editor.change(
            "app-config.yaml",
            json!([
                { "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } }, "text": "a: 1\n" },
                { "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 1, "character": 0 } }, "text": "" },
            ]),
        );
    }
    editor.set_text("app-config.yaml", "a: 1\na: 1\n");
    let told = editor.take("textDocument/publishDiagnostics");
    let last = told.last().unwrap();
    assert_eq!(last["version"], 52);
    assert_eq!(last["diagnostics"].as_array().unwrap().len(), 1);
}

#[test]
fn messages_of_the_wrong_form_are_passed_over() {
    let mut editor = Editor::open("-- app-config.yaml --\na: 1\n");
    for (method, params) in [
        (
            "textDocument/didOpen",
            json!({ "textDocument": { "uri": 1 } }),
        ),
        ("textDocument/didChange", json!([])),
        (
            "textDocument/didChange",
            json!({ "textDocument": { "uri": "file:///x", "version": 1 }, "contentChanges": [{ "text": "" }] }),
        ),
        (
            "textDocument/didClose",
            json!({ "textDocument": { "uri": "untitled:1" } }),
        ),
        ("workspace/didChangeWatchedFiles", Value::Null),
        ("$/cancelRequest", json!({ "id": {} })),
        ("$/setTrace", json!({ "value": "off" })),
    ] {
        editor.tell(method, params);
    }
    let told = editor.take("window/showMessage");
    let told: Vec<&str> = told
        .iter()
        .map(|it| it["message"].as_str().unwrap())
        .collect();
    assert!(
        told.len() == 2 && told[0].contains("didOpen") && told[1].contains("didChange"),
        "{told:?}"
    );
    editor.open_text("app-config.yaml", "a: 1\na: 1\n");
    let beyond = json!({ "line": 4_000_000_000u32, "character": 4_000_000_000u32 });
    let range = json!({ "start": beyond, "end": { "line": 0, "character": 0 } });
    editor.change(
        "app-config.yaml",
        json!([{ "range": range, "text": "# end\n" }]),
    );
    let rules = editor.rules("app-config.yaml").unwrap();
    assert_eq!(rules, ["yaml-duplicate-key"]);
}

const TEXT: &str = "[aé😀\\r\\n:# \t]{0,40}";

fn unit() -> impl Strategy<Value = ColumnUnit> {
    prop_oneof![
        Just(ColumnUnit::Utf8),
        Just(ColumnUnit::Utf16),
        Just(ColumnUnit::Utf32)
    ]
}

/// An edit as an editor makes it: of whole characters, between places that are in the text.
fn edit() -> impl Strategy<Value = (prop::sample::Index, prop::sample::Index, String)> {
    (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        TEXT,
    )
}

proptest! {
    #[test]
    fn any_sequence_of_changes_leaves_the_whole_text(
        start in TEXT,
        edits in prop::collection::vec(edit(), 0..12),
        unit in unit(),
        at_once in any::<bool>(),
    ) {
        let mut documents = Documents::default();
        documents.open("x".to_owned(), 0, start.clone());
        let mut text = start;
        let mut changes = Vec::new();
        for (one, other, new) in edits {
            // An editor has no place between the two halves of a line end.
            let places: Vec<usize> = text
                .char_indices()
                .map(|(at, _)| at)
                .chain([text.len()])
                .filter(|at| !(text[..*at].ends_with('\r') && text[*at..].starts_with('\n')))
                .collect();
            let (one, other) = (*one.get(&places), *other.get(&places));
            let (from, to) = (one.min(other), one.max(other));
            let lines = Lines::of(&text);
            let position = |at: usize| {
                let (line, column) = lines.position(&text, at, unit);
                Position::new(line as u32, column as u32)
            };
            let range = Range::new(position(from), position(to));
            let change = json!({ "range": range, "text": new });
            let change: TextDocumentContentChangeEvent = serde_json::from_value(change).unwrap();
            text.replace_range(from..to, &new);
            changes.push(change);
            if !at_once {
                documents.change("x", 1, std::mem::take(&mut changes), unit);
            }
        }
        documents.change("x", 1, changes, unit);
        prop_assert_eq!(&*documents.get("x").unwrap().text, text);
    }
}

/// Positions of later changes would be about another text: what is on disk counts until the document is opened again.
#[test]
fn a_change_that_cannot_be_read_is_told_and_its_document_is_let_go() {
    let mut editor = Editor::open("-- app-config.yaml --\na: 1\n");
    let path = "app-config.yaml";
    editor.open_text(path, "a: 1\na: 1\n");
    assert_eq!(editor.rules(path).unwrap(), ["yaml-duplicate-key"]);
    // Read without its range, this would be the whole text.
    editor.change(path, json!([{ "range": "Tr0ub4dor-and-3", "text": "b" }]));
    let told = editor.take("window/showMessage");
    assert_eq!(told.len(), 1);
    assert!(!told[0].to_string().contains("Tr0ub4dor"), "{told:?}");
    assert_eq!(editor.report(), "app-config.yaml\n  clean\n");
    editor.set_text(path, "a: 1\na: 1\n");
    assert_eq!(editor.report(), "");
    editor.open_text(path, "a: 1\na: 1\n");
    assert_eq!(editor.rules(path).unwrap(), ["yaml-duplicate-key"]);
}

#[test]
fn a_document_is_one_however_its_uri_is_written() {
    let mut editor = Editor::open("-- a b/app-config.yaml --\na: 1\n");
    let uri = editor.uri("a b/app-config.yaml");
    let odd = uri.replace("app-config", "%61pp%2Dconfig");
    let document = |uri: &str, text: &str| json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text });
    let opened = json!({ "textDocument": document(&odd, "a: 1\na: 1\n") });
    editor.tell("textDocument/didOpen", opened);
    let shown = |editor: &mut Editor| {
        let told = editor.take("textDocument/publishDiagnostics");
        let told = told.iter().map(|it| {
            let count = it["diagnostics"].as_array().unwrap().len();
            (it["uri"].as_str().unwrap().to_owned(), count)
        });
        told.collect::<Vec<_>>()
    };
    // As the editor wrote it when it opened it.
    assert_eq!(shown(&mut editor), [(odd.clone(), 1)]);
    let changed = json!({
        "textDocument": { "uri": uri, "version": 2 },
        "contentChanges": [{ "text": "a: 1\n" }],
    });
    editor.tell("textDocument/didChange", changed);
    assert_eq!(shown(&mut editor), [(odd, 0)]);
    let closed = json!({ "textDocument": { "uri": uri } });
    editor.tell("textDocument/didClose", closed);
    assert_eq!(shown(&mut editor), []);
}
