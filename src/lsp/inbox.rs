//! The messages that have come and wait to be handled.
//!
//! In: the messages of a connection, in their order. Out: the next one, or all that have come by now. A thread takes them in
//! while a check runs: the channels of the connection hold none, so without it there would never be more than one message
//! to look at, and neither could changes be taken together nor requests be cancelled.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use lsp_server::{Connection, Message, RequestId};
use serde_json::Value;

use crate::run::Failure;

/// How many messages wait at most. Beyond that the editor waits, as it does where the pipe is full.
const MOST_MESSAGES: usize = 4096;

/// How many bytes of text wait at most, unless a single message has more.
const MOST_BYTES: usize = 64 << 20;

/// What comes next.
pub(super) enum Next {
    /// This message.
    Message(Message),
    /// Nothing for a while.
    Quiet,
    /// Nothing ever again.
    Gone,
}

/// The messages that wait.
pub(super) struct Inbox(Arc<Shared>);

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    messages: VecDeque<(Message, usize)>,
    bytes: usize,
    /// The editor sends no more.
    is_ended: bool,
    /// Nobody takes any more.
    is_left: bool,
}

impl Queue {
    fn take(&mut self) -> Option<Message> {
        let (message, bytes) = self.messages.pop_front()?;
        self.bytes -= bytes;
        Some(message)
    }

    fn is_full_for(&self, bytes: usize) -> bool {
        self.messages.len() >= MOST_MESSAGES
            || (!self.messages.is_empty() && self.bytes + bytes > MOST_BYTES)
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'q>(&self, queue: MutexGuard<'q, Queue>) -> MutexGuard<'q, Queue> {
        let woken = self.changed.wait(queue);
        woken.unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a message when there is room for it; `false` when nobody takes any more.
    fn push(&self, message: Message) -> bool {
        let bytes = weight(&message);
        let mut queue = self.queue();
        while queue.is_full_for(bytes) && !queue.is_left {
            queue = self.wait(queue);
        }
        if queue.is_left {
            return false;
        }
        queue.bytes += bytes;
        queue.messages.push_back((message, bytes));
        self.changed.notify_all();
        true
    }
}

impl Inbox {
    /// The messages of a connection, from now on.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(super) fn of(connection: &Connection) -> Result<Self, Failure> {
        let shared = Arc::new(Shared::default());
        let (receiver, their) = (connection.receiver.clone(), Arc::clone(&shared));
        let forward = move || {
            receiver.into_iter().all(|message| their.push(message));
            their.queue().is_ended = true;
            their.changed.notify_all();
        };
        let thread = thread::Builder::new().name("inbox".to_owned());
        match thread.spawn(forward) {
            Ok(_) => Ok(Self(shared)),
            Err(_) => Err(Failure::new("cannot start a thread")),
        }
    }

    /// The next message; waits for it, at most so long.
    pub(super) fn next(&self, patience: Option<Duration>) -> Next {
        let until = patience.map(|patience| Instant::now() + patience);
        let mut queue = self.0.queue();
        loop {
            if let Some(message) = queue.take() {
                self.0.changed.notify_all();
                return Next::Message(message);
            }
            if queue.is_ended {
                return Next::Gone;
            }
            queue = match until {
                None => self.0.wait(queue),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Next::Quiet;
                    }
                    let woken = self.0.changed.wait_timeout(queue, left);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    /// Every message that has come by now.
    pub(super) fn rest(&self) -> Vec<Message> {
        let mut queue = self.0.queue();
        let rest = std::iter::from_fn(|| queue.take()).collect();
        self.0.changed.notify_all();
        rest
    }

    /// Whether a message that waits cancels this request.
    pub(super) fn cancels(&self, id: &RequestId) -> bool {
        let queue = self.0.queue();
        let mut cancelled = queue.messages.iter().filter_map(|(it, _)| cancelled(it));
        cancelled.any(|cancelled| cancelled == *id)
    }
}

/// The thread ends with the next message, or when there is none.
impl Drop for Inbox {
    fn drop(&mut self) {
        self.0.queue().is_left = true;
        self.0.changed.notify_all();
    }
}

/// The request that a message cancels.
pub(super) fn cancelled(message: &Message) -> Option<RequestId> {
    match message {
        Message::Notification(it) if it.method == "$/cancelRequest" => {
            serde_json::from_value(it.params.get("id")?.clone()).ok()
        }
        _ => None,
    }
}

/// The bytes of the texts of a message.
fn weight(message: &Message) -> usize {
    match message {
        Message::Request(request) => bytes(&request.params),
        Message::Notification(notification) => bytes(&notification.params),
        Message::Response(_) => 0,
    }
}

fn bytes(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(bytes).sum(),
        Value::Object(entries) => {
            let entries = entries.iter();
            entries.map(|(key, value)| key.len() + bytes(value)).sum()
        }
        _ => size_of::<Value>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lsp_server::Notification;
    use serde_json::json;

    fn message(text: &str) -> Message {
        Notification::new("x".to_owned(), json!({ "text": text })).into()
    }

    #[test]
    fn messages_wait_in_their_order_and_the_editor_waits_when_there_are_too_many() {
        let (editor, server) = Connection::memory();
        let inbox = Inbox::of(&server).unwrap();
        drop(server);
        for _ in 0..MOST_MESSAGES + 100 {
            editor.sender.send(message("")).unwrap();
        }
        // What does not fit is taken once there is room.
        let mut count = 0;
        while count < MOST_MESSAGES + 100 {
            assert!(inbox.0.queue().messages.len() <= MOST_MESSAGES);
            match inbox.next(Some(Duration::from_secs(30))) {
                Next::Message(_) => count += 1 + inbox.rest().len(),
                Next::Quiet | Next::Gone => panic!("{count} came"),
            }
        }
        assert!(matches!(inbox.next(Some(Duration::ZERO)), Next::Quiet));
        drop(editor);
        assert!(matches!(inbox.next(None), Next::Gone));
    }

    #[test]
    fn a_large_message_fits_alone() {
        let queue = Queue::default();
        assert!(!queue.is_full_for(MOST_BYTES * 2));
        let queue = Queue {
            messages: VecDeque::from([(message("abc"), 7)]),
            bytes: 7,
            ..Queue::default()
        };
        assert!(queue.is_full_for(MOST_BYTES) && !queue.is_full_for(7));
        assert_eq!(weight(&message("abc")), 7);
    }
}
