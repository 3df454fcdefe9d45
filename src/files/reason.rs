//! Why the system refused, in words for people.

use std::io::{Error, ErrorKind};

/// The end of a sentence such as `cannot read x: …`. The system's own words are for programmers (`entity not found`),
/// and may name more than the path that was asked for.
pub fn reason(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder",
        ErrorKind::NotADirectory => "a part of its path is a file, not a folder",
        ErrorKind::IsADirectory => "it is a folder",
        ErrorKind::AlreadyExists => "it is there already",
        ErrorKind::PermissionDenied => "permission denied",
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "there is no space left",
        ErrorKind::InvalidData => "it is not UTF-8",
        ErrorKind::InvalidFilename => "the system does not allow such a name",
        ErrorKind::BrokenPipe => "broken pipe",
        _ => "unknown system error",
    }
}
