//! App roots, read and judged one after the other.
//!
//! In: app roots as they were found. Out: what is wrong with all of them, in their order. What was read of one is let
//! go before the next is read, so that of ten thousand only texts and findings stay in memory. A large number of them
//! is shared out among threads; what comes out is the same, to the byte.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::app::Judge;
use super::target::Target;
use super::wanted::{self, Known};
use super::{broken_rules, note_schemas, schema_source};
use crate::backstage::environment::Environment;
use crate::backstage::load::{self, LoadedApp, Surroundings};
use crate::backstage::npm::Installs;
use crate::backstage::schema::{Collection, SchemaSource};
use crate::backstage::words::AppRoot;
use crate::files::{FilePath, Files};
use crate::finding::Finding;
use crate::request::Request;
use crate::rules::catalog;
use crate::rules::combine::{combine, leave_out_superseded};
use crate::rules::engine::Rules;
use crate::run::{Failure, Run};
use crate::settings::Settings;
use crate::suppress::{self, Suppression};
use crate::text::mask::Secrets;
use crate::text::{SourceId, Sources};

/// Reads and judges app roots.
///
/// # Errors
/// The first rule that is broken.
pub fn judge(apps: Vec<App<'_>>, judging: &Judging<'_>, run: &mut Run) -> Result<Judged, Failure> {
    let shares = shares(apps);
    let mut judged = Judged::default();
    if shares.len() < 2 {
        for share in shares {
            judged = in_turn(share, judging, run)?;
        }
    } else {
        for (share, of_share) in at_once(shares, judging, run) {
            judged.add(share?, of_share, run);
        }
    }
    judged.findings = combine(judged.findings);
    Ok(judged)
}

/// One app root, with what it is judged by.
pub struct App<'t> {
    /// Where it was found.
    pub target: &'t Target,
    /// The app root.
    pub root: AppRoot,
    /// What the repository wants.
    pub settings: Arc<Settings>,
}

/// What all app roots are judged by.
#[derive(Clone, Copy)]
pub struct Judging<'j> {
    /// The rules.
    pub wanted: &'j Known<'j>,
    /// The variables that were asked for.
    pub environment: &'j Environment,
    /// What was asked for.
    pub request: &'j Request,
}

/// What was found.
#[derive(Default)]
pub struct Judged {
    /// Everything that is wrong, as severe as the settings have it.
    pub findings: Vec<Finding>,
    /// What comments suppress.
    pub suppressions: Vec<Suppression>,
}

/// Fewer app roots than this are done before threads have started.
const WORTH_THREADS: usize = 64;
/// How many shares each thread gets: one that has the small app roots takes a further share.
const SHARES_EACH: usize = 4;

/// Divides app roots, in their order.
fn shares(mut apps: Vec<App<'_>>) -> Vec<Vec<App<'_>>> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    if apps.len() < WORTH_THREADS || threads < 2 {
        return vec![apps];
    }
    let size = apps.len().div_ceil(threads * SHARES_EACH);
    let mut shares = Vec::new();
    while !apps.is_empty() {
        let rest = apps.split_off(size.min(apps.len()));
        shares.push(std::mem::replace(&mut apps, rest));
    }
    shares
}

/// Reads and judges app roots one after the other.
fn in_turn(apps: Vec<App<'_>>, judging: &Judging<'_>, run: &mut Run) -> Result<Judged, Failure> {
    let rules = judging.wanted.rules();
    let mut reader = Reader::new(judging.environment, judging.request);
    let mut judged = Judged::default();
    for app in apps {
        let ready = reader.read(app, run);
        judged.suppressions.extend(ready.suppressions(&run.sources));
        if let Some(rules) = rules.of(&ready.settings) {
            let found = ready.loaded.judge(&ready.judge(rules));
            let found = found.map_err(|broken| broken_rules(&broken))?;
            let found = combine(ready.target.of_interest(found, &run.sources));
            let selection = judging.wanted.selection(&ready.settings);
            let adjusted = found.into_iter().filter_map(|finding| {
                let source = run.sources.get(finding.primary.place.source);
                selection.adjust(finding, &FilePath::new(source.repository_path()))
            });
            let cards = rules.cards().chain(catalog::loader_cards());
            let left = leave_out_superseded(adjusted.collect(), cards);
            judged.findings.extend(left);
        }
        run.secrets.add_all(ready.secrets, |source| source);
        judging.request.progress.add_checked();
    }
    Ok(judged)
}

/// What a thread made of a share, and the run it did it in.
type Share = (Result<Judged, Failure>, Run);

/// Reads and judges shares on several threads; what comes of them is in their order.
fn at_once(shares: Vec<Vec<App<'_>>>, judging: &Judging<'_>, run: &mut Run) -> Vec<Share> {
    let texts = Arc::new(std::mem::take(&mut run.sources));
    run.sources = Sources::on(Arc::clone(&texts));
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let waiting = Mutex::new(shares.into_iter().enumerate());
    let done = Mutex::new(BTreeMap::new());
    let work = || {
        while let Some((index, share)) = next(&waiting) {
            let mut own = Run {
                sources: Sources::on(Arc::clone(&texts)),
                ..Run::default()
            };
            let judged = in_turn(share, judging, &mut own);
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.insert(index, (judged, own));
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.into_values().collect()
}

fn next<T>(waiting: &Mutex<impl Iterator<Item = T>>) -> Option<T> {
    waiting
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .next()
}

impl Judged {
    /// Adds what was found in a run of its own, whose sources become sources of `run`.
    fn add(&mut self, mut share: Self, own: Run, run: &mut Run) {
        let moved = run.sources.take_over(own.sources);
        let to = |source: SourceId| moved.get(&source).copied().unwrap_or(source);
        for finding in &mut share.findings {
            let labels = std::iter::once(&mut finding.primary).chain(&mut finding.related);
            let places = labels.map(|label| &mut label.place);
            for place in places.chain(finding.edits.iter_mut().map(|edit| &mut edit.place)) {
                place.source = to(place.source);
            }
        }
        self.findings.append(&mut share.findings);
        let suppressions = share.suppressions.into_iter();
        let suppressions = suppressions.map(|suppression| suppression.moved(to));
        self.suppressions.extend(suppressions);
        run.secrets.add_all(own.secrets, to);
        run.checked.app_roots += own.checked.app_roots;
        run.checked.chains += own.checked.chains;
        run.checked
            .layers
            .extend(own.checked.layers.into_iter().map(to));
        for note in own.notes {
            run.add_note(note);
        }
    }
}

/// Reads app roots.
pub struct Reader<'r> {
    environment: &'r Environment,
    schemas: SchemaSource,
    installs: Installs,
}

impl<'r> Reader<'r> {
    /// A reader for apps that are started with these variables.
    pub fn new(environment: &'r Environment, request: &Request) -> Self {
        Self {
            environment,
            schemas: schema_source(request),
            installs: Installs::default(),
        }
    }

    /// Reads the layers of an app root. Their secrets are not among those of the run.
    pub fn read<'t>(&mut self, mut app: App<'t>, run: &mut Run) -> Ready<'t> {
        let environment = wanted::environment(&app.settings, self.environment);
        let files = app.target.files.as_ref();
        self.installs
            .complete(files, &app.root.path, &mut app.root.packages);
        let lockfile = app.root.packages.lockfile.as_deref();
        let schemas = self.schemas.of_app(files, &app.root.path, lockfile);
        note_schemas(&schemas, run);
        let with = Surroundings {
            files,
            environment: &environment,
            schemas: &schemas.schemas,
        };
        let (loaded, secrets) = load::load(app.root, &with, &mut run.sources);
        let layers = loaded.layers.values();
        run.checked.app_roots += 1;
        run.checked.chains += loaded.app.chains.len();
        let layers = layers.map(|loaded| loaded.layer.source);
        run.checked.layers.extend(layers);
        Ready {
            target: app.target,
            loaded,
            settings: app.settings,
            schemas,
            environment,
            secrets,
        }
    }
}

/// An app root that was read, with what it is judged by.
pub struct Ready<'t> {
    target: &'t Target,
    /// Its layers.
    pub loaded: LoadedApp,
    settings: Arc<Settings>,
    schemas: Arc<Collection>,
    /// What is known of the variables it is started with.
    pub environment: Environment,
    /// The secrets of its own layers: what no message about it may hold. Reports hide those of all.
    pub secrets: Secrets,
}

impl Ready<'_> {
    /// The files it was read from.
    pub fn files(&self) -> &dyn Files {
        self.target.files.as_ref()
    }

    /// What judges it by some rules.
    pub fn judge<'j>(&'j self, rules: &'j Rules<'j>) -> Judge<'j> {
        Judge {
            rules,
            schemas: &self.schemas.schemas,
            secrets: &self.secrets,
            settings: &self.settings,
            files: self.files(),
            environment: &self.environment,
        }
    }

    fn suppressions(&self, sources: &Sources) -> Vec<Suppression> {
        let layers = self.loaded.layers.values();
        layers
            .flat_map(|loaded| {
                let layer = &loaded.layer;
                suppress::find(layer.source, &layer.document.comments, sources)
            })
            .collect()
    }
}
