//! The editor server: the findings of the files as they are being edited, over the Language Server Protocol.
//!
//! In: messages of an editor. Out: messages to it. It is one front end of the same stages as the command line: what it
//! says of a tree is what `stagecheck` says of it, with the texts of open documents in the place of those on disk. Never: a
//! child process, the network, a write to a file (edits are offered, and the editor makes them), or a secret in a message.

mod actions;
mod client;
mod complete;
mod cursor;
mod diagnostics;
mod documents;
mod edits;
mod fix_all;
mod folder;
mod handshake;
mod hints;
mod hover;
mod ignore;
mod inbox;
mod markdown;
mod outbox;
mod page;
mod places;
mod polling;
mod requests;
mod server;
mod suppression;
mod symbols;
#[cfg(test)]
mod tests;
mod turn_off;
mod uri;

use lsp_server::Connection;

use crate::run::Failure;
pub use server::{Ended, serve};

/// Serves an editor on stdin and stdout until it says `exit` or goes away.
///
/// # Errors
/// When what is sent is not the protocol.
pub fn over_stdio() -> Result<Ended, Failure> {
    let (connection, threads) = Connection::stdio();
    let ended = serve(&connection);
    // The threads end when nobody can send any more, and what was sent last is written first.
    drop(connection);
    let joined = threads.join();
    let ended = ended?;
    // An error of theirs holds what was sent, which may be the text of a file.
    match joined {
        Ok(()) => Ok(ended),
        Err(_) => Err(Failure::new("the connection to the editor broke")),
    }
}
