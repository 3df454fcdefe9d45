//! Where reports go: stdout, or files that are written whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::files::reason;
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

/// Writes all files, each whole, or none: each is written beside its place and moved there when all are written. What
/// is no regular file (a device, a pipe) is written to as it is; a folder is refused.
///
/// # Errors
/// When one cannot be written, or two are the same.
pub(super) fn to_files(outputs: &[Output]) -> Result<(), Failure> {
    let mut places: Vec<Place> = Vec::new();
    for output in outputs {
        let place = Place::of(&output.path).map_err(|error| cannot_write(&output.path, &error))?;
        if places.contains(&place) {
            let message = format!("two reports would be written to {}", output.shown());
            return Err(Failure::new(message));
        }
        places.push(place);
    }
    let mut drafts = Vec::new();
    for (place, output) in places.into_iter().zip(outputs) {
        let draft = Draft::write(place, &output.contents);
        drafts.push(draft.map_err(|error| cannot_write(&output.path, &error))?);
    }
    for (draft, output) in drafts.iter_mut().zip(outputs) {
        draft
            .keep()
            .map_err(|error| cannot_write(&output.path, &error))?;
    }
    Ok(())
}

/// Keeps a baseline and a report apart.
///
/// # Errors
/// When both would be the same file.
pub(super) fn refuse_same<'p>(
    baseline: &Path,
    reports: impl IntoIterator<Item = &'p Path>,
) -> Result<(), Failure> {
    let place = |path: &Path| Place::of(path).ok();
    let own = place(baseline);
    match reports
        .into_iter()
        .any(|report| own.is_some() && place(report) == own)
    {
        true => Err(Failure::new(format!(
            "a report and the baseline would both be written to {}",
            shown(baseline)
        ))),
        false => Ok(()),
    }
}

impl Output {
    fn shown(&self) -> String {
        shown(&self.path)
    }
}

fn shown(path: &Path) -> String {
    crate::text::mask::escape(&path.display().to_string()).into_owned()
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    let failure = Failure::new(format!("cannot write {}: {}", shown(path), reason(error)));
    match error.kind() {
        io::ErrorKind::NotFound => failure.with_help("make the folder first"),
        io::ErrorKind::IsADirectory => failure.with_help("name a file in that folder"),
        _ => failure,
    }
}

/// Where a file goes, in its one spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// A regular file, or nothing yet.
    File(PathBuf),
    /// A device or a pipe.
    Stream(PathBuf),
}

impl Place {
    fn of(path: &Path) -> io::Result<Self> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(metadata) if metadata.is_file() => fs::canonicalize(path).map(Self::File),
            Ok(_) => Ok(Self::Stream(path.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
                let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
                let folder = fs::canonicalize(folder.unwrap_or(Path::new(".")))?;
                Ok(Self::File(folder.join(name)))
            }
            Err(error) => Err(error),
        }
    }
}

/// A file that is written beside its place. Removed unless it is kept.
struct Draft {
    beside: PathBuf,
    place: Option<PathBuf>,
}

impl Draft {
    fn write(place: Place, contents: &[u8]) -> io::Result<Self> {
        let place = match place {
            Place::File(place) => place,
            Place::Stream(place) => {
                File::options()
                    .write(true)
                    .open(&place)?
                    .write_all(contents)?;
                return Ok(Self {
                    beside: place,
                    place: None,
                });
            }
        };
        let (mut file, beside) = create_beside(&place)?;
        let draft = Self {
            beside,
            place: Some(place),
        };
        file.write_all(contents)?;
        Ok(draft)
    }

    fn keep(&mut self) -> io::Result<()> {
        if let Some(place) = &self.place {
            fs::rename(&self.beside, place)?;
        }
        self.place = None;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.place.is_some() {
            let _ = fs::remove_file(&self.beside);
        }
    }
}

/// A new file in the folder of `place`: by another name if a run that was killed left one.
fn create_beside(place: &Path) -> io::Result<(File, PathBuf)> {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    let mut number = 0;
    loop {
        let beside = place.with_file_name(format!(".{name}.{}-{number}.tmp", std::process::id()));
        match File::options().write(true).create_new(true).open(&beside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 100 => {
                number += 1
            }
            opened => return opened.map(|file| (file, beside)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(path: PathBuf, contents: &str) -> Output {
        Output {
            path,
            contents: contents.into(),
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn files_are_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        fs::write(&path, "a longer text than the new one").unwrap();
        to_files(&[output(path.clone(), "new")]).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(folder.path()), ["report.json"]);
    }

    #[test]
    fn one_that_cannot_be_written_leaves_all_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let good = folder.path().join("good");
        fs::write(&good, "old").unwrap();
        fs::create_dir(folder.path().join("folder")).unwrap();
        for bad in ["folder", "no/such/folder", "good"] {
            let outputs = [
                output(good.clone(), "new"),
                output(folder.path().join(bad), "new"),
            ];
            assert!(to_files(&outputs).is_err(), "{bad}");
            assert_eq!(fs::read_to_string(&good).unwrap(), "old");
            assert_eq!(names(folder.path()), ["folder", "good"]);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_and_a_device_stay_what_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().join("real");
        let link = folder.path().join("link");
        fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        to_files(&[
            output(link.clone(), "new"),
            output("/dev/null".into(), "gone"),
        ])
        .unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
    }
}
