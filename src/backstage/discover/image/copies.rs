//! What the steps of an image put at one of its paths.
//!
//! In: the steps of a stage and of the start, and a path. Out: what is there, or what names it. Never: mounts, or what
//! gets into an image with its whole folder; see [`super::image`].

use super::dockerfile::join;
use super::paths::{Image, Resolved, matches_glob, strip_folder};
use super::steps::{Origin, Step};
use crate::backstage::discover::command::base_name;
use crate::backstage::discover::command::word::{Certainty, Word};
use crate::backstage::words::names;
use crate::files::FilePath;

/// The steps of a stage, and those of the start behind them.
#[derive(Clone, Copy)]
pub(crate) struct Steps<'s> {
    pub(crate) built: &'s [Step],
    pub(crate) started: &'s [Step],
}

impl<'s> Steps<'s> {
    /// Each step with those in front of it, the last first.
    fn rev(self) -> impl Iterator<Item = (&'s Step, Self)> {
        let each = |steps: &'s [Step]| {
            let numbered = steps.iter().enumerate().rev();
            numbered.map(|(index, step)| (step, steps.get(..index).unwrap_or_default()))
        };
        let started =
            each(self.started).map(move |(step, started)| (step, Self { started, ..self }));
        let built = each(self.built).map(|(step, built)| {
            let started: &[Step] = &[];
            (step, Self { built, started })
        });
        started.chain(built)
    }
}

/// What the steps of a stage come to at one path.
pub(crate) struct Put {
    /// What is there.
    pub(crate) by_step: Option<Resolved>,
    /// What names the very file, where nothing tells what is in it.
    pub(crate) named_by: Option<String>,
}

/// What one step does at one path.
enum Effect {
    Nothing,
    /// This is there then.
    Puts(Resolved),
    /// It puts a file there of which nothing is known; what does.
    Names(String),
}

impl Image<'_> {
    /// What the last step that puts something at a path puts there.
    pub(crate) fn put(&self, steps: Steps<'_>, full: &str, depth: usize) -> Put {
        let mut named_by = None;
        let mut kept_out = None;
        for (step, before) in steps.rev() {
            let Some(left) = self.budget.get().checked_sub(1) else {
                break;
            };
            self.budget.set(left);
            match self.put_by(step, before, full, depth) {
                Effect::Nothing => {}
                Effect::Puts(Resolved::KeptOut(file, by)) if step.from == Origin::Context => {
                    // Something else may bring it.
                    kept_out.get_or_insert(Resolved::KeptOut(file, by));
                }
                Effect::Puts(resolved) => {
                    return Put {
                        by_step: Some(resolved),
                        named_by,
                    };
                }
                Effect::Names(by) => {
                    named_by.get_or_insert(by);
                }
            }
        }
        Put {
            by_step: kept_out,
            named_by,
        }
    }

    /// The files that copies put below the working directory under names that are written out, by the paths they would
    /// have in the repository: `ADD https://… ./bundle.pem`.
    pub(crate) fn brought(&self) -> Vec<FilePath> {
        let steps = self.dockerfile.map(|(_, stage)| stage.steps.as_slice());
        let mut files = Vec::new();
        for step in steps.unwrap_or_default() {
            for source in &step.sources {
                let name = base_name(source.text.trim_end_matches('/'));
                let target = match step.target.text.ends_with('/') {
                    true => format!("{}{name}", step.target.text),
                    false => step.target.text.clone(),
                };
                let below = strip_folder(&target, self.folder()).filter(|rest| !rest.is_empty());
                let is_written_out = !target.contains(['*', '$']);
                files.extend(
                    below
                        .filter(|_| is_written_out)
                        .map(|rest| self.context.join(rest)),
                );
            }
        }
        files
    }

    /// Whether no step of the image can have brought a file to a path: it stands on a plain image of node, no `COPY`
    /// reaches the path but by names and globs that leave it out, and no command brings files of unknown names.
    pub(super) fn nothing_brings(&self, full: &str) -> bool {
        let Some((_, stage)) = self.dockerfile else {
            return false;
        };
        let foundation = stage.foundation.as_deref().unwrap_or_default();
        let is_plain = base_name(foundation).starts_with("node");
        let copies = |step: &Step| matches!(step.from, Origin::Context | Origin::Stage(_));
        // One that copies nothing at all gets its files in a way that is not here.
        if !is_plain || stage.brings_files || !stage.steps.iter().any(copies) {
            return false;
        }
        let may_bring = |step: &Step| match &step.from {
            Origin::Context | Origin::Stage(_) => step
                .sources
                .iter()
                .any(|source| self.may_bring(source, &step.target.text, full)),
            // Commands that make, move or remove layers are told by what they do to the path itself.
            Origin::Image => true,
            Origin::Nowhere | Origin::Itself | Origin::Nothing => false,
        };
        !stage.steps.iter().any(may_bring)
    }

    /// Whether a copy of `source` to `target` may bring a file to a path where none of that name is in the source now:
    /// a folder that the build fills, an archive that is unpacked (`ADD`), a name with variables.
    fn may_bring(&self, source: &Word, target: &str, full: &str) -> bool {
        let name = source.text.trim_end_matches('/');
        let is_built = ["skeleton", "bundle"]
            .iter()
            .any(|part| base_name(name).starts_with(part));
        let Some((as_file, as_folder)) = candidate(source, target, full).filter(|_| !is_built)
        else {
            return false;
        };
        let is_open = source.certainty == Certainty::Open;
        let is_archive = [".tar.gz", ".tgz", ".tar", ".zip", ".xz"]
            .iter()
            .any(|end| name.ends_with(end));
        // What has an ending is a file, which lands under its own name.
        let is_file = base_name(name).trim_start_matches('.').contains('.') && !name.ends_with('.');
        is_open || is_archive || as_file.is_some() || (as_folder.is_some() && !is_file)
    }

    fn put_by(&self, step: &Step, before: Steps<'_>, full: &str, depth: usize) -> Effect {
        let by = || step.by.clone();
        let earlier = |path: &str| match depth {
            0 => None,
            _ => {
                let put = self.put(before, path, depth - 1).by_step;
                put.or_else(|| self.by_folder(path))
            }
        };
        match step.from {
            Origin::Nowhere | Origin::Itself | Origin::Nothing if step.target.text != full => {
                return Effect::Nothing;
            }
            Origin::Nowhere => return Effect::Puts(Resolved::Made(by())),
            Origin::Itself => {
                return Effect::Puts(match earlier(full) {
                    Some(Resolved::File(file)) => Resolved::Changed(file, by()),
                    Some(resolved @ (Resolved::Changed(..) | Resolved::Open)) => resolved,
                    _ => Resolved::Made(by()),
                });
            }
            Origin::Nothing => {
                return match earlier(full) {
                    Some(Resolved::File(file) | Resolved::Changed(file, _)) => {
                        Effect::Puts(Resolved::KeptOut(file, by()))
                    }
                    _ => Effect::Nothing,
                };
            }
            Origin::Context | Origin::Stage(_) | Origin::Image => {}
        }
        let mut names = Effect::Nothing;
        // The sources of one copy are copied in order: of two files of one name the last stays.
        for source in step.sources.iter().rev() {
            let Some((as_file, as_folder)) = candidate(source, &step.target.text, full) else {
                continue;
            };
            let is_named = as_file.is_some() && !source.text.contains('*');
            // A source with an open name is a file where its ending says so.
            let is_open_file = source.certainty == Certainty::Open && names_one_file(source);
            let as_folder = as_folder.filter(|_| !is_open_file);
            for path in [as_file, as_folder].into_iter().flatten() {
                let found = match &step.from {
                    Origin::Stage(from) => self.in_stage(from, &path, depth),
                    Origin::Image => earlier(&join(Some("/"), &path)),
                    _ => self.in_context(source, &path, &step.by),
                };
                match found {
                    // What is left out takes no place: a source before it may bring the file.
                    Some(Resolved::KeptOut(file, by)) => {
                        names = Effect::Puts(Resolved::KeptOut(file, by));
                    }
                    Some(resolved) => return Effect::Puts(resolved),
                    None => {}
                }
            }
            // The build would fail without it, so something brings it. A file that is copied from the context under
            // its own name is just not here.
            let own_name = step.from == Origin::Context
                && base_name(&source.text) == base_name(full)
                || source.certainty == Certainty::Open;
            if is_named && !own_name && matches!(names, Effect::Nothing) {
                names = Effect::Names(by());
            }
        }
        names
    }

    fn in_stage(&self, name: &str, path: &str, depth: usize) -> Option<Resolved> {
        let (dockerfile, _) = self.dockerfile.filter(|_| depth > 0)?;
        let steps = Steps {
            built: &dockerfile.stage(name)?.steps,
            started: &[],
        };
        self.put(steps, &join(Some("/"), path), depth - 1).by_step
    }

    fn in_context(&self, source: &Word, path: &str, by: &str) -> Option<Resolved> {
        if source.certainty == Certainty::Open {
            return names_one_file(source).then_some(Resolved::Open);
        }
        let file = self.context.join(path);
        if !self.files.is_file(&file) {
            return None;
        }
        if self.is_ignored(&file) {
            return Some(Resolved::KeptOut(file, "`.dockerignore`".into()));
        }
        let is_template = names::is_template(file.name());
        Some(match is_template {
            true => Resolved::Made(by.to_owned()),
            false => Resolved::File(file),
        })
    }
}

/// Whether an open source is a single file with an open name, and not a folder or everything.
fn names_one_file(source: &Word) -> bool {
    source.text.ends_with(".yaml") || source.text.ends_with(".yml")
}

/// The paths that a copy of `source` to `target` would take for `full`: when the source is a file, and when it is a
/// folder.
fn candidate(source: &Word, target: &str, full: &str) -> Option<(Option<String>, Option<String>)> {
    let path = source.text.trim_end_matches('/');
    if let Some(folder) = target.strip_suffix('/') {
        let rest = strip_folder(full, if folder.is_empty() { "/" } else { folder })?;
        let (parent, pattern) = path.rsplit_once('/').unwrap_or(("", path));
        let is_name = !rest.contains('/');
        // A name that is written out is known, whatever its folder is.
        let is_open = source.certainty == Certainty::Open && pattern.contains(['$', '`']);
        let matches = is_open || matches_glob(pattern, rest);
        let as_file = (is_name && matches).then(|| in_folder(parent, rest));
        return Some((as_file, Some(in_folder(path, rest))));
    }
    if full == target {
        return Some((Some(path.to_owned()), None));
    }
    let rest = strip_folder(full, target)?;
    Some((None, Some(in_folder(path, rest))))
}

fn in_folder(folder: &str, name: &str) -> String {
    match folder {
        "" | "." => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}
