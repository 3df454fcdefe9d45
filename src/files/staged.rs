//! Files of the git index: what would be committed, with partial stages.
//!
//! In: the files of a disk in a repository. Out: [`StagedFiles`], the same tree as the index has it. What a package
//! manager installed is not committed, so `node_modules` is read from the disk. Never: a child process, or the
//! working tree otherwise.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gix_index::hash::{Kind, ObjectId};
use gix_object::{Find as _, FindHeader as _};

use super::git::{EntryKind, IgnoreRules, Index, Staged, StagedKind};
use super::objects;
use super::{DiskFiles, FilePath, Files, GitStatus, Listed, OpenError, ReadError, utf8};

/// The files that are staged.
pub struct StagedFiles {
    disk: DiskFiles,
    objects: Objects,
    rules: Mutex<BTreeMap<FilePath, Option<IgnoreRules>>>,
}

/// How many symbolic links may lead to each other.
const LINK_LIMIT: usize = 8;
/// The longest path that a link may hold, in bytes.
const LINK_LENGTH: u64 = 4096;
/// The largest ignore file that is read, in bytes.
const IGNORE_FILE_LIMIT: u64 = 1 << 20;

/// The objects of a repository. What reads them cannot be shared by threads, so each opens them for itself.
struct Objects {
    folder: PathBuf,
    /// It and those it refers to; `None` when they are not safe to read.
    folders: Option<Vec<PathBuf>>,
    /// Tells these objects from others that the same thread has open.
    number: u64,
}

thread_local! {
    static OPENED: RefCell<Option<(u64, gix_odb::Handle)>> = const { RefCell::new(None) };
}

impl Objects {
    fn at(folder: PathBuf) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folders = objects::folders(&folder);
        Self {
            folder,
            folders,
            number,
        }
    }

    /// Reads objects; `None` when they cannot be opened.
    fn with<T>(&self, read: impl FnOnce(&gix_odb::Handle) -> T) -> Option<T> {
        OPENED.with_borrow_mut(|opened| {
            let own = opened.take().filter(|(number, _)| *number == self.number);
            let own = match own {
                Some(own) => own,
                None => {
                    self.folders.as_ref()?;
                    (self.number, gix_odb::at(&self.folder, Kind::Sha1).ok()?)
                }
            };
            let (_, objects) = opened.insert(own);
            Some(read(objects))
        })
    }
}

impl StagedFiles {
    /// The index of the repository that `disk` is in. One without an index has nothing staged.
    ///
    /// # Errors
    /// When there is no repository, or its index or its objects cannot be read.
    pub fn of(disk: DiskFiles) -> Result<Self, OpenError> {
        let git = disk.git().ok_or(OpenError::NoRepository)?;
        let objects = Objects::at(git.common.join("objects"));
        let index = disk.readable_index();
        index.map_err(|error| OpenError::NoIndex(error.clone()))?;
        objects.with(|_| ()).ok_or(OpenError::NoObjects)?;
        Ok(Self {
            disk,
            objects,
            rules: Mutex::default(),
        })
    }

    fn index(&self) -> Option<&Index> {
        self.disk.index()
    }

    /// The regular file that is staged at `path`, symbolic links followed.
    fn file(&self, path: &FilePath) -> Result<ObjectId, ReadError> {
        let mut path = path.clone();
        for _ in 0..LINK_LIMIT {
            if path.is_outside() {
                return Err(ReadError::Outside);
            }
            let staged = self.index().and_then(|index| index.staged(path.as_str()));
            match staged.ok_or(ReadError::NotFound)? {
                Staged {
                    kind: StagedKind::File,
                    object,
                } => return Ok(object),
                Staged { object, .. } => {
                    path = path.parent().join(&self.text(object, LINK_LENGTH)?);
                }
            }
        }
        Err(ReadError::NotAFile)
    }

    fn text(&self, object: ObjectId, limit: u64) -> Result<String, ReadError> {
        let unreadable = || ReadError::Io("cannot read the git object".into());
        if object == ObjectId::empty_blob(Kind::Sha1) {
            return Ok(String::new());
        }
        let folders = self.objects.folders.as_deref().unwrap_or_default();
        if !objects::is_plain(folders, &object) {
            return Err(unreadable());
        }
        let read = |objects: &gix_odb::Handle| {
            let header = objects.try_header(&object);
            let header = header.ok().flatten().ok_or_else(unreadable)?;
            if header.size > limit {
                return Err(ReadError::TooLarge { limit });
            }
            let mut bytes = Vec::new();
            let found = objects.try_find(&object, &mut bytes);
            let length = found.ok().flatten().ok_or_else(unreadable)?.data.len();
            bytes.truncate(length);
            Ok(bytes)
        };
        let bytes = self.objects.with(read).ok_or_else(unreadable)??;
        utf8(bytes)
    }

    /// Whether the staged ignore rules name the file or a folder it is in.
    fn is_ignored(&self, path: &FilePath) -> bool {
        match self.rules_in(&path.parent()) {
            Some(rules) => rules.ignore(path.as_str(), EntryKind::File),
            None => true,
        }
    }

    /// The ignore rules that hold in a folder; `None` when it is ignored itself.
    fn rules_in(&self, folder: &FilePath) -> Option<IgnoreRules> {
        let known = self.known_rules().get(folder).cloned();
        known.unwrap_or_else(|| {
            let rules = self.read_rules(folder);
            self.known_rules().insert(folder.clone(), rules.clone());
            rules
        })
    }

    fn read_rules(&self, folder: &FilePath) -> Option<IgnoreRules> {
        let above = if *folder == FilePath::root() {
            IgnoreRules::default()
        } else {
            let above = self.rules_in(&folder.parent())?;
            if above.ignore(folder.as_str(), EntryKind::Folder) {
                return None;
            }
            above
        };
        let own = self.read(&folder.join(".gitignore"), IGNORE_FILE_LIMIT);
        Some(own.map_or(above.clone(), |text| above.with(folder.as_str(), &text)))
    }

    fn known_rules(&self) -> MutexGuard<'_, BTreeMap<FilePath, Option<IgnoreRules>>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Files for StagedFiles {
    fn read(&self, path: &FilePath, limit: u64) -> Result<Arc<str>, ReadError> {
        if path.is_within_named("node_modules") {
            return self.disk.read(path, limit);
        }
        let object = self.file(path)?;
        self.disk.note(path);
        self.text(object, limit).map(Into::into)
    }

    fn is_file(&self, path: &FilePath) -> bool {
        if path.is_within_named("node_modules") {
            return self.disk.is_file(path);
        }
        self.file(path).is_ok()
    }

    fn display(&self, path: &FilePath) -> String {
        self.disk.display(path)
    }

    fn list(&self, folder: &FilePath, wanted: &dyn Fn(&str) -> bool) -> Vec<Listed> {
        let paths = self.index().into_iter().flat_map(Index::paths);
        paths
            .map(FilePath::new)
            .filter(|path| path.is_within(folder) && wanted(path.name()))
            .filter(|path| !path.is_within_named("node_modules") && self.is_file(path))
            .map(|path| Listed {
                git: GitStatus::Tracked,
                named_by_ignore_rule: self.is_ignored(&path),
                path,
            })
            .collect()
    }
}

impl fmt::Debug for StagedFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StagedFiles")
            .field("disk", &self.disk)
            .finish_non_exhaustive()
    }
}
