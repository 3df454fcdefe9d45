//! Where files come from, and go. The only door to the file system for every stage.
//!
//! In: paths relative to one root. Out: their texts and what kind of thing they are. Tests, rule examples, the
//! editor's unsaved buffers and the git index are other implementations of the same trait, so every later
//! stage is a pure function.

mod disk;
mod excludes;
mod git;
mod guard;
mod memory;
mod named;
mod noted;
mod objects;
mod overlay;
mod reason;
mod repository;
mod signals;
mod staged;
mod template;
mod walk;
mod write;

use std::fmt;
use std::sync::Arc;

use crate::text::Source;

pub use disk::{DiskFiles, OpenError};
pub use git::{GitVariables, IndexError};
pub use guard::Guard;
pub use memory::MemoryFiles;
pub use named::read_named;
pub use noted::{AskedFor, NotedFiles};
pub use overlay::OverlayFiles;
pub use reason::reason;
pub use repository::Repository;
pub use staged::StagedFiles;
pub use template::without_template_ending;
pub use write::{WriteError, create, is_same, replace, replace_all};

/// A path below the root of a [`Files`]: `/` between parts, no `.` or `..` inside, empty for the root itself.
/// A path that leads out of the root begins with `../` and is never readable.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct FilePath(Arc<str>);

impl FilePath {
    /// Normalizes `path` (`a/./b/../c` is `a/c`).
    pub fn new(path: &str) -> Self {
        Self::root().join(path)
    }

    /// The root itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// This folder joined with a relative path as a person writes it; `\` is not a separator. An absolute
    /// path (leading `/`) keeps its slash and is outside every root.
    #[must_use]
    pub fn join(&self, path: &str) -> Self {
        if path.starts_with('/') {
            return Self(path.into());
        }
        let mut parts: Vec<&str> = self.0.split('/').filter(|part| !part.is_empty()).collect();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.last().is_some_and(|last| *last != "..") => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        Self(parts.join("/").into())
    }

    /// The folder this is in; the root's is the root.
    #[must_use]
    pub fn parent(&self) -> Self {
        self.0
            .rsplit_once('/')
            .map_or_else(Self::root, |(parent, _)| Self(parent.into()))
    }

    /// This folder and every folder above it, up to the root.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> + use<> {
        let above = |folder: &Self| (!folder.as_str().is_empty()).then(|| folder.parent());
        std::iter::successors(Some(self.clone()), above)
    }

    /// The last part.
    pub fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// Whether it leads out of the root.
    pub fn is_outside(&self) -> bool {
        self.0.starts_with('/') || &*self.0 == ".." || self.0.starts_with("../")
    }

    /// Whether it is in the folder that git keeps for itself: what stands there is nobody's configuration, and may hold
    /// credentials.
    pub(crate) fn is_in_git_folder(&self) -> bool {
        self.0
            .split('/')
            .any(|part| part.eq_ignore_ascii_case(".git"))
    }

    /// Whether this is `folder` or something below it.
    pub fn is_within(&self, folder: &FilePath) -> bool {
        folder.0.is_empty()
            || self.0 == folder.0
            || self
                .0
                .strip_prefix(&*folder.0)
                .is_some_and(|rest| rest.starts_with('/'))
    }

    /// Whether it lies in a folder of this name, at any depth.
    fn is_within_named(&self, name: &str) -> bool {
        let mut parts = self.0.rsplit('/');
        parts.next();
        parts.any(|part| part == name)
    }

    /// This path as a person in `folder` would write it: `a/b` seen from `a/c` is `../b`. An absolute path stays.
    pub fn relative_to(&self, folder: &FilePath) -> String {
        if self.0.starts_with('/') {
            return self.0.to_string();
        }
        let mut from = folder
            .0
            .split('/')
            .filter(|part| !part.is_empty())
            .peekable();
        let mut to = self.0.split('/').filter(|part| !part.is_empty()).peekable();
        while from.peek().is_some() && from.peek() == to.peek() {
            from.next();
            to.next();
        }
        let parts: Vec<&str> = from.map(|_| "..").chain(to).collect();
        if parts.is_empty() {
            ".".into()
        } else {
            parts.join("/")
        }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "." } else { &self.0 })
    }
}

/// Why a file could not be read. The message is for people and names no contents.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is nothing by that name.
    #[error("no such file or directory")]
    NotFound,
    /// It is a symbolic link to something that is not there.
    #[error("it is a dangling symbolic link")]
    LinkToNothing,
    /// The path leads out of the root.
    #[error("it is outside the repository")]
    Outside,
    /// It is in `.git`, which is never read as a file of the repository.
    #[error("it is in `.git`")]
    InGitFolder,
    /// A folder, device, socket or pipe.
    #[error("it is not a regular file")]
    NotAFile,
    /// Larger than the limit for its kind, in bytes.
    #[error("it is larger than {}", size(*limit))]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// Not UTF-8.
    #[error("it is not UTF-8 (byte {})", .0.at)]
    NotUtf8(Replaced),
    /// The system refused, e.g. no permission. The kind only, in the system's words.
    #[error("{0}")]
    Io(String),
}

/// What is left of a text that is not UTF-8.
#[derive(Clone, PartialEq, Eq)]
pub struct Replaced {
    /// Offset of the first byte that is not UTF-8, in the file and in the text.
    pub at: usize,
    /// The text as Node reads it: with U+FFFD for what is not UTF-8.
    pub text: Arc<str>,
}

/// Without the text, which may hold secrets.
impl fmt::Debug for Replaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replaced")
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// The bytes of a file as text.
fn utf8(bytes: Vec<u8>) -> Result<String, ReadError> {
    String::from_utf8(bytes).map_err(|error| {
        ReadError::NotUtf8(Replaced {
            at: error.utf8_error().valid_up_to(),
            text: String::from_utf8_lossy(error.as_bytes()).into(),
        })
    })
}

/// A number of bytes as people say it.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        _ if bytes >= 1 << 20 && bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        _ if bytes >= 1 << 10 && bytes.is_multiple_of(1 << 10) => format!("{} KiB", bytes >> 10),
        _ => format!("{bytes} bytes"),
    }
}

/// One file in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The file.
    pub path: FilePath,
    /// What git does with it.
    pub git: GitStatus,
    /// Whether an ignore rule names it, also when it is tracked all the same. `false` without a repository.
    pub named_by_ignore_rule: bool,
}

/// Something in the tree that no listing can hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PassedOver {
    /// Where, as far as it can be written.
    pub path: FilePath,
    /// Why, behind `it`: `cannot be read: permission denied`.
    pub reason: String,
}

/// What git does with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GitStatus {
    /// It is in the index.
    Tracked,
    /// A .gitignore rule stops it and it is not in the index.
    Ignored,
    /// Neither: it would be added by `git add`.
    Untracked,
    /// There is no repository to ask.
    NoRepository,
}

/// A file without the links that lead to it, and what tells whether it has changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Its own path.
    pub path: FilePath,
    /// Its size in bytes; 0 where that is not known.
    pub size: u64,
    /// When it was last changed, in nanoseconds since 1970; 0 where that is not known.
    pub modified: u128,
}

/// The largest .gitignore that is read, in bytes.
const MAX_IGNORE_FILE: u64 = 1 << 20;

/// A tree of files below one root. Several threads may read it at once.
pub trait Files: Send + Sync {
    /// The text of a file of at most `limit` bytes.
    ///
    /// # Errors
    /// Whatever keeps the text from being had whole; see [`ReadError`].
    fn read(&self, path: &FilePath, limit: u64) -> Result<Arc<str>, ReadError>;

    /// Whether there is a regular file at `path` that could be read.
    fn is_file(&self, path: &FilePath) -> bool {
        matches!(
            self.read(path, 0),
            Ok(_) | Err(ReadError::TooLarge { .. } | ReadError::NotUtf8(_))
        )
    }

    /// Whether there may be a folder at `path`; `false` spares looking for files in it.
    fn is_folder(&self, path: &FilePath) -> bool {
        !path.is_outside()
    }

    /// What tells this tree from others, as the key of what is kept about it between runs.
    fn identity(&self) -> String {
        String::new()
    }

    /// What file really is at `path`, links followed; `None` when there is no regular file inside the root.
    fn identify(&self, path: &FilePath) -> Option<Identity> {
        self.is_file(path).then(|| Identity {
            path: path.clone(),
            size: 0,
            modified: 0,
        })
    }

    /// Whether a .gitignore of the tree names this path or a folder it is in, whether or not anything is there: whoever
    /// wrote the rule knows of a file that is not to be in the repository.
    fn is_ignored(&self, path: &FilePath) -> bool {
        git::is_ignored(path, &|file| self.read(file, MAX_IGNORE_FILE).ok())
    }

    /// The path as a person knows it: relative to where the run was started.
    fn display(&self, path: &FilePath) -> String;

    /// A text read from `path` as a source that knows both its names.
    fn source(&self, path: &FilePath, text: Arc<str>) -> Source {
        Source::new(self.display(path), text).in_repository(path.as_str())
    }

    /// Every file below `folder` whose name (without its folders) `wanted` accepts, in order of path: not below
    /// `node_modules`, `.git` or an ignored folder, except tracked files; ignored files elsewhere included. The
    /// tree is walked once, however often this is asked.
    fn list(&self, folder: &FilePath, wanted: &dyn Fn(&str) -> bool) -> Vec<Listed>;

    /// What listings so far could not hold, in order of path.
    fn passed_over(&self) -> Vec<PassedOver> {
        Vec::new()
    }
}

/// The part of a sorted listing that is below `folder`.
pub(crate) fn below<'l>(files: &'l [Listed], folder: &FilePath) -> &'l [Listed] {
    if folder.0.is_empty() {
        return files;
    }
    let prefix = format!("{folder}/");
    let start = files.partition_point(|file| file.path.as_str() < prefix.as_str());
    let rest = files.get(start..).unwrap_or_default();
    let length = rest.partition_point(|file| file.path.as_str().starts_with(&prefix));
    rest.get(..length).unwrap_or_default()
}

#[cfg(test)]
mod tests;
