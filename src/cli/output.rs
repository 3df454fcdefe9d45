//! Where reports go: stdout, or files that are written whole or not at all.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::files::{Guard, WriteError, is_same, reason, replace_all};
use crate::run::Failure;
use crate::text::mask::{self, InertLines};

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
            reason(&error)
        ))),
        _ => Ok(()),
    }
}

/// Writes text for people to stdout: no line of it is a command to a CI runner.
///
/// # Errors
/// As [`to_stdout`].
pub(super) fn lines_to_stdout(
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    to_stdout(|out| {
        let mut out = InertLines::new(out);
        write(&mut out)?;
        out.flush()
    })
}

/// Writes a document as JSON that people can read too.
///
/// # Errors
/// When `out` takes no more.
pub(super) fn json(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", mask::json(document)?)
}

/// A file to write, and what.
pub(super) struct Output {
    /// Where.
    pub(super) path: PathBuf,
    /// What.
    pub(super) contents: Vec<u8>,
}

/// Writes all files, each whole, or none; see [`replace_all`].
///
/// # Errors
/// When one cannot be written, two are the same, or one of them was read by the run.
pub(super) fn to_files(outputs: &[Output], guard: &Guard) -> Result<(), Failure> {
    refuse_read(guard)?;
    let files = outputs.iter();
    let files: Vec<(&Path, &[u8])> = files
        .map(|output| (&*output.path, &*output.contents))
        .collect();
    let path = |number: usize| outputs.get(number).map_or(Path::new(""), |it| &it.path);
    replace_all(&files).map_err(|error| match error {
        WriteError::At(number, error) => cannot_write(path(number), &error),
        WriteError::Same(number) => {
            let place = shown(path(number));
            Failure::new(format!("two reports with the same destination: {place}"))
        }
    })
}

/// Keeps what a run read from being written over.
///
/// # Errors
/// When a file to write to is one that was read.
pub(super) fn refuse_read(guard: &Guard) -> Result<(), Failure> {
    match guard.read() {
        None => Ok(()),
        Some(path) => {
            let message = format!(
                "cannot write {}: the file is an input of this run",
                shown(path)
            );
            Err(Failure::new(message).with_help("use another file"))
        }
    }
}

/// Keeps a baseline and a report apart.
///
/// # Errors
/// When both would be the same file.
pub(super) fn refuse_same<'p>(
    baseline: &Path,
    reports: impl IntoIterator<Item = &'p Path>,
) -> Result<(), Failure> {
    let mut reports = reports.into_iter();
    match reports.any(|report| is_same(baseline, report)) {
        true => Err(Failure::new(format!(
            "a report and the baseline with the same destination: {}",
            shown(baseline)
        ))),
        false => Ok(()),
    }
}

fn shown(path: &Path) -> String {
    crate::text::mask::escape(&path.display().to_string()).into_owned()
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    let failure = Failure::new(format!("cannot write {}: {}", shown(path), reason(error)));
    match error.kind() {
        io::ErrorKind::NotFound => failure.with_help("create the directory first"),
        io::ErrorKind::IsADirectory => failure.with_help("use a file in that directory"),
        _ => failure,
    }
}
