//! The beginning: `initialize`, and what the server can do.

use gen_lsp_types::{
    CodeActionKind, CodeActionOptions, CodeLensOptions, CompletionOptions, DocumentLinkOptions,
    InitializeParams, InitializeResult, Save, ServerCapabilities, ServerInfo, TextDocumentSync,
    TextDocumentSyncKind, TextDocumentSyncOptions, WorkspaceFoldersServerCapabilities,
    WorkspaceOptions,
};
use lsp_server::{ErrorCode, Message, Request, Response};

use super::client::Client;
use super::inbox::{Inbox, Next};
use super::outbox::{Outbox, json};
use super::{actions, diagnostics};
use crate::run::Failure;

/// Waits for an editor to begin as the protocol says, and answers what it says too early. `None` when it ends instead.
///
/// # Errors
/// When it goes away before it has begun. What it sent is not repeated: it may hold a text.
pub(super) fn initialize(
    inbox: &Inbox,
    outbox: &Outbox<'_>,
) -> Result<Option<InitializeParams>, Failure> {
    let mut reason = "the editor closed the connection before it was ready";
    loop {
        let request = match inbox.next(None) {
            Next::Message(Message::Request(request)) => request,
            Next::Message(Message::Notification(it)) if it.method == "exit" => return Ok(None),
            Next::Message(_) | Next::Quiet => continue,
            Next::Gone => return Err(Failure::new(reason)),
        };
        let Request { id, method, params } = request;
        let refuse = |code: ErrorCode, reason: &str| {
            outbox.send(Response::new_err(
                id.clone(),
                code as i32,
                reason.to_owned(),
            ));
        };
        if method != "initialize" {
            reason = "the editor did not begin with `initialize`";
            refuse(ErrorCode::ServerNotInitialized, reason);
            continue;
        }
        match serde_json::from_value::<InitializeParams>(params) {
            Ok(params) => {
                let result = InitializeResult {
                    capabilities: capabilities(&Client::of(&params)),
                    server_info: Some(ServerInfo {
                        name: diagnostics::SOURCE.to_owned(),
                        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
                    }),
                };
                outbox.send(Response::new_ok(id, json(result)));
                return Ok(Some(params));
            }
            Err(_) => {
                reason = "these are not the parameters of `initialize`";
                refuse(ErrorCode::InvalidParams, reason);
            }
        }
    }
}

fn capabilities(client: &Client) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(client.encoding()),
        text_document_sync: Some(TextDocumentSync::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::Incremental),
            save: Some(Save::Bool(true)),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(true.into()),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(["{", "[", " ", ",", ":"].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        definition_provider: Some(true.into()),
        declaration_provider: Some(true.into()),
        references_provider: Some(true.into()),
        document_symbol_provider: Some(true.into()),
        inlay_hint_provider: Some(true.into()),
        document_link_provider: Some(DocumentLinkOptions::default()),
        code_lens_provider: Some(CodeLensOptions::default()),
        code_action_provider: Some(
            CodeActionOptions {
                code_action_kinds: Some(vec![
                    CodeActionKind::QuickFix,
                    CodeActionKind::Custom(actions::FIX_ALL.into()),
                ]),
                resolve_provider: Some(client.abilities.resolves_edits),
                ..CodeActionOptions::default()
            }
            .into(),
        ),
        workspace: Some(WorkspaceOptions {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(true.into()),
            }),
            ..WorkspaceOptions::default()
        }),
        ..ServerCapabilities::default()
    }
}
