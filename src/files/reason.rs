//! Why the system refused, in words for people.

use std::io::{Error, ErrorKind};

/// The end of a sentence such as `cannot read x: …`. The system's own words are for programmers (`entity not found`),
/// and may name more than the path that was asked for.
pub fn reason(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::NotFound => "no such file or directory",
        ErrorKind::NotADirectory => "not a directory",
        ErrorKind::IsADirectory => "is a directory",
        ErrorKind::AlreadyExists => "already exists",
        ErrorKind::PermissionDenied => "permission denied",
        ErrorKind::ReadOnlyFilesystem => "read-only file system",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "no space left on device",
        ErrorKind::InvalidData => "it is not UTF-8",
        ErrorKind::InvalidFilename => "invalid file name",
        ErrorKind::BrokenPipe => "broken pipe",
        _ => "unknown system error",
    }
}
