//! The server: messages in, messages out.
//!
//! Messages that have come meanwhile are taken together: of ten changes to a document, the last text is checked. Before a
//! request is answered, the changes before it have been checked, so that no answer is about a text that is gone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use gen_lsp_types::{
    Diagnostic, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWatchedFilesRegistrationOptions, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, FileChangeType, FileSystemWatcher,
    GlobPattern, Registration, RegistrationParams,
};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::Value;

use super::client::{self, Client};
use super::diagnostics;
use super::documents::Documents;
use super::folder::{Checked, FileChange, Folder, FolderOrigin, folder_around};
use super::handshake::initialize;
use super::inbox::{Inbox, Next, cancelled};
use super::outbox::{Complaint, Outbox, json};
use super::requests::{self, error, read, read_change};
use super::uri::{key_of, path_of};
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
/// When it goes away before it has begun as the protocol says.
pub fn serve(connection: &Connection) -> Result<Ended, Failure> {
    let inbox = Inbox::of(connection)?;
    let outbox = Outbox::of(connection);
    let Some(params) = initialize(&inbox, &outbox)? else {
        return Ok(Ended::Abruptly);
    };
    let mut server = Server {
        inbox,
        outbox,
        client: Client::of(&params),
        documents: Documents::default(),
        folders: Vec::new(),
        published: BTreeMap::new(),
        stale: BTreeSet::new(),
        state: State::Stale,
    };
    // Nothing is sent before the editor has the answer to `initialize` and says so.
    let first = match server.inbox.next(None) {
        Next::Message(first) => first,
        Next::Quiet | Next::Gone => return Ok(Ended::Abruptly),
    };
    server.begin(&client::folders(&params));
    Ok(server.run(first))
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

struct Server<'c> {
    inbox: Inbox,
    outbox: Outbox<'c>,
    client: Client,
    documents: Documents,
    folders: Vec<Folder>,
    /// The diagnostics that the editor shows, by file.
    published: diagnostics::ByFile,
    /// Documents whose text has changed since: an editor moves what it shows as one types, so they are said again.
    stale: BTreeSet<String>,
    state: State,
}

impl Server<'_> {
    fn begin(&mut self, folders: &[String]) {
        if let Some(complaint) = self.client.complaint.take() {
            self.outbox.warn(complaint);
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
            self.outbox.send(Request { id, method, params });
        }
    }

    /// Handles messages until there are no more.
    fn run(&mut self, first: Message) -> Ended {
        let mut first = Some(first);
        // Where the editor does not watch files the disk is looked at while nothing comes.
        let patience = (!self.client.watches_files).then_some(PAUSE);
        loop {
            let next = first.take().map(Next::Message);
            let next = match next.unwrap_or_else(|| self.inbox.next(patience)) {
                Next::Message(next) => next,
                Next::Quiet => {
                    self.look_at_disk();
                    self.check();
                    continue;
                }
                Next::Gone => return Ended::Abruptly,
            };
            let turn: Vec<Message> = std::iter::once(next).chain(self.inbox.rest()).collect();
            let cancelled: BTreeSet<RequestId> = turn.iter().filter_map(cancelled).collect();
            for message in turn {
                match message {
                    Message::Request(request) => {
                        let is_cancelled =
                            cancelled.contains(&request.id) || self.inbox.cancels(&request.id);
                        let response = match is_cancelled {
                            true => error(request.id, ErrorCode::RequestCanceled, "cancelled"),
                            false => self.answer(request),
                        };
                        self.outbox.send(response);
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

    fn look_at_disk(&mut self) {
        self.folders.iter_mut().for_each(Folder::poll);
        self.outdate();
    }

    fn answer(&mut self, request: Request) -> Response {
        if self.state == State::ShutDown {
            return error(
                request.id,
                ErrorCode::InvalidRequest,
                "the server is shut down",
            );
        }
        if request.method == "shutdown" {
            self.state = State::ShutDown;
            return Response::new_ok(request.id, Value::Null);
        }
        self.check();
        requests::answer(request, &self.folders, &self.client)
    }

    fn note(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            "textDocument/didOpen" => match read(params) {
                Some(params) => self.opened(params),
                None => self.misunderstood(&method),
            },
            "textDocument/didChange" => {
                // Without this change the text would be another one than the editor's.
                let uri = params.pointer("/textDocument/uri").and_then(Value::as_str);
                let uri = uri.map(str::to_owned);
                match read_change(params) {
                    Some(params) => self.changed(params),
                    None => {
                        self.misunderstood(&method);
                        uri.into_iter().for_each(|uri| self.closed(&uri));
                    }
                }
            }
            "textDocument/didClose" => {
                if let Some(DidCloseTextDocumentParams { text_document: it }) = read(params) {
                    self.closed(&it.uri.0);
                }
            }
            // Who does not watch files may at least have saved one.
            "textDocument/didSave" if !self.client.watches_files => self.look_at_disk(),
            "workspace/didChangeWatchedFiles" => {
                if let Some(DidChangeWatchedFilesParams { changes }) = read(params) {
                    for change in changes {
                        let kind = match change.kind {
                            FileChangeType::Changed => FileChange::Text,
                            _ => FileChange::Presence,
                        };
                        self.file_changed(&change.uri.0, kind);
                    }
                    self.outdate();
                }
            }
            "workspace/didChangeWorkspaceFolders" => {
                if let Some(DidChangeWorkspaceFoldersParams { event }) = read(params) {
                    let removed = event.removed.iter().map(|it| key_of(&it.uri.0));
                    let removed: BTreeSet<PathBuf> = removed.collect();
                    self.folders
                        .retain(|folder| !removed.contains(folder.path()));
                    for folder in event.added {
                        self.add_folder(&folder.uri.0);
                    }
                    self.outdate();
                }
            }
            _ => {}
        }
    }

    fn opened(&mut self, params: DidOpenTextDocumentParams) {
        let it = params.text_document;
        let uri = it.uri.0;
        let document = self.documents.open(uri.clone(), it.version, it.text);
        for folder in &mut self.folders {
            folder.set_document(document);
        }
        self.outbox.forget_warnings();
        self.add_folder_around(&uri);
        self.stale.insert(uri);
        self.outdate();
    }

    fn changed(&mut self, params: DidChangeTextDocumentParams) {
        let it = params.text_document;
        let uri = &it.text_document_identifier.uri.0;
        let (changes, unit) = (params.content_changes, self.client.unit);
        if let Some(document) = self.documents.change(uri, it.version, changes, unit) {
            for folder in &mut self.folders {
                folder.set_document(document);
            }
            self.stale.insert(document.uri.clone());
            self.outdate();
        }
    }

    fn closed(&mut self, uri: &str) {
        if let Some(document) = self.documents.close(uri) {
            for folder in &mut self.folders {
                folder.remove_document(&document);
            }
            self.folders
                .retain(|folder| folder.origin == FolderOrigin::Workspace || folder.is_in_use());
            self.stale.insert(document.uri);
            self.outdate();
        }
    }

    /// A message about a text that is not as the protocol says, of which nothing is repeated.
    fn misunderstood(&mut self, method: &str) {
        self.outbox.warn(format!(
            "cannot read a `{method}` message: the saved file is checked until it is opened again"
        ));
    }

    fn file_changed(&mut self, uri: &str, change: FileChange) {
        if let Some(path) = path_of(uri) {
            for folder in &mut self.folders {
                folder.file_changed(&path, change);
            }
        }
    }

    fn add_folder(&mut self, uri: &str) {
        let Some(path) = path_of(uri) else {
            let message = format!(
                "cannot read the folder {}: not a file URI",
                outside_run(uri)
            );
            return self.outbox.warn(message);
        };
        let of_workspace = |folder: &Folder| folder.origin == FolderOrigin::Workspace;
        self.folders.retain(of_workspace);
        if self.folders.iter().any(|folder| folder.path() == path) {
            return;
        }
        match Folder::open(path, FolderOrigin::Workspace, &self.documents) {
            Some(folder) => self.folders.push(folder),
            None => {
                let message = format!("cannot read the folder {}", outside_run(uri));
                self.outbox.warn(message);
            }
        }
    }

    /// Where there is no workspace, a file that is opened brings the folder of its app along.
    fn add_folder_around(&mut self, uri: &str) {
        let is_known = |folder: &Folder| {
            folder.origin == FolderOrigin::Workspace
                || (folder.path_of(uri)).is_some_and(|path| path.is_within(folder.at()))
        };
        if self.folders.iter().any(is_known) {
            return;
        }
        let path = path_of(uri).and_then(|file| folder_around(&file));
        let origin = FolderOrigin::File;
        let folder = path.and_then(|path| Folder::open(path, origin, &self.documents));
        self.folders.extend(folder);
    }

    fn outdate(&mut self) {
        if self.state == State::Current {
            self.state = State::Stale;
        }
    }

    /// Checks the folders in which something has changed, and tells the editor.
    fn check(&mut self) {
        if self.state != State::Stale {
            return;
        }
        self.state = State::Current;
        let request = self.request();
        let trust = self.client.trust();
        let mut complaints = BTreeSet::new();
        let mut is_seen_elsewhere = false;
        for folder in &mut self.folders {
            let checked = folder.check(&request, trust, &self.documents);
            is_seen_elsewhere |= checked == Checked::Now && folder.has_several_open();
            if !self.client.watches_files {
                folder.watch();
            }
            complaints.extend(folder.failure.as_ref().map(|failure| {
                Complaint::Failure(match &failure.help {
                    Some(help) => format!("{}: {help}", failure.message),
                    None => failure.message.clone(),
                })
            }));
            let notes = folder.run.iter().flat_map(|run| &run.notes);
            let notes = notes.filter(|note| note.level == NoteLevel::Always);
            complaints.extend(notes.map(|note| Complaint::Note(note.text.clone())));
        }
        self.outbox.complain(complaints);
        self.publish();
        // Of the document that is typed in an editor asks again by itself.
        if is_seen_elsewhere {
            for method in &self.client.refreshes {
                self.outbox.ask(method);
            }
        }
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
        self.outbox.publish(uri, version, diagnostics);
    }
}
