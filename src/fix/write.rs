//! Changed texts to the disk.

use std::path::Path;

use super::{FIXED_FILE_LIMIT, FileChange};
use crate::files::{self, WriteError, read_named, reason};
use crate::run::Failure;
use crate::text::mask::escape;

/// Writes all files, each whole, or none of them.
///
/// # Errors
/// When one cannot be written, or is no longer what it was when it was read.
pub fn write(changes: &[FileChange]) -> Result<(), Failure> {
    for change in changes {
        let now = read_named(&change.path, FIXED_FILE_LIMIT).ok();
        let is_same = match &change.before {
            Some(before) => now.as_deref() == Some(&**before),
            None => !change.path.exists(),
        };
        if !is_same {
            let message = format!(
                "cannot fix {}: it has changed since it was read",
                escape(&change.shown)
            );
            return Err(Failure::new(message).with_help("run it again"));
        }
    }
    let outputs: Vec<(&Path, &[u8])> = changes
        .iter()
        .map(|change| (&*change.path, change.after.as_bytes()))
        .collect();
    files::replace_all(&outputs).map_err(|error| {
        let (number, why) = match &error {
            WriteError::At(number, error) => (*number, reason(error)),
            WriteError::Same(number) => (*number, "two paths lead to it"),
        };
        let shown = changes.get(number).map_or("", |change| &change.shown);
        Failure::new(format!("cannot write {}: {why}", escape(shown)))
    })
}
