//! The pipeline: from a request to a run.
//!
//! In: a [`Request`]. Out: a [`Run`], or why there is none. It only calls the stages in their order; what is wrong
//! with a config is decided in them and in the cards.

mod app;
pub mod effective;
pub mod examples;
mod judged;
mod known;
mod sure;
mod target;
mod wanted;
pub mod workspaces;

use std::path::Path;
use std::time::Instant;

use crate::backstage::environment::{self, Environment};
use crate::backstage::schema::{Cache, Collection, NoteWeight, SchemaSource};
use crate::files::{DiskFiles, Files};
use crate::request::{Request, SchemaCache};
use crate::rules::engine::{BrokenRule, Rules};
use crate::run::{Failure, Note, NoteLevel, Run};
use crate::settings::Loader;
use crate::suppress;
use crate::text::Sources;
use rule_card::card::Card;

pub use app::Facts;

use judged::{App, Judging, Reader};
use target::Target;
use wanted::{Known, Wanted};

/// Checks what is asked for.
///
/// # Errors
/// When the run cannot be made: a named path that is missing, unreadable or holds no layer, mistakes in settings or
/// policies, or a rule that is broken.
pub fn check(request: &Request) -> Result<Run, Failure> {
    check_targets(&target::targets(request)?, &[], request)
}

/// Checks a tree that is not on disk, e.g. the example of a rule, also by the rules in `more`. The paths of the
/// request are relative to the tree.
///
/// # Errors
/// As [`check`].
pub fn check_files(
    files: Box<dyn Files>,
    more: &[Card],
    request: &Request,
) -> Result<Run, Failure> {
    check_targets(&[target::whole(files, request)], more, request)
}

/// The facts that conditions would read, of every chain and layer, each with what it is: for people who write
/// policies. Secrets are in them: they must pass the mask of the run on their way out.
///
/// # Errors
/// As [`check`].
pub fn facts(request: &Request) -> Result<(Vec<Facts>, Run), Failure> {
    let targets = target::targets(request)?;
    let mut run = Run::default();
    let prepared = Prepared::of(&targets, &[], request, &mut run)?;
    let mut reader = Reader::new(&prepared.environment, request);
    let rules = Rules::new([]);
    let mut facts = Vec::new();
    for app in prepared.apps {
        let ready = reader.read(app, &mut run);
        facts.extend(ready.loaded.facts(&ready.judge(&rules)));
        run.secrets.add_all(ready.secrets, |source| source);
    }
    Ok((facts, run))
}

/// The policies that the settings of a folder name.
///
/// # Errors
/// When the settings or a policy hold a mistake.
pub fn policies(start: &Path) -> Result<Vec<Card>, Failure> {
    let unreadable = |error| Failure::new(format!("cannot read this folder: {error}"));
    let files = DiskFiles::open(start, start).map_err(unreadable)?;
    let folder = files.locate(start).map_err(unreadable)?;
    let mut sources = Sources::default();
    let mut loader = Loader::new(&files);
    let settings = loader.for_folder(&folder, &mut sources);
    match loader.mistakes().as_slice() {
        [] => Ok(settings.policies.clone()),
        mistakes => Err(wanted::failure(mistakes, sources)),
    }
}

fn check_targets(targets: &[Target], more: &[Card], request: &Request) -> Result<Run, Failure> {
    let started = Instant::now();
    let mut run = Run::default();
    let mut prepared = Prepared::of(targets, more, request, &mut run)?;
    let apps = std::mem::take(&mut prepared.apps);
    let judged = judged::judge(apps, &prepared.judging(request), &mut run)?;
    // One chain alone cannot tell that a suppression is of no use: another chain may need it.
    let wanted = &prepared.wanted;
    let is_judged = |card: &Card| request.config.is_empty() && wanted.is_on(card);
    let left = suppress::apply(
        judged.findings,
        &judged.suppressions,
        &run.sources,
        is_judged,
    );
    run.suppressed = left.count;
    run.findings = left.findings;
    sure::keep_sure_edits(&mut run.findings, &run.sources);
    run.fail_on = wanted.fail_on();
    known::apply(targets, wanted, request, &mut run)?;
    run.policies = prepared.wanted.into_policies();
    run.sort();
    run.elapsed = started.elapsed();
    Ok(run)
}

/// Everything that was asked for, found and ready to be read.
struct Prepared<'t> {
    apps: Vec<App<'t>>,
    wanted: Known<'t>,
    environment: Environment,
}

impl<'t> Prepared<'t> {
    fn of(
        targets: &'t [Target],
        more: &'t [Card],
        request: &'t Request,
        run: &mut Run,
    ) -> Result<Self, Failure> {
        let environment = asked_environment(request, run)?;
        let mut wanted = Wanted::new(request, more);
        let mut apps = Vec::new();
        for target in targets {
            let found = wanted.discover(target, &environment, &mut run.sources)?;
            if found.is_empty {
                target.report_empty(request, run)?;
            }
            run.checked.left_out.extend(found.left_out);
            run.checked.left_out.extend(target.passed_over());
            request.progress.add_found(found.apps.len());
            apps.extend(found.apps.into_iter().map(|(root, settings)| App {
                target,
                root,
                settings,
            }));
        }
        Ok(Self {
            apps,
            wanted: wanted.finish(run)?,
            environment,
        })
    }

    fn judging<'j>(&'j self, request: &'j Request) -> Judging<'j> {
        Judging {
            wanted: &self.wanted,
            environment: &self.environment,
            request,
        }
    }
}

/// The variables that a request names.
///
/// # Errors
/// When they cannot be read, or the app would not start with them.
fn asked_environment(request: &Request, run: &mut Run) -> Result<Environment, Failure> {
    let process = environment::of_process();
    let environment = environment::from_request(&request.environment, &request.start, process)
        .map_err(Failure::new)?;
    environment.overrides().map_err(|error| {
        Failure::new(format!(
            "the app would not start with these variables: {error}"
        ))
    })?;
    for note in environment.notes() {
        run.add_note(Note {
            level: NoteLevel::Always,
            text: note.clone(),
        });
    }
    Ok(environment)
}

/// Where the schemas of apps come from.
fn schema_source(request: &Request) -> SchemaSource {
    SchemaSource::new(match request.schema_cache {
        SchemaCache::OfUser => Cache::of_user(),
        SchemaCache::Off => None,
    })
}

/// What a person may want to know about the schemas of an app; of apps that share their packages once.
fn note_schemas(collection: &Collection, run: &mut Run) {
    for note in &collection.notes {
        let note = Note {
            level: match note.weight {
                NoteWeight::Loss => NoteLevel::Always,
                NoteWeight::Detail => NoteLevel::Verbose,
            },
            text: note.text.clone(),
        };
        run.add_note(note);
    }
}

fn broken_rules(broken: &[BrokenRule]) -> Failure {
    let message = broken
        .first()
        .map_or_else(String::new, BrokenRule::to_string);
    Failure::new(message)
}
