//! What the editor is told: answers, diagnostics, and complaints that are about no place in a file.

use std::collections::BTreeSet;

use gen_lsp_types::{
    Diagnostic, LogMessageParams, MessageType, PublishDiagnosticsParams, ShowMessageParams, Uri,
};
use lsp_server::{Connection, Message, Notification, Request, RequestId};
use serde::Serialize;
use serde_json::Value;

/// Where messages to the editor go.
pub(super) struct Outbox<'c> {
    connection: &'c Connection,
    /// How many requests were sent.
    asked: u32,
    /// What the last checks had to say, so that it is said again only after it was gone.
    standing: BTreeSet<Complaint>,
    /// What was said of a message, until something is opened.
    passing: BTreeSet<String>,
}

/// Something the user or the log is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Complaint {
    /// The user must know it: there are no findings because of it.
    Failure(String),
    /// It is for whoever looks into the log.
    Note(String),
}

/// What is sent is plain data, which JSON can hold.
pub(super) fn json(message: impl Serialize) -> Value {
    serde_json::to_value(message).unwrap_or_default()
}

impl<'c> Outbox<'c> {
    /// The outbox of a connection.
    pub(super) fn of(connection: &'c Connection) -> Self {
        Self {
            connection,
            asked: 0,
            standing: BTreeSet::new(),
            passing: BTreeSet::new(),
        }
    }

    /// Sends a message.
    pub(super) fn send(&self, message: impl Into<Message>) {
        // Nobody reads any more: the next message to be read says so.
        let _ = self.connection.sender.send(message.into());
    }

    /// Sends a request without parameters, whose answer does not matter.
    pub(super) fn ask(&mut self, method: &str) {
        self.asked = self.asked.wrapping_add(1);
        let id = RequestId::from(format!("{method} {}", self.asked));
        self.send(Request::new(id, method.to_owned(), Value::Null));
    }

    fn notify(&self, method: &str, params: impl Serialize) {
        let method = method.to_owned();
        let params = json(params);
        self.send(Notification { method, params });
    }

    /// Shows the diagnostics of a file in the place of any it had.
    pub(super) fn publish(&self, uri: &str, version: Option<i32>, diagnostics: Vec<Diagnostic>) {
        let params = PublishDiagnosticsParams {
            uri: Uri(uri.to_owned()),
            version,
            diagnostics,
        };
        self.notify("textDocument/publishDiagnostics", params);
    }

    /// Tells what the checks have to say now, as far as they did not say it before.
    pub(super) fn complain(&mut self, now: BTreeSet<Complaint>) {
        for complaint in now.difference(&self.standing) {
            match complaint {
                Complaint::Failure(message) => self.show(MessageType::Error, message),
                Complaint::Note(message) => {
                    let message = message.clone();
                    let kind = MessageType::Warning;
                    self.notify("window/logMessage", LogMessageParams { kind, message });
                }
            }
        }
        self.standing = now;
    }

    /// Tells the user of a message that cannot be understood, once.
    pub(super) fn warn(&mut self, message: String) {
        if !self.passing.contains(&message) {
            self.show(MessageType::Warning, &message);
            self.passing.insert(message);
        }
    }

    /// What was said of messages may be said again.
    pub(super) fn forget_warnings(&mut self) {
        self.passing.clear();
    }

    fn show(&self, kind: MessageType, message: &str) {
        let message = format!("stagecheck: {message}");
        self.notify("window/showMessage", ShowMessageParams { kind, message });
    }
}
