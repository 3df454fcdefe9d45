//! An editor for tests: it opens files, reads every message, and fails where one is left unread.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use gen_lsp_types::{Code, Diagnostic, DiagnosticSeverity, PublishDiagnosticsParams, Range};
use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

use crate::lsp::uri::uri_of;
use crate::lsp::{Ended, serve};

/// How long an answer may take. A test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Editor {
    connection: Connection,
    server: Option<JoinHandle<Ended>>,
    folder: tempfile::TempDir,
    root: PathBuf,
    requests: AtomicUsize,
    unread: VecDeque<Message>,
    versions: BTreeMap<String, i32>,
    /// What it logged.
    pub log: Vec<String>,
    /// Everything the server has said.
    pub said: String,
    /// What it answered to `initialize`.
    pub initialized: Value,
}

/// The files of a tree written as one text: a line `-- PATH --` before each.
pub fn tree(text: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        let path = line.trim().strip_prefix("-- ");
        match path.and_then(|path| path.strip_suffix(" --")) {
            Some(path) => files.push((path.to_owned(), String::new())),
            None => {
                if let Some((_, text)) = files.last_mut() {
                    text.push_str(line);
                }
            }
        }
    }
    files
}

impl Editor {
    /// An editor that counts in UTF-16 and watches files, with this tree as its workspace.
    pub fn open(files: &str) -> Self {
        Self::with(
            files,
            &[""],
            json!({ "capabilities": {
                "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } },
            } }),
        )
    }

    /// One that sends these parameters, and has these folders of the tree open. In the parameters `{root}` and `{path}`
    /// stand for the URI and the path of the tree.
    pub fn with(files: &str, folders: &[&str], params: Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for (path, text) in tree(files) {
            write(&root, &path, &text);
        }
        let folders = folders.iter().map(|folder| {
            let uri = uri_of(&root.join(folder));
            json!({ "uri": uri.trim_end_matches('/'), "name": folder })
        });
        let params = params.to_string();
        let params = params.replace("{root}", &uri_of(&root));
        let params = params.replace("{path}", root.to_str().unwrap());
        let mut params: Value = serde_json::from_str(&params).unwrap();
        let folders: Vec<Value> = folders.collect();
        params["workspaceFolders"] = match folders.is_empty() {
            true => Value::Null,
            false => folders.into(),
        };
        params["processId"] = Value::Null;
        if params.get("rootUri").is_none() {
            params["rootUri"] = Value::Null;
        }
        let (connection, end) = Connection::memory();
        let server = thread::Builder::new().stack_size(crate::check::STACK_SIZE);
        let server = server.spawn(move || serve(&end).unwrap()).unwrap();
        let mut editor = Self {
            connection,
            server: Some(server),
            folder,
            root,
            requests: AtomicUsize::new(0),
            unread: VecDeque::new(),
            versions: BTreeMap::new(),
            log: Vec::new(),
            said: String::new(),
            initialized: Value::Null,
        };
        editor.initialized = editor.ask("initialize", params);
        editor.tell("initialized", json!({}));
        editor.settle();
        editor.unread.retain(
            |message| !matches!(message, Message::Request(it) if it.method == "client/registerCapability"),
        );
        editor
    }

    pub fn uri(&self, path: &str) -> String {
        uri_of(&self.root.join(path))
    }

    /// Writes to the disk, and says nothing.
    pub fn write_silently(&self, path: &str, text: &str) {
        write(&self.root, path, text);
    }

    /// Writes to the disk, and says so as an editor that watches files does.
    pub fn write(&self, path: &str, text: &str) {
        self.write_silently(path, text);
        self.say_changed(path, 1);
    }

    /// Says that a file was made (1), changed (2) or deleted (3).
    pub fn say_changed(&self, path: &str, kind: u32) {
        self.tell(
            "workspace/didChangeWatchedFiles",
            json!({ "changes": [{ "uri": self.uri(path), "type": kind }] }),
        );
    }

    /// Deletes a folder, and says nothing.
    pub fn delete_silently(&self, path: &str) {
        fs::remove_dir_all(self.root.join(path)).unwrap();
    }

    /// Opens a file that is on disk.
    pub fn open_file(&mut self, path: &str) {
        let text = fs::read_to_string(self.root.join(path)).unwrap();
        self.open_text(path, &text);
    }

    /// Opens a document with a text that need not be on disk.
    pub fn open_text(&mut self, path: &str, text: &str) {
        let uri = self.uri(path);
        self.versions.insert(uri.clone(), 1);
        let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    pub fn close(&mut self, path: &str) {
        let document = json!({ "uri": self.uri(path) });
        self.tell("textDocument/didClose", json!({ "textDocument": document }));
    }

    /// Changes an open document.
    pub fn change(&mut self, path: &str, changes: Value) {
        let uri = self.uri(path);
        let version = self.versions.get_mut(&uri).unwrap();
        *version += 1;
        let document = json!({ "uri": uri, "version": *version });
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.tell("textDocument/didChange", params);
    }

    /// Gives an open document another text.
    pub fn set_text(&mut self, path: &str, text: &str) {
        self.change(path, json!([{ "text": text }]));
    }

    pub fn tell(&self, method: &str, params: Value) {
        let notification = Notification::new(method.to_owned(), params);
        self.connection.sender.send(notification.into()).unwrap();
    }

    /// Sends a request and waits for what comes of it.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.try_ask(method, params).response_result.unwrap()
    }

    pub fn try_ask(&mut self, method: &str, params: Value) -> Response {
        let id = self.requests.fetch_add(1, Ordering::Relaxed);
        let id = RequestId::from(i32::try_from(id).unwrap());
        let request = Request::new(id.clone(), method.to_owned(), params);
        self.connection.sender.send(request.into()).unwrap();
        loop {
            let message = self.connection.receiver.recv_timeout(PATIENCE).unwrap();
            self.said
                .push_str(&serde_json::to_string(&message).unwrap());
            match message {
                Message::Response(response) if response.id == id => return response,
                Message::Notification(it) if it.method == "window/logMessage" => {
                    let text = it.params["message"].as_str().unwrap();
                    self.log.push(text.to_owned());
                }
                message => self.unread.push_back(message),
            }
        }
    }

    /// Waits until the server has handled all that was sent.
    pub fn settle(&mut self) {
        let response = self.try_ask("test/nothing", Value::Null);
        assert_eq!(response.response_result.unwrap_err().code, -32601);
    }

    /// The messages of one kind that were not read yet.
    pub fn take(&mut self, method: &str) -> Vec<Value> {
        self.settle();
        let (taken, rest) = std::mem::take(&mut self.unread).into_iter().partition(
            |message| matches!(message, Message::Notification(it) if it.method == method),
        );
        self.unread = rest;
        let taken: VecDeque<Message> = taken;
        let params = taken.into_iter().map(|message| match message {
            Message::Notification(it) => it.params,
            _ => Value::Null,
        });
        params.collect()
    }

    /// The requests of the server that were not read yet.
    pub fn requests(&mut self) -> Vec<String> {
        self.settle();
        let mut methods = Vec::new();
        self.unread.retain(|message| match message {
            Message::Request(it) => {
                methods.push(it.method.clone());
                false
            }
            _ => true,
        });
        methods
    }

    /// The diagnostics that came since they were last asked for, by file; the last of each counts.
    pub fn diagnostics(&mut self) -> BTreeMap<String, Vec<Diagnostic>> {
        let told = self.take("textDocument/publishDiagnostics").into_iter();
        let told = told.map(|params| {
            let params: PublishDiagnosticsParams = serde_json::from_value(params).unwrap();
            let prefix = format!("{}/", uri_of(&self.root));
            let path = params.uri.0.strip_prefix(&prefix).unwrap().to_owned();
            (path, params.diagnostics)
        });
        told.collect()
    }

    /// The same as lines: where, which rule, and the places that belong to it.
    pub fn report(&mut self) -> String {
        let root = format!("{}/", uri_of(&self.root));
        let mut report = String::new();
        for (path, diagnostics) in self.diagnostics() {
            report.push_str(&format!("{path}\n"));
            if diagnostics.is_empty() {
                report.push_str("  clean\n");
            }
            for diagnostic in diagnostics {
                report.push_str(&line(&diagnostic, &root));
            }
        }
        report
    }

    /// What the rules of the diagnostics are, of one file.
    pub fn rules(&mut self, path: &str) -> Option<Vec<String>> {
        let diagnostics = self.diagnostics().remove(path)?;
        Some(diagnostics.iter().map(rule).collect())
    }

    /// Ends the server as the protocol says, and looks for what nobody has read.
    fn end(&mut self) {
        let Some(server) = self.server.take() else {
            return;
        };
        assert_eq!(self.ask("shutdown", Value::Null), Value::Null);
        self.tell("exit", Value::Null);
        assert_eq!(server.join().unwrap(), Ended::AsAgreed);
        let late = self.connection.receiver.try_iter();
        let unread: Vec<Message> = std::mem::take(&mut self.unread)
            .into_iter()
            .chain(late)
            .collect();
        assert!(unread.is_empty(), "nobody read {unread:#?}");
        assert!(self.folder.path().exists());
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        if !thread::panicking() {
            self.end();
        }
    }
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

pub fn rule(diagnostic: &Diagnostic) -> String {
    match &diagnostic.code {
        Some(Code::String(rule)) => rule.clone(),
        other => panic!("{other:?}"),
    }
}

fn range(range: Range) -> String {
    let (start, end) = (range.start, range.end);
    let (a, b) = (start.line, start.character);
    format!("{a}:{b}-{}:{}", end.line, end.character)
}

fn line(diagnostic: &Diagnostic, root: &str) -> String {
    let severity = match diagnostic.severity {
        Some(DiagnosticSeverity::Error) => "error",
        Some(DiagnosticSeverity::Warning) => "warning",
        _ => "info",
    };
    let (at, rule) = (range(diagnostic.range), rule(diagnostic));
    let tags = diagnostic.tags.as_ref().map(|tags| format!(" {tags:?}"));
    let tags = tags.unwrap_or_default();
    let mut text = format!("  {at} {severity}[{rule}]{tags}\n");
    for related in diagnostic.related_information.iter().flatten() {
        let path = related.location.uri.0.strip_prefix(root);
        let path = path.unwrap_or(&related.location.uri.0);
        let at = range(related.location.range);
        text.push_str(&format!("      {path} {at}\n"));
    }
    text
}
