//! Files that a person names on the command line: anywhere on the disk, not below a root.

use std::fs::metadata;
use std::path::Path;

use super::disk::read_bytes;
use super::{ReadError, reason, utf8};

/// The text of a regular file of at most `limit` bytes.
///
/// # Errors
/// Whatever keeps the text from being had whole; see [`ReadError`].
pub fn read_named(path: &Path, limit: u64) -> Result<String, ReadError> {
    let about = metadata(path).map_err(|error| ReadError::Io(reason(&error).into()))?;
    if !about.is_file() {
        return Err(ReadError::NotAFile);
    }
    if about.len() > limit {
        return Err(ReadError::TooLarge { limit });
    }
    utf8(read_bytes(path, limit)?)
}
