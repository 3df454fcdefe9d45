//! Where reports go: stdout, or files that are written whole or not at all.

use std::io::{self, BufWriter, Write};

use crate::run::Failure;

/// Writes to stdout. A reader that stops reading (`| head`) is no failure.
///
/// # Errors
/// When stdout takes no more, e.g. a full disk.
pub(super) fn to_stdout(
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::new(format!(
            "cannot write to stdout: {}",
            error.kind()
        ))),
        _ => Ok(()),
    }
}
