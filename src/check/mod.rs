//! The pipeline: from a request to a run.
//!
//! In: a [`Request`]. Out: a [`Run`], or why there is none. It only calls the stages in their order; what is wrong
//! with a config is decided in them and in the cards.

mod app;
pub mod effective;
mod known;
mod load;
mod sure;
mod target;
mod wanted;
pub mod workspaces;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use crate::backstage::environment::{self, Environment};
use crate::backstage::schema::{Cache, Collection, NoteWeight, SchemaSource};
use crate::backstage::value::Value;
use crate::files::{DiskFiles, FilePath, Files};
use crate::finding::Finding;
use crate::rules::card::Card;
use crate::rules::combine::combine;
use crate::rules::engine::{BrokenRule, Rules};
use crate::run::{Failure, Note, NoteLevel, Request, Run, SchemaCache};
use crate::settings::{Loader, Settings};
use crate::suppress::{self, Suppression};
use crate::text::Sources;

pub use app::Facts;

use app::Judge;
use load::LoadedApp;
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
    let facts = prepared
        .apps
        .iter()
        .flat_map(|app| {
            app.loaded
                .facts(&prepared.judge(app, &Rules::new([]), &run))
        })
        .collect();
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
    let prepared = Prepared::of(targets, more, request, &mut run)?;
    let findings = prepared.findings(&run)?;
    // One chain alone cannot tell that a suppression is of no use: another chain may need it.
    let wanted = &prepared.wanted;
    let judged = |card: &Card| request.config.is_empty() && wanted.is_on(card);
    let suppressions = prepared.suppressions(&run.sources);
    let left = suppress::apply(findings, &suppressions, &run.sources, judged);
    run.suppressed = left.count;
    run.findings = left.findings;
    sure::keep_sure_edits(&mut run.findings, &run.sources);
    run.fail_on = wanted.fail_on();
    known::apply(&prepared, request, &mut run)?;
    run.policies = prepared.wanted.into_policies();
    run.sort();
    run.elapsed = started.elapsed();
    Ok(run)
}

/// Everything that was asked for, read and ready to be judged.
struct Prepared<'t> {
    apps: Vec<App<'t>>,
    wanted: Known<'t>,
    overrides: Option<Value>,
}

/// One app root, with what it is judged by.
struct App<'t> {
    target: &'t Target,
    loaded: LoadedApp,
    settings: Arc<Settings>,
    schemas: Arc<Collection>,
    environment: Environment,
}

impl<'t> Prepared<'t> {
    fn of(
        targets: &'t [Target],
        more: &'t [Card],
        request: &'t Request,
        run: &mut Run,
    ) -> Result<Self, Failure> {
        let environment = environment::from_request(
            &request.environment,
            &request.start,
            environment::of_process(),
        )?;
        let overrides = environment.overrides().map_err(|error| {
            Failure::new(format!(
                "the app would not start with these variables: {error}"
            ))
        })?;
        let mut wanted = Wanted::new(request, more);
        let mut schemas = schema_source(request);
        let mut apps = Vec::new();
        for target in targets {
            let found = target.workspace(request, &mut run.sources)?;
            if found.app_roots.is_empty() {
                target.report_empty(request, run)?;
            }
            run.checked.left_out.extend(found.left_out);
            for (app, settings) in wanted.apply(found.app_roots, target, &mut run.sources)? {
                let environment = wanted.environment(&settings, &environment);
                let files = target.files.as_ref();
                let lockfile = app.packages.lockfile.as_deref();
                let schemas = schemas.of_app(files, &app.path, lockfile);
                note_schemas(&schemas, run);
                let loaded = LoadedApp::load(app, files, &environment, &schemas.schemas, run);
                apps.push(App {
                    target,
                    loaded,
                    settings,
                    schemas,
                    environment,
                });
            }
        }
        Ok(Self {
            apps,
            wanted: wanted.finish(run)?,
            overrides,
        })
    }

    fn judge<'j>(&'j self, app: &'j App<'t>, rules: &'j Rules<'j>, run: &'j Run) -> Judge<'j> {
        Judge {
            rules,
            schemas: &app.schemas.schemas,
            secrets: &run.secrets,
            settings: &app.settings,
            overrides: self.overrides.as_ref(),
            files: app.target.files.as_ref(),
            environment: &app.environment,
        }
    }

    /// What every app root finds, as severe as its settings have it.
    fn findings(&self, run: &Run) -> Result<Vec<Finding>, Failure> {
        let rules = self.wanted.rules();
        let mut findings = Vec::new();
        for app in &self.apps {
            let Some(rules) = rules.of(&app.settings) else {
                continue;
            };
            let found = app
                .loaded
                .judge(&self.judge(app, rules, run))
                .map_err(|broken| broken_rules(&broken))?;
            let found = combine(app.target.of_interest(found, &run.sources));
            let selection = self.wanted.selection(&app.settings);
            findings.extend(found.into_iter().filter_map(|finding| {
                let source = run.sources.get(finding.primary.place.source);
                selection.adjust(finding, &FilePath::new(source.repository_path()))
            }));
        }
        Ok(combine(findings))
    }

    fn suppressions(&self, sources: &Sources) -> Vec<Suppression> {
        let layers = self.apps.iter().flat_map(|app| app.loaded.layers.values());
        layers
            .flat_map(|loaded| {
                let layer = &loaded.layer;
                suppress::find(layer.source, &layer.document.comments, sources)
            })
            .collect()
    }
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
        if !run.notes.contains(&note) {
            run.notes.push(note);
        }
    }
}

fn broken_rules(broken: &[BrokenRule]) -> Failure {
    let message = broken
        .first()
        .map_or_else(String::new, BrokenRule::to_string);
    Failure::new(message)
}
