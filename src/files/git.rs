//! What git knows about files, without a child process: ignore rules and the index.
//!
//! In: texts of ignore files and the bytes of an index. Out: whether a path is ignored or tracked. Never: the
//! working tree; who walks it is in [`super::disk`].

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::FilePath;
use gix_index::entry::{Flags, Mode};
use gix_index::{State, decode, hash};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The largest ignore file or index that is read, in bytes.
pub(super) const GIT_FILE_LIMIT: u64 = 256 << 20;

/// The ignore rules that hold in one folder: its own and those of the folders above, the nearest last.
#[derive(Debug, Clone, Default)]
pub(super) struct IgnoreRules {
    files: Vec<Arc<Gitignore>>,
}

impl IgnoreRules {
    /// These rules and those of an ignore file in `folder` (relative to the root, `/` between parts). Lines that
    /// are no valid pattern are passed over, as git does.
    pub(super) fn with(&self, folder: &str, text: &str) -> Self {
        let mut builder = GitignoreBuilder::new(folder);
        for line in text.trim_start_matches('\u{feff}').lines() {
            // A line that is no valid glob matches nothing in git either.
            let _ = builder.add_line(None, line);
        }
        let mut files = self.files.clone();
        if let Ok(rules) = builder.build() {
            files.push(Arc::new(rules));
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
        let metadata = std::fs::metadata(&dot_git).ok()?;
        let own = if metadata.is_dir() {
            dot_git
        } else if metadata.is_file() && metadata.len() < 4096 {
            let text = std::fs::read_to_string(&dot_git).ok()?;
            root.join(text.strip_prefix("gitdir:")?.trim())
        } else {
            return None;
        };
        let common = std::fs::metadata(own.join("commondir"))
            .ok()
            .filter(|metadata| metadata.is_file() && metadata.len() < 4096)
            .and_then(|_| std::fs::read_to_string(own.join("commondir")).ok())
            .map_or_else(|| own.clone(), |text| own.join(text.trim()));
        own.is_dir().then_some(Self { own, common })
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

/// The tracked paths.
#[derive(Debug)]
pub(super) struct Index(State);

impl Index {
    /// Decodes the bytes of an index; `None` when they are none.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let options = decode::Options {
            thread_limit: Some(1),
            alloc_limit_bytes: usize::try_from(GIT_FILE_LIMIT).ok(),
            ..decode::Options::default()
        };
        let now = std::time::SystemTime::now().into();
        State::from_bytes(bytes, now, hash::Kind::Sha1, options)
            .ok()
            .map(|(state, _)| Self(state))
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
