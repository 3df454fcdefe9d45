//! What a check would look at, without checking it.

use std::rc::Rc;

use super::wanted::Wanted;
use super::{asked_environment, target};
use crate::backstage::words::{AppRoot, LeftOut};
use crate::files::{FilePath, Files};
use crate::request::Request;
use crate::run::{Failure, Note, Run};
use crate::text::Sources;

/// The app roots that a request is about, as their settings want them.
pub struct Found {
    /// Each with the files it is from.
    pub apps: Vec<FoundApp>,
    /// What looks like a layer or start command and was not taken.
    pub left_out: Vec<LeftOut>,
    /// The texts of manifests and start commands.
    pub sources: Sources,
    /// That nothing was found.
    pub notes: Vec<Note>,
}

/// An app root, and the files it is from.
pub struct FoundApp {
    /// The app root.
    pub app: AppRoot,
    /// Its repository.
    pub files: Rc<dyn Files>,
}

impl Found {
    /// A path as a person knows it. Paths of several repositories are those of the first.
    pub fn show(&self, path: &FilePath) -> String {
        self.apps
            .first()
            .map_or_else(|| path.to_string(), |app| app.show(path))
    }
}

impl FoundApp {
    /// A path as a person knows it: relative to where the run was started.
    pub fn show(&self, path: &FilePath) -> String {
        self.files.display(path)
    }
}

/// Finds app roots and chains, and reads no layer.
///
/// # Errors
/// As [`super::check`], except for what only judging finds.
pub fn workspaces(request: &Request) -> Result<Found, Failure> {
    let mut run = Run::default();
    let environment = asked_environment(request, &mut run)?;
    let mut wanted = Wanted::new(request, &[]);
    let mut apps = Vec::new();
    let mut left_out = Vec::new();
    for target in target::targets(request)? {
        let found = wanted.discover(&target, &environment, &mut run.sources)?;
        if found.is_empty {
            target.report_empty(request, &mut run)?;
        }
        left_out.extend(found.left_out);
        left_out.extend(target.passed_over());
        let files: Rc<dyn Files> = target.files.into();
        apps.extend(found.apps.into_iter().map(|(app, _)| FoundApp {
            app,
            files: Rc::clone(&files),
        }));
    }
    wanted.finish(&mut run)?;
    Ok(Found {
        apps,
        left_out,
        sources: run.sources,
        notes: run.notes,
    })
}
