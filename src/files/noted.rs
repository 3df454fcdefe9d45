//! A tree that notes what it is asked for, so that whoever asks again knows which changes matter.
//!
//! In: a tree. Out: [`NotedFiles`], the same tree, and [`AskedFor`], the paths whose text or existence an answer depended
//! on, whether or not anything is there. Never: what a listing held; a file that comes or goes changes that.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::{FilePath, Files, Identity, Listed, PassedOver, ReadError};

/// The paths that were asked for. Clones are the same set.
#[derive(Debug, Clone, Default)]
pub struct AskedFor(Arc<Mutex<HashSet<FilePath>>>);

impl AskedFor {
    fn note(&self, path: &FilePath) {
        let mut paths = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !paths.contains(path) {
            paths.insert(path.clone());
        }
    }

    /// Whether an answer depended on what is at a path.
    pub fn contains(&self, path: &FilePath) -> bool {
        let paths = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        paths.contains(path)
    }

    /// All of them, in no order.
    pub fn paths(&self) -> Vec<FilePath> {
        let paths = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        paths.iter().cloned().collect()
    }
}

/// A tree that notes what it is asked for.
pub struct NotedFiles<F> {
    below: F,
    asked: AskedFor,
}

impl<F: Files> NotedFiles<F> {
    /// The tree as it is; what it is asked for from now on is added to `asked`.
    pub fn new(below: F, asked: AskedFor) -> Self {
        Self { below, asked }
    }
}

impl<F: Files> Files for NotedFiles<F> {
    fn read(&self, path: &FilePath, limit: u64) -> Result<Arc<str>, ReadError> {
        self.asked.note(path);
        self.below.read(path, limit)
    }

    fn is_file(&self, path: &FilePath) -> bool {
        self.asked.note(path);
        self.below.is_file(path)
    }

    fn is_folder(&self, path: &FilePath) -> bool {
        self.asked.note(path);
        self.below.is_folder(path)
    }

    fn identity(&self) -> String {
        self.below.identity()
    }

    fn identify(&self, path: &FilePath) -> Option<Identity> {
        self.asked.note(path);
        let identity = self.below.identify(path)?;
        // A link, and the file it leads to.
        self.asked.note(&identity.path);
        Some(identity)
    }

    fn is_ignored(&self, path: &FilePath) -> bool {
        self.below.is_ignored(path)
    }

    fn display(&self, path: &FilePath) -> String {
        self.below.display(path)
    }

    fn list(&self, folder: &FilePath, wanted: &dyn Fn(&str) -> bool) -> Vec<Listed> {
        self.below.list(folder, wanted)
    }

    fn passed_over(&self) -> Vec<PassedOver> {
        self.below.passed_over()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;

    #[test]
    fn what_is_asked_for_is_noted_whether_or_not_it_is_there() {
        let asked = AskedFor::default();
        let files = NotedFiles::new(MemoryFiles::new([("a", "x"), ("b", "y")]), asked.clone());
        assert_eq!(files.list(&FilePath::root(), &|_| true).len(), 2);
        assert_eq!(asked.paths(), []);
        assert!(files.read(&FilePath::new("a"), 9).is_ok() && !files.is_file(&FilePath::new("c")));
        for (path, is_asked) in [("a", true), ("b", false), ("c", true)] {
            assert_eq!(asked.contains(&FilePath::new(path)), is_asked, "{path}");
        }
    }
}
