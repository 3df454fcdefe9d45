//! What a check would look at, without checking it.

use std::rc::Rc;

use super::{asked_environment, notes_of};
use crate::backstage::words::{AppRoot, LeftOut};
use crate::files::{FilePath, Files};
use crate::product::backstage::discover;
use crate::product::backstage::read::{App, Reader, Ready};
use crate::product::target::{self, Target};
use crate::request::Request;
use crate::run::{Failure, Note, Run};
use crate::settings::in_force::Gathering;
use crate::text::Sources;
use crate::text::mask::Secrets;

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
    let environment = asked_environment(request)?;
    let mut sources = Sources::default();
    let mut gathering = Gathering::new(request, &[]);
    let mut notes: Vec<Note> = notes_of(&environment).collect();
    let (mut apps, mut left_out) = (Vec::new(), Vec::new());
    for target in target::targets(request)? {
        let found = discover::app_roots(&target, &environment, &mut gathering, &mut sources)?;
        if found.is_empty {
            notes.extend(target.report_empty(request)?);
        }
        left_out.extend(found.left_out);
        left_out.extend(target.passed_over());
        let files: Rc<dyn Files> = target.files.into();
        apps.extend(found.apps.into_iter().map(|(app, _)| FoundApp {
            app,
            files: Rc::clone(&files),
        }));
    }
    gathering.finish(&sources)?;
    Ok(Found {
        apps,
        left_out,
        sources,
        notes,
    })
}

/// Reads every app root of a request and gives each to `look`, which keeps what it wants and gives back its secrets.
/// The run holds the texts and the secrets in them, and no findings.
///
/// # Errors
/// As [`super::check`], except for what only judging finds.
pub(super) fn read(
    request: &Request,
    look: impl FnMut(Ready<'_>) -> Secrets,
) -> Result<Run, Failure> {
    read_targets(&target::targets(request)?, request, look)
}

/// The same at these targets.
///
/// # Errors
/// As [`read`].
pub(super) fn read_targets(
    targets: &[Target],
    request: &Request,
    mut look: impl FnMut(Ready<'_>) -> Secrets,
) -> Result<Run, Failure> {
    let environment = asked_environment(request)?;
    let mut sources = Sources::default();
    let mut gathering = Gathering::new(request, &[]);
    let mut notes: Vec<Note> = notes_of(&environment).collect();
    let mut apps = Vec::new();
    for target in targets {
        let found = discover::app_roots(target, &environment, &mut gathering, &mut sources)?;
        if found.is_empty {
            notes.extend(target.report_empty(request)?);
        }
        request.progress.add_found(found.apps.len());
        apps.extend(found.apps.into_iter().map(|(root, settings)| App {
            target,
            root,
            settings,
        }));
    }
    let in_force = gathering.finish(&sources)?;
    let mut reader = Reader::new(&environment, request);
    let mut secrets = Secrets::default();
    for app in apps {
        let ready = reader.read(app, &mut sources);
        for note in ready.notes() {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        secrets.add_all(look(ready));
    }
    Ok(Run {
        sources,
        secrets,
        notes,
        policies: in_force.into_policies(),
        ..Run::default()
    })
}
