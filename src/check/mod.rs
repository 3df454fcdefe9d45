//! The pipeline: from a request to a run.
//!
//! In: a [`Request`]. Out: a [`Run`], or why there is none. It only calls the stages in their order: [`find`], [`judged`],
//! [`settle`](crate::settle). What is wrong with a config is decided in the products and in the cards.

pub mod effective;
pub mod examples;
mod facts;
mod find;
mod judged;
mod session;
#[cfg(test)]
mod tests;
mod trials;
mod watched;
pub mod workspaces;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use crate::backstage::environment::{self, Environment};
use crate::files::{DiskFiles, FilePath, Files, ReadError};
use crate::product::target::{self, Target};
use crate::product::{Product, table};
use crate::request::{BaselineRequest, Edits, Request};
use crate::run::{Checked, Failure, Note, NoteLevel, Run};
use crate::settings::in_force::InForce;
use crate::settings::{Loader, in_force};
use crate::settle::{BASELINE_LIMIT, edits, settle};
use crate::text::mask::escape;
use crate::text::{Source, Sources};
use rule_card::card::Card;

pub use crate::product::backstage::judge::Facts;
pub use facts::facts;
pub use session::Session;
pub use trials::Trials;
pub use watched::{PAUSE, Watched};

pub(crate) use judged::STACK_SIZE;

use judged::Asked;

/// The largest file that a fix adds a line to, in bytes.
const FIXED_FILE_LIMIT: u64 = 1 << 20;

/// Checks what is asked for.
///
/// # Errors
/// When the run cannot be made: a named path that is missing, unreadable or holds no layer, mistakes in settings or
/// policies, or a rule that is broken.
pub fn check(request: &Request) -> Result<Run, Failure> {
    check_targets(table::PRODUCTS, &target::targets(request)?, &[], request)
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
    check_targets(
        table::PRODUCTS,
        &[target::whole(Arc::from(files), request)],
        more,
        request,
    )
}

/// The policies that the settings of a folder name.
///
/// # Errors
/// When the settings or a policy hold a mistake.
pub fn policies(start: &Path) -> Result<Vec<Card>, Failure> {
    let unreadable = |error| Failure::new(format!("cannot read this directory: {error}"));
    let files = DiskFiles::open(start, start).map_err(unreadable)?;
    let folder = files.locate(start).map_err(unreadable)?;
    let mut sources = Sources::default();
    let mut loader = Loader::new(&files);
    let settings = loader.for_folder(&folder, &mut sources);
    match loader.mistakes().as_slice() {
        [] => Ok(settings.policies.clone()),
        mistakes => Err(in_force::failure(mistakes, sources)),
    }
}

fn check_targets(
    products: &[&dyn Product],
    targets: &[Target],
    more: &[Card],
    request: &Request,
) -> Result<Run, Failure> {
    let started = Instant::now();
    let environment = asked_environment(request)?;
    let sources = Sources::default();
    let found = find::find(products, targets, &environment, more, request, &sources)?;
    let in_force = found.in_force;
    let asked = Asked {
        in_force: &in_force,
        environment: &environment,
        request,
        sources: &sources,
    };
    let judged = judged::judge(found.roots, &asked)?;
    let in_repository = |path: &_| targets.first()?.files.read(path, BASELINE_LIMIT).ok();
    let file = |beside: &Source, path: &FilePath| {
        // Two repositories may have a file of the same name, which a person knows by different paths.
        let own = FilePath::new(beside.repository_path());
        let mut files = targets.iter().map(|target| &target.files);
        let files = files.find(|files| files.display(&own) == beside.path())?;
        let text = match files.read(path, FIXED_FILE_LIMIT) {
            Err(ReadError::NotFound) => Arc::from(""),
            read => read.ok()?,
        };
        Some(files.source(path, text))
    };
    let mut settled = settle(
        judged.findings,
        &judged.suppressions,
        &sources,
        &in_force,
        request,
        in_repository,
    )?;
    if request.edits == Edits::WorkedOut {
        let known = settled.baseline.iter_mut();
        let known = known.flat_map(|baseline| &mut baseline.known);
        let findings = settled.findings.iter_mut().chain(known);
        let unproven = edits::plan(findings, &sources, &judged.loads, &file);
        settled.notes.extend(unproven);
    }
    let several = several_baselines(targets, &in_force, request);
    let settings = settings_in_force(&in_force, &sources);
    let notes = notes_of(&environment)
        .chain(found.notes)
        .chain(no_rule(&in_force))
        .chain(settings)
        .chain(several);
    let mut run = Run {
        findings: settled.findings,
        sources,
        secrets: judged.secrets,
        checked: Checked {
            app_roots: judged.app_roots,
            servers: judged.servers,
            layers: judged.files,
            chains: judged.chains,
            left_out: found.left_out,
            schemas: judged.schemas,
        },
        fail_on: in_force.fail_on(),
        policies: in_force.into_policies(),
        baseline: settled.baseline,
        suppressed: settled.suppressed,
        notes: notes.chain(judged.notes).chain(settled.notes).collect(),
        elapsed: started.elapsed(),
    };
    run.sort();
    Ok(run)
}

/// That the settings and the command line leave no rule on: without it, no finding would look like a verdict.
fn no_rule(in_force: &InForce<'_>) -> Option<Note> {
    in_force.leaves_no_rule().then(|| Note {
        level: NoteLevel::Always,
        text: "no rule is on: nothing is reported".to_owned(),
    })
}

/// Which settings files are in force.
fn settings_in_force(in_force: &InForce<'_>, sources: &Sources) -> Vec<Note> {
    let note = |text| Note {
        level: NoteLevel::Verbose,
        text,
    };
    let files = in_force.files();
    let mut notes: Vec<Note> = files
        .map(|file| note(format!("settings: {}", escape(sources.get(file).path()))))
        .collect();
    if notes.is_empty() {
        notes.push(note("settings: none, using the defaults".to_owned()));
    }
    notes
}

/// That the baseline of the settings is that of one repository, where several are checked.
fn several_baselines(
    targets: &[Target],
    in_force: &InForce<'_>,
    request: &Request,
) -> Option<Note> {
    let first = targets.first()?.files.identity();
    let is_one = targets
        .iter()
        .all(|target| target.files.identity() == first);
    let by_settings = request.baseline == BaselineRequest::BySettings;
    let baseline = in_force.baseline().filter(|_| by_settings && !is_one)?;
    Some(Note {
        level: NoteLevel::Always,
        text: format!(
            "the baseline `{}` is read in the first repository alone: check one repository at a time, or name a baseline with --baseline",
            escape(baseline.as_str())
        ),
    })
}

/// The variables that a request names.
///
/// # Errors
/// When they cannot be read, or the app would not start with them.
fn asked_environment(request: &Request) -> Result<Environment, Failure> {
    let process = environment::of_process();
    let environment = environment::from_request(&request.environment, &request.start, process)
        .map_err(Failure::new)?;
    environment.overrides().map_err(|error| {
        Failure::new(format!(
            "the app would not start with these variables: {error}"
        ))
    })?;
    Ok(environment)
}

/// What a person should know of these variables.
fn notes_of(environment: &Environment) -> impl Iterator<Item = Note> {
    environment.notes().iter().map(|text| Note {
        level: NoteLevel::Always,
        text: text.clone(),
    })
}
