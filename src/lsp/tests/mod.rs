//! The server as an editor sees it: in this process, over a connection in memory, with real files.

mod asked;
mod editor;
mod sync;
mod told;
mod workspace;

use editor::Editor;
