//! The pipeline: from a request to a run.
//!
//! In: a [`Request`]. Out: a [`Run`], or why there is none. It only calls the stages in their order; what is wrong
//! with a config is decided in them and in the cards.

mod app;
mod load;
mod target;
mod wanted;
pub mod workspaces;

use std::time::Instant;

use crate::backstage::environment;
use crate::backstage::schema::{Cache, Collection, NoteWeight, SchemaSource};
use crate::files::{FilePath, Files};
use crate::finding::Finding;
use crate::rules::card::Card;
use crate::rules::combine::combine;
use crate::rules::engine::BrokenRule;
use crate::run::{Failure, Note, NoteLevel, Request, Run, SchemaCache};
use crate::suppress;

use app::Judge;
use load::LoadedApp;
use target::Target;
use wanted::Wanted;

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

fn check_targets(targets: &[Target], more: &[Card], request: &Request) -> Result<Run, Failure> {
    let started = Instant::now();
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
    let mut run = Run::default();
    let mut wanted = Wanted::new(request, more);
    let mut schemas = schema_source(request);
    let mut apps = Vec::new();
    for target in targets {
        let found = target.workspace(request, &mut run.sources)?;
        if found.app_roots.is_empty() {
            target.report_empty(request, &mut run)?;
        }
        run.checked.left_out.extend(found.left_out);
        for (app, settings) in wanted.apply(found.app_roots, target, &mut run.sources)? {
            let environment = wanted.environment(&settings, &environment);
            let files = target.files.as_ref();
            let lockfile = app.packages.lockfile.as_deref();
            let collection = schemas.of_app(files, &app.path, lockfile);
            note_schemas(&collection, &mut run);
            let schemas = &collection.schemas;
            let loaded = LoadedApp::load(app, files, &environment, schemas, &mut run);
            apps.push((target, loaded, settings, collection, environment));
        }
    }
    let wanted = wanted.finish(&mut run)?;
    let rules = wanted.rules();
    let mut findings: Vec<Finding> = Vec::new();
    let mut suppressions = Vec::new();
    for (target, app, settings, collection, environment) in &apps {
        let Some(rules) = rules.of(settings) else {
            continue;
        };
        let judge = Judge {
            rules,
            schemas: &collection.schemas,
            secrets: &run.secrets,
            settings,
            overrides: overrides.as_ref(),
            files: target.files.as_ref(),
            environment,
        };
        let found = app.judge(&judge).map_err(|broken| broken_rules(&broken))?;
        let found = combine(target.of_interest(found, &run.sources));
        let selection = wanted.selection(settings);
        findings.extend(found.into_iter().filter_map(|finding| {
            let source = run.sources.get(finding.primary.place.source);
            selection.adjust(finding, &FilePath::new(source.repository_path()))
        }));
        for loaded in app.layers.values() {
            let (source, comments) = (loaded.layer.source, &loaded.layer.document.comments);
            suppressions.extend(suppress::find(source, comments, &run.sources));
        }
    }
    // One chain alone cannot tell that a suppression is of no use: another chain may need it.
    let judged = |card: &Card| request.config.is_empty() && wanted.is_on(card);
    let left = suppress::apply(combine(findings), &suppressions, &run.sources, judged);
    drop(rules);
    run.suppressed = left.count;
    run.findings = left.findings;
    run.policies = wanted.into_policies();
    run.sort();
    run.elapsed = started.elapsed();
    Ok(run)
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
