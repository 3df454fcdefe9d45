//! Files of the disk.
//!
//! In: a folder. Out: [`DiskFiles`], the repository it is in (or the folder itself), walked at most once. Never:
//! devices, pipes and sockets, anything outside the root (also by symbolic link), names that are not UTF-8.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File, Metadata};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::UNIX_EPOCH;

use super::git::{GitFolders, Index, IndexError, IndexFile};
use super::walk::Walk;
use super::{
    FilePath, Files, GitVariables, Guard, Identity, Listed, PassedOver, ReadError, reason, utf8,
};

/// The longest path that is looked for, in bytes: no system has longer ones.
const LONGEST_PATH: usize = 4096;

/// The files below one root on the disk.
#[derive(Debug)]
pub struct DiskFiles {
    pub(super) root: PathBuf,
    shown: Shown,
    pub(super) git: Option<Repository>,
    index: OnceLock<Result<Option<Index>, IndexError>>,
    walks: Mutex<Vec<(FilePath, Arc<[Listed]>)>>,
    pub(super) passed_over: Mutex<BTreeSet<PassedOver>>,
    folders: Mutex<HashMap<FilePath, Result<PathBuf, ReadError>>>,
    pub(super) guard: Guard,
}

/// A git repository.
#[derive(Debug)]
pub(super) struct Repository {
    pub(super) folders: GitFolders,
    index: IndexFile,
}

/// How paths are shown relative to the folder the run was started in.
#[derive(Debug)]
enum Shown {
    /// That folder is inside the root: here.
    To(FilePath),
    /// It is elsewhere, and this leads from it to the root.
    From(FilePath),
}

/// Why a root could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Nothing is there, or it may not be read.
    #[error("{0}")]
    Unreadable(ReadError),
    /// The path is not UTF-8.
    #[error("its path is not UTF-8")]
    NotUtf8,
    /// It is in no git repository.
    #[error("not a git repository")]
    NoRepository,
    /// Objects of the repository cannot be read.
    #[error("cannot open the object database of the git repository")]
    NoObjects,
    /// The index of the repository cannot be read.
    #[error("cannot read the git index: {0}")]
    NoIndex(IndexError),
}

impl DiskFiles {
    /// The repository that `path` is in (found by `.git` upwards), or the folder itself where there is none. A
    /// file stands for its folder. Paths are shown relative to `start`, the folder the run was started in.
    ///
    /// # Errors
    /// When there is nothing at `path`, it cannot be read, or its path is not UTF-8.
    pub fn open(path: &Path, start: &Path) -> Result<Self, OpenError> {
        let path = canonical(path)?;
        let start = canonical(start)?;
        let folder = if path.is_dir() {
            path.as_path()
        } else {
            path.parent().unwrap_or(&path)
        };
        let (root, git) = match repository(folder) {
            Some((root, folders)) => {
                let index = IndexFile::Own(folders.own.join("index"));
                (root.to_path_buf(), Some(Repository { folders, index }))
            }
            None => (folder.to_path_buf(), None),
        };
        let below = relative(&root, &start).ok_or(OpenError::NotUtf8)?;
        let shown = if below.is_outside() {
            Shown::From(relative(&start, &root).ok_or(OpenError::NotUtf8)?)
        } else {
            Shown::To(below)
        };
        Ok(Self {
            root,
            shown,
            git,
            index: OnceLock::new(),
            walks: Mutex::default(),
            passed_over: Mutex::default(),
            folders: Mutex::default(),
            guard: Guard::default(),
        })
    }

    /// The same files with the index that git names in variables. They are about the repository that `start` is in,
    /// and no other.
    #[must_use]
    pub fn with_index_of(mut self, variables: &GitVariables, start: &Path) -> Self {
        let Some(git) = &mut self.git else {
            return self;
        };
        let start = canonical(start).ok();
        let theirs = start.as_deref().and_then(repository);
        if theirs.is_some_and(|(root, _)| root == self.root)
            && let Some(path) = variables.index(&self.root, &git.folders)
        {
            git.index = IndexFile::Named(path);
        }
        self
    }

    /// The same files, which note what they read.
    #[must_use]
    pub fn guarded_by(mut self, guard: Guard) -> Self {
        self.guard = guard;
        self
    }

    /// Notes that another state of a file is read.
    pub(super) fn note(&self, path: &FilePath) {
        self.guard.note(&self.root.join(path.as_str()));
    }

    /// The root: absolute, without symbolic links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path of the disk as a path below the root; leading out of it when it is elsewhere. Only what exists can
    /// be told: links are followed.
    ///
    /// # Errors
    /// When there is nothing at `path` or its path is not UTF-8.
    pub fn locate(&self, path: &Path) -> Result<FilePath, OpenError> {
        relative(&self.root, &canonical(path)?).ok_or(OpenError::NotUtf8)
    }

    /// Whether a file's text or a folder's entries can be had.
    ///
    /// # Errors
    /// Why not.
    pub fn try_read(&self, path: &FilePath) -> Result<(), ReadError> {
        if self.is_folder(path) {
            let entries = fs::read_dir(self.root.join(path.as_str()));
            return entries.map(drop).map_err(|error| io(&error));
        }
        let (full, _) = self.regular(path)?;
        File::open(full).map(drop).map_err(|error| io(&error))
    }

    /// The index that is read, when there is a repository.
    pub fn index_path(&self) -> Option<&Path> {
        self.git.as_ref().map(|git| git.index.path())
    }

    /// Where its repository keeps its things.
    pub(super) fn git(&self) -> Option<&GitFolders> {
        self.git.as_ref().map(|git| &git.folders)
    }

    /// What git tracks; `None` without a repository, in one without an index, and where it cannot be read.
    pub(super) fn index(&self) -> Option<&Index> {
        self.readable_index().ok().flatten()
    }

    /// What git tracks; `None` without a repository, and in one without an index.
    pub(super) fn readable_index(&self) -> Result<Option<&Index>, &IndexError> {
        let load = || match &self.git {
            Some(git) => {
                self.guard.note(git.index.path());
                Index::read(&git.index, &git.folders)
            }
            None => Ok(None),
        };
        self.index.get_or_init(load).as_ref().map(Option::as_ref)
    }

    /// The path on the disk, when it is a regular file inside the root.
    fn regular(&self, path: &FilePath) -> Result<(PathBuf, Metadata), ReadError> {
        if path.is_outside() || path.as_str().contains('\0') {
            return Err(ReadError::Outside);
        }
        if path.is_in_git_folder() {
            return Err(ReadError::InGitFolder);
        }
        let mut full = self.folder(&path.parent())?.join(path.name());
        let mut metadata = fs::symlink_metadata(&full).map_err(|e| io(&e))?;
        if metadata.is_symlink() {
            full = fs::canonicalize(&full).map_err(|e| leads_to(&e))?;
            metadata = fs::metadata(&full).map_err(|e| leads_to(&e))?;
        }
        let Ok(below) = full.strip_prefix(&self.root) else {
            return Err(ReadError::Outside);
        };
        // A link may lead there, or a folder above may be one.
        let is_git = |part: std::path::Component<'_>| part.as_os_str().eq_ignore_ascii_case(".git");
        if below.components().any(is_git) {
            return Err(ReadError::InGitFolder);
        }
        if !metadata.is_file() {
            return Err(ReadError::NotAFile);
        }
        Ok((full, metadata))
    }

    /// The folder on the disk without symbolic links. Each is asked for once, and with one call when the folder above
    /// is known: a run looks for many files in few folders.
    fn folder(&self, path: &FilePath) -> Result<PathBuf, ReadError> {
        if path.as_str().len() > LONGEST_PATH {
            return Err(ReadError::NotFound);
        }
        let mut unknown = Vec::new();
        let mut at = path.clone();
        let mut found = loop {
            if at == FilePath::root() {
                break Ok(self.root.clone());
            }
            if let Some(known) = self.known_folders().get(&at) {
                break known.clone();
            }
            let above = at.parent();
            unknown.push(at);
            at = above;
        };
        for folder in unknown.into_iter().rev() {
            found = found.and_then(|above| {
                let full = above.join(folder.name());
                let metadata = fs::symlink_metadata(&full).map_err(|error| io(&error))?;
                match metadata.is_symlink() {
                    true => fs::canonicalize(&full).map_err(|error| io(&error)),
                    false => Ok(full),
                }
            });
            self.known_folders().insert(folder, found.clone());
        }
        found
    }

    fn known_folders(&self) -> MutexGuard<'_, HashMap<FilePath, Result<PathBuf, ReadError>>> {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All files below `folder`, from the walk of it or of a folder above.
    fn walk(&self, folder: &FilePath) -> Arc<[Listed]> {
        let mut walks = self.walks.lock().unwrap_or_else(PoisonError::into_inner);
        let known = walks.iter().find(|(walked, _)| folder.is_within(walked));
        if let Some((_, files)) = known {
            return Arc::clone(files);
        }
        let mut walk = Walk::new(self);
        walk.enter(folder);
        let files: Arc<[Listed]> = walk.finish(folder).into();
        walks.push((folder.clone(), Arc::clone(&files)));
        files
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &FilePath, limit: u64) -> Result<Arc<str>, ReadError> {
        let (full, metadata) = self.regular(path)?;
        self.guard.note_known(&full, &metadata);
        if metadata.len() > limit {
            return Err(ReadError::TooLarge { limit });
        }
        let bytes = read_bytes(&full, limit)?;
        Ok(utf8(bytes)?.into())
    }

    fn is_file(&self, path: &FilePath) -> bool {
        self.regular(path).is_ok()
    }

    fn identity(&self) -> String {
        self.root.to_string_lossy().into_owned()
    }

    fn is_folder(&self, path: &FilePath) -> bool {
        !path.is_outside() && self.root.join(path.as_str()).is_dir()
    }

    fn identify(&self, path: &FilePath) -> Option<Identity> {
        // Following links takes a call for each folder above; most of what is asked for is not there at all.
        if path.is_outside() || !self.root.join(path.as_str()).is_file() {
            return None;
        }
        let (full, metadata) = self.regular(path).ok()?;
        self.guard.note_known(&full, &metadata);
        let modified = metadata.modified().ok();
        let modified = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Some(Identity {
            path: relative(&self.root, &full)?,
            size: metadata.len(),
            modified: modified.map_or(0, |time| time.as_nanos()),
        })
    }

    fn display(&self, path: &FilePath) -> String {
        match &self.shown {
            Shown::To(start) => path.relative_to(start),
            Shown::From(root) => root.join(path.as_str()).to_string(),
        }
    }

    fn passed_over(&self) -> Vec<PassedOver> {
        let passed_over = self.passed_over.lock();
        let passed_over = passed_over.unwrap_or_else(PoisonError::into_inner);
        passed_over.iter().cloned().collect()
    }

    fn list(&self, folder: &FilePath, wanted: &dyn Fn(&str) -> bool) -> Vec<Listed> {
        if folder.is_outside() {
            return Vec::new();
        }
        let files = self.walk(folder);
        super::below(&files, folder)
            .iter()
            .filter(|file| wanted(file.path.name()))
            .cloned()
            .collect()
    }
}

/// The bytes of a file that is known to be a regular one.
pub(super) fn read_bytes(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let file = File::open(path).map_err(|e| io(&e))?;
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|e| io(&e))?;
    if bytes.len() as u64 > limit {
        return Err(ReadError::TooLarge { limit });
    }
    Ok(bytes)
}

/// The repository that a folder is in, with the top of its working tree.
fn repository(folder: &Path) -> Option<(&Path, GitFolders)> {
    folder
        .ancestors()
        .find_map(|ancestor| GitFolders::find(ancestor).map(|git| (ancestor, git)))
}

fn canonical(path: &Path) -> Result<PathBuf, OpenError> {
    fs::canonicalize(path).map_err(|e| OpenError::Unreadable(io(&e)))
}

/// `path` below `root`, beginning with `..` when it is elsewhere; `None` when it is not UTF-8. Both absolute and
/// without links.
fn relative(root: &Path, path: &Path) -> Option<FilePath> {
    let shared = root
        .components()
        .zip(path.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = root.components().skip(shared).map(|_| Some(".."));
    let down = path.components().skip(shared);
    let parts: Option<Vec<&str>> = up
        .chain(down.map(|part| part.as_os_str().to_str()))
        .collect();
    Some(FilePath::new(&parts?.join("/")))
}

/// Why a symbolic link cannot be followed. One to nothing is there itself.
fn leads_to(error: &std::io::Error) -> ReadError {
    match io(error) {
        ReadError::NotFound => ReadError::LinkToNothing,
        other => other,
    }
}

fn io(error: &std::io::Error) -> ReadError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => ReadError::NotFound,
        _ => ReadError::Io(reason(error).into()),
    }
}
