//! Files in memory: for tests, the examples of rules, and whoever has texts but no disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{FilePath, Files, GitStatus, Listed, ReadError};

/// Texts by path.
///
/// A file `.git/index` makes the tree a repository; its lines name the tracked files (`*` for all). Then the
/// `.gitignore` files in the tree have their effect. Nothing below `.git` is ever listed or read.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    texts: BTreeMap<FilePath, Arc<str>>,
}

impl MemoryFiles {
    /// A tree of these files.
    pub fn new<P: AsRef<str>, T: Into<Arc<str>>>(files: impl IntoIterator<Item = (P, T)>) -> Self {
        let mut memory = Self::default();
        for (path, text) in files {
            memory.insert(FilePath::new(path.as_ref()), text);
        }
        memory
    }

    /// Puts a file, in place of one of the same path.
    pub fn insert(&mut self, path: FilePath, text: impl Into<Arc<str>>) {
        self.texts.insert(path, text.into());
    }

    fn tracked(&self) -> Option<&str> {
        self.texts
            .get(&FilePath::new(".git/index"))
            .map(|text| &**text)
    }

    fn status(&self, path: &FilePath) -> (GitStatus, bool) {
        let Some(tracked) = self.tracked() else {
            return (GitStatus::NoRepository, false);
        };
        let ignored = self.is_ignored(path);
        let status = if tracked
            .lines()
            .any(|line| line == "*" || line == path.as_str())
        {
            GitStatus::Tracked
        } else if ignored {
            GitStatus::Ignored
        } else {
            GitStatus::Untracked
        };
        (status, ignored)
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &FilePath, limit: u64) -> Result<Arc<str>, ReadError> {
        if path.is_outside() {
            return Err(ReadError::Outside);
        }
        if path.is_in_git_folder() {
            return Err(ReadError::InGitFolder);
        }
        match self.texts.get(path) {
            Some(text) if text.len() as u64 > limit => Err(ReadError::TooLarge { limit }),
            Some(text) => Ok(Arc::clone(text)),
            None => Err(ReadError::NotFound),
        }
    }

    fn is_file(&self, path: &FilePath) -> bool {
        !path.is_in_git_folder() && self.texts.contains_key(path)
    }

    fn display(&self, path: &FilePath) -> String {
        path.to_string()
    }

    fn list(&self, folder: &FilePath, wanted: &dyn Fn(&str) -> bool) -> Vec<Listed> {
        self.texts
            .keys()
            .filter(|path| path.is_within(folder) && wanted(path.name()))
            .filter(|path| !path.is_within_named("node_modules") && !path.is_within_named(".git"))
            .map(|path| {
                let (git, named_by_ignore_rule) = self.status(path);
                Listed {
                    path: path.clone(),
                    git,
                    named_by_ignore_rule,
                }
            })
            .collect()
    }
}
