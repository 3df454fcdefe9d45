//! Looks at the disk for editors that do not watch it.
//!
//! In: what a check depended on, and the listing it was made of. Out: whether one of them is another one now. Files are
//! compared at each look; the tree is walked anew less often, since a new app root may be anywhere in it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::check::Watched;
use crate::files::{DiskFiles, FilePath, Files};

/// How long the tree is left alone after a walk.
const WALK_PAUSE: Duration = Duration::from_secs(2);

/// How many times as long as it took the tree is left alone after a walk.
const WALK_SHARE: u32 = 20;

/// How the disk was.
#[derive(Default)]
pub(super) struct Polling {
    watched: Option<Watched>,
    /// The index of git is looked at.
    has_index: bool,
    next_walk: Option<Instant>,
}

impl Polling {
    /// Looks at a file, whether or not it is there.
    pub(super) fn add(&mut self, path: PathBuf) {
        match &mut self.watched {
            Some(watched) => watched.add(path),
            watched => *watched = Some(Watched::new(&path, None)),
        }
    }

    /// Looks at the index of the repository that a folder is in, which says what git tracks.
    pub(super) fn add_index(&mut self, folder: &Path) {
        if !std::mem::replace(&mut self.has_index, true) {
            let watched = self
                .watched
                .get_or_insert_with(|| Watched::new(folder, None));
            watched.add_index(folder);
        }
    }

    /// Whether something has changed since the last look, or in the listing of a tree since it was walked.
    pub(super) fn has_changed(&mut self, folder: &Path, at: &FilePath, files: &dyn Files) -> bool {
        if self.watched.as_mut().is_some_and(Watched::has_changed) {
            return true;
        }
        let now = Instant::now();
        if self.next_walk.is_some_and(|next| now < next) {
            return false;
        }
        let before = files.list(at, &|_| true);
        let has_changed = match DiskFiles::open(folder, folder) {
            Ok(disk) => disk.list(at, &|_| true) != before,
            Err(_) => !before.is_empty(),
        };
        self.next_walk = Some(Instant::now() + WALK_PAUSE.max(now.elapsed() * WALK_SHARE));
        has_changed
    }
}
