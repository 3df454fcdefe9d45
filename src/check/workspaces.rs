//! What a check would look at, without checking it.

use std::rc::Rc;

use super::find::{At, AtAll, at_targets};
use super::{asked_environment, notes_of};
use crate::backstage::environment::Environment;
use crate::backstage::words::{AppRoot, LeftOut};
use crate::files::{FilePath, Files};
use crate::product::backstage::discover;
use crate::product::backstage::read::{App, Reader, Ready};
use crate::product::target::{self, Target};
use crate::request::Request;
use crate::run::{Failure, Note, Run, add_once};
use crate::settings::in_force::Gathering;
use crate::text::Sources;
use crate::text::mask::Secrets;
use rule_card::card::Card;

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
    let sources = Sources::default();
    let targets = target::targets(request)?;
    let (found, _) = app_roots(&targets, &environment, request, &sources)?;
    let AtAll {
        roots,
        left_out,
        notes,
    } = found;
    let roots = roots.into_iter();
    let roots: Vec<_> = roots
        .map(|app| (position(&targets, app.target), app.root))
        .collect();
    let files = targets.into_iter().map(|target| Rc::from(target.files));
    let files: Vec<Rc<dyn Files>> = files.collect();
    let app = |(at, app): (usize, AppRoot)| {
        let files = Rc::clone(files.get(at)?);
        Some(FoundApp { app, files })
    };
    Ok(Found {
        apps: roots.into_iter().filter_map(app).collect(),
        left_out,
        sources,
        notes: notes_of(&environment).chain(notes).collect(),
    })
}

fn position(targets: &[Target], target: &Target) -> usize {
    let mut all = targets.iter();
    all.position(|one| std::ptr::eq(one, target))
        .unwrap_or(targets.len())
}

/// The app roots at all targets, and the policies of their settings.
fn app_roots<'t>(
    targets: &'t [Target],
    environment: &Environment,
    request: &Request,
    sources: &Sources,
) -> Result<(AtAll<App<'t>>, Vec<Card>), Failure> {
    let mut gathering = Gathering::new(request, &[]);
    let discover = |target: &'t Target| {
        let mut sources = sources.clone();
        let found = discover::app_roots(target, environment, &mut gathering, &mut sources)?;
        let app = |(root, settings)| App {
            target,
            root,
            settings,
        };
        Ok(At {
            count: found.apps.len(),
            is_found: !found.is_empty,
            left_out: found.left_out,
            roots: found.apps.into_iter().map(app).collect(),
        })
    };
    let all = at_targets(targets, request, discover)?;
    Ok((all, gathering.finish(sources)?.into_policies()))
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
    let (found, policies) = app_roots(targets, &environment, request, &sources)?;
    let mut reader = Reader::new(&environment, request);
    let mut notes: Vec<Note> = notes_of(&environment).chain(found.notes).collect();
    let mut secrets = Secrets::default();
    for app in found.roots {
        let ready = reader.read(app, &mut sources);
        add_once(&mut notes, ready.notes());
        secrets.add_all(look(ready));
    }
    Ok(Run {
        sources,
        secrets,
        notes,
        policies,
        ..Run::default()
    })
}
