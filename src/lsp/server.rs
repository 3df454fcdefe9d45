//! The server: messages in, messages out.
//!
//! Messages that have come meanwhile are taken together: of ten changes to a document, the last text is checked. Before a
//! request is answered, the changes before it have been checked, so that no answer is about a text that is gone.

use std::collections::{BTreeMap, BTreeSet};

use gen_lsp_types::{
    CodeActionKind, CodeActionOptions, CodeLensOptions, CompletionOptions, Diagnostic,
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWatchedFilesRegistrationOptions, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DocumentLinkOptions, FileSystemWatcher,
    GlobPattern, InitializeParams, InitializeResult, LogMessageParams, MessageType, Position,
    PublishDiagnosticsParams, Range, Registration, RegistrationParams, Save, ServerCapabilities,
    ServerInfo, ShowMessageParams, TextDocumentIdentifier, TextDocumentSync, TextDocumentSyncKind,
    TextDocumentSyncOptions, Uri, WorkspaceFoldersServerCapabilities, WorkspaceOptions,
};
use lsp_server::{
    Connection, ErrorCode, Message, Notification, ProtocolError, Request, RequestId, Response,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::client::{self, Client};
use super::documents::Documents;
use super::folder::Folder;
use super::page::Page;
use super::{actions, complete, diagnostics, hints, hover, places, symbols};
use crate::check::PAUSE;
use crate::request::{self, LocalLayers, SchemaCache};
use crate::run::{Failure, NoteLevel};
use crate::text::mask::outside_run;

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// With `shutdown` and `exit`.
    AsAgreed,
    /// Without: the editor went away.
    Abruptly,
}

/// Serves one editor.
///
/// # Errors
/// When it does not begin as the protocol says.
pub fn serve(connection: &Connection) -> Result<Ended, Failure> {
    let broken = |error: ProtocolError| {
        // An error of the protocol holds the message it is about.
        Failure::new(match error.channel_is_disconnected() {
            true => "the editor closed the connection before it was ready",
            false => "the editor did not begin with `initialize`",
        })
    };
    let (id, params) = connection.initialize_start().map_err(broken)?;
    let Ok(params) = serde_json::from_value::<InitializeParams>(params) else {
        let message = "these are not the parameters of `initialize`".to_owned();
        let error = Response::new_err(id, ErrorCode::InvalidParams as i32, message.clone());
        let _ = connection.sender.send(error.into());
        return Err(Failure::new(message));
    };
    let client = Client::of(&params);
    let result = InitializeResult {
        capabilities: capabilities(&client),
        server_info: Some(ServerInfo {
            name: diagnostics::SOURCE.to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    };
    connection
        .initialize_finish(id, json(result))
        .map_err(broken)?;
    let mut server = Server {
        connection,
        documents: Documents::default(),
        folders: Vec::new(),
        published: BTreeMap::new(),
        stale: BTreeSet::new(),
        complaints: BTreeSet::new(),
        state: State::Stale,
        client,
    };
    server.begin(&client::folders(&params));
    Ok(server.run())
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

/// What is sent is plain data, which JSON can hold.
fn json(message: impl Serialize) -> Value {
    serde_json::to_value(message).unwrap_or_default()
}

/// How far the server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// What was said is about the files as they are.
    Current,
    /// Something has changed since.
    Stale,
    /// The editor said `shutdown`.
    ShutDown,
}

/// What comes next.
enum Next {
    /// This message.
    Message(Message),
    /// Nothing for a while.
    Quiet,
    /// Nothing ever again.
    Gone,
}

struct Server<'c> {
    connection: &'c Connection,
    client: Client,
    documents: Documents,
    folders: Vec<Folder>,
    /// The diagnostics that the editor shows, by file.
    published: BTreeMap<String, Vec<Diagnostic>>,
    /// Documents whose text has changed since: an editor moves what it shows as one types, so they are said again.
    stale: BTreeSet<String>,
    /// What the user was told: each thing once.
    complaints: BTreeSet<String>,
    state: State,
}

impl Server<'_> {
    fn begin(&mut self, folders: &[String]) {
        if let Some(complaint) = self.client.complaint.take() {
            self.complain(MessageType::Warning, complaint);
        }
        for uri in folders {
            self.add_folder(uri);
        }
        if self.client.watches_files {
            let watchers = vec![FileSystemWatcher {
                glob_pattern: GlobPattern::Pattern("**/*".to_owned()),
                kind: None,
            }];
            let registrations = vec![Registration {
                id: "files".to_owned(),
                method: "workspace/didChangeWatchedFiles".to_owned(),
                register_options: Some(json(DidChangeWatchedFilesRegistrationOptions { watchers })),
            }];
            let params = json(RegistrationParams { registrations });
            let method = "client/registerCapability".to_owned();
            let id = RequestId::from("watch".to_owned());
            self.send(Request { id, method, params });
        }
        self.check();
    }

    /// Handles messages until there are no more.
    fn run(&mut self) -> Ended {
        loop {
            let first = match self.next() {
                Next::Message(first) => first,
                Next::Quiet => {
                    self.look_at_disk();
                    self.check();
                    continue;
                }
                Next::Gone => return Ended::Abruptly,
            };
            let turn: Vec<Message> = std::iter::once(first)
                .chain(self.connection.receiver.try_iter())
                .collect();
            let cancelled: BTreeSet<RequestId> = turn.iter().filter_map(cancelled).collect();
            for message in turn {
                match message {
                    Message::Request(request) => {
                        let response = match cancelled.contains(&request.id) {
                            true => error(request.id, ErrorCode::RequestCanceled, "cancelled"),
                            false => self.answer(request),
                        };
                        self.send(response);
                    }
                    Message::Notification(exit) if exit.method == "exit" => {
                        return match self.state {
                            State::ShutDown => Ended::AsAgreed,
                            _ => Ended::Abruptly,
                        };
                    }
                    Message::Notification(notification) => self.note(notification),
                    // Of the requests of this server none has an answer that matters.
                    Message::Response(_) => {}
                }
            }
            self.check();
        }
    }

    /// Waits for a message. Where the editor does not watch files the disk is looked at while nothing comes.
    fn next(&self) -> Next {
        let receiver = &self.connection.receiver;
        if self.client.watches_files {
            return receiver.recv().map_or(Next::Gone, Next::Message);
        }
        match receiver.recv_timeout(PAUSE) {
            Ok(message) => Next::Message(message),
            Err(error) if error.is_timeout() => Next::Quiet,
            Err(_) => Next::Gone,
        }
    }

    fn look_at_disk(&mut self) {
        let changed = |folder: &mut Folder| folder.has_changed();
        // All of them: each notes what it has seen.
        let changed = self.folders.iter_mut().map(changed);
        if changed.fold(false, |one, other| one | other) {
            self.files_changed();
        }
    }

    fn answer(&mut self, request: Request) -> Response {
        let Request { id, method, params } = request;
        if self.state == State::ShutDown {
            return error(id, ErrorCode::InvalidRequest, "the server is shut down");
        }
        if method == "shutdown" {
            self.state = State::ShutDown;
            return Response::new_ok(id, Value::Null);
        }
        self.check();
        let Some(answer) = request_named(&method) else {
            return error(id, ErrorCode::MethodNotFound, "not supported");
        };
        let Some(about) = read::<About>(params) else {
            return error(
                id,
                ErrorCode::InvalidParams,
                "not the parameters of this request",
            );
        };
        let unit = self.client.unit;
        let uri = &about.text_document.uri.0;
        // Of several folders the innermost: its settings and its app are those of the file.
        let pages = self.folders.iter();
        let pages = pages.filter_map(|folder| Page::open(folder, uri, unit));
        let page = pages.max_by_key(|page| page.folder.at().as_str().len());
        let result = page.map_or(Value::Null, |page| answer(&page, &about, &self.client));
        Response::new_ok(id, result)
    }

    fn note(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            "textDocument/didOpen" => {
                if let Some(DidOpenTextDocumentParams { text_document: it }) = read(params) {
                    let uri = it.uri.0;
                    self.documents.open(uri.clone(), it.version, it.text);
                    self.text_changed(uri);
                }
            }
            "textDocument/didChange" => {
                if let Some(params) = read(params) {
                    let DidChangeTextDocumentParams {
                        text_document: it,
                        content_changes,
                    } = params;
                    let uri = it.text_document_identifier.uri.0;
                    let unit = self.client.unit;
                    self.documents
                        .change(&uri, it.version, content_changes, unit);
                    self.text_changed(uri);
                }
            }
            "textDocument/didClose" => {
                if let Some(DidCloseTextDocumentParams { text_document: it }) = read(params) {
                    self.documents.close(&it.uri.0);
                    self.text_changed(it.uri.0);
                }
            }
            // Who does not watch files may at least have saved one.
            "textDocument/didSave" if !self.client.watches_files => self.files_changed(),
            "workspace/didChangeWatchedFiles" => {
                let changes = read(params).map(|it: DidChangeWatchedFilesParams| it.changes);
                if changes.is_some_and(|changes| !changes.is_empty()) {
                    self.files_changed();
                }
            }
            "workspace/didChangeWorkspaceFolders" => {
                if let Some(DidChangeWorkspaceFoldersParams { event }) = read(params) {
                    let is_gone =
                        |folder: &Folder| event.removed.iter().any(|it| it.uri.0 == folder.uri);
                    self.folders.retain(|folder| !is_gone(folder));
                    for folder in event.added {
                        self.add_folder(&folder.uri.0);
                    }
                    self.outdate();
                }
            }
            _ => {}
        }
    }

    fn add_folder(&mut self, uri: &str) {
        if self.folders.iter().any(|folder| folder.uri == uri) {
            return;
        }
        match Folder::open(uri, &self.documents) {
            Some(folder) => self.folders.push(folder),
            None => {
                let message = format!("cannot read the folder {}", outside_run(uri));
                self.complain(MessageType::Warning, message);
            }
        }
    }

    fn text_changed(&mut self, uri: String) {
        let text = self.documents.get(&uri).map(|document| &document.text);
        for folder in &mut self.folders {
            folder.set_text(&uri, text);
        }
        self.stale.insert(uri);
        self.outdate();
    }

    fn files_changed(&mut self) {
        for folder in &mut self.folders {
            folder.walk_again(&self.documents);
        }
        self.outdate();
    }

    fn outdate(&mut self) {
        if self.state == State::Current {
            self.state = State::Stale;
        }
    }

    /// Checks what has changed, and tells the editor.
    fn check(&mut self) {
        if self.state != State::Stale {
            return;
        }
        self.state = State::Current;
        let request = self.request();
        let trust = self.client.trust();
        let (mut failures, mut told) = (Vec::new(), Vec::new());
        for folder in &mut self.folders {
            failures.extend(folder.check(&request, trust).err());
            let notes = folder.run.iter().flat_map(|run| &run.notes);
            let notes = notes.filter(|note| note.level == NoteLevel::Always);
            told.extend(notes.map(|note| note.text.clone()));
        }
        for text in told {
            self.log(text);
        }
        for failure in failures {
            let message = match &failure.help {
                Some(help) => format!("{}: {help}", failure.message),
                None => failure.message,
            };
            self.complain(MessageType::Error, message);
        }
        self.publish();
    }

    /// What is asked of each check. The server writes nothing, so no schemas are kept on disk.
    fn request(&self) -> request::Request {
        request::Request {
            local_layers: match self.client.options.with_local {
                true => LocalLayers::Join,
                false => LocalLayers::LeaveOut,
            },
            schema_cache: SchemaCache::Off,
            ..request::Request::default()
        }
    }

    fn publish(&mut self) {
        let found = diagnostics::of_folders(&self.folders, self.client.unit);
        let stale = std::mem::take(&mut self.stale);
        let before = std::mem::take(&mut self.published);
        for (uri, diagnostics) in &found {
            if stale.contains(uri) || before.get(uri) != Some(diagnostics) {
                self.show(uri, diagnostics.clone());
            }
        }
        for uri in before.keys().filter(|uri| !found.contains_key(*uri)) {
            self.show(uri, Vec::new());
        }
        self.published = found;
    }

    fn show(&self, uri: &str, diagnostics: Vec<Diagnostic>) {
        let version = self.documents.get(uri).map(|document| document.version);
        let uri = Uri(uri.to_owned());
        let params = PublishDiagnosticsParams {
            uri,
            version,
            diagnostics,
        };
        self.send(Notification {
            method: "textDocument/publishDiagnostics".to_owned(),
            params: json(params),
        });
    }

    /// Tells the user of something that is not about a place in a file; each thing once.
    fn complain(&mut self, kind: MessageType, message: String) {
        let message = format!("stagecheck: {message}");
        if self.complaints.insert(message.clone()) {
            self.send(Notification {
                method: "window/showMessage".to_owned(),
                params: json(ShowMessageParams { kind, message }),
            });
        }
    }

    /// Tells whoever looks for it of something that is not about a place in a file; each thing once.
    fn log(&mut self, message: String) {
        if self.complaints.insert(message.clone()) {
            self.send(Notification {
                method: "window/logMessage".to_owned(),
                params: json(LogMessageParams {
                    kind: MessageType::Warning,
                    message,
                }),
            });
        }
    }

    fn send(&self, message: impl Into<Message>) {
        // Nobody reads any more: the next message to be read says so.
        let _ = self.connection.sender.send(message.into());
    }
}

/// What a request is about: a place in a document, or all of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct About {
    text_document: TextDocumentIdentifier,
    #[serde(default)]
    position: Position,
    range: Option<Range>,
    context: Option<Value>,
}

impl About {
    /// The range; where there is none, all of the document.
    fn range(&self) -> Range {
        let end = Position::new(u32::MAX, u32::MAX);
        self.range.unwrap_or(Range::new(Position::new(0, 0), end))
    }

    /// The kinds of actions that are wanted; `None` for all.
    fn only(&self) -> Option<Vec<CodeActionKind>> {
        serde_json::from_value(self.context.as_ref()?.get("only")?.clone()).ok()
    }
}

/// What answers a request about a page.
type Answer = fn(&Page<'_>, &About, &Client) -> Value;

fn request_named(method: &str) -> Option<Answer> {
    Some(match method {
        "textDocument/hover" => |page, about, _| json(hover::hover(page, about.position)),
        "textDocument/completion" => {
            |page, about, _| json(complete::complete(page, about.position))
        }
        "textDocument/definition" => {
            |page, about, _| json(places::definition(page, about.position))
        }
        "textDocument/declaration" => {
            |page, about, _| json(places::declaration(page, about.position))
        }
        "textDocument/references" => {
            |page, about, _| json(places::references(page, about.position))
        }
        "textDocument/documentLink" => |page, _, _| json(places::links(page)),
        "textDocument/inlayHint" => |page, about, _| json(hints::hints(page, about.range())),
        "textDocument/documentSymbol" => |page, _, _| json(symbols::symbols(page)),
        "textDocument/codeLens" => |page, _, _| json(hints::lenses(page)),
        "textDocument/codeAction" => |page, about, client| {
            let only = about.only();
            let abilities = client.abilities;
            json(actions::actions(
                page,
                about.range(),
                only.as_deref(),
                abilities,
            ))
        },
        _ => return None,
    })
}

/// The parameters of a message; one that is not as the protocol says is passed over, and never repeated: it may hold a
/// text.
fn read<P: DeserializeOwned>(params: Value) -> Option<P> {
    serde_json::from_value(params).ok()
}

fn error(id: RequestId, code: ErrorCode, message: &str) -> Response {
    Response::new_err(id, code as i32, message.to_owned())
}

/// The request that a message takes back.
fn cancelled(message: &Message) -> Option<RequestId> {
    match message {
        Message::Notification(it) if it.method == "$/cancelRequest" => {
            serde_json::from_value(it.params.get("id")?.clone()).ok()
        }
        _ => None,
    }
}
