//! `--watch`: checks again whenever something changed that the last check read.
//!
//! A line before and behind each check tells an editor's task where its problems begin and end. Files are looked at a
//! few times a second, which works on every file system and costs less than one check; a new layer is seen because
//! its folder changes.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use super::args::CheckArguments;
use super::console::Console;
use super::status::{Outcome, Status};
use super::{check, failure};
use crate::files::{DiskFiles, GitVariables};
use crate::run::Run;

/// The line before a check. The task in `editors/vscode/tasks.json` waits for it.
const BEGINS: &str = "stagecheck: checking";
/// The line behind it.
const ENDS: &str = "stagecheck: waiting for changes";

const PAUSE: Duration = Duration::from_millis(250);

/// Checks until the process is stopped or nobody reads stdout any more.
pub(super) fn run(arguments: &CheckArguments, console: &Console) -> Outcome {
    let start = check::start()?;
    while say(BEGINS) {
        let mut watched = Watched::new(&start, &arguments.files.settings);
        for schema in &arguments.rules.schema {
            watched.add(start.join(schema));
        }
        if arguments.files.staged {
            watched.add_index(&start);
        }
        match check::once(arguments, console, &start) {
            Ok(run) => watched.add_sources(&start, &run),
            Err(mistake) => {
                failure::report(&mistake, console);
            }
        }
        if !say(ENDS) {
            break;
        }
        watched.wait();
    }
    Ok(Status::Clean)
}

fn say(line: &str) -> bool {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).is_ok()
}

/// What is looked at, and how it was.
struct Watched {
    states: BTreeMap<PathBuf, Option<State>>,
}

/// What changes when a file or a folder does.
type State = (SystemTime, u64);

impl Watched {
    fn new(start: &Path, settings: &Option<PathBuf>) -> Self {
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
    fn add_index(&mut self, start: &Path) {
        let files = DiskFiles::open(start, start).ok();
        let files = files.map(|files| files.with_index_of(&GitVariables::of_process(), start));
        if let Some(index) = files.as_ref().and_then(DiskFiles::index_path) {
            self.add(index.to_owned());
        }
    }

    /// The texts that a run read, and their folders.
    fn add_sources(&mut self, start: &Path, run: &Run) {
        for (_, source) in run.sources.iter() {
            let path = start.join(source.path());
            if let Some(folder) = path.parent() {
                self.add(folder.to_owned());
            }
            self.add(path);
        }
    }

    fn add(&mut self, path: PathBuf) {
        let state = state(&path);
        self.states.entry(path).or_insert(state);
    }

    /// Returns when something has changed, and then stayed the same for a moment.
    fn wait(&mut self) {
        let mut changed = false;
        loop {
            thread::sleep(PAUSE);
            let mut still = true;
            for (path, known) in &mut self.states {
                let now = state(path);
                if now != *known {
                    *known = now;
                    still = false;
                }
            }
            if changed && still {
                return;
            }
            changed |= !still;
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
        let mut watched = Watched::new(&start, &None);
        watched.add_index(&start);
        let is_index = |path: &PathBuf| path.ends_with(".git/index");
        let known = |watched: &Watched| watched.states.keys().any(is_index);
        // In a hook's environment another index is named.
        assert!(known(&watched) || GitVariables::of_process().index_file.is_some());
    }
}
