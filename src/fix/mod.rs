//! Fixes applied: in memory first, each judged again before it is kept.
//!
//! In: a request. Out: [`Fixed`]: the run before, the run after, and the files that differ between them. A fix is kept only
//! if its finding is gone afterwards and no new error has come; one that brings back a text seen before ends the loop.
//! Never: a write; [`write`] does that once everything is known, and only where nothing has changed meanwhile.

mod ignore;
pub mod migrate;
mod write;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;
use std::sync::Arc;

use crate::check::check;
use crate::files::read_named;
use crate::finding::{Edit, Finding, Fix, FixKind, Severity};
use crate::request::Request;
use crate::run::{Failure, Run};
use crate::text::Source;
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
    /// The run over the changed files.
    pub after: Run,
    /// The files that change, in order of path.
    pub files: Vec<FileChange>,
    /// How many findings were resolved.
    pub count: usize,
    /// Why fixes were not kept: one line each, without secrets.
    pub notes: Vec<String>,
}

/// A file that changes.
#[derive(Clone)]
pub struct FileChange {
    /// Where it is.
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
    let mut fixer = Fixer::new(request);
    let before = check(request)?;
    let mut run = None;
    for _ in 0..MAX_PASSES {
        let chosen = fixer.choose(run.as_ref().unwrap_or(&before), up_to);
        if chosen.is_empty() {
            break;
        }
        match fixer.pass(run.as_ref().unwrap_or(&before), &chosen)? {
            Some(next) => run = Some(next),
            None if fixer.is_circular => break,
            None => {}
        }
    }
    let after = match run {
        Some(run) => run,
        None => check(request)?,
    };
    Ok(Fixed {
        before,
        after,
        files: fixer.files.into_values().collect(),
        count: fixer.count,
        notes: fixer.notes,
    })
}

/// Texts by the path of their file.
type Texts = BTreeMap<PathBuf, FileChange>;

/// What tells whether a finding is still there: its rule, and the file it is in.
type Kind = (String, String);

struct Fixer<'r> {
    request: &'r Request,
    files: Texts,
    /// Fixes that were tried and not kept: rule, file and title.
    dropped: BTreeSet<(String, String, String)>,
    /// The texts of all files after each pass, hashed.
    seen: HashSet<u64>,
    is_circular: bool,
    count: usize,
    notes: Vec<String>,
}

/// A fix to be tried.
struct Candidate<'f> {
    finding: &'f Finding,
    fix: &'f Fix,
}

impl<'r> Fixer<'r> {
    fn new(request: &'r Request) -> Self {
        Self {
            request,
            files: Texts::new(),
            dropped: BTreeSet::new(),
            seen: HashSet::from([hash(&Texts::new())]),
            is_circular: false,
            count: 0,
            notes: Vec::new(),
        }
    }

    /// The first fix of each finding, as far as they touch different bytes.
    fn choose<'f>(&self, run: &'f Run, up_to: FixKind) -> Vec<Candidate<'f>> {
        let mut chosen: Vec<Candidate<'f>> = Vec::new();
        // By path: a file that two targets lead to is two sources.
        let mut taken: BTreeMap<&str, Vec<&'f Edit>> = BTreeMap::new();
        for finding in &run.findings {
            let wanted = finding.fixes.iter().find(|fix| {
                fix.is_applicable()
                    && fix.kind <= up_to
                    && !self.dropped.contains(&self.name(run, finding, fix))
            });
            let Some(fix) = wanted else {
                continue;
            };
            let is_free = fix.edits.iter().all(|edit| {
                let near = taken.get(run.sources.get(edit.place.source).path());
                let is_apart = |other: &&Edit| {
                    let (one, other) = (edit.place.span, other.place.span);
                    one.end < other.start || other.end < one.start
                };
                near.is_none_or(|near| near.iter().all(is_apart))
                    && self.is_current(run.sources.get(edit.place.source))
            });
            if is_free {
                for edit in &fix.edits {
                    let path = run.sources.get(edit.place.source).path();
                    taken.entry(path).or_default().push(edit);
                }
                chosen.push(Candidate { finding, fix });
            }
        }
        chosen
    }

    /// Whether a source is the text of its file, inside the repository.
    fn is_current(&self, source: &Source) -> bool {
        let path = self.request.start.join(source.path());
        let repository_path = source.repository_path();
        if repository_path.starts_with("../") || repository_path.starts_with('/') {
            return false;
        }
        match self.files.get(&path) {
            Some(file) => *file.after == *source.text(),
            None => match read_named(&path, FIXED_FILE_LIMIT) {
                Ok(text) => text == source.text(),
                // A file that is not there yet.
                Err(_) => source.text().is_empty() && !path.exists(),
            },
        }
    }

    /// Tries fixes together, and where that does not do, one by one. What comes of the kept ones is a new run.
    fn pass(&mut self, run: &Run, chosen: &[Candidate<'_>]) -> Result<Option<Run>, Failure> {
        let all: Vec<&Candidate<'_>> = chosen.iter().collect();
        if let Some(next) = self.tried(run, &all)? {
            return Ok(Some(next));
        }
        if self.is_circular {
            return Ok(None);
        }
        let mut good = Vec::new();
        for candidate in chosen {
            let alone = self.texts(run, &[candidate]);
            let is_good = match alone {
                Some(texts) => self.judged(run, &texts, &[candidate])?.is_some(),
                None => false,
            };
            match is_good {
                true => good.push(candidate),
                false => self.drop_fix(run, candidate),
            }
        }
        if good.is_empty() {
            return Ok(None);
        }
        match self.tried(run, &good)? {
            Some(next) => Ok(Some(next)),
            None => self.tried(run, good.get(..1).unwrap_or_default()),
        }
    }

    /// Keeps fixes that do what they say, all of them or none.
    fn tried(&mut self, run: &Run, chosen: &[&Candidate<'_>]) -> Result<Option<Run>, Failure> {
        let Some(texts) = self.texts(run, chosen) else {
            return Ok(None);
        };
        if self.seen.contains(&hash(&texts)) {
            self.is_circular = true;
            self.notes
                .push("stopped fixing: the fixes bring back an earlier text".to_owned());
            return Ok(None);
        }
        let next = self.judged(run, &texts, chosen)?;
        if next.is_some() {
            self.seen.insert(hash(&texts));
            self.files = texts;
            self.count += chosen.len();
        }
        Ok(next)
    }

    /// The run over texts, if the fixes that made them did what they say.
    fn judged(
        &self,
        run: &Run,
        texts: &Texts,
        chosen: &[&Candidate<'_>],
    ) -> Result<Option<Run>, Failure> {
        let mut request = self.request.clone();
        let overlay = texts.values();
        request.overlay = overlay
            .map(|file| (file.path.clone(), Arc::clone(&file.after)))
            .collect();
        let next = check(&request)?;
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
        Ok((is_gone && is_no_worse).then_some(next))
    }

    /// All changed texts with further fixes; `None` where the bytes do not fit.
    fn texts(&self, run: &Run, chosen: &[&Candidate<'_>]) -> Option<Texts> {
        let mut by_path: BTreeMap<&str, (&Source, Vec<Replacement>)> = BTreeMap::new();
        for edit in chosen.iter().flat_map(|candidate| &candidate.fix.edits) {
            let source = run.sources.get(edit.place.source);
            let of_file = by_path.entry(source.path());
            let (_, replacements) = of_file.or_insert_with(|| (source, Vec::new()));
            replacements.push(Replacement {
                span: edit.place.span,
                text: edit.text.clone(),
            });
        }
        let mut texts = self.files.clone();
        for (source, mut replacements) in by_path.into_values() {
            replacements.sort_by_key(|one| one.span);
            let after: Arc<str> = apply(source.text(), &replacements)?.into();
            let path = self.request.start.join(source.path());
            match texts.get_mut(&path) {
                Some(file) => file.after = after,
                None => {
                    let before = path.exists().then(|| Arc::from(source.text()));
                    let file = FileChange {
                        path: path.clone(),
                        shown: source.path().to_owned(),
                        repository_path: source.repository_path().to_owned(),
                        before,
                        after,
                    };
                    texts.insert(path, file);
                }
            }
        }
        Some(texts)
    }

    fn name(&self, run: &Run, finding: &Finding, fix: &Fix) -> (String, String, String) {
        let (rule, file) = kind(run, finding);
        (rule, file, fix.title.clone())
    }

    fn drop_fix(&mut self, run: &Run, candidate: &Candidate<'_>) {
        let name = self.name(run, candidate.finding, candidate.fix);
        let source = run.sources.get(candidate.finding.primary.place.source);
        let note = format!(
            "did not fix {} in {}: the finding would stay, or an error would come",
            candidate.finding.rule,
            crate::text::mask::escape(source.path())
        );
        if self.dropped.insert(name) && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
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
