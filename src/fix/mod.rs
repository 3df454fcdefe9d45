//! Fixes applied: in memory first, each judged again before it is kept.
//!
//! In: a request. Out: [`Fixed`]: the run before, the run after, and the files that differ between them. A fix is kept only
//! if its finding is gone afterwards and no new error has come; one that brings back a text seen before ends the loop.
//! Never: a write; [`write`] does that once everything is known, and only where nothing has changed meanwhile.

pub(crate) mod ignore;
pub mod migrate;
mod write;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;
use std::sync::Arc;

use crate::check::Trials;
use crate::files::read_named;
use crate::finding::{Edit, Finding, Fix, FixKind, Severity};
use crate::request::{Edits, FileState, Request};
use crate::run::{Failure, Run};
use crate::text::mask::escape;
use crate::text::{Source, SourceId};
use npm_yaml::edit::{Replacement, apply};

pub use ignore::add_ignores;
pub use write::write;

/// How often fixes are looked for again: one may make room for the next.
const MAX_PASSES: usize = 10;

/// The largest file that is fixed, in bytes.
const FIXED_FILE_LIMIT: u64 = 16 << 20;

/// What became of the fixes.
pub struct Fixed {
    /// The run that found them.
    pub before: Run,
    /// The run over the changed files; `None` where nothing changes.
    pub after: Option<Run>,
    /// The files that change, in order of path.
    pub files: Vec<FileChange>,
    /// How many findings are gone.
    pub count: usize,
    /// How many more could be resolved if unsafe fixes were asked for.
    pub more: usize,
    /// Why fixes were not kept: one line each, without secrets.
    pub notes: Vec<String>,
}

impl Fixed {
    /// The run over the files as they are afterwards.
    pub fn after(&self) -> &Run {
        self.after.as_ref().unwrap_or(&self.before)
    }

    /// The same, without what was before.
    pub fn into_after(self) -> Run {
        self.after.unwrap_or(self.before)
    }
}

/// A file that changes.
#[derive(Clone)]
pub struct FileChange {
    /// Where it is, without symbolic links.
    pub path: PathBuf,
    /// The path as a person knows it.
    pub shown: String,
    /// Its path from the root of the repository.
    pub repository_path: String,
    /// Its text as it was read; `None` where there is no file yet.
    pub before: Option<Arc<str>>,
    /// Its new text.
    pub after: Arc<str>,
}

/// Applies the fixes of a request up to a kind, in memory.
///
/// # Errors
/// Those of a check.
pub fn fix(request: &Request, up_to: FixKind) -> Result<Fixed, Failure> {
    let trials = Trials::new(request)?;
    let mut before = trials.check(&[], Edits::WorkedOut)?;
    let mut fixer = Fixer::new(request, &trials);
    let mut after = None;
    for _ in 0..MAX_PASSES {
        let run = after.as_ref().unwrap_or(&before);
        let chosen = fixer.choose(run, up_to);
        if chosen.is_empty() {
            break;
        }
        match fixer.pass(run, &chosen)? {
            Pass::Kept(next) => after = Some(*next),
            Pass::Nothing => {}
            Pass::Circle => after = None,
        }
    }
    fixer.forget_dropped(after.as_mut().unwrap_or(&mut before));
    let last = after.as_ref().unwrap_or(&before);
    Ok(Fixed {
        count: gone(&before, last),
        more: match up_to {
            FixKind::Safe => last.fixable(FixKind::Unsafe),
            _ => 0,
        },
        before,
        after,
        files: fixer.files.into_values().collect(),
        notes: fixer.notes,
    })
}

/// Texts by the path of their file.
type Texts = BTreeMap<PathBuf, FileChange>;

/// What tells whether a finding is still there: its rule, and the file it is in.
type Kind = (String, String);

/// What tells a fix from others: rule, file, the message of the finding, and the title.
type Name = (String, String, String, String);

struct Fixer<'r> {
    request: &'r Request,
    trials: &'r Trials<'r>,
    files: Texts,
    /// Fixes that were tried and not kept.
    dropped: BTreeSet<Name>,
    /// The hash of all texts after each pass, and the fixes that led there; the texts before the first pass come first.
    passes: Vec<(u64, Vec<Name>)>,
    /// Where a path as a person knows it leads.
    paths: RefCell<BTreeMap<String, PathBuf>>,
    notes: Vec<String>,
}

/// A fix to be tried.
struct Candidate<'f> {
    finding: &'f Finding,
    fix: &'f Fix,
}

/// What comes of the fixes of one pass.
enum Pass {
    /// Some were kept: the run over the texts with them.
    Kept(Box<Run>),
    /// None was.
    Nothing,
    /// They would bring back texts of an earlier pass. All that was fixed is undone, and those that undo each other are not
    /// tried again.
    Circle,
}

/// The fixes that are kept in a pass, while further ones are tried with them.
#[derive(Default)]
struct Kept<'c> {
    candidates: Vec<&'c Candidate<'c>>,
    texts: Texts,
    run: Option<Run>,
    /// Whether the edits of that run are worked out.
    is_whole: bool,
}

impl<'r> Fixer<'r> {
    fn new(request: &'r Request, trials: &'r Trials<'r>) -> Self {
        Self {
            request,
            trials,
            files: Texts::new(),
            dropped: BTreeSet::new(),
            passes: vec![(hash(&Texts::new()), Vec::new())],
            paths: RefCell::default(),
            notes: Vec::new(),
        }
    }

    /// The first fix of each finding, as far as they touch different bytes.
    fn choose<'f>(&self, run: &'f Run, up_to: FixKind) -> Vec<Candidate<'f>> {
        let mut chosen: Vec<Candidate<'f>> = Vec::new();
        // By the file: one that two paths lead to is two sources.
        let mut taken: BTreeMap<PathBuf, Vec<&'f Edit>> = BTreeMap::new();
        let mut current: BTreeMap<SourceId, bool> = BTreeMap::new();
        for finding in &run.findings {
            let wanted = finding.fixes.iter().find(|fix| {
                fix.is_applicable()
                    && fix.kind <= up_to
                    && !self.dropped.contains(&name(run, finding, fix))
            });
            let Some(fix) = wanted else {
                continue;
            };
            let is_free = fix.edits.iter().all(|edit| {
                let source = run.sources.get(edit.place.source);
                let near = taken.get(&self.path(source));
                let is_apart = |other: &&Edit| {
                    let (one, other) = (edit.place.span, other.place.span);
                    one.end < other.start || other.end < one.start
                };
                let is_current = current.entry(edit.place.source);
                near.is_none_or(|near| near.iter().all(is_apart))
                    && *is_current.or_insert_with(|| self.is_current(source))
            });
            if is_free {
                for edit in &fix.edits {
                    let path = self.path(run.sources.get(edit.place.source));
                    taken.entry(path).or_default().push(edit);
                }
                chosen.push(Candidate { finding, fix });
            }
        }
        chosen
    }

    /// Where the file of a source is, without symbolic links.
    fn path(&self, source: &Source) -> PathBuf {
        let mut paths = self.paths.borrow_mut();
        if let Some(known) = paths.get(source.path()) {
            return known.clone();
        }
        let path = self.request.start.join(source.path());
        // A file that is not there yet is in a folder that is.
        let real = path.canonicalize().ok().or_else(|| {
            let folder = path.parent()?.canonicalize().ok()?;
            Some(folder.join(path.file_name()?))
        });
        let path = real.unwrap_or(path);
        paths.insert(source.path().to_owned(), path.clone());
        path
    }

    /// Whether a source is the text of its file, inside the repository.
    fn is_current(&self, source: &Source) -> bool {
        let path = self.path(source);
        let repository_path = source.repository_path();
        if repository_path.starts_with("../") || repository_path.starts_with('/') {
            return false;
        }
        match self.files.get(&path) {
            Some(file) => *file.after == *source.text(),
            // What is in the index is as it was read, whatever the working tree holds.
            None if self.request.state == FileState::Staged => true,
            None => match read_named(&path, FIXED_FILE_LIMIT) {
                Ok(text) => text == source.text(),
                // A file that is not there yet.
                Err(_) => source.text().is_empty() && !path.exists(),
            },
        }
    }

    /// Tries fixes together, and where that does not do, by halves.
    fn pass(&mut self, run: &Run, chosen: &[Candidate<'_>]) -> Result<Pass, Failure> {
        let all: Vec<&Candidate<'_>> = chosen.iter().collect();
        let mut kept = Kept::default();
        // Mostly all fixes hold: then this run is the one that the next pass looks at.
        self.keep(run, &all, &mut kept, Edits::WorkedOut)?;
        let Some(next) = kept.run else {
            return Ok(Pass::Nothing);
        };
        let names = kept.candidates.iter();
        let names: Vec<Name> = names
            .map(|candidate| name(run, candidate.finding, candidate.fix))
            .collect();
        let hash = hash(&kept.texts);
        let earlier = self.passes.iter().position(|(known, _)| *known == hash);
        if let Some(earlier) = earlier {
            let later = self.passes.drain(1..).skip(earlier);
            let circle: Vec<Name> = later.flat_map(|(_, names)| names).chain(names).collect();
            self.drop_circle(circle);
            self.files.clear();
            return Ok(Pass::Circle);
        }
        self.passes.push((hash, names));
        self.files = kept.texts;
        if kept.is_whole {
            return Ok(Pass::Kept(Box::new(next)));
        }
        let next = self.trials.check(&sources(&self.files), Edits::WorkedOut)?;
        Ok(Pass::Kept(Box::new(next)))
    }

    /// Keeps those of some fixes that do what they say, with those that are kept already.
    fn keep<'c>(
        &mut self,
        run: &Run,
        more: &[&'c Candidate<'c>],
        kept: &mut Kept<'c>,
        edits: Edits,
    ) -> Result<(), Failure> {
        let is_first = kept.candidates.is_empty();
        let together: Vec<&Candidate<'_>> = kept.candidates.iter().chain(more).copied().collect();
        if let Some((texts, next)) = self.judged(run, &together, edits)? {
            *kept = Kept {
                candidates: together,
                texts,
                run: Some(next),
                is_whole: edits == Edits::WorkedOut,
            };
            return Ok(());
        }
        match more {
            [] => {}
            [only] => {
                // One that does not go together with those that are kept has its turn in the next pass.
                if is_first || self.judged(run, &[only], Edits::NotNeeded)?.is_none() {
                    self.drop_fix(run, only);
                }
            }
            more => {
                let (first, second) = more.split_at(more.len() / 2);
                self.keep(run, first, kept, Edits::NotNeeded)?;
                self.keep(run, second, kept, Edits::NotNeeded)?;
            }
        }
        Ok(())
    }

    /// The texts with fixes made and the run over them, if the fixes do what they say.
    fn judged(
        &self,
        run: &Run,
        chosen: &[&Candidate<'_>],
        edits: Edits,
    ) -> Result<Option<(Texts, Run)>, Failure> {
        let Some(texts) = self.texts(run, chosen) else {
            return Ok(None);
        };
        let next = self.trials.check(&sources(&texts), edits)?;
        let (before, after) = (counts(run, None), counts(&next, None));
        let mut fixed: BTreeMap<Kind, usize> = BTreeMap::new();
        for candidate in chosen {
            *fixed.entry(kind(run, candidate.finding)).or_default() += 1;
        }
        let count = |counts: &BTreeMap<Kind, usize>, kind: &Kind| {
            counts.get(kind).copied().unwrap_or_default()
        };
        let is_gone = fixed
            .iter()
            .all(|(kind, fixed)| count(&after, kind) + fixed <= count(&before, kind));
        let (before, after) = (
            counts(run, Some(Severity::Error)),
            counts(&next, Some(Severity::Error)),
        );
        let is_no_worse = after
            .iter()
            .all(|(kind, errors)| *errors <= count(&before, kind));
        Ok((is_gone && is_no_worse).then_some((texts, next)))
    }

    /// All changed texts with further fixes; `None` where the bytes do not fit.
    fn texts(&self, run: &Run, chosen: &[&Candidate<'_>]) -> Option<Texts> {
        let mut by_path: BTreeMap<PathBuf, (&Source, Vec<Replacement>)> = BTreeMap::new();
        for edit in chosen.iter().flat_map(|candidate| &candidate.fix.edits) {
            let source = run.sources.get(edit.place.source);
            let of_file = by_path.entry(self.path(source));
            let (first, replacements) = of_file.or_insert_with(|| (source, Vec::new()));
            if first.text() != source.text() {
                return None;
            }
            replacements.push(Replacement {
                span: edit.place.span,
                text: edit.text.clone(),
            });
        }
        let mut texts = self.files.clone();
        for (path, (source, mut replacements)) in by_path {
            replacements.sort_by_key(|one| one.span);
            let after: Arc<str> = apply(source.text(), &replacements)?.into();
            match texts.get_mut(&path) {
                Some(file) => file.after = after,
                None => {
                    let is_there = !source.text().is_empty() || path.exists();
                    let file = FileChange {
                        path: path.clone(),
                        shown: source.path().to_owned(),
                        repository_path: source.repository_path().to_owned(),
                        before: is_there.then(|| Arc::from(source.text())),
                        after,
                    };
                    texts.insert(path, file);
                }
            }
        }
        Some(texts)
    }

    fn drop_fix(&mut self, run: &Run, candidate: &Candidate<'_>) {
        let source = run.sources.get(candidate.finding.primary.place.source);
        let note = format!(
            "skipped the fix of `{}` in {}: it would not resolve the finding or would cause a new error",
            candidate.finding.rule,
            escape(source.path())
        );
        let name = name(run, candidate.finding, candidate.fix);
        if self.dropped.insert(name) && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Leaves out fixes that undo each other.
    fn drop_circle(&mut self, circle: Vec<Name>) {
        let rules: BTreeSet<&str> = circle.iter().map(|(rule, ..)| &**rule).collect();
        let files: BTreeSet<&str> = circle.iter().map(|(_, file, ..)| &**file).collect();
        let listed = |all: BTreeSet<&str>| all.into_iter().collect::<Vec<_>>().join(", ");
        let note = format!(
            "skipped the fixes of {} in {}: they bring back an earlier text",
            listed(rules),
            escape(&listed(files))
        );
        self.notes.push(note);
        self.dropped.extend(circle);
    }

    /// Takes away the fixes that were tried in vain: a run must not offer them.
    fn forget_dropped(&self, run: &mut Run) {
        let mut findings = std::mem::take(&mut run.findings);
        for finding in &mut findings {
            let fixes = std::mem::take(&mut finding.fixes);
            let is_left = |fix: &Fix| !self.dropped.contains(&name(run, finding, fix));
            let left = fixes.into_iter().filter(is_left).collect();
            finding.fixes = left;
        }
        run.findings = findings;
    }
}

fn name(run: &Run, finding: &Finding, fix: &Fix) -> Name {
    let (rule, file) = kind(run, finding);
    (rule, file, finding.message.clone(), fix.title.clone())
}

fn kind(run: &Run, finding: &Finding) -> Kind {
    let source = run.sources.get(finding.primary.place.source);
    (
        finding.rule.as_str().to_owned(),
        source.repository_path().to_owned(),
    )
}

/// How many findings there are of each kind.
fn counts(run: &Run, severity: Option<Severity>) -> BTreeMap<Kind, usize> {
    let mut counts = BTreeMap::new();
    for finding in &run.findings {
        if severity.is_none_or(|severity| severity == finding.severity) {
            *counts.entry(kind(run, finding)).or_default() += 1;
        }
    }
    counts
}

/// How many findings of a run another one no longer has.
fn gone(before: &Run, after: &Run) -> usize {
    let left = counts(after, None);
    let gone = counts(before, None).into_iter().map(|(kind, count)| {
        let left = left.get(&kind).copied().unwrap_or_default();
        count.saturating_sub(left)
    });
    gone.sum()
}

/// The changed texts as sources.
fn sources(texts: &Texts) -> Vec<Source> {
    let source = |file: &FileChange| {
        Source::new(&*file.shown, Arc::clone(&file.after)).in_repository(&*file.repository_path)
    };
    texts.values().map(source).collect()
}

fn hash(texts: &Texts) -> u64 {
    let mut hasher = DefaultHasher::new();
    for (path, file) in texts {
        // A file that is as it was is no change.
        if file.before.as_ref() != Some(&file.after) {
            path.hash(&mut hasher);
            file.after.hash(&mut hasher);
        }
    }
    hasher.finish()
}
