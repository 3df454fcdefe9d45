//! Files that a run is about to write to, and which of them it has read.
//!
//! A report that takes the place of a layer, a manifest or a settings file would destroy what a person made. Names do
//! not tell: links and other spellings lead to the same file.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The files to write to. Clones share what is noted.
#[derive(Debug, Clone, Default)]
pub struct Guard(Arc<[Target]>);

#[derive(Debug)]
struct Target {
    path: PathBuf,
    file: FileId,
    is_read: AtomicBool,
}

/// What tells one file of the disk from another, whatever leads to it.
#[cfg(unix)]
type FileId = (u64, u64);
#[cfg(not(unix))]
type FileId = PathBuf;

impl Guard {
    /// A guard of those of these paths that lead to a regular file. What is not there yet cannot be read.
    pub fn of<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Self {
        let targets = paths.into_iter().filter_map(|path| {
            let metadata = fs::metadata(path).ok().filter(Metadata::is_file)?;
            Some(Target {
                path: path.to_owned(),
                file: id(path, &metadata)?,
                is_read: AtomicBool::new(false),
            })
        });
        Self(targets.collect())
    }

    /// Notes that a file is read.
    pub fn note(&self, path: &Path) {
        if !self.0.is_empty()
            && let Ok(metadata) = fs::metadata(path)
        {
            self.note_known(path, &metadata);
        }
    }

    /// The same where it is known what is at `path`, links followed.
    pub(super) fn note_known(&self, path: &Path, metadata: &Metadata) {
        if self.0.is_empty() {
            return;
        }
        let Some(file) = id(path, metadata) else {
            return;
        };
        for target in self.0.iter().filter(|target| target.file == file) {
            target.is_read.store(true, Ordering::Relaxed);
        }
    }

    /// The first of the paths that leads to a file that was read.
    pub fn read(&self) -> Option<&Path> {
        let is_read = |target: &&Target| target.is_read.load(Ordering::Relaxed);
        self.0.iter().find(is_read).map(|target| &*target.path)
    }
}

#[cfg(unix)]
fn id(_: &Path, metadata: &Metadata) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt as _;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn id(path: &Path, _: &Metadata) -> Option<FileId> {
    fs::canonicalize(path).ok()
}
