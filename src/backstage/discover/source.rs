//! What every kind of file with start commands is.

use super::reader::Reader;
use crate::files::FilePath;

/// Reads start commands of one kind of file.
pub(super) trait Source: Sync {
    /// Whether a file may hold start commands of this kind, by its name.
    fn wants(&self, name: &str) -> bool;

    /// Reads the wanted files of a listing, in order of path, and hands each process in them to the reader, which makes
    /// its chain ([`Reader::take`]).
    fn processes(&self, files: &[&FilePath], reader: &mut Reader<'_>);
}
