//! Edits, as an editor understands them.
//!
//! In: replacements by file. Out: a [`WorkspaceEdit`] in the form that the editor can apply: with the versions of the
//! documents it has open, so that it refuses an edit of a text that is gone, where it knows that form.

use std::collections::{BTreeMap, HashMap};

use gen_lsp_types::{
    CreateFile, DocumentChange, OptionalVersionedTextDocumentIdentifier, Position, Range,
    TextDocumentEdit, TextDocumentIdentifier, TextEdit, Uri, WorkspaceEdit,
};

use super::folder::Folder;

/// What may be asked of the editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Abilities {
    /// Whether edits may name the version of the document they are about.
    pub(super) is_versioned: bool,
    /// Whether an edit may make a file.
    pub(super) creates_files: bool,
    /// Whether it asks for the edit of an action once somebody takes it.
    pub(super) resolves_edits: bool,
}

/// The edit of some files, by URI.
pub(super) fn of_files(
    folder: &Folder,
    abilities: Abilities,
    changes: BTreeMap<String, Vec<TextEdit>>,
) -> WorkspaceEdit {
    if !abilities.is_versioned {
        let changes = changes.into_iter().map(|(uri, edits)| (Uri(uri), edits));
        let changes: HashMap<Uri, Vec<TextEdit>> = changes.collect();
        return WorkspaceEdit {
            changes: Some(changes),
            ..WorkspaceEdit::default()
        };
    }
    let changes = changes.into_iter().map(|(uri, edits)| {
        let version = folder.version_of(&uri);
        DocumentChange::TextDocumentEdit(text_edit(uri, version, edits))
    });
    WorkspaceEdit {
        document_changes: Some(changes.collect()),
        ..WorkspaceEdit::default()
    }
}

/// The edit that makes a file with a text. One that is there already is left as it is, and the edit fails.
pub(super) fn of_new_file(uri: String, text: String) -> WorkspaceEdit {
    let start = Position::new(0, 0);
    let edit = TextEdit {
        range: Range::new(start, start),
        new_text: text,
    };
    let create = CreateFile {
        uri: Uri(uri.clone()),
        options: None,
        annotation_id: None,
    };
    WorkspaceEdit {
        document_changes: Some(vec![
            DocumentChange::CreateFile(create),
            DocumentChange::TextDocumentEdit(text_edit(uri, None, vec![edit])),
        ]),
        ..WorkspaceEdit::default()
    }
}

fn text_edit(uri: String, version: Option<i32>, edits: Vec<TextEdit>) -> TextDocumentEdit {
    TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier {
            version,
            text_document_identifier: TextDocumentIdentifier { uri: Uri(uri) },
        },
        edits: edits.into_iter().map(Into::into).collect(),
    }
}
