//! Roots judged one after the other, or many of them at once.
//!
//! In: roots as they were found. Out: what is wrong with all of them, in their order. A large number is shared out
//! among threads; what comes out is the same, to the byte.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::backstage::environment::Environment;
use crate::files::FilePath;
use crate::finding::Finding;
use crate::product::{JudgedRoot, Judging, RootKind, Roots};
use crate::request::Request;
use crate::rules::catalog;
use crate::rules::combine::{combine, leave_out_superseded};
use crate::run::{Failure, Note, SchemasInForce, add_once};
use crate::settings::in_force::InForce;
use crate::settle::edits::Loads;
use crate::settle::suppress::Suppression;
use crate::text::mask::Secrets;
use crate::text::{SourceId, Sources};

/// What was found.
#[derive(Default)]
pub struct Judged {
    /// Everything that is wrong, as severe as the settings have it.
    pub findings: Vec<Finding>,
    /// What comments suppress.
    pub suppressions: Vec<Suppression>,
    /// What must not be shown.
    pub secrets: Secrets,
    /// How many app roots were judged.
    pub app_roots: usize,
    /// How many servers were.
    pub servers: usize,
    /// How many chains they have.
    pub chains: usize,
    /// Which chains load each layer.
    pub loads: Loads,
    /// The files that were judged.
    pub files: Vec<SourceId>,
    /// The schemas of each root that has any.
    pub schemas: Vec<SchemasInForce>,
    /// What a person may want to know, each once.
    pub notes: Vec<Note>,
}

/// What all roots are judged by; threads share it, and make the rules ready each for itself.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The settings.
    pub in_force: &'a InForce<'a>,
    /// The variables that were asked for.
    pub environment: &'a Environment,
    /// What was asked for.
    pub request: &'a Request,
    /// Where texts are added.
    pub sources: &'a Sources,
}

/// The stack of every thread that reads or judges, in bytes. Walks over values recurse, down to the depth that the reader
/// of YAML lets through; a main thread may have no more than 1 MiB, as on Windows.
pub(crate) const STACK_SIZE: usize = 32 << 20;

/// Fewer roots than this are done before threads have started.
const WORTH_THREADS: usize = 64;
/// How many shares each thread gets: one that has the small roots takes a further share.
const SHARES_EACH: usize = 4;

/// Reads and judges roots.
///
/// # Errors
/// The first rule that is broken.
pub fn judge<'t>(
    roots: Vec<Box<dyn Roots<'t> + 't>>,
    asked: &Asked<'_>,
) -> Result<Judged, Failure> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let count: usize = roots.iter().map(|roots| roots.count()).sum();
    let mut judged = Judged::default();
    if count < WORTH_THREADS || threads < 2 {
        for roots in roots {
            judged.add(in_turn(roots, asked)?);
        }
    } else {
        let shares = shares(roots, count.div_ceil(threads * SHARES_EACH));
        for share in at_once(shares, threads, asked) {
            judged.add(share?);
        }
    }
    judged.findings = combine(judged.findings);
    Ok(judged)
}

/// Divides roots, in their order, into shares of at most this size.
fn shares<'t>(roots: Vec<Box<dyn Roots<'t> + 't>>, size: usize) -> Vec<Box<dyn Roots<'t> + 't>> {
    let mut shares = Vec::new();
    for mut roots in roots {
        while roots.count() > size {
            let rest = roots.split_off(size);
            shares.push(std::mem::replace(&mut roots, rest));
        }
        shares.push(roots);
    }
    shares
}

/// Reads and judges roots one after the other.
fn in_turn<'t>(roots: Box<dyn Roots<'t> + 't>, asked: &Asked<'_>) -> Result<Judged, Failure> {
    let by = Judging {
        rules: asked.in_force.rules(),
        environment: asked.environment,
        request: asked.request,
        sources: asked.sources,
    };
    let mut judged = Judged::default();
    for root in roots.judge(&by) {
        judged.add_root(root?, asked.in_force, &by);
        asked.request.progress.add_checked();
    }
    Ok(judged)
}

/// Reads and judges shares on several threads; what comes of them is in their order.
fn at_once<'t>(
    shares: Vec<Box<dyn Roots<'t> + 't>>,
    threads: usize,
    asked: &Asked<'_>,
) -> Vec<Result<Judged, Failure>> {
    let waiting = Mutex::new(shares.into_iter().enumerate());
    let done = Mutex::new(BTreeMap::new());
    let work = || {
        while let Some((index, share)) = next(&waiting) {
            let judged = in_turn(share, asked);
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.insert(index, judged);
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            // Where there is no memory for a further thread, the others do its work.
            let thread = thread::Builder::new().stack_size(STACK_SIZE);
            let _ = thread.spawn_scoped(scope, work);
        }
        work();
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
    /// Adds one root: of its findings those that its settings want, as severe as they want them.
    fn add_root(&mut self, root: JudgedRoot, in_force: &InForce<'_>, by: &Judging<'_>) {
        let selection = in_force.selection(&root.settings);
        let adjusted = combine(root.findings).into_iter().filter_map(|finding| {
            let source = by.sources.get(finding.primary.place.source);
            selection.adjust(finding, &FilePath::new(source.repository_path()))
        });
        if let Some(rules) = by.rules.of(&root.settings) {
            let cards = rules.cards().chain(catalog::loader_cards());
            let left = leave_out_superseded(adjusted.collect(), cards);
            self.findings.extend(left);
        }
        self.suppressions.extend(root.suppressions);
        self.secrets.add_all(root.secrets);
        match root.kind {
            RootKind::AppRoot => self.app_roots += 1,
            RootKind::Server => self.servers += 1,
        }
        self.chains += root.chains;
        for (chain, source) in root.loads {
            self.loads.entry(source).or_default().insert(chain);
        }
        self.files.extend(root.files);
        self.schemas.extend(root.schemas);
        add_once(&mut self.notes, root.notes);
    }

    fn add(&mut self, share: Self) {
        self.findings.extend(share.findings);
        self.suppressions.extend(share.suppressions);
        self.secrets.add_all(share.secrets);
        self.app_roots += share.app_roots;
        self.servers += share.servers;
        self.chains += share.chains;
        for (source, chains) in share.loads {
            self.loads.entry(source).or_default().extend(chains);
        }
        self.files.extend(share.files);
        self.schemas.extend(share.schemas);
        add_once(&mut self.notes, share.notes);
    }
}
