//! What the editor can do, and what it wants.
//!
//! In: the parameters of `initialize`. Out: a [`Client`]. What an editor does not say, it cannot do.

use std::path::Path;

use gen_lsp_types::{
    InitializeParams, PositionEncodingKind, ResourceOperationKind, RootPath, WorkspaceFolder,
    WorkspaceFolders,
};
use serde::Deserialize;

use super::edits::Abilities;
use super::uri::uri_of;
use crate::text::ColumnUnit;
use crate::text::mask::outside_run;

/// The editor at the other end.
#[derive(Debug)]
pub(super) struct Client {
    /// What its columns count.
    pub(super) unit: ColumnUnit,
    /// What its edits may do.
    pub(super) abilities: Abilities,
    /// Whether it watches files for the server.
    pub(super) watches_files: bool,
    /// The requests by which it is told to ask again for what it shows beside a text.
    pub(super) refreshes: Vec<&'static str>,
    /// What it asks for.
    pub(super) options: Options,
    /// What of that could not be read.
    pub(super) complaint: Option<String>,
}

/// Whether the user trusts what is in the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// They do.
    Granted,
    /// They do not, or not yet.
    Withheld,
}

/// `initializationOptions`. Every field may be absent.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Options {
    /// Whether the user trusts the workspace: else no policies and settings are loaded from outside of its folders.
    pub(super) trusted: bool,
    /// Whether local layers that git ignores take part, as with `--with-local`.
    pub(super) with_local: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            trusted: true,
            with_local: false,
        }
    }
}

impl Client {
    /// The editor that sent these parameters.
    pub(super) fn of(params: &InitializeParams) -> Self {
        let general = params.capabilities.general.as_ref();
        let encodings = general.and_then(|general| general.position_encodings.as_ref());
        let workspace = params.capabilities.workspace.as_ref();
        let watches = workspace.and_then(|it| it.did_change_watched_files.as_ref());
        let options = params.initialization_options.clone().unwrap_or_default();
        let (options, complaint) = match options {
            serde_json::Value::Null => (Options::default(), None),
            options => match serde_json::from_value(options) {
                Ok(options) => (options, None),
                // Options that are not understood are those of a workspace that is not trusted.
                Err(error) => {
                    let complaint = complaint(&error);
                    let trusted = false;
                    let options = Options {
                        trusted,
                        ..Options::default()
                    };
                    (options, Some(complaint))
                }
            },
        };
        let edits = workspace.and_then(|it| it.workspace_edit.as_ref());
        let operations = edits.and_then(|it| it.resource_operations.as_ref());
        let creates = |operations: &Vec<_>| operations.contains(&ResourceOperationKind::Create);
        let is_versioned = edits.and_then(|it| it.document_changes) == Some(true);
        let documents = params.capabilities.text_document.as_ref();
        let actions = documents.and_then(|it| it.code_action.as_ref());
        let resolves = |property: &str| {
            let known = actions.and_then(|it| it.resolve_support.as_ref());
            known.is_some_and(|known| known.properties.iter().any(|it| it == property))
        };
        let hints = workspace.and_then(|it| it.inlay_hint.as_ref()?.refresh_support);
        let lenses = workspace.and_then(|it| it.code_lens.as_ref()?.refresh_support);
        let refreshes = [
            (hints, "workspace/inlayHint/refresh"),
            (lenses, "workspace/codeLens/refresh"),
        ];
        let refreshes = refreshes.into_iter().filter(|(can, _)| *can == Some(true));
        let keeps_data = actions.and_then(|it| it.data_support) == Some(true);
        Self {
            abilities: Abilities {
                is_versioned,
                creates_files: is_versioned && operations.is_some_and(creates),
                resolves_edits: keeps_data && resolves("edit"),
            },
            unit: unit(encodings.map_or(&[][..], Vec::as_slice)),
            watches_files: watches.and_then(|it| it.dynamic_registration) == Some(true),
            refreshes: refreshes.map(|(_, method)| method).collect(),
            options,
            complaint,
        }
    }

    /// Whether the user trusts the workspace.
    pub(super) fn trust(&self) -> Trust {
        match self.options.trusted {
            true => Trust::Granted,
            false => Trust::Withheld,
        }
    }

    /// The name of the unit in the protocol.
    pub(super) fn encoding(&self) -> PositionEncodingKind {
        match self.unit {
            ColumnUnit::Utf8 => PositionEncodingKind::UTF8,
            ColumnUnit::Utf16 => PositionEncodingKind::UTF16,
            ColumnUnit::Utf32 => PositionEncodingKind::UTF32,
        }
    }
}

/// The unit to use, of those an editor knows: bytes where it can, since they need no counting. UTF-16 is what every editor
/// has to know.
fn unit(known: &[PositionEncodingKind]) -> ColumnUnit {
    if known.contains(&PositionEncodingKind::UTF8) {
        ColumnUnit::Utf8
    } else if !known.contains(&PositionEncodingKind::UTF16)
        && known.contains(&PositionEncodingKind::UTF32)
    {
        ColumnUnit::Utf32
    } else {
        ColumnUnit::Utf16
    }
}

/// What is said of options that cannot be read. Only a name is repeated: a value may be a secret.
fn complaint(error: &serde_json::Error) -> String {
    let error = error.to_string();
    match error.starts_with("unknown field") {
        true => outside_run(&format!("initializationOptions: {error}")),
        false => {
            "initializationOptions: `trusted` and `withLocal` must be true or false".to_owned()
        }
    }
}

/// The folders of the workspace, by URI; none where a single file is open. Old editors name one folder by its URI, older
/// ones by its path.
#[allow(deprecated)]
pub(super) fn folders(params: &InitializeParams) -> Vec<String> {
    let folders = &params.workspace_folders_initialize_params.workspace_folders;
    let uri = |folder: &WorkspaceFolder| folder.uri.0.clone();
    let named: Vec<String> = match folders {
        Some(WorkspaceFolders::WorkspaceFolderList(folders)) => folders.iter().map(uri).collect(),
        _ => Vec::new(),
    };
    if !named.is_empty() {
        return named;
    }
    if let Some(root) = &params.root_uri {
        return vec![root.0.clone()];
    }
    match &params.root_path {
        Some(RootPath::String(path)) if !path.is_empty() => vec![uri_of(Path::new(path))],
        _ => Vec::new(),
    }
}
