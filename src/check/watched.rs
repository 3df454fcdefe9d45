//! What a run has read, looked at again and again: files are compared a few times a second, which works on every file
//! system and costs less than one check. A new layer is seen because its folder changes.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use crate::files::{DiskFiles, GitVariables};
use crate::run::Run;

/// How long to wait between two looks.
pub const PAUSE: Duration = Duration::from_millis(250);

/// What is looked at, and how it was.
pub struct Watched {
    states: BTreeMap<PathBuf, Option<State>>,
}

/// What changes when a file or a folder does.
type State = (SystemTime, u64);

impl Watched {
    /// Looks at the folder a run is started in, and at the settings that are named.
    pub fn new(start: &Path, settings: Option<&Path>) -> Self {
        let mut watched = Self {
            states: BTreeMap::new(),
        };
        watched.add(start.to_owned());
        if let Some(settings) = settings {
            watched.add(start.join(settings));
        }
        watched
    }

    /// What `--staged` reads instead of the working tree.
    pub fn add_index(&mut self, start: &Path) {
        let files = DiskFiles::open(start, start).ok();
        let files = files.map(|files| files.with_index_of(&GitVariables::of_process(), start));
        if let Some(index) = files.as_ref().and_then(DiskFiles::index_path) {
            self.add(index.to_owned());
        }
    }

    /// The texts that a run read, and their folders.
    pub fn add_sources(&mut self, start: &Path, run: &Run) {
        for (_, source) in run.sources.iter() {
            let path = start.join(source.path());
            if let Some(folder) = path.parent() {
                self.add(folder.to_owned());
            }
            self.add(path);
        }
    }

    /// Looks at a file as well. One that is looked at already stays as it was when it was last looked at.
    pub fn add(&mut self, path: PathBuf) {
        if let Entry::Vacant(entry) = self.states.entry(path) {
            let state = state(entry.key());
            entry.insert(state);
        }
    }

    /// Whether something has changed since it was last looked at.
    pub fn has_changed(&mut self) -> bool {
        let mut has_changed = false;
        for (path, known) in &mut self.states {
            let now = state(path);
            if now != *known {
                *known = now;
                has_changed = true;
            }
        }
        has_changed
    }

    /// Returns when something has changed, and then stayed the same for a moment.
    pub fn wait(&mut self) {
        let mut changed = false;
        loop {
            thread::sleep(PAUSE);
            let now = self.has_changed();
            if changed && !now {
                return;
            }
            changed |= now;
        }
    }
}

fn state(path: &Path) -> Option<State> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watch_of_what_is_staged_sees_the_index_change() {
        let folder = tempfile::tempdir().unwrap();
        let start = folder.path().canonicalize().unwrap();
        fs::create_dir(start.join(".git")).unwrap();
        let mut watched = Watched::new(&start, None);
        watched.add_index(&start);
        let is_index = |path: &PathBuf| path.ends_with(".git/index");
        let known = |watched: &Watched| watched.states.keys().any(is_index);
        // In a hook's environment another index is named.
        assert!(known(&watched) || GitVariables::of_process().index_file.is_some());
    }
}
