//! What a form of configuration is to discovery.

use crate::backstage::words::LeftOut;
use crate::connect::words::Server;
use crate::files::{FilePath, Files};
use crate::text::Sources;

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The servers, in order of name.
    pub servers: Vec<Server>,
    /// Files that look like configuration of a server and are none.
    pub left_out: Vec<LeftOut>,
}

/// A form in which settings of a server are written.
pub trait Source: Sync {
    /// Whether a file of this name may hold it, wherever it is.
    fn wants(&self, name: &str) -> bool;

    /// Whether a file of this name may hold it when a person names the file; by default as [`wants`](Self::wants).
    fn takes(&self, name: &str) -> bool {
        self.wants(name)
    }

    /// Reads these files, which are in order of path, and adds the servers they make, or what they add to those that
    /// other sources found.
    fn servers(&self, paths: &[&FilePath], tree: &mut Tree<'_>);
}

/// What sources read from and add to.
pub struct Tree<'t> {
    /// The files.
    pub files: &'t dyn Files,
    /// What was found so far.
    pub found: &'t mut Found,
    /// Where the texts of files are added that a source reads. Those of gcfg files are added when they are loaded.
    pub sources: &'t mut Sources,
}
