//! What package managers wrote down about an app: its lockfile, its Plug'n'Play data.
//!
//! In: an app root as it was found. Out: the same with these. They are long, so they are read when the app root is
//! judged, and of many app roots only the last ones are remembered.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Packages;
use super::lockfile::{self, Lockfile};
use super::plug_and_play::{self, PlugAndPlay};
use crate::files::{FilePath, Files, Identity};

/// The largest lockfile that is read, in bytes. Plug'n'Play data is as long.
const LOCKFILE_LIMIT: u64 = 64 << 20;

/// Reads what package managers wrote down. Apps that share it are beside each other: it is read once.
#[derive(Debug, Default)]
pub struct Installs {
    lockfiles: Recent<Lockfile>,
    plug_and_play: Recent<PlugAndPlay>,
}

impl Installs {
    /// Completes the packages of the app root at `folder` with what is in it or above it.
    pub fn complete(&mut self, files: &dyn Files, folder: &FilePath, packages: &mut Packages) {
        packages.lockfile = self
            .lockfiles
            .nearest(files, folder, lockfile::NAMES, Lockfile::parse);
        let names = &[plug_and_play::NAME];
        packages.plug_and_play =
            self.plug_and_play
                .nearest(files, folder, names, PlugAndPlay::parse);
    }
}

/// The last files that were read, as they were, by the tree of files and path.
#[derive(Debug)]
struct Recent<T>(VecDeque<(Version, Option<Arc<T>>)>);

/// A file at one time: the tree it is in, its path, and what tells whether it has changed.
type Version = (String, FilePath, Option<Identity>);

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

/// How many files are remembered.
const REMEMBERED: usize = 4;

impl<T> Recent<T> {
    /// The nearest file of one of these names at or above a folder, as `parse` reads it.
    fn nearest(
        &mut self,
        files: &dyn Files,
        folder: &FilePath,
        names: &[&str],
        parse: impl Fn(FilePath, &str) -> Option<T>,
    ) -> Option<Arc<T>> {
        let all = folder.ancestors().flat_map(|folder| {
            let beside = move |name: &&str| folder.join(name);
            names.iter().map(beside)
        });
        let present = all.filter(|path| files.is_file(path));
        present
            .into_iter()
            .find_map(|path| self.read(files, path, &parse))
    }

    fn read(
        &mut self,
        files: &dyn Files,
        path: FilePath,
        parse: &impl Fn(FilePath, &str) -> Option<T>,
    ) -> Option<Arc<T>> {
        let version = (files.identity(), path.clone(), files.identify(&path));
        let known = self.0.iter().position(|(known, _)| *known == version);
        let one = match known.and_then(|at| self.0.remove(at)) {
            Some(known) => known,
            None => {
                let text = files.read(&path, LOCKFILE_LIMIT).ok();
                let parsed = text.and_then(|text| parse(path, &text));
                (version, parsed.map(Arc::new))
            }
        };
        let found = one.1.clone();
        self.0.truncate(REMEMBERED - 1);
        self.0.push_front(one);
        found
    }
}
