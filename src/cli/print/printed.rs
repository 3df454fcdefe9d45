//! What is printed: a chain, with the app root it belongs to.

use crate::check::effective::ChainConfig;
use crate::files::FilePath;

/// A chain with the app root it belongs to.
pub(in crate::cli::print) struct Printed<'p> {
    /// The folder of its app root.
    pub root: &'p FilePath,
    /// The chain, with what a process would see.
    pub chain: &'p ChainConfig,
}
