//! What git knows about files, without a child process: ignore rules and the index.
//!
//! In: texts of ignore files and an index. Out: whether a path is ignored or tracked. Never: the working tree; who
//! walks it is in [`super::disk`].

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::named::read_named;
use super::{FilePath, reason};
use gix_index::entry::{Flags, Mode};
use gix_index::{State, decode, hash};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The largest ignore file or index that is read, in bytes.
pub(super) const GIT_FILE_LIMIT: u64 = 256 << 20;

/// The longest file that holds nothing but a path, in bytes.
const PATH_LIMIT: u64 = 4096;

/// The largest configuration of a repository that is read, in bytes.
const CONFIG_LIMIT: u64 = 1 << 20;

/// How many bytes of patterns become one search: those of all might be larger than a search may be.
const RULES_AT_ONCE: usize = 32 << 10;

/// The ignore rules that hold in one folder: its own and those of the folders above, the nearest last.
#[derive(Debug, Clone, Default)]
pub(super) struct IgnoreRules {
    files: Vec<Arc<Gitignore>>,
}

impl IgnoreRules {
    /// These rules and those of an ignore file in `folder` (relative to the root, `/` between parts). Lines that
    /// are no valid pattern are passed over, as git does.
    pub(super) fn with(&self, folder: &str, text: &str) -> Self {
        let mut files = self.files.clone();
        let mut builder = GitignoreBuilder::new(folder);
        let mut bytes = 0;
        let mut lines = text.trim_start_matches('\u{feff}').lines().peekable();
        while let Some(line) = lines.next() {
            // A line that is no valid glob matches nothing in git either.
            let _ = builder.add_line(None, line);
            bytes += line.len();
            if bytes < RULES_AT_ONCE && lines.peek().is_some() {
                continue;
            }
            let whole = std::mem::replace(&mut builder, GitignoreBuilder::new(folder));
            bytes = 0;
            // The later of two parts decides, as the later of two files does.
            if let Ok(rules) = whole.build() {
                files.push(Arc::new(rules));
            }
        }
        Self { files }
    }

    /// Whether the file or folder at `path` (relative to the root) is ignored. The nearest ignore file with an
    /// opinion decides. Folders above are not looked at: who descends does not enter an ignored one.
    pub(super) fn ignore(&self, path: &str, kind: EntryKind) -> bool {
        let is_folder = matches!(kind, EntryKind::Folder);
        self.files
            .iter()
            .rev()
            .find_map(|rules| match rules.matched(path, is_folder) {
                Match::Ignore(_) => Some(true),
                Match::Whitelist(_) => Some(false),
                Match::None => None,
            })
            .unwrap_or(false)
    }
}

/// Whether an ignore file names the path or a folder it is in. `read` gives the text of an ignore file.
pub(super) fn is_ignored(path: &FilePath, read: &dyn Fn(&FilePath) -> Option<Arc<str>>) -> bool {
    if path.is_outside() {
        return false;
    }
    let mut rules = IgnoreRules::default();
    let mut folder = FilePath::root();
    let mut parts = path.as_str().split('/').peekable();
    while let Some(part) = parts.next() {
        if let Some(text) = read(&folder.join(".gitignore")) {
            rules = rules.with(folder.as_str(), &text);
        }
        folder = folder.join(part);
        let kind = match parts.peek() {
            Some(_) => EntryKind::Folder,
            None => EntryKind::File,
        };
        if rules.ignore(folder.as_str(), kind) {
            return true;
        }
    }
    false
}

/// A file or a folder, as ignore rules tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryKind {
    File,
    Folder,
}

/// Where a repository keeps its things. In a linked worktree the index is its own and the rest is shared.
#[derive(Debug, Clone)]
pub(super) struct GitFolders {
    /// Holds `index`.
    pub(super) own: PathBuf,
    /// Holds `objects` and `info/exclude`.
    pub(super) common: PathBuf,
}

impl GitFolders {
    /// The folders of the repository whose working tree is `root`; `None` when there is none. Follows the `.git`
    /// file of worktrees and submodules.
    pub(super) fn find(root: &Path) -> Option<Self> {
        let dot_git = root.join(".git");
        let metadata = fs::metadata(&dot_git).ok()?;
        let own = if metadata.is_dir() {
            dot_git
        } else {
            let text = read_named(&dot_git, PATH_LIMIT).ok()?;
            root.join(text.strip_prefix("gitdir:")?.trim())
        };
        let common = read_named(&own.join("commondir"), PATH_LIMIT)
            .ok()
            .map_or_else(|| own.clone(), |text| own.join(text.trim()));
        own.is_dir().then_some(Self { own, common })
    }

    /// Whether objects are named by SHA-256, as the repository's own configuration says.
    fn uses_sha256(&self) -> bool {
        let Ok(config) = read_named(&self.common.join("config"), CONFIG_LIMIT) else {
            return false;
        };
        let format = config.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            let is_format = name.trim().eq_ignore_ascii_case("objectformat");
            is_format.then(|| value.trim().to_ascii_lowercase())
        });
        format.as_deref() == Some("sha256")
    }
}

/// One entry of an index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Staged {
    /// What it is.
    pub(super) kind: StagedKind,
    /// Its contents.
    pub(super) object: hash::ObjectId,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StagedKind {
    /// A regular file.
    File,
    /// A symbolic link; its contents are the path it leads to.
    Link,
}

/// What git tells a hook about the repository it runs for, in variables of the process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GitVariables {
    /// `GIT_INDEX_FILE`: what `git commit -a` and `git commit FILE` commit is in no other index.
    pub index_file: Option<PathBuf>,
    /// `GIT_DIR`: which repository that is about.
    pub dir: Option<PathBuf>,
}

impl GitVariables {
    /// Those of this very process.
    pub fn of_process() -> Self {
        let path = |name: &str| {
            let value = env::var_os(name).filter(|value: &OsString| !value.is_empty());
            value.map(PathBuf::from)
        };
        Self {
            index_file: path("GIT_INDEX_FILE"),
            dir: path("GIT_DIR"),
        }
    }

    /// The index they name, of the repository with these folders whose working tree is `root`; `None` when they name
    /// none, or are about another repository. Relative paths begin at the top of the working tree, where hooks run.
    pub(super) fn index(&self, root: &Path, git: &GitFolders) -> Option<PathBuf> {
        let index = self.index_file.as_ref()?;
        if let Some(dir) = &self.dir {
            let named = fs::canonicalize(root.join(dir)).ok()?;
            if named != fs::canonicalize(&git.own).ok()? {
                return None;
            }
        }
        Some(root.join(index))
    }
}

/// Which index of a repository is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum IndexFile {
    /// The repository's own; there is none before the first `git add`.
    Own(PathBuf),
    /// The one that `GIT_INDEX_FILE` names.
    Named(PathBuf),
}

impl IndexFile {
    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Own(path) | Self::Named(path) => path,
        }
    }
}

/// Why an index cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// The system refused.
    #[error("{0}")]
    Io(&'static str),
    /// It is not where `GIT_INDEX_FILE` says.
    #[error("GIT_INDEX_FILE refers to a file that does not exist")]
    NamedIsMissing,
    /// Larger than any index should be.
    #[error("it is too large")]
    TooLarge,
    /// It is no index, or not a whole one.
    #[error("it is damaged")]
    Damaged,
    /// Objects have names of another kind.
    #[error("the repository uses SHA-256 object names, which stagecheck does not support yet")]
    Sha256,
    /// It is split, and the part that is shared cannot be read.
    #[error("it is a split index, and its shared index cannot be read")]
    Split,
}

impl IndexError {
    /// What to do about it.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::NamedIsMissing => Some("unset GIT_INDEX_FILE, or set it to an existing index"),
            Self::Damaged => Some("`rm .git/index && git reset` rebuilds it from the last commit"),
            Self::Split => Some("`git update-index --no-split-index` merges it into one file"),
            Self::Io(_) | Self::TooLarge | Self::Sha256 => None,
        }
    }
}

/// The tracked paths.
#[derive(Debug)]
pub(super) struct Index(State);

impl Index {
    /// Reads an index; `None` when the repository has none yet.
    pub(super) fn read(file: &IndexFile, git: &GitFolders) -> Result<Option<Self>, IndexError> {
        let path = file.path();
        // Opening a pipe would wait for whoever writes to it.
        match fs::metadata(path) {
            Ok(metadata) if !metadata.is_file() => return Err(IndexError::Damaged),
            Ok(metadata) if metadata.len() > GIT_FILE_LIMIT => return Err(IndexError::TooLarge),
            _ => {}
        }
        let mut bytes = Vec::new();
        let read =
            File::open(path).and_then(|file| file.take(GIT_FILE_LIMIT + 1).read_to_end(&mut bytes));
        match (read, file) {
            (Ok(_), _) => {}
            (Err(error), IndexFile::Own(_)) if error.kind() == ErrorKind::NotFound => {
                return Ok(None);
            }
            (Err(error), IndexFile::Named(_)) if error.kind() == ErrorKind::NotFound => {
                return Err(IndexError::NamedIsMissing);
            }
            (Err(error), _) => return Err(IndexError::Io(reason(&error))),
        }
        if bytes.len() as u64 > GIT_FILE_LIMIT {
            return Err(IndexError::TooLarge);
        }
        if git.uses_sha256() {
            return Err(IndexError::Sha256);
        }
        let options = decode::Options {
            thread_limit: Some(1),
            alloc_limit_bytes: usize::try_from(GIT_FILE_LIMIT).ok(),
            ..decode::Options::default()
        };
        let now = std::time::SystemTime::now().into();
        let (state, _) = State::from_bytes(&bytes, now, hash::Kind::Sha1, options)
            .map_err(|_| IndexError::Damaged)?;
        let shared = state.link().map(|link| link.shared_index_checksum);
        let Some(shared) = shared.filter(|shared| !shared.is_null()) else {
            return Ok(Some(Self(state)));
        };
        let shared = path.with_file_name(format!("sharedindex.{shared}"));
        let is_plain = |about: &fs::Metadata| about.is_file() && about.len() <= GIT_FILE_LIMIT;
        if !fs::metadata(shared).is_ok_and(|about| is_plain(&about)) {
            return Err(IndexError::Split);
        }
        let whole = gix_index::File::at(path, hash::Kind::Sha1, true, options);
        whole
            .map(|whole| Some(Self(whole.into())))
            .map_err(|_| IndexError::Split)
    }

    /// Whether the file at `path` is tracked.
    pub(super) fn tracks(&self, path: &str) -> bool {
        self.0.entry_by_path(path.as_bytes().into()).is_some()
    }

    /// What is staged at `path`; `None` when it is not tracked, a conflict, or only meant to be added.
    pub(super) fn staged(&self, path: &str) -> Option<Staged> {
        let entry = self.0.entry_by_path(path.as_bytes().into())?;
        if entry.flags.contains(Flags::INTENT_TO_ADD) {
            return None;
        }
        let kind = match entry.mode {
            Mode::FILE | Mode::FILE_EXECUTABLE => StagedKind::File,
            Mode::SYMLINK => StagedKind::Link,
            _ => return None,
        };
        Some(Staged {
            kind,
            object: entry.id,
        })
    }

    /// Every tracked path that is UTF-8, in order.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.0
            .entries()
            .iter()
            .filter(|entry| !entry.mode.is_submodule() && !entry.mode.is_sparse())
            .filter_map(|entry| std::str::from_utf8(entry.path(&self.0)).ok())
    }
}
