//! The pipeline: from a request to a run.
//!
//! In: a [`Request`]. Out: a [`Run`], or why there is none. It only calls the stages in their order; what is wrong
//! with a config is decided in them and in the cards.

mod app;
mod load;
mod target;

use std::time::Instant;

use crate::backstage::environment::{self, Environment};
use crate::backstage::schema::Schemas;
use crate::finding::Finding;
use crate::rules::combine::combine;
use crate::rules::engine::{BrokenRule, Rules};
use crate::rules::select::Selection;
use crate::run::{Failure, ProcessEnvironment, Request, Run};
use crate::settings::Settings;

use app::Judge;
use load::LoadedApp;

/// Checks what is asked for.
///
/// # Errors
/// When the run cannot be made: a named path that is missing, unreadable or holds no layer, or a rule that is
/// broken.
pub fn check(request: &Request) -> Result<Run, Failure> {
    let started = Instant::now();
    let environment = known_environment(request)?;
    let settings = Settings::default();
    let selection = Selection::new(&settings, &request.rules);
    let mut run = Run::default();
    let targets = target::targets(request)?;
    let schemas = Schemas::bundled();
    let mut apps = Vec::new();
    for target in &targets {
        let found = target.workspace(request, &mut run.sources)?;
        if found.app_roots.is_empty() {
            target.report_empty(request, &mut run)?;
        }
        run.checked.left_out.extend(found.left_out);
        for app in found.app_roots {
            let loaded = LoadedApp::load(app, &target.files, &environment, &schemas, &mut run);
            apps.push((target, loaded));
        }
    }
    let rules = Rules::new(selection.cards());
    let mut findings: Vec<Finding> = Vec::new();
    for (target, app) in &apps {
        let judge = Judge {
            rules: &rules,
            schemas: &schemas,
            secrets: &run.secrets,
        };
        let found = app.judge(&judge).map_err(|broken| broken_rules(&broken))?;
        findings.extend(target.of_interest(found, &run.sources));
    }
    run.findings = combine(findings)
        .into_iter()
        .filter_map(|finding| {
            let source = run.sources.get(finding.primary.place.source);
            let path = crate::files::FilePath::new(source.repository_path());
            selection.adjust(finding, &path)
        })
        .collect();
    run.sort();
    run.elapsed = started.elapsed();
    Ok(run)
}

fn broken_rules(broken: &[BrokenRule]) -> Failure {
    let message = broken
        .first()
        .map_or_else(String::new, BrokenRule::to_string);
    Failure::new(message)
}

/// What is known about the variables the app is started with.
fn known_environment(request: &Request) -> Result<Environment, Failure> {
    let mut known = Environment::default();
    if request.environment.process == ProcessEnvironment::Used {
        known = Environment::complete();
        for (name, value) in std::env::vars() {
            known.set(name, value);
        }
    }
    for path in &request.environment.files {
        let text = std::fs::read_to_string(request.start.join(path)).map_err(|error| {
            Failure::new(format!(
                "cannot read the env file {}: {}",
                path.display(),
                error.kind()
            ))
        })?;
        for (name, value) in environment::parse_dotenv(&text) {
            known.set(name, value);
        }
    }
    for (name, value) in &request.environment.variables {
        known.set(name.as_str(), value.as_str());
    }
    Ok(known)
}
